//! Which stages and images a target needs (BuildKit's `dockerfile2llb`, up to the images).

mod build;
mod circle;
mod listing;
mod order;
mod resolver;
mod rounds;
mod state;

pub use resolver::Resolver;
