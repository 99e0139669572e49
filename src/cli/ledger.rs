//! `airlock ledger`: what the site remembers of requests and bundles.

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::StoreFlag;
use super::lines::Lines;
use super::request::{self, RequestLine};
use super::time::time;
use crate::diagnostic::Failure;
use crate::ops::inside::requests;
use crate::report::counted;
use crate::store::ledger::{Bundle, BundleState, Held};
use crate::store::{Ledger, Store};
use crate::wire::Basis;

/// Arguments of `airlock ledger`.
#[derive(Args, Debug)]
pub(crate) struct LedgerArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the store of a site that issues no requests, and print the site's id
    Init(Whereabouts),
    /// Show requests, bundles, held content and locks
    Show(Whereabouts),
    /// Close every open request: after the store came back from a backup
    Void(Whereabouts),
}

#[derive(Args, Debug)]
struct Whereabouts {
    #[command(flatten)]
    store: StoreFlag,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    site: String,
    requests: Vec<RequestLine>,
    bundles: Vec<BundleLine>,
    held: Vec<HeldLine>,
    serials: Vec<SerialLine>,
    applied_locks: Vec<String>,
    last_lock: Option<String>,
    audit: AuditLine,
}

#[derive(Serialize)]
struct BundleLine {
    id: String,
    answers: Option<String>,
    serial: Option<u64>,
    signer: String,
    lock: String,
    state: &'static str,
    at: u64,
}

#[derive(Serialize)]
struct HeldLine {
    reference: String,
    digest: String,
    bundle: String,
    seq: u64,
    signer: String,
    at: u64,
    published: bool,
}

#[derive(Serialize)]
struct SerialLine {
    signer: String,
    serial: u64,
}

#[derive(Serialize)]
struct AuditLine {
    count: u64,
    head: String,
}

impl LedgerArguments {
    /// Does what is asked.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.action {
            Action::Init(whereabouts) => whereabouts.init(context),
            Action::Show(whereabouts) => show(&whereabouts.open(context)?, context),
            Action::Void(whereabouts) => void(&whereabouts.open(context)?, context),
        }
    }
}

impl Whereabouts {
    fn open(&self, context: &Context) -> Result<Store, Failure> {
        Ok(Store::open(&self.store.folder(context.environment())?)?)
    }

    fn init(&self, context: &Context) -> Outcome {
        let folder = self.store.folder(context.environment())?;
        let store = Store::open_or_create(&folder, context.run().entropy)?;
        let site = store.site().to_string();
        if context.output().is_json() {
            context
                .output()
                .data(&json!({"schema": "airlock.ledger-init/1", "site": site}))?;
        } else {
            context.output().bytes(format!("{site}\n").as_bytes())?;
        }
        Ok(ExitStatus::Done)
    }
}

fn void(store: &Store, context: &Context) -> Outcome {
    let closed = requests::void(store, &context.run())?;
    let output = context.output();
    if output.is_json() {
        let closed: Vec<_> = closed
            .iter()
            .map(|named| json!({"id": named.id.to_string(), "seq": named.seq}))
            .collect();
        output.data(&json!({"schema": "airlock.ledger-void/1", "requests": closed}))?;
    } else if closed.is_empty() {
        output.say("no request is open; nothing was done");
    } else {
        output.say(&format!(
            "{} made void: no answer to them is accepted any more",
            counted(closed.len(), "request")
        ));
    }
    Ok(ExitStatus::Done)
}

fn show(store: &Store, context: &Context) -> Outcome {
    let report = report(store)?;
    if context.output().is_json() {
        context.output().data(&report)?;
    } else {
        context.output().bytes(text(&report).as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

fn report(store: &Store) -> Result<Report, Failure> {
    let ledger: Ledger = store.ledger()?;
    let anchor = store.audit_anchor()?;
    let manifests = store.publication()?.catalog.manifests;
    let held_line = |held: &Held| held_line(held, manifests.contains_key(&held.pin.digest));
    let serials = ledger.serials().map(|(signer, serial)| SerialLine {
        signer: signer.to_string(),
        serial,
    });
    Ok(Report {
        schema: "airlock.ledger/1",
        site: store.site().to_string(),
        requests: request::lines(&ledger, true),
        bundles: ledger.bundles().into_iter().map(bundle_line).collect(),
        held: ledger.held().map(held_line).collect(),
        serials: serials.collect(),
        applied_locks: ledger
            .applied_locks()
            .iter()
            .map(ToString::to_string)
            .collect(),
        last_lock: ledger.last_lock().map(ToString::to_string),
        audit: AuditLine {
            count: anchor.count,
            head: anchor.head.to_string(),
        },
    })
}

fn bundle_line(bundle: &Bundle) -> BundleLine {
    let (answers, serial) = match bundle.delivery.basis {
        Basis::Answers(request) => (Some(request.to_string()), None),
        Basis::Serial(serial) => (None, Some(serial)),
    };
    BundleLine {
        id: bundle.delivery.bundle.to_string(),
        answers,
        serial,
        signer: bundle.delivery.signer.to_string(),
        lock: bundle.delivery.lock.to_string(),
        state: match bundle.state {
            BundleState::Begun => "begun",
            BundleState::Part => "part",
            BundleState::Closed => "closed",
        },
        at: bundle.at,
    }
}

fn held_line(held: &Held, published: bool) -> HeldLine {
    HeldLine {
        reference: held.reference.to_string(),
        digest: held.pin.digest.to_string(),
        bundle: held.bundle.to_string(),
        seq: held.seq,
        signer: held.signer.to_string(),
        at: held.at,
        published,
    }
}

fn text(report: &Report) -> String {
    let mut out = Lines::default();
    out.add(format_args!("site  {}", report.site));
    out.add(format_args!("requests"));
    out.add_text(&request::text(&report.requests));
    out.add(format_args!("bundles"));
    for bundle in &report.bundles {
        let basis = match (&bundle.answers, bundle.serial) {
            (Some(request), _) => format!("answers {}", short(request)),
            (None, Some(serial)) => format!("serial {serial}"),
            (None, None) => String::new(),
        };
        out.add(format_args!(
            "      {:<9}  {}  {}  {basis}",
            bundle.state,
            time(bundle.at),
            short(&bundle.id)
        ));
    }
    out.add(format_args!("held"));
    for held in &report.held {
        let mark = if held.published {
            "  published since"
        } else {
            ""
        };
        out.add(format_args!(
            "      {}  {}{mark}",
            held.reference, held.digest
        ));
    }
    out.add(format_args!("locks"));
    for lock in &report.applied_locks {
        let last = Some(lock) == report.last_lock.as_ref();
        let mark = if last { "  applied last" } else { "" };
        out.add(format_args!("      {lock}{mark}"));
    }
    out.add(format_args!(
        "audit  {} to {}",
        counted(
            usize::try_from(report.audit.count).unwrap_or(usize::MAX),
            "line"
        ),
        report.audit.head
    ));
    out.into_text()
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
