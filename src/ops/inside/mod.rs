//! Operations of the site. None of them opens a connection to anywhere.

pub mod apply;
pub mod diff;
pub mod held;
pub mod request;
pub mod requests;
pub mod serve;
pub mod tls;
pub mod token;
