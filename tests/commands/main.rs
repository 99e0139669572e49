//! The commands as a person types them, against the scripted registry: what they write, what they
//! say, how they end.

mod apply;
mod bundle;
mod lock;
mod output;
mod world;
