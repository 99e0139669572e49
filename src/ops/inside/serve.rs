//! `airlock serve`: the store as a read-only registry, until it is told to stop.

use std::sync::Arc;

use crate::diagnostic::Failure;
use crate::oci::StoreView;
use crate::run::{Entropy, Run, ThreadSleeper};
use crate::serve::{
    Guard, Listen, Listener, Names, Observer, Realm, Router, Scrub, Secret, ServeError, Setup,
    TokenFile,
};

/// How to serve.
#[derive(Debug, Default)]
pub struct ServeOptions {
    /// Where to listen, what for, and within which bounds.
    pub setup: Setup,
    /// Names and addresses of this server: they never stand for a registry that it carries.
    pub own_names: Vec<String>,
    /// Who may read; none: everybody.
    pub access: Option<Access>,
    /// How fast to look for damage, in bytes a second; none: not at all.
    pub scrub_rate: Option<u64>,
}

/// Who may read.
#[derive(Clone, Debug)]
pub struct Access {
    /// The tokens that are valid.
    pub tokens: TokenFile,
    /// The address of this server's `/token`, as clients reach it; without one they send tokens as
    /// passwords of Basic.
    pub realm: Option<String>,
    /// Whether the realm gives a token to everybody, for clients that insist on one.
    pub anonymous: bool,
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
    let guard = match &options.access {
        Some(access) => Some(access.guard(&options.setup, run.entropy)?),
        None => None,
    };
    let is_open = guard.as_ref().is_some_and(Guard::is_open);
    let listener = Listener::bind(options.setup)?;
    if is_open {
        observer.note("reading is open: the realm gives a token to everybody");
    }
    let router = Arc::new(Router::new(view, names, guard));
    std::thread::scope(|threads| {
        if let Some(rate) = options.scrub_rate {
            let (router, observer) = (Arc::clone(&router), Arc::clone(&observer));
            threads.spawn(move || {
                Scrub::new(&router, &*observer, rate, run.cancel, &ThreadSleeper).run()
            });
        }
        listener.run(router, observer, run);
    });
    Ok(())
}

impl Access {
    fn guard(&self, setup: &Setup, entropy: &dyn Entropy) -> Result<Guard, Failure> {
        if let Some(address) = in_clear(setup) {
            return Err(ServeError::TokensInClear(address).into());
        }
        let realm = match &self.realm {
            Some(url) => {
                let anonymous = self.anonymous.then(|| Secret::new(entropy)).transpose()?;
                let realm = Realm::new(url, anonymous);
                Some(realm.ok_or_else(|| ServeError::BadRealm(url.clone()))?)
            }
            None => None,
        };
        Ok(Guard::new(self.tokens.clone(), realm)?)
    }
}

/// Returns an address where tokens would cross a network unencrypted. Sockets that are handed over
/// are not known here; there each request is looked at.
fn in_clear(setup: &Setup) -> Option<String> {
    let open = |listen: &&Listen| matches!(listen, Listen::Tcp(at) if !at.ip().is_loopback());
    let found = setup.registry.iter().find(open)?;
    setup.tls.is_none().then(|| found.to_string())
}
