//! Work on many things at once, with the results in order.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads than this gain nothing: the kernel's locks are what they wait for.
const MOST_THREADS: usize = 8;

/// `work` done on every item, the results in the items' order. Threads take `piece` items at a time, since packages differ
/// much in size; fewer than two pieces are done here and now.
pub(crate) fn map<T: Sync, R: Send>(
    items: &[T],
    piece: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let pieces: Vec<&[T]> = items.chunks(piece.max(1)).collect();
    let threads = threads_for(pieces.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        // Only the number itself is shared, so no order beyond its own is needed.
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(piece) = pieces.get(at)
        {
            done.push((at, piece.iter().map(&work).collect::<Vec<R>>()));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        // Where no thread is to be had, the others do its share.
        let start = |_| thread::Builder::new().spawn_scoped(scope, share).ok();
        let workers: Vec<_> = (1..threads).map(start).collect();
        let mut done = share();
        done.extend(workers.into_iter().flatten().flat_map(joined));
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

/// How many threads are worth starting for so many pieces.
pub(crate) fn threads_for(pieces: usize) -> usize {
    if pieces < 2 {
        return 1;
    }
    pieces.min(MOST_THREADS).min(thread::available_parallelism().map_or(1, NonZero::get))
}

fn joined<R>(worker: thread::ScopedJoinHandle<'_, R>) -> R {
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
