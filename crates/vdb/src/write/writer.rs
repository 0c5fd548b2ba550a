//! Where and how it is written.

use std::path::{Path, PathBuf};

use super::NewPackage;
use super::files;
use crate::metadata::render;
use crate::{Database, Error};

/// Which form the fields are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetadataFile {
    /// One file a field, as every Portage before 3.0.82 did it.
    #[default]
    No,
    /// One file a field, and all of them in `metadata` as well.
    Beside,
    /// Only `metadata`, and the files that never go into it.
    Only,
}

/// Writes entries into a database.
///
/// Invariants: 1. under its final name an entry is complete; 2. an entry of the same name is replaced as a whole.
///
/// ```
/// use hermitage_vdb::hermitage_atom::Cpv;
/// use hermitage_vdb::{ContentsBuilder, Database};
/// use hermitage_vdb::write::{NewPackage, Writer};
///
/// let root = tempfile::tempdir()?;
/// let mut contents = ContentsBuilder::new();
/// contents.obj(b"/usr/bin/true", b"d41d8cd98f00b204e9800998ecf8427e", 1_500_000_000)?;
///
/// let mut package = NewPackage::new(Cpv::parse("sys-apps/true-1.0")?);
/// package.field("SLOT", "0")?.contents(contents);
/// Writer::create(&root.path().join("var/db/pkg"))?.write(&package)?;
///
/// let database = Database::under(root.path(), "")?;
/// assert_eq!(database.packages()?.iter().next().unwrap().slot()?, "0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer {
    dir: PathBuf,
    metadata: MetadataFile,
    counter: Option<u64>,
}

impl Writer {
    /// Writes into `dir`, which is `.../var/db/pkg` and is made if it is not there.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn create(dir: &Path) -> Result<Self, Error> {
        files::create_dir_all(dir)?;
        Ok(Self { dir: dir.to_owned(), metadata: MetadataFile::default(), counter: None })
    }

    /// Sets the form of the fields.
    #[must_use]
    pub fn metadata(self, metadata: MetadataFile) -> Self {
        Self { metadata, ..self }
    }

    /// Writes an entry as a merge does: as `-MERGING-PF`, which is then renamed; returns its directory.
    ///
    /// Gives it the next COUNTER of the database when it has none. The caller holds Portage's lock when Portage may be at
    /// work in the same database.
    ///
    /// # Errors
    /// When something cannot be written; the entry's final name is then as it was before, unless an entry was replaced: it may
    /// be gone.
    pub fn write(&mut self, package: &NewPackage) -> Result<PathBuf, Error> {
        let (category, pf) = (package.cpv().category(), package.cpv().pf());
        let category = self.dir.join(category);
        let merging = category.join(format!("-MERGING-{pf}"));
        files::create_dir_all(&category)?;
        files::remove_dir_all(&merging)?;
        self.fill(&merging, package)?;
        files::sync(&merging)?;
        let place = category.join(pf);
        files::remove_dir_all(&place)?;
        files::rename(&merging, &place)?;
        files::sync(&category)?;
        Ok(place)
    }

    /// Writes an entry straight under its final name, which must be free: for a database that nobody reads yet.
    ///
    /// # Errors
    /// When something cannot be written; what was written so far remains.
    pub fn write_in_place(&mut self, package: &NewPackage) -> Result<PathBuf, Error> {
        let category = self.dir.join(package.cpv().category());
        files::create_dir_all(&category)?;
        let place = category.join(package.cpv().pf());
        self.fill(&place, package)?;
        Ok(place)
    }

    fn fill(&mut self, dir: &Path, package: &NewPackage) -> Result<(), Error> {
        let mut package = package.clone();
        if !package.has("COUNTER") {
            package.field("COUNTER", &self.next_counter()?.to_string())?;
        }
        files::create_dir(dir)?;
        for (name, bytes) in package.files(self.metadata != MetadataFile::Only) {
            files::write(&dir.join(name), bytes)?;
        }
        if self.metadata == MetadataFile::No { Ok(()) } else { write_metadata(dir, &package) }
    }

    /// One more than the highest COUNTER so far.
    fn next_counter(&mut self) -> Result<u64, Error> {
        let last = match self.counter {
            Some(last) => last,
            None => highest_counter(&self.dir)?,
        };
        self.counter = Some(last + 1);
        Ok(last + 1)
    }
}

/// The file has to exist before the directory's time is taken, since making it changes that time.
fn write_metadata(dir: &Path, package: &NewPackage) -> Result<(), Error> {
    let path = dir.join("metadata");
    files::write(&path, b"")?;
    let mtime = files::mtime_ns(dir)?;
    files::write(&path, &render(package.fields(), mtime))
}

fn highest_counter(dir: &Path) -> Result<u64, Error> {
    let packages = Database::open(dir)?.packages()?;
    let mut highest = 0;
    for package in &packages {
        highest = highest.max(package.counter()?.unwrap_or(0));
    }
    Ok(highest)
}
