//! Rules: what is sent instead of the genuine answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Asked, Body, Reply};

/// Gives the answer that is sent, from the request and from the answer so far.
pub type Rule = Arc<dyn Fn(&Asked, Reply) -> Reply + Send + Sync>;

/// Applies `edit` to every request that `which` picks.
pub fn on(
    which: impl Fn(&Asked) -> bool + Send + Sync + 'static,
    edit: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static,
) -> Rule {
    Arc::new(move |asked, reply| {
        if which(asked) {
            edit(asked, reply)
        } else {
            reply
        }
    })
}

/// Applies `edit` to the first `times` requests that `which` picks.
pub fn first(
    times: usize,
    which: impl Fn(&Asked) -> bool + Send + Sync + 'static,
    edit: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static,
) -> Rule {
    let left = AtomicUsize::new(times);
    on(
        move |asked| {
            which(asked)
                && left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok()
        },
        edit,
    )
}

/// Answers blobs whole, as if the request had no range.
pub fn ignore_range() -> Rule {
    on(Asked::is_blob, |_, reply| match reply.body {
        Body::Part { ref content, .. } => {
            let whole = Body::Part {
                content: Arc::clone(content),
                first: 0,
                length: content.size(),
            };
            Reply::new(200).with_body(whole)
        }
        Body::Bytes(_) => reply,
    })
}

/// Answers 416 to a range without an end, as some registries do.
pub fn refuse_open_ranges() -> Rule {
    on(
        |asked| matches!(asked.range(), Some((_, None))),
        |_, _| Reply::error(416, "UNKNOWN", "the range must have an end"),
    )
}

/// Sends the bearer of a request to `location`.
pub fn redirect(location: impl Into<String>) -> Reply {
    Reply::new(307).with_header("Location", &location.into())
}
