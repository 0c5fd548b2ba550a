//! Asking the host about many paths at once.

use std::io;
use std::num::NonZero;
use std::thread;

use super::atlas::{Atlas, State};
use crate::{DirEntry, Error, Meta};

/// Below this many requests a thread costs more than it saves.
const WORTH_A_THREAD: usize = 1024;

/// More threads than this gain nothing: the kernel's directory locks are what they wait for.
const MOST_THREADS: usize = 8;

struct Found {
    spot: u32,
    meta: io::Result<Option<Meta>>,
    target: Option<io::Result<Vec<u8>>>,
}

impl Atlas<'_> {
    /// Looks at all spots that were not looked at yet, and reads the links among them.
    pub(super) fn survey(&mut self) -> Result<(), Error> {
        let spots = self.unknown();
        let groups: Vec<&[u32]> =
            spots.chunk_by(|a, b| self.parent(*a) == self.parent(*b)).collect();
        let found = in_parallel(&groups, spots.len(), |group| self.ask_in_one_dir(group));
        for found in found.into_iter().flatten() {
            self.learn(found.spot, found.meta)?;
            if let Some(target) = found.target {
                self.learn_target(found.spot, target)?;
            }
        }
        Ok(())
    }

    /// The names in each of these directories.
    pub(super) fn list(&self, dirs: &[u32]) -> Vec<io::Result<Vec<DirEntry>>> {
        in_parallel(dirs, dirs.len(), |&dir| self.host.read_dir(&self.path(dir)))
    }

    /// The spots not looked at, those of one directory together.
    fn unknown(&self) -> Vec<u32> {
        let unknown = |spot: &u32| matches!(self.spots[*spot as usize].state, State::Unknown);
        let mut spots: Vec<u32> = self.all().filter(unknown).collect();
        spots.sort_by_key(|&spot| self.parent(spot));
        spots
    }

    fn ask_in_one_dir(&self, group: &[u32]) -> Vec<Found> {
        let Some(&first) = group.first() else { return Vec::new() };
        let dir = self.path(self.parent(first));
        let names: Vec<&[u8]> = group.iter().map(|&spot| self.name(spot)).collect();
        let metas = self.host.lstat_in(&dir, &names);
        let found = |(&spot, meta): (&u32, io::Result<Option<Meta>>)| {
            let is_link = matches!(&meta, Ok(Some(meta)) if meta.is_symlink());
            let target = is_link.then(|| self.host.read_link(&self.path(spot)));
            Found { spot, meta, target }
        };
        group.iter().zip(metas).map(found).collect()
    }
}

/// `work` done on every item, the results in the items' order; `weight` is how many requests that is in all.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    weight: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (weight / WORTH_A_THREAD).min(cores).min(MOST_THREADS);
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    // More pieces than threads, taken in turn, since directories differ much in size.
    let size = items.len().div_ceil(threads * 16).max(1);
    let pieces: Vec<&[T]> = items.chunks(size).collect();
    let work = &work;
    let share = |first: usize| {
        let mine = pieces.iter().skip(first).step_by(threads);
        mine.map(|piece| piece.iter().map(work).collect()).collect::<Vec<Vec<R>>>()
    };
    let share = &share;
    let mut shares: Vec<_> = thread::scope(|scope| {
        let start = |first| thread::Builder::new().spawn_scoped(scope, move || share(first)).ok();
        let workers: Vec<_> = (0..threads).map(start).collect();
        // Where no thread is to be had, this one does the share.
        let finish =
            |(first, worker): (usize, Option<_>)| worker.map_or_else(|| share(first), joined);
        workers.into_iter().enumerate().map(|each| finish(each).into_iter()).collect()
    });
    let dealt = (0..pieces.len()).filter_map(|piece| shares[piece % threads].next());
    dealt.flatten().collect()
}

fn joined<R>(worker: thread::ScopedJoinHandle<'_, R>) -> R {
    match worker.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
