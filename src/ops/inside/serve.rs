//! `airlock serve`: the store as a read-only registry, until it is told to stop.

use std::sync::Arc;

use crate::diagnostic::Failure;
use crate::oci::StoreView;
use crate::run::Run;
use crate::serve::{Listener, Names, Observer, Router, Setup};

/// How to serve.
#[derive(Debug, Default)]
pub struct ServeOptions {
    /// Where to listen, what for, and within which bounds.
    pub setup: Setup,
    /// Names and addresses of this server: they never stand for a registry that it carries.
    pub own_names: Vec<String>,
}

/// Serves `view` until `run.cancel` is set, and returns once the answers under way have ended.
///
/// The observer is told each bound address before the first request is taken, so that port 0 can be
/// used. Fails only when it cannot begin: no request and no client ends it.
pub fn serve(
    view: Arc<dyn StoreView>,
    options: ServeOptions,
    observer: Arc<dyn Observer>,
    run: &Run<'_>,
) -> Result<(), Failure> {
    let names = Names::new(options.own_names.iter().map(String::as_str));
    let listener = Listener::bind(options.setup)?;
    listener.run(Router::new(view, names), observer, run);
    Ok(())
}
