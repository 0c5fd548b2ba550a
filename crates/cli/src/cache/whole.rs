//! Everything that is kept from run to run: views, digests, sums of files. All of them together are bounded.

use std::io;
use std::path::{Path, PathBuf};

use super::Store;
use super::files::{self, Item, is_unfinished, remove};
use crate::failure::Failure;
use crate::import::cache_directory;

/// All of the cache but for what was imported, of which there is one for each foreign database.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    dir: PathBuf,
    views: Store,
}

/// What a file of the cache is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A view.
    View,
    /// What several views share.
    Base,
    /// The digest of a view.
    Digest,
    /// The sums of files.
    Sums,
    /// What is not in use for long: a lock, or a file that is being written.
    Passing,
}

/// A file of the cache.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) item: Item,
}

impl Whole {
    pub(crate) fn open() -> Result<Self, Failure> {
        Ok(Self { dir: cache_directory()?, views: Store::open()? })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn views(&self) -> &Store {
        &self.views
    }

    /// Every file, the one that was not used for longest first.
    pub(crate) fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries: Vec<Entry> = self.views.items()?.into_iter().map(of_view).collect();
        let digests = match files::items(&digests(&self.dir)) {
            // Nobody has asked for one so far.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            digests => digests?,
        };
        entries.extend(digests.into_iter().map(|item| {
            let kind = if is_unfinished(&item.path) { Kind::Passing } else { Kind::Digest };
            Entry { kind, item }
        }));
        for item in files::items(&self.dir)? {
            if item.path == sums(&self.dir) {
                entries.push(Entry { kind: Kind::Sums, item });
            } else if is_unfinished(&item.path) {
                entries.push(Entry { kind: Kind::Passing, item });
            }
        }
        entries.sort_by(|a, b| (a.item.used, &a.item.path).cmp(&(b.item.used, &b.item.path)));
        Ok(entries)
    }

    /// Removes what was not used for longest until no more than `limit` bytes are left: views and digests, then the sums, which
    /// take longest to find out again; besides what no view needs, and what was left half written. Returns how many bytes
    /// were freed.
    pub(crate) fn prune(&self, limit: u64) -> io::Result<u64> {
        let entries = self.entries()?;
        let before: u64 = entries.iter().map(|entry| entry.item.bytes).sum();
        let mut left = before;
        let of = |kinds: &'static [Kind]| entries.iter().filter(|e| kinds.contains(&e.kind));
        for Entry { item, .. } in of(&[Kind::Passing]).filter(|e| e.is_abandoned()) {
            remove(&item.path)?;
            left -= item.bytes;
        }
        for Entry { kind, item } in of(&[Kind::View, Kind::Digest]).chain(of(&[Kind::Sums])) {
            if left <= limit {
                break;
            }
            remove(&item.path)?;
            left -= item.bytes;
            if *kind == Kind::View {
                left -= self.views.sweep()?;
            }
        }
        left -= self.views.sweep()?;
        Ok(before - left)
    }

    /// Prunes when there is more than `limit`.
    pub(crate) fn prune_above(&self, limit: u64) -> io::Result<()> {
        let bytes: u64 = self.entries()?.iter().map(|entry| entry.item.bytes).sum();
        if bytes > limit { self.prune(limit).map(drop) } else { Ok(()) }
    }
}

impl Entry {
    /// Whether nobody is writing it any more. What lies beside the views is theirs to sweep.
    fn is_abandoned(&self) -> bool {
        is_unfinished(&self.item.path)
            && self.item.path.parent().is_none_or(|dir| !dir.ends_with("views"))
            && self.item.is_old()
    }
}

/// Where digests of views are in a cache.
pub(crate) fn digests(cache: &Path) -> PathBuf {
    cache.join("digests")
}

/// Where sums of files are in a cache.
pub(crate) fn sums(cache: &Path) -> PathBuf {
    cache.join("sums")
}

fn of_view(item: Item) -> Entry {
    let kind = match () {
        () if item.is_view() => Kind::View,
        () if item.is_base() => Kind::Base,
        () => Kind::Passing,
    };
    Entry { kind, item }
}
