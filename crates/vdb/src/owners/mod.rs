//! Which packages own a path.

pub(crate) mod canonical;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use canonical::{Atlas, split};

use crate::contents::Line;
use crate::{Contents, Entry, Error, ErrorKind, Links, Package};

/// The place of a package in the slice that an [`OwnerIndex`] was built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageIdx(pub usize);

/// One recorded path, and where it really is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The package that recorded it.
    pub package: PackageIdx,
    /// What it recorded.
    pub entry: Entry<'a>,
    /// The directory the path is in, once the links that lead there are followed; empty for `/`.
    pub parent: &'a [u8],
    /// The last component of the path.
    pub name: &'a [u8],
}

/// Finds the owners of paths, however a path and its record are written.
///
/// Two paths are the same when their last components are and their parents lead to the same directory. So
/// `/lib/libc.so.6` is found as `/usr/lib64/libc.so.6` where `/lib` leads there, and a link is never mistaken for what it
/// points to.
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
    atlas: Atlas,
    contents: Vec<Contents>,
    /// Invariant: sorted by key, package and place.
    places: Vec<Place>,
    oddities: Vec<Error>,
}

/// Where a record is, small enough to be sorted by the hundred thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: u64,
    package: u32,
    offset: u32,
    path_len: u32,
    parent: u32,
}

impl<L: Links> OwnerIndex<L> {
    /// Reads the CONTENTS of all packages.
    ///
    /// Lines that cannot be read and packages without CONTENTS are [`oddities`](OwnerIndex::oddities).
    ///
    /// # Errors
    /// When a file or link cannot be read, or a package vanished.
    pub fn build(packages: &[Package], links: L) -> Result<Self, Error> {
        let mut contents = Vec::with_capacity(packages.len());
        let mut oddities = Vec::new();
        for package in packages {
            contents.push(package.contents()?.unwrap_or_else(|| {
                let path = package.dir().join("CONTENTS");
                oddities.push(Error::new(&path, ErrorKind::Injected));
                Contents::new(path, Vec::new())
            }));
        }
        let mut index = Self::from_contents(contents, links)?;
        index.oddities.append(&mut oddities);
        Ok(index)
    }

    /// Indexes files that were read already; the index of a file is that of its package.
    ///
    /// # Errors
    /// When a link cannot be read.
    pub fn from_contents(contents: Vec<Contents>, links: L) -> Result<Self, Error> {
        let mut builder = Builder::default();
        for (package, file) in contents.iter().enumerate() {
            builder.add(package, file, &links)?;
        }
        builder.places.sort_unstable();
        let Builder { atlas, places, oddities, .. } = builder;
        Ok(Self { links, atlas, contents, places, oddities })
    }

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

    /// Every record of a path, as [`OwnerIndex::owners`] finds them.
    ///
    /// # Errors
    /// As [`OwnerIndex::owners`].
    pub fn records_of(&self, path: &[u8]) -> Result<Vec<Record<'_>>, Error> {
        let (parent, name) = self.atlas.locate(path, &self.links)?;
        let Some(parent) = parent else { return Ok(Vec::new()) };
        let key = key(parent, &name);
        let start = self.places.partition_point(|place| place.key < key);
        let places = self.places.get(start..).unwrap_or_default();
        let same = places.iter().take_while(|place| place.key == key);
        // Different names may share a key.
        let same = same.filter(|place| place.parent == parent).filter_map(|p| self.record(p));
        Ok(same.filter(|record| record.name == name).collect())
    }

    /// Every record, in no order that means anything, but always the same.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.places.iter().filter_map(|place| self.record(place))
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nobody owns anything.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
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
        let parent = self.atlas.directory(place.parent);
        let package = PackageIdx(place.package as usize);
        Some(Record { package, entry, parent, name: split(entry.path()).1 })
    }
}

#[derive(Default)]
struct Builder {
    atlas: Atlas,
    places: Vec<Place>,
    oddities: Vec<Error>,
    /// The number of each parent as it is written; CONTENTS names the same few over and over.
    parents: HashMap<Vec<u8>, u32>,
}

impl Builder {
    fn add<L: Links>(&mut self, package: usize, file: &Contents, links: &L) -> Result<(), Error> {
        let mut offset = 0;
        for line in file.lines() {
            match line.settled(links) {
                Ok(entry) => self.add_entry(package, offset, &entry, links)?,
                Err(kind) => {
                    self.oddities.push(Error::at_line(file.path(), line.number(), kind));
                }
            }
            offset += line.as_bytes().len() + 1;
        }
        Ok(())
    }

    fn add_entry<L: Links>(
        &mut self,
        package: usize,
        offset: usize,
        entry: &Entry<'_>,
        links: &L,
    ) -> Result<(), Error> {
        let (parent, name) = split(entry.path());
        let parent = if let Some(&number) = self.parents.get(parent) {
            number
        } else {
            let number = self.atlas.enter(parent, links)?;
            self.parents.insert(parent.to_owned(), number);
            number
        };
        let place = Place {
            key: key(parent, name),
            package: small(package),
            offset: small(offset),
            path_len: small(entry.path().len()),
            parent,
        };
        self.places.push(place);
        Ok(())
    }
}

fn key(parent: u32, name: &[u8]) -> u64 {
    // The keys of a default hasher that is made with `new` are fixed, so the order of the records is too.
    let mut hasher = DefaultHasher::new();
    (parent, name).hash(&mut hasher);
    hasher.finish()
}

/// A CONTENTS file of 4 GiB or that many packages do not exist; a record beyond is not found again, nothing worse.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
