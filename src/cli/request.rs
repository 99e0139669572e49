//! `airlock request`: the requests of this site.

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::StoreFlag;
use super::lines::Lines;
use super::time::time;
use crate::ops::inside::requests::{self, state_name};
use crate::store::ledger::{Request, RequestState};
use crate::store::{Ledger, Store};

/// Arguments of `airlock request`.
#[derive(Args, Debug)]
pub(crate) struct RequestArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take a request back: no answer to it is accepted any more
    Cancel(CancelArguments),
    /// List the requests that wait for an answer
    List(ListArguments),
}

#[derive(Args, Debug)]
struct CancelArguments {
    /// The number of the request, or the first digits of its id
    #[arg(value_name = "REQUEST")]
    request: String,
    #[command(flatten)]
    store: StoreFlag,
}

#[derive(Args, Debug)]
struct ListArguments {
    /// List those that are answered, cancelled or void as well
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    store: StoreFlag,
}

/// A request, as data.
#[derive(Serialize)]
pub(super) struct RequestLine {
    id: String,
    seq: u64,
    state: &'static str,
    created: u64,
    lock: String,
    pending: Vec<String>,
}

impl RequestArguments {
    /// Does what is asked.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.action {
            Action::Cancel(arguments) => arguments.run(context),
            Action::List(arguments) => arguments.run(context),
        }
    }
}

impl CancelArguments {
    fn run(&self, context: &Context) -> Outcome {
        let store = Store::open(&self.store.folder(context.environment())?)?;
        let named = requests::cancel(&store, &self.request, &context.run())?;
        if context.output().is_json() {
            let (id, seq) = (named.id.to_string(), named.seq);
            let schema = "airlock.request-cancel/1";
            context
                .output()
                .data(&json!({"schema": schema, "id": id, "seq": seq}))?;
        } else {
            context.output().say(&format!(
                "request {} is cancelled: no answer to it is accepted any more",
                named.seq
            ));
        }
        Ok(ExitStatus::Done)
    }
}

impl ListArguments {
    fn run(&self, context: &Context) -> Outcome {
        let store = Store::open(&self.store.folder(context.environment())?)?;
        let lines = lines(&store.ledger()?, self.all);
        let output = context.output();
        if output.is_json() {
            output.data(&json!({"schema": "airlock.requests/1", "requests": lines}))?;
        } else if lines.is_empty() {
            output.say("no request waits for an answer");
        } else {
            output.bytes(text(&lines).as_bytes())?;
        }
        Ok(ExitStatus::Done)
    }
}

/// Lists requests in the order of their numbers; only those that may still be answered unless `all`.
pub(super) fn lines(ledger: &Ledger, all: bool) -> Vec<RequestLine> {
    let chosen = ledger
        .requests()
        .into_iter()
        .filter(|(_, state)| all || state.is_open());
    chosen
        .map(|(request, state)| line(request, state))
        .collect()
}

fn line(request: &Request, state: RequestState) -> RequestLine {
    RequestLine {
        id: request.id.to_string(),
        seq: request.seq,
        state: state_name(state),
        created: request.created,
        lock: request.lock.to_string(),
        pending: request.pending.iter().map(ToString::to_string).collect(),
    }
}

/// One line each: number, state, time, the first digits of the id.
pub(super) fn text(lines: &[RequestLine]) -> String {
    let mut out = Lines::default();
    for line in lines {
        out.add(format_args!(
            "{:>4}  {:<9}  {}  {}",
            line.seq,
            line.state,
            time(line.created),
            line.id.get(..12).unwrap_or(&line.id)
        ));
        for reference in &line.pending {
            out.add(format_args!("      pending  {reference}"));
        }
    }
    out.into_text()
}
