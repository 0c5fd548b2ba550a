//! Work on a plan's entries, done by all processors.

use std::thread;

use crate::plan::Entry;

/// Below this many entries a thread costs more than it saves.
const WORTH_A_THREAD: usize = 4096;

/// How many threads are of use for so many entries.
pub(crate) fn threads_for(entries: usize) -> usize {
    // What limits our time on the processors is not asked for, since that means reading files.
    let processors = rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count());
    (entries / WORTH_A_THREAD).min(usize::try_from(processors).unwrap_or(1))
}

/// `work` done on pieces of the entries, each with how many come before it; the results in their order.
pub(crate) fn in_parallel<'e, R: Send>(
    entries: &'e [Entry],
    work: impl Fn(usize, &'e [Entry]) -> R + Sync,
) -> Vec<R> {
    let threads = threads_for(entries.len());
    if threads < 2 {
        return vec![work(0, entries)];
    }
    let work = &work;
    thread::scope(|scope| {
        let size = entries.len().div_ceil(threads);
        let pieces = entries.chunks(size).enumerate().map(|(at, piece)| (at * size, piece));
        let start = |(before, piece)| {
            let worker = thread::Builder::new().spawn_scoped(scope, move || work(before, piece));
            ((before, piece), worker.ok())
        };
        let workers: Vec<_> = pieces.map(start).collect();
        // Where no thread is to be had, this one does the share.
        let finish = |((before, piece), worker): (
            (usize, &'e [Entry]),
            Option<thread::ScopedJoinHandle<'_, R>>,
        )| {
            worker.map_or_else(
                || work(before, piece),
                |worker| match worker.join() {
                    Ok(result) => result,
                    Err(panic) => std::panic::resume_unwind(panic),
                },
            )
        };
        workers.into_iter().map(finish).collect()
    })
}
