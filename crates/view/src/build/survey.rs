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
const REQUESTS_TO_LIST: usize = 8;

/// More threads than this gain nothing: the kernel's directory locks are what they wait for.
const MOST_THREADS: usize = 8;

/// What a look into a directory brought.
struct Look {
    listing: Option<io::Result<Listing>>,
    facts: Vec<(u32, Fact)>,
}

/// What was found out about a spot.
enum Fact {
    /// Everything, and of a link also where it leads.
    Seen(io::Result<Option<Meta>>, Option<io::Result<Vec<u8>>>),
    /// By its type in the listing.
    File,
    Link(Vec<u8>),
}

impl Atlas<'_> {
    /// Looks at all spots that were not looked at yet, and reads the links among them.
    pub(super) fn survey(&mut self) -> Result<(), Error> {
        self.survey_listing(self.depth.lists)
    }

    /// The same for spots that are few of those in their directories, so that these are not listed.
    pub(super) fn survey_apart(&mut self) -> Result<(), Error> {
        self.survey_listing(false)
    }

    fn survey_listing(&mut self, lists: bool) -> Result<(), Error> {
        let spots = self.unknown();
        let groups: Vec<&[u32]> =
            spots.chunk_by(|a, b| self.parent(*a) == self.parent(*b)).collect();
        let looks = in_parallel(&groups, spots.len(), |group| self.look_into(group, lists));
        for (group, look) in groups.iter().zip(looks) {
            self.note(group, look)?;
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
    pub(super) fn listing(
        &self,
        dir: u32,
    ) -> Result<impl Iterator<Item = (&[u8], Option<Kind>)>, Error> {
        let listing = match self.listings.get(&dir) {
            Some(Ok(listing)) => Some(listing),
            Some(Err(error)) if error.kind() != io::ErrorKind::PermissionDenied => {
                let (call, source) = ("readdir", again(error));
                return Err(Error::new(self.path(dir), ErrorKind::Host { call, source }));
            }
            Some(Err(_)) | None => None,
        };
        Ok(listing.into_iter().flat_map(Listing::iter))
    }

    /// The spots not looked at, those of one directory together.
    fn unknown(&self) -> Vec<u32> {
        let unknown = |spot: &u32| matches!(self.spots[*spot as usize].state, State::Unknown);
        let mut spots: Vec<u32> = (self.surveyed..self.all().end).filter(unknown).collect();
        spots.sort_by_key(|&spot| self.parent(spot));
        spots
    }

    /// Looks at spots of one directory, which may be listed for that.
    fn look_into(&self, group: &[u32], lists: bool) -> Look {
        let Some(&first) = group.first() else { return Look { listing: None, facts: Vec::new() } };
        let parent = self.parent(first);
        let mut dir = match self.host.open_dir(&self.path(parent)) {
            Ok(dir) => dir,
            Err(error) => return Look::closed(group, &error),
        };
        let wants_listing = lists && self.is_open(parent) && !self.listings.contains_key(&parent);
        let listing = wants_listing.then(|| Listing::of(&mut *dir));
        let facts = match &listing {
            Some(Ok(listing)) if !self.depth.measures => self.sort_out(group, listing, &mut *dir),
            _ => group.iter().map(|&spot| (spot, self.see(spot, &mut *dir))).collect(),
        };
        Look { listing, facts }
    }

    /// What the listing of a directory says of the spots in it. The first of them is looked at all the same, since only
    /// that tells whether the directory may be searched.
    fn sort_out(
        &self,
        group: &[u32],
        listing: &Listing,
        dir: &mut dyn Directory,
    ) -> Vec<(u32, Fact)> {
        let Some(&first) = group.first() else { return Vec::new() };
        let probe = self.see(first, dir);
        if let Fact::Seen(Err(error), _) = &probe
            && error.kind() == io::ErrorKind::PermissionDenied
        {
            return Look::closed(group, error).facts;
        }
        let parent = self.parent(first);
        let mut facts = vec![(first, probe)];
        for (name, kind) in listing.iter() {
            let Some(spot) = self.find(parent, name).filter(|&spot| spot != first) else {
                continue;
            };
            if !matches!(self.spots[spot as usize].state, State::Unknown) {
                continue;
            }
            let fact = match kind {
                Some(Kind::File) => Fact::File,
                Some(Kind::Symlink) => match dir.read_link(name) {
                    Ok(target) => Fact::Link(target),
                    Err(_) => self.see(spot, dir),
                },
                _ => self.see(spot, dir),
            };
            facts.push((spot, fact));
        }
        facts
    }

    fn see(&self, spot: u32, dir: &mut dyn Directory) -> Fact {
        let meta = dir.lstat(self.name(spot));
        let is_link = matches!(&meta, Ok(Some(meta)) if meta.is_symlink());
        let target = is_link.then(|| dir.read_link(self.name(spot)));
        Fact::Seen(meta, target)
    }

    fn note(&mut self, group: &[u32], look: Look) -> Result<(), Error> {
        if let (Some(listing), Some(&first)) = (look.listing, group.first()) {
            self.listings.insert(self.parent(first), listing);
        }
        for (spot, fact) in look.facts {
            match fact {
                Fact::Seen(meta, target) => {
                    self.learn(spot, meta)?;
                    if let Some(target) = target {
                        self.learn_target(spot, target)?;
                    }
                }
                Fact::File => self.learn(spot, Ok(Some(UNMEASURED)))?,
                Fact::Link(target) => {
                    let meta = Meta { kind: Kind::Symlink, mode: 0o777, ..UNMEASURED };
                    self.learn(spot, Ok(Some(meta)))?;
                    self.learn_target(spot, Ok(target))?;
                }
            }
        }
        // What the listing does not name is not there.
        for &spot in group {
            if let State::Unknown = self.spots[spot as usize].state {
                self.learn(spot, Ok(None))?;
            }
        }
        Ok(())
    }

    /// Whether what is in a directory may come to be visible one by one.
    pub(super) fn is_open(&self, dir: u32) -> bool {
        let dir = &self.spots[dir as usize];
        !dir.provided && !dir.tree && !dir.denied
    }
}

impl Look {
    /// Nothing in the directory can be looked at.
    fn closed(group: &[u32], error: &io::Error) -> Self {
        use io::ErrorKind::{NotADirectory, NotFound};
        let fact = |&spot: &u32| {
            let is_gone = matches!(error.kind(), NotFound | NotADirectory);
            (spot, Fact::Seen(if is_gone { Ok(None) } else { Err(again(error)) }, None))
        };
        Self { listing: None, facts: group.iter().map(fact).collect() }
    }
}

/// What is put down for a regular file that is only known to be one.
pub(super) const UNMEASURED: Meta =
    Meta { kind: Kind::File, mode: 0, size: 0, mtime: Mtime { sec: 0, nsec: 0 }, dev: 0, ino: 0 };

/// The same error once more.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// `work` done on every item, the results in the items' order; `weight` is how many requests that is in all.
fn in_parallel<T: Sync, R: Send>(
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
