//! Operations of the site. None of them opens a connection to anywhere.

pub mod serve;
