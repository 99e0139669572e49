//! `airlock demo`: the whole trip on one machine, in seconds.
//!
//! The scripted registry on loopback plays the internet. Every step is a command as a person would
//! type it, run as a process of its own, so what is shown is what happens. Everything lives in one
//! temporary folder that goes with the end of the command.

mod arguments;
mod failure;
mod images;
mod pull;
mod serving;
mod side;
mod trip;

pub(crate) use arguments::DemoArguments;
pub(crate) use failure::CODES;
