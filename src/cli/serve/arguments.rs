//! The arguments of `airlock serve`, and its run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::listening::{self, Address};
use super::log::Log;
use super::manager::Manager;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::StoreFlag;
use crate::cli::token::TokensFlag;
use crate::config::Site;
use crate::ops::inside::serve::{Access, ServeOptions, serve};
use crate::serve::{Bounds, ServeError, Setup, Tls, TlsFiles};
use crate::store::Store;

/// Arguments of `airlock serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    store: StoreFlag,
    /// Where to listen: `IP:PORT`, `[IPV6]:PORT` or `unix:PATH`; repeats or takes commas
    /// [default: 127.0.0.1:5000, or the sockets that the service manager hands over]
    #[arg(
        long,
        value_name = "ADDRESS",
        value_delimiter = ',',
        env = "AIRLOCK_LISTEN"
    )]
    listen: Vec<Address>,
    /// Where to tell counters in Prometheus text form, under /metrics [default: nowhere]
    #[arg(
        long,
        value_name = "ADDRESS",
        value_delimiter = ',',
        env = "AIRLOCK_METRICS"
    )]
    metrics: Vec<Address>,
    /// A name of this server; a request for it is never taken for a carried registry
    #[arg(long = "name", value_name = "HOST[:PORT]")]
    names: Vec<String>,
    /// The certificate to speak TLS with, and those that lead to its root, in PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        env = "AIRLOCK_TLS_CERT"
    )]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "AIRLOCK_TLS_KEY"
    )]
    tls_key: Option<PathBuf>,
    /// Let only those read who hold a token (`airlock token add`)
    #[arg(long)]
    require_token: bool,
    #[command(flatten)]
    tokens: TokensFlag,
    /// The address of this server's /token, as clients reach it: they exchange tokens there
    #[arg(long, value_name = "URL", requires = "require_token")]
    token_realm: Option<String>,
    /// Let the realm give a token to everybody, for clients that insist on one: reading is open
    #[arg(long, requires = "token_realm")]
    anonymous: bool,
    /// Look for damage at this rate, in bytes a second: 500K, 20M, 1G [default: not at all]
    #[arg(long, value_name = "RATE", value_parser = rate, env = "AIRLOCK_SCRUB_RATE")]
    scrub_rate: Option<u64>,
    /// Most connections served at a time; the next ones wait
    #[arg(long, value_name = "N", default_value_t = Bounds::default().connections)]
    connections: usize,
    /// Longest time for a request's head to come whole, and for a connection to be idle
    #[arg(long, value_name = "SECONDS", default_value_t = Bounds::default().head_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    head_timeout: u64,
}

impl ServeArguments {
    /// Serves until a signal; answers under way end first.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let folder = self.store.folder(context.environment())?;
        let store = Store::open(&folder)?;
        let site = Site::load(&folder.join("airlock").join("site.toml"))?;
        let mut own_names = self.names.clone();
        own_names.extend(site.names.into_iter().flat_map(|names| names.value));
        let options = ServeOptions {
            setup: self.setup()?,
            own_names,
            access: self.require_token.then(|| Access {
                tokens: self.tokens.file(&store),
                realm: self.token_realm.clone(),
                anonymous: self.anonymous,
            }),
            scrub_rate: self.scrub_rate,
        };
        let log = Log::start(context.output(), Manager::of(context.environment()));
        let view = Arc::new(store.view()?);
        let ended = serve(view, options, log.observer(), &context.run());
        log.end();
        ended?;
        Ok(ExitStatus::Done)
    }

    fn setup(&self) -> Result<Setup, ServeError> {
        Ok(Setup {
            registry: listening::sockets(&self.listen)?,
            metrics: self.metrics.iter().map(Address::listen).collect(),
            tls: self.tls()?,
            bounds: Bounds {
                connections: self.connections.max(1),
                head_timeout: Duration::from_secs(self.head_timeout),
                ..Bounds::default()
            },
        })
    }

    fn tls(&self) -> Result<Option<Tls>, ServeError> {
        let (Some(certificate), Some(key)) = (self.tls_cert.clone(), self.tls_key.clone()) else {
            return Ok(None);
        };
        Tls::load(TlsFiles { certificate, key }).map(Some)
    }
}

/// Reads a number of bytes with an optional binary unit.
fn rate(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (text.get(..at), 1 << 10),
        Some((at, 'm' | 'M')) => (text.get(..at), 1 << 20),
        Some((at, 'g' | 'G')) => (text.get(..at), 1 << 30),
        _ => (Some(text), 1),
    };
    digits
        .and_then(|digits| digits.parse::<u64>().ok())
        .and_then(|number| number.checked_mul(unit))
        .filter(|rate| *rate > 0)
        .ok_or_else(|| "a rate is a number of bytes a second, such as 500K, 20M or 1G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_may_have_a_unit() {
        for (text, found) in [
            ("1", Some(1)),
            ("500K", Some(512_000)),
            ("20m", Some(20_971_520)),
            ("1G", Some(1_073_741_824)),
            ("0", None),
            ("", None),
            ("K", None),
            ("-1", None),
            ("99999999999999999999", None),
            ("18446744073709551615G", None),
        ] {
            assert_eq!(rate(text).ok(), found, "{text}");
        }
    }
}
