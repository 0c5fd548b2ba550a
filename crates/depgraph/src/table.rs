//! The installed packages of one database, sorted for look-up.

use crate::error::{Error, ErrorKind, Place};
use crate::package::Package;
use hashbrown::{DefaultHashBuilder, HashTable};
use hermitage_atom::{Atom, AtomRef, CpRef, Cpv};
use std::cmp::Ordering;
use std::hash::BuildHasher as _;
use std::ops::Range;

/// The place of a package in its [`PackageTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(u32);

impl PackageId {
    /// The place, counted from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "no machine has four billion packages installed"
    )]
    pub(crate) fn new(index: usize) -> Self {
        Self(index as u32)
    }
}

/// Installed packages, sorted by category, name, version and the text of the version.
#[derive(Clone, Debug, Default)]
pub struct PackageTable {
    packages: Vec<Package>,
    /// Where the packages of each `category/package` are.
    names: HashTable<Range<usize>>,
    hasher: DefaultHashBuilder,
}

impl PackageTable {
    /// Sorts the packages. Of several with the same text only the first is kept.
    pub fn new(mut packages: Vec<Package>) -> Self {
        packages.sort_by(in_order);
        packages.dedup_by(|later, first| later.cpv().as_str() == first.cpv().as_str());
        let hasher = DefaultHashBuilder::default();
        let mut names = HashTable::with_capacity(packages.len());
        let mut start = 0;
        for group in packages.chunk_by(|a, b| a.cpv().cp() == b.cpv().cp()) {
            let range = start..start + group.len();
            start = range.end;
            let hash = |range: &Range<usize>| hash_of_name(&hasher, &packages[range.start]);
            names.insert_unique(hash(&range), range, hash);
        }
        Self { packages, names, hasher }
    }

    /// How many packages there are.
    pub fn len(&self) -> usize {
        self.packages.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// A package of this table.
    ///
    /// # Panics
    /// If the id belongs to a larger table.
    pub fn get(&self, id: PackageId) -> &Package {
        &self.packages[id.index()]
    }

    /// Every package in order.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (PackageId, &Package)> + ExactSizeIterator {
        self.packages.iter().enumerate().map(|(index, package)| (PackageId::new(index), package))
    }

    /// The packages of one name, lowest version first.
    pub fn named(
        &self,
        category: &str,
        package: &str,
    ) -> impl DoubleEndedIterator<Item = (PackageId, &Package)> + ExactSizeIterator + use<'_> {
        self.slice(self.range(&format!("{category}/{package}")))
    }

    /// As [`PackageTable::named`], for a name in one piece.
    pub fn of_name(
        &self,
        name: CpRef<'_>,
    ) -> impl DoubleEndedIterator<Item = (PackageId, &Package)> + ExactSizeIterator + use<'_> {
        self.slice(self.range(name.as_str()))
    }

    /// The packages an atom matches, lowest version first; for a blocker those that it blocks.
    pub fn matching<'a>(
        &'a self,
        atom: AtomRef<'a>,
    ) -> impl DoubleEndedIterator<Item = (PackageId, &'a Package)> {
        self.of_name(atom.cp()).filter(move |(_, package)| atom.matches(*package).is_ok())
    }

    /// The package with this name and version.
    pub fn find(&self, cpv: &Cpv) -> Option<PackageId> {
        let found = self.packages.binary_search_by(|p| p.cpv().as_ref().cmp(&cpv.as_ref()));
        found.ok().map(PackageId::new)
    }

    /// The one package an atom means.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPackage`] or [`ErrorKind::Ambiguous`].
    pub fn only(&self, atom: &Atom) -> Result<PackageId, Error> {
        let found: Vec<_> = self.matching(atom.as_ref()).collect();
        let place = || Place::Text(atom.to_string());
        match *found {
            [(id, _)] => Ok(id),
            [] => {
                Err(Error::new(place(), ErrorKind::NoSuchPackage { similar: self.similar(atom) }))
            }
            _ => {
                let matches = found.iter().map(|(_, package)| package.cpv().to_string()).collect();
                Err(Error::new(place(), ErrorKind::Ambiguous { matches }))
            }
        }
    }

    fn similar(&self, atom: &Atom) -> Vec<String> {
        let same_name = |p: &&Package| p.cpv().package() == atom.package();
        self.packages.iter().filter(same_name).map(|p| p.cpv().to_string()).collect()
    }

    fn range(&self, name: &str) -> Range<usize> {
        let same = |range: &Range<usize>| self.packages[range.start].cpv().cp().as_str() == name;
        self.names.find(self.hasher.hash_one(name), same).cloned().unwrap_or_default()
    }

    fn slice(
        &self,
        range: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = (PackageId, &Package)> + ExactSizeIterator {
        let start = range.start;
        let place = move |(index, package)| (PackageId::new(start + index), package);
        self.packages[range].iter().enumerate().map(place)
    }
}

fn hash_of_name(hasher: &DefaultHashBuilder, package: &Package) -> u64 {
    hasher.hash_one(package.cpv().cp().as_str())
}

/// The order of a table.
fn in_order(a: &Package, b: &Package) -> Ordering {
    let (a, b) = (a.cpv(), b.cpv());
    a.cmp(b).then_with(|| a.as_str().cmp(b.as_str()))
}
