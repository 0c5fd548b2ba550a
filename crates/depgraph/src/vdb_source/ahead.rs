//! Reading many packages at once.

use super::load::Entry;
use hermitage_vdb::FieldReader;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

/// So many packages are worth a thread.
const WORTH_A_THREAD: usize = 32;

/// More threads than this gain nothing: the kernel's locks are what they wait for.
const MOST_THREADS: usize = 8;

/// Reads what most queries ask, where there are enough packages to share it out. What fails here is told when it is
/// asked for.
pub(super) fn read(entries: &[&Arc<Entry>]) {
    if entries.len() >= 2 * WORTH_A_THREAD {
        share_out(entries, |entry, reader| {
            let _ = entry.read_ahead(reader);
        });
    }
}

/// Reads all that queries ask of these packages.
pub(super) fn read_whole(entries: &[&Arc<Entry>]) {
    share_out(entries, Entry::read_whole);
}

/// Reads on as many processors as are worth it.
fn share_out(entries: &[&Arc<Entry>], read: impl Fn(&Entry, &mut FieldReader) + Copy + Sync) {
    let read_all = |part: &[&Arc<Entry>]| {
        let mut reader = FieldReader::default();
        for entry in part {
            read(entry, &mut reader);
        }
    };
    let most = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let threads = (entries.len() / WORTH_A_THREAD).clamp(1, most);
    let (own, others) = entries.split_at(entries.len().div_ceil(threads));
    thread::scope(|scope| {
        for part in others.chunks(own.len().max(1)) {
            // Where no thread is to be had, the packages are read one by one later.
            let _ = thread::Builder::new().spawn_scoped(scope, move || read_all(part));
        }
        read_all(own);
    });
}
