//! Which packages own a path.

pub(crate) mod canonical;
mod names;

use std::sync::{Mutex, MutexGuard, PoisonError};

use canonical::{Atlas, split};
use names::{Names, Place};

use crate::contents::Line;
use crate::{Contents, Entry, Error, ErrorKind, Links, Package, parallel};

/// The place of a package in the slice that an [`OwnerIndex`] was built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageIdx(pub usize);

/// One recorded path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The package that recorded it.
    pub package: PackageIdx,
    /// What it recorded.
    pub entry: Entry<'a>,
}

/// Finds the owners of paths, however a path and its record are written.
///
/// Two paths are the same when their last components are and their parents lead to the same directory. So
/// `/lib/libc.so.6` is found as `/usr/lib64/libc.so.6` where `/lib` leads there, and a link is never mistaken for what it
/// points to.
///
/// CONTENTS are read when the index is built, and the disk is asked about links when a path is asked for: only about those
/// that lead to it, or to a record with the same last component.
///
/// ```
/// use hermitage_vdb::{MemoryLinks, OwnerIndex, PackageIdx};
/// use hermitage_vdb::test_support::Fixture;
///
/// let fixture = Fixture::new("
///     == sys-libs/glibc-2.40
///     -- CONTENTS
///     obj /lib64/libc.so.6 d41d8cd98f00b204e9800998ecf8427e 1500000000
/// ")?;
/// let packages = fixture.database()?.packages()?;
/// let links = MemoryLinks::from_iter([("/lib64", "usr/lib64")]);
/// let owners = OwnerIndex::build(packages.as_slice(), links)?;
/// assert_eq!(owners.owners(b"/usr/lib64/libc.so.6")?, [PackageIdx(0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct OwnerIndex<L> {
    links: L,
    contents: Vec<Contents>,
    /// Of some packages each, in the order of the packages.
    names: Vec<Names>,
    oddities: Vec<Error>,
    /// What was learnt about directories by answering.
    atlas: Mutex<Atlas>,
}

/// As much of CONTENTS, in bytes, as is worth a thread.
const WORTH_A_THREAD: usize = 1 << 18;

impl<L: Links + Sync> OwnerIndex<L> {
    /// Reads the CONTENTS of all packages, on all processors.
    ///
    /// Lines that cannot be read and packages without CONTENTS are [`oddities`](OwnerIndex::oddities).
    ///
    /// # Errors
    /// When a file cannot be read, or a package vanished.
    pub fn build(packages: &[Package], links: L) -> Result<Self, Error> {
        let mut contents = Vec::with_capacity(packages.len());
        let mut oddities = Vec::new();
        let read = Contents::of_all(&packages.iter().collect::<Vec<_>>());
        for (package, file) in packages.iter().zip(read) {
            contents.push(file?.unwrap_or_else(|| {
                let path = package.dir().join("CONTENTS");
                oddities.push(Error::new(&path, ErrorKind::Injected));
                Contents::new(path, Vec::new())
            }));
        }
        let mut index = Self::from_contents(contents, links);
        index.oddities.append(&mut oddities);
        Ok(index)
    }

    /// Indexes files that were read already; the index of a file is that of its package.
    pub fn from_contents(contents: Vec<Contents>, links: L) -> Self {
        let shares = shares(&contents);
        let indexed = parallel::map(&shares, 1, |&(first, files)| Names::of(files, first, &links));
        let (names, oddities): (_, Vec<_>) = indexed.into_iter().unzip();
        let oddities = oddities.into_iter().flatten().collect();
        Self { links, contents, names, oddities, atlas: Mutex::default() }
    }
}

impl<L: Links> OwnerIndex<L> {
    /// The packages that own a path, each once, in their order; none for a path that nobody owns.
    ///
    /// # Errors
    /// When a link on the way cannot be read, or leads to itself.
    pub fn owners(&self, path: &[u8]) -> Result<Vec<PackageIdx>, Error> {
        let mut owners = Vec::new();
        for record in self.records_of(path)? {
            if owners.last() != Some(&record.package) {
                owners.push(record.package);
            }
        }
        Ok(owners)
    }

    /// Every record of a path, as [`OwnerIndex::owners`] finds them, in the order of packages and lines.
    ///
    /// # Errors
    /// As [`OwnerIndex::owners`].
    pub fn records_of(&self, path: &[u8]) -> Result<Vec<Record<'_>>, Error> {
        let mut atlas = self.atlas();
        let (parent, name) = atlas.locate(path, &self.links)?;
        let mut found = Vec::new();
        for place in self.names.iter().flat_map(|names| names.named(&name)) {
            let Some(record) = self.record(place) else { continue };
            let (written, last) = split(record.entry.path());
            // What is written as the directory it really is needs no look at the disk.
            if last == name
                && (atlas.directory(parent) == written
                    || atlas.enter(written, &self.links)? == parent)
            {
                found.push(record);
            }
        }
        Ok(found)
    }

    /// Every record with this last component, in the order of packages and lines.
    pub fn records_named<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = Record<'a>> {
        let places = self.names.iter().flat_map(move |names| names.named(name));
        let records = places.filter_map(|place| self.record(place));
        // Another name may have the same hash.
        records.filter(move |record| split(record.entry.path()).1 == name)
    }

    /// Where a path really is: all links followed but one in the last component.
    ///
    /// # Errors
    /// As [`OwnerIndex::owners`].
    pub fn real_path(&self, path: &[u8]) -> Result<Vec<u8>, Error> {
        let mut atlas = self.atlas();
        let (parent, name) = atlas.locate(path, &self.links)?;
        Ok([atlas.directory(parent), b"/", &name].concat())
    }

    /// Every record, in the order of packages and lines.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.names.iter().flat_map(Names::places).filter_map(|place| self.record(place))
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.names.iter().map(|names| names.places().len()).sum()
    }

    /// Whether nobody owns anything.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lines that could not be read, and the packages that have no CONTENTS.
    pub fn oddities(&self) -> &[Error] {
        &self.oddities
    }

    /// The links the index was built with.
    pub fn links(&self) -> &L {
        &self.links
    }

    fn record(&self, place: &Place) -> Option<Record<'_>> {
        let file = self.contents.get(place.package as usize)?;
        let rest = file.as_bytes().get(place.offset as usize..)?;
        let line = Line::first_of(rest)?;
        let wanted = |entry: &Entry<'_>| entry.path().len() == place.path_len as usize;
        let entry = line.readings().find(wanted)?;
        Some(Record { package: PackageIdx(place.package as usize), entry })
    }

    fn atlas(&self) -> MutexGuard<'_, Atlas> {
        // Who panicked while holding it left nothing half done that matters: what is known stays true.
        self.atlas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The files in as many parts of about the same size as there are processors to use, each with the number of its first.
fn shares(contents: &[Contents]) -> Vec<(usize, &[Contents])> {
    let size = |file: &Contents| file.as_bytes().len();
    let total: usize = contents.iter().map(size).sum();
    let share = total.div_ceil(parallel::threads_for(total / WORTH_A_THREAD)).max(1);
    let mut shares = Vec::new();
    let (mut start, mut sum) = (0, 0);
    for (at, file) in contents.iter().enumerate() {
        sum += size(file);
        if sum >= share || at + 1 == contents.len() {
            shares.push((start, &contents[start..=at]));
            (start, sum) = (at + 1, 0);
        }
    }
    shares
}
