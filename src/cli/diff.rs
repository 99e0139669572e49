//! `airlock diff`: what the lock needs and the store lacks, and the request for it.

use std::io::Write as _;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::{KeysFlag, StoreFlag};
use super::lines::Lines;
use super::lockfile::LockfileFlag;
use super::target::Target;
use crate::diagnostic::Failure;
use crate::ops::inside::diff::{Diff, diff};
use crate::ops::inside::held::HeldImage;
use crate::ops::inside::request::{self, Asking, IssuedRequest};
use crate::ops::lock_file::LockFile;
use crate::plan::{ImagePlan, State};
use crate::report::{counted, human_size};
use crate::seal::CardName;
use crate::store::{Store, StoreError};

/// Arguments of `airlock diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArguments {
    #[command(flatten)]
    lockfile: LockfileFlag,
    #[command(flatten)]
    store: StoreFlag,
    #[command(flatten)]
    keys: KeysFlag,
    /// Write the sealed request; without a name to `request-<ID>.age`, with - to standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "")]
    request: Option<String>,
    /// A station that can open the request; repeats or takes commas [default: every trusted one]
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "request")]
    to: Vec<CardName>,
    #[command(flatten)]
    more: MoreFlags,
    /// Replace a request file that is there
    #[arg(long, requires = "request")]
    force: bool,
    /// End with 1 when something is missing
    #[arg(long)]
    exit_code: bool,
}

/// What a request asks beyond what is missing.
#[derive(Args, Debug)]
struct MoreFlags {
    /// Ask again for pending images of which a candidate is held: their tags may have moved
    #[arg(long, requires = "request")]
    ask_again: bool,
    /// Write a request although nothing is missing
    #[arg(long, requires = "request")]
    allow_empty: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    images: Vec<ImageLine<'a>>,
    present: usize,
    missing: usize,
    pending: usize,
    blobs: usize,
    bytes: u64,
    unpublished: Vec<String>,
    damaged: Vec<String>,
    held: Vec<HeldLine>,
    request: Option<RequestLine>,
}

#[derive(Serialize)]
struct ImageLine<'a> {
    reference: String,
    state: &'a str,
    blobs: usize,
    bytes: u64,
}

#[derive(Serialize)]
struct HeldLine {
    reference: String,
    digest: Option<String>,
    signer: String,
    seq: u64,
}

#[derive(Serialize)]
struct RequestLine {
    id: String,
    seq: u64,
    file: String,
}

impl DiffArguments {
    /// Compares, and writes the request where it is asked for.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let run = context.run();
        let lock = LockFile::read(self.lockfile.path(), &run)?;
        let folder = self.store.folder(context.environment())?;
        let store = match Store::open(&folder) {
            Ok(store) => Some(store),
            Err(StoreError::NoStore(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let found = diff(&lock.lockfile, store.as_ref(), &run)?;
        let lacks = found.plan.totals.missing > 0 || found.plan.totals.pending > 0;
        let issued = match &self.request {
            Some(path) if self.has_to_ask(&found) => {
                Some(self.issue(context, &lock, &found, Path::new(path), &folder)?)
            }
            Some(_) | None => None,
        };
        context.end_progress();
        if context.output().is_json() {
            context.output().data(&report(&found, issued))?;
        } else {
            let mut told = text(&found, issued.as_ref(), context.is_verbose());
            if self.request.is_some() && issued.is_none() {
                told.push_str("no request was written; --allow-empty writes one all the same\n");
            }
            context.output().say(&told);
        }
        Ok(if self.exit_code && lacks {
            ExitStatus::Gate
        } else {
            ExitStatus::Done
        })
    }

    fn has_to_ask(&self, found: &Diff) -> bool {
        let again = self.more.ask_again && !found.held.is_empty();
        found.has_to_ask() || again || self.more.allow_empty
    }

    fn issue(
        &self,
        context: &Context,
        lock: &LockFile,
        found: &Diff,
        path: &Path,
        folder: &Path,
    ) -> Result<RequestLine, Failure> {
        let run = context.run();
        let keyring = self.keys.load(context)?;
        // A name that is taken is told before the ledger knows of a request that never leaves.
        let named = (!path.as_os_str().is_empty())
            .then(|| Target::open(path, self.force))
            .transpose()?;
        let store = Store::open_or_create(folder, run.entropy)?;
        let lock = (lock.text.as_str(), &lock.lockfile);
        let asking = Asking {
            to: &self.to,
            again: self.more.ask_again,
        };
        let issued = request::issue(lock, found, &store, &keyring, asking, &run)?;
        let mut target = match named {
            Some(target) => target,
            None => Target::open(Path::new(&default_name(&issued)), self.force)?,
        };
        target
            .write_all(&issued.sealed)
            .map_err(super::output::OutputError::from)?;
        let file = target.finish()?;
        Ok(RequestLine {
            id: issued.id.to_string(),
            seq: issued.seq,
            file,
        })
    }
}

fn default_name(issued: &IssuedRequest) -> String {
    format!("request-{}.age", issued.id.short())
}

fn state(found: &Diff, image: &ImagePlan) -> &'static str {
    if found.held.contains_key(&image.reference) {
        "held"
    } else {
        plain_state(image.state)
    }
}

fn plain_state(state: State) -> &'static str {
    match state {
        State::Present => "present",
        State::Missing => "missing",
        State::Pending => "pending",
    }
}

fn report(found: &Diff, request: Option<RequestLine>) -> Report<'_> {
    let totals = found.plan.totals;
    let image = |image: &ImagePlan| ImageLine {
        reference: image.reference.to_string(),
        state: state(found, image),
        blobs: image.missing.len(),
        bytes: image.bytes,
    };
    Report {
        schema: "airlock.diff/1",
        images: found.plan.images.iter().map(image).collect(),
        present: totals.present,
        missing: totals.missing,
        pending: totals.pending,
        blobs: totals.blobs,
        bytes: totals.bytes,
        unpublished: found.unpublished.iter().map(ToString::to_string).collect(),
        damaged: found
            .damaged
            .iter()
            .map(|blob| blob.digest.to_string())
            .collect(),
        held: found.held.values().map(held_line).collect(),
        request,
    }
}

fn held_line(held: &HeldImage) -> HeldLine {
    HeldLine {
        reference: held.image.reference.to_string(),
        digest: held.image.pin.as_ref().map(|pin| pin.digest.to_string()),
        signer: held.signer.to_string(),
        seq: held.seq,
    }
}

fn text(found: &Diff, request: Option<&RequestLine>, verbose: bool) -> String {
    let mut out = Lines::default();
    for image in &found.plan.images {
        let carried = match image.state {
            State::Missing => format!(
                "  {}, {}",
                counted(image.missing.len(), "blob"),
                human_size(image.bytes)
            ),
            State::Present | State::Pending => String::new(),
        };
        out.add(format_args!(
            "{}  {}{carried}",
            state(found, image),
            image.reference
        ));
        let listed = image.missing.iter().filter(|_| verbose);
        for blob in listed {
            out.add(format_args!(
                "           {}  {}",
                blob.digest,
                human_size(blob.size)
            ));
        }
    }
    let totals = found.plan.totals;
    if totals.missing == 0 && totals.pending == 0 {
        out.add(format_args!(
            "nothing is missing: {} in the store",
            counted(totals.present, "image")
        ));
    } else {
        out.add(format_args!(
            "{} present, {} missing, {} pending: {}, {} to carry",
            totals.present,
            totals.missing,
            totals.pending,
            counted(totals.blobs, "blob"),
            human_size(totals.bytes)
        ));
    }
    if !found.held.is_empty() {
        out.add(format_args!(
            "{} of the pending are held, not published: airlock apply --update-lock pins and publishes them",
            found.held.len()
        ));
    }
    if !found.unpublished.is_empty() {
        out.add(format_args!(
            "{} present images are not published as this lock says: airlock apply --lockfile FILE",
            found.unpublished.len()
        ));
    }
    if let Some(request) = request {
        out.add(format_args!(
            "request {} written to {}",
            request.seq, request.file
        ));
    }
    out.into_text()
}
