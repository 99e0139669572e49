//! A few threads over a list of items, with the results in the order of the list.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::diagnostic::Failure;
use crate::run::Cancel;

/// Works on each item with at most `jobs` threads and returns the results in order.
///
/// The first failure stops the rest at their next item; of several failures the one that comes first
/// in the list is returned, so that the same input tells the same error.
pub(crate) fn map<T, R>(
    jobs: NonZeroUsize,
    cancel: &Cancel,
    items: &[T],
    work: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure>
where
    T: Sync,
    R: Send,
{
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let done: Mutex<Vec<(usize, Result<R, Failure>)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) && !cancel.is_set() {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    if result.is_err() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    let results = done
        .into_iter()
        .map(|(_, result)| result)
        .collect::<Result<Vec<R>, Failure>>()?;
    if results.len() < items.len() {
        cancel.check()?;
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Cancelled;

    const THREE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = map(THREE, &Cancel::default(), &items, |item| Ok(item * 2)).unwrap();
        assert_eq!(
            doubled,
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_failure_is_returned_and_stops_the_rest() {
        let items: Vec<u32> = (0..1000).collect();
        let seen = AtomicUsize::new(0);
        let result = map(THREE, &Cancel::default(), &items, |item| {
            seen.fetch_add(1, Ordering::Relaxed);
            if *item == 3 {
                Err(Failure::from(Cancelled))
            } else {
                Ok(())
            }
        });
        assert!(result.is_err());
        assert!(seen.load(Ordering::Relaxed) < 1000);
    }

    #[test]
    fn a_stop_is_told() {
        let cancel = Cancel::default();
        cancel.set();
        assert!(map(THREE, &cancel, &[1], |_| Ok(())).is_err());
    }
}
