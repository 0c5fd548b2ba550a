//! Asking the host about many paths at once.

use std::io;
use std::num::NonZero;
use std::thread;

use super::atlas::{Atlas, State};
use crate::{Error, Meta};

/// Below this many paths a thread costs more than it saves.
const WORTH_A_THREAD: usize = 2048;

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
        for found in self.ask(&groups, threads(spots.len())) {
            self.learn(found.spot, found.meta)?;
            if let Some(target) = found.target {
                self.learn_target(found.spot, target)?;
            }
        }
        Ok(())
    }

    /// The spots not looked at, those of one directory together.
    fn unknown(&self) -> Vec<u32> {
        let unknown = |spot: &u32| matches!(self.spots[*spot as usize].state, State::Unknown);
        let all = 0..u32::try_from(self.spots.len()).unwrap_or(u32::MAX);
        let mut spots: Vec<u32> = all.filter(unknown).collect();
        spots.sort_by_key(|&spot| self.parent(spot));
        spots
    }

    fn ask(&self, groups: &[&[u32]], threads: usize) -> Vec<Found> {
        if threads < 2 {
            return groups.iter().flat_map(|group| self.ask_in_one_dir(group)).collect();
        }
        let share = |groups: &[&[u32]]| -> Vec<Found> {
            groups.iter().flat_map(|group| self.ask_in_one_dir(group)).collect()
        };
        thread::scope(|scope| {
            let size = groups.len().div_ceil(threads).max(1);
            let workers: Vec<_> =
                groups.chunks(size).map(|groups| scope.spawn(move || share(groups))).collect();
            let join = |worker: thread::ScopedJoinHandle<'_, Vec<Found>>| match worker.join() {
                Ok(found) => found,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            workers.into_iter().flat_map(join).collect()
        })
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

    fn parent(&self, spot: u32) -> u32 {
        self.spots[spot as usize].parent
    }
}

fn threads(paths: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    (paths / WORTH_A_THREAD).min(cores).min(MOST_THREADS)
}
