//! The database as a whole.

mod list;
mod lock;

use std::path::{Path, PathBuf};

use hermitage_atom::Cpv;

pub use list::Packages;
pub use lock::ReadLock;

use crate::{DiskLinks, Error, ErrorKind, Package};

/// An installed-package database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    dir: PathBuf,
    root: PathBuf,
    eprefix: PathBuf,
}

impl Database {
    /// Opens the database that is `dir` itself, usually `.../var/db/pkg`.
    ///
    /// ROOT is what stands before `var/db/pkg`, and EPREFIX is empty; if either is otherwise, use [`Database::under`].
    ///
    /// # Errors
    /// [`ErrorKind::NoDatabase`] when it is not a directory.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let root = dir.ends_with("var/db/pkg").then(|| dir.ancestors().nth(3)).flatten();
        let root = root.unwrap_or(Path::new("/")).to_owned();
        Self::at(dir.to_owned(), root, PathBuf::new())
    }

    /// Opens the database of the system at `root` that was installed with `eprefix` (empty, or like `/home/me/gentoo`).
    ///
    /// # Errors
    /// [`ErrorKind::NoDatabase`] when there is none.
    pub fn under(root: impl AsRef<Path>, eprefix: impl AsRef<Path>) -> Result<Self, Error> {
        let (root, eprefix) = (root.as_ref(), eprefix.as_ref());
        let inside = eprefix.strip_prefix("/").unwrap_or(eprefix);
        let dir = root.join(inside).join("var/db/pkg");
        Self::at(dir, root.to_owned(), eprefix.to_owned())
    }

    /// Opens the database `dir` that describes the system at `root`, wherever the two are.
    ///
    /// # Errors
    /// [`ErrorKind::NoDatabase`] when it is not a directory.
    pub fn at(dir: PathBuf, root: PathBuf, eprefix: PathBuf) -> Result<Self, Error> {
        match std::fs::metadata(&dir) {
            Ok(meta) if meta.is_dir() => Ok(Self { dir, root, eprefix }),
            Ok(_) => Err(Error::new(dir, ErrorKind::NoDatabase)),
            Err(error) => Err(Error::io(dir, ErrorKind::NoDatabase, error)),
        }
    }

    /// The directory of the database.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// ROOT: the place of the host where the described system's `/` is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// EPREFIX, with which the paths in CONTENTS start; empty for most systems.
    pub fn eprefix(&self) -> &Path {
        &self.eprefix
    }

    /// The symbolic links of the described system.
    pub fn links(&self) -> DiskLinks {
        DiskLinks::new(&self.root)
    }

    /// Lists the packages, sorted by name and version, and whatever else is there.
    ///
    /// # Errors
    /// When a directory cannot be listed. One that goes away meanwhile is left out.
    pub fn packages(&self) -> Result<Packages, Error> {
        list::list(&self.dir)
    }

    /// The installed package of this name and version; `1.0` and `1.0-r0` are the same version.
    ///
    /// # Errors
    /// When the category cannot be listed.
    pub fn find(&self, cpv: &Cpv) -> Result<Option<Package>, Error> {
        let dir = self.dir.join(cpv.category()).join(cpv.pf());
        if dir.is_dir() {
            return Ok(Some(Package::new(cpv.clone(), dir)));
        }
        let category = list::list_category(&self.dir, cpv.category())?;
        Ok(category.into_packages().into_iter().find(|package| package.cpv() == cpv))
    }

    /// Takes Portage's lock of the database for reading, if nobody writes.
    ///
    /// Never waits and never creates the lock file: a reader need not be able to write there, and reads without a lock are
    /// safe, only not of one moment.
    ///
    /// # Errors
    /// When the lock cannot be taken for another reason than somebody holding it or missing permission.
    pub fn read_lock(&self) -> Result<ReadLock, Error> {
        lock::read_lock(&self.dir)
    }
}
