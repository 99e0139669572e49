//! Operations of the station: the side that has the internet.

pub mod bundle;
