//! Which packages there are.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use hermitage_atom::{Cpv, is_category};

use crate::{Error, ErrorKind, Package, PackageDir};

/// The packages of a database at one moment, sorted by name and version.
///
/// Whatever else was there is not dropped: directories that hold a package's files under an invalid name are
/// [`leftovers`](Packages::leftovers), and each has an entry in [`oddities`](Packages::oddities).
#[derive(Debug, Default)]
pub struct Packages {
    valid: Vec<Package>,
    leftovers: Vec<PackageDir>,
    oddities: Vec<Error>,
}

impl Packages {
    /// The packages, as a slice.
    pub fn as_slice(&self) -> &[Package] {
        &self.valid
    }

    /// The packages, one after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Package> {
        self.valid.iter()
    }

    /// How many packages there are.
    pub fn len(&self) -> usize {
        self.valid.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.valid.is_empty()
    }

    /// The packages, without the rest.
    pub fn into_packages(self) -> Vec<Package> {
        self.valid
    }

    /// Directories that are no installed packages: of merges that did not finish, or with names PMS does not allow.
    pub fn leftovers(&self) -> &[PackageDir] {
        &self.leftovers
    }

    /// What is odd about names and places. What is odd inside a package, [`Package::examine`] tells.
    pub fn oddities(&self) -> &[Error] {
        &self.oddities
    }

    fn sort(&mut self) {
        // Names that only differ in how the version is written are equal, so the text decides between them.
        let key = |package: &Package| package.cpv().as_str().to_owned();
        self.valid.sort_by(|a, b| a.cpv().cmp(b.cpv()).then_with(|| key(a).cmp(&key(b))));
        self.leftovers.sort_by(|a, b| a.dir().cmp(b.dir()));
        self.oddities.sort_by(|a, b| a.path().cmp(b.path()));
    }

    fn add_category(&mut self, entry: &DirEntry) -> Result<(), Error> {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return self.odd(entry, ErrorKind::NameEncoding);
        };
        if !is_dir(entry) {
            return self.odd(entry, ErrorKind::Stray);
        }
        if !is_category(name) {
            return self.odd(entry, ErrorKind::Category);
        }
        self.read_category(name, &entry.path())
    }

    fn read_category(&mut self, category: &str, dir: &Path) -> Result<(), Error> {
        for entry in entries(dir)? {
            self.add_package(category, &entry)?;
        }
        Ok(())
    }

    fn add_package(&mut self, category: &str, entry: &DirEntry) -> Result<(), Error> {
        if !is_dir(entry) {
            return self.odd(entry, ErrorKind::Stray);
        }
        let name = entry.file_name();
        let kind = match name.to_str() {
            None => ErrorKind::NameEncoding,
            Some(name) if name.starts_with("-MERGING-") => ErrorKind::Merging,
            Some(name) => match Cpv::parse(&format!("{category}/{name}")) {
                Ok(cpv) => {
                    self.valid.push(Package::new(cpv, entry.path()));
                    return Ok(());
                }
                Err(error) => ErrorKind::Name(error),
            },
        };
        self.leftovers.push(PackageDir::new(entry.path()));
        self.odd(entry, kind)
    }

    #[expect(clippy::unnecessary_wraps, reason = "so that each case above is one expression")]
    fn odd(&mut self, entry: &DirEntry, kind: ErrorKind) -> Result<(), Error> {
        self.oddities.push(Error::new(entry.path(), kind));
        Ok(())
    }
}

impl<'a> IntoIterator for &'a Packages {
    type Item = &'a Package;
    type IntoIter = std::slice::Iter<'a, Package>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Packages {
    type Item = Package;
    type IntoIter = std::vec::IntoIter<Package>;

    fn into_iter(self) -> Self::IntoIter {
        self.valid.into_iter()
    }
}

pub(super) fn list(dir: &Path) -> Result<Packages, Error> {
    let mut found = Packages::default();
    for entry in entries(dir)? {
        found.add_category(&entry)?;
    }
    found.sort();
    Ok(found)
}

pub(super) fn list_category(dir: &Path, category: &str) -> Result<Packages, Error> {
    let mut found = Packages::default();
    found.read_category(category, &dir.join(category))?;
    found.sort();
    Ok(found)
}

/// The entries of a directory that Portage does not skip; none if the directory went away.
fn entries(dir: &Path) -> Result<Vec<DirEntry>, Error> {
    let listed = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    match listed {
        Ok(mut entries) => {
            entries.retain(|entry| !is_skipped(entry.file_name().as_encoded_bytes()));
            Ok(entries)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::io(dir, ErrorKind::List, error)),
    }
}

/// Hidden files (pkgcore's `.tmp.*` among them), version control, the file system's own, and locks.
fn is_skipped(name: &[u8]) -> bool {
    name.starts_with(b".") || matches!(name, b"CVS" | b"lost+found") || name.ends_with(b".lockfile")
}

fn is_dir(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        Ok(kind) => kind.is_dir(),
        Err(_) => false,
    }
}
