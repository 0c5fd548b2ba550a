//! Asking the host about many paths at once.

use std::io;
use std::num::NonZero;
use std::thread;

use super::atlas::{Atlas, State};
use super::listing::Listing;
use crate::{Directory, Error, ErrorKind, Kind, Meta, Mtime};

/// Below this many requests a thread costs more than it saves.
const WORTH_A_THREAD: usize = 1024;

/// Listing a directory costs about as much as so many single requests.
pub(super) const REQUESTS_TO_LIST: usize = 8;

/// More threads than this gain nothing: the kernel's directory locks are what they wait for.
const MOST_THREADS: usize = 8;

/// What the host says of a path, and of a link also where it leads.
pub(super) type Seen = (io::Result<Option<Meta>>, Option<io::Result<Vec<u8>>>);

impl Atlas<'_> {
    /// Looks at all spots that were not looked at yet, and reads the links among them.
    pub(super) fn survey(&mut self) -> Result<(), Error> {
        let spots = self.unknown();
        let groups: Vec<&[u32]> =
            spots.chunk_by(|a, b| self.parent(*a) == self.parent(*b)).collect();
        let looks = in_parallel(&groups, spots.len(), |group| self.look_into(group));
        for (group, look) in groups.iter().zip(looks) {
            for (&spot, seen) in group.iter().zip(look) {
                self.learn_seen(spot, seen)?;
            }
        }
        self.surveyed = self.all().end;
        Ok(())
    }

    /// Lists these directories, if that was not done yet.
    pub(super) fn list(&mut self, dirs: &[u32]) {
        let new: Vec<u32> =
            dirs.iter().copied().filter(|dir| !self.listings.contains_key(dir)).collect();
        let list = |&dir: &u32| Listing::of(&mut *self.host.open_dir(&self.path(dir))?);
        let listings = in_parallel(&new, new.len() * REQUESTS_TO_LIST, list);
        self.listings.extend(new.iter().copied().zip(listings));
    }

    /// What is in a directory that was listed; nothing where we may not look.
    ///
    /// That is closed to us and so to the build: what is in it can't be found from inside either.
    pub(super) fn listing(&self, dir: u32) -> Result<Option<&Listing>, Error> {
        Ok(match self.listings.get(&dir) {
            Some(Ok(listing)) => Some(listing),
            Some(Err(error)) if error.kind() != io::ErrorKind::PermissionDenied => {
                let (call, source) = ("readdir", again(error));
                return Err(Error::new(self.path(dir), ErrorKind::Host { call, source }));
            }
            Some(Err(_)) | None => None,
        })
    }

    /// The spots not looked at, those of one directory together.
    fn unknown(&self) -> Vec<u32> {
        let unknown = |spot: &u32| matches!(self.spots[*spot as usize].state, State::Unknown);
        let mut spots: Vec<u32> = (self.surveyed..self.all().end).filter(unknown).collect();
        spots.sort_by_key(|&spot| self.parent(spot));
        spots
    }

    /// Looks at spots of one directory.
    fn look_into(&self, group: &[u32]) -> Vec<Seen> {
        let Some(&first) = group.first() else { return Vec::new() };
        match self.host.open_dir(&self.path(self.parent(first))) {
            Ok(mut dir) => group.iter().map(|&spot| see(self.name(spot), &mut *dir)).collect(),
            Err(error) => group.iter().map(|_| closed(&error)).collect(),
        }
    }

    pub(super) fn learn_seen(&mut self, spot: u32, (meta, target): Seen) -> Result<(), Error> {
        self.learn(spot, meta)?;
        target.map_or(Ok(()), |target| self.learn_target(spot, target))
    }

    /// Whether what is in a directory may come to be visible one by one.
    pub(super) fn is_open(&self, dir: u32) -> bool {
        let dir = &self.spots[dir as usize];
        !dir.provided && !dir.tree && !dir.denied
    }
}

pub(super) fn see(name: &[u8], dir: &mut dyn Directory) -> Seen {
    let meta = dir.lstat(name);
    let is_link = matches!(&meta, Ok(Some(meta)) if meta.is_symlink());
    let target = is_link.then(|| dir.read_link(name));
    (meta, target)
}

/// What is said of all that is in a directory that could not be opened.
pub(super) fn closed(error: &io::Error) -> Seen {
    use io::ErrorKind::{NotADirectory, NotFound};
    let is_gone = matches!(error.kind(), NotFound | NotADirectory);
    (if is_gone { Ok(None) } else { Err(again(error)) }, None)
}

/// What is put down where only the kind is known.
pub(super) fn unmeasured(kind: Kind) -> Meta {
    let mode = if kind == Kind::Symlink { 0o777 } else { 0 };
    Meta { kind, mode, size: 0, mtime: Mtime { sec: 0, nsec: 0 }, dev: 0, ino: 0 }
}

/// The same error once more.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// `work` done on every item, the results in the items' order; `weight` is how many requests that is in all.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    weight: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let threads = threads_for(weight);
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

fn threads_for(weight: usize) -> usize {
    let threads = (weight / WORTH_A_THREAD).min(MOST_THREADS);
    // The number of processors is read from files, so it is not asked for in vain.
    if threads < 2 {
        1
    } else {
        threads.min(thread::available_parallelism().map_or(1, NonZero::get))
    }
}

fn joined<R>(worker: thread::ScopedJoinHandle<'_, R>) -> R {
    match worker.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
