//! The directory of a package, whatever its name.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::read::{read, read_reusing};
use crate::write::mtime_ns;
use crate::{Contents, Error, ErrorKind, Metadata, Needed, SonameList};

/// Where the value of a field was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSource {
    /// A file of its own.
    File,
    /// `metadata`, which is as old as its directory.
    Metadata,
    /// `metadata`, which is older than its directory; Portage itself would ignore it.
    StaleMetadata,
}

/// The value of a field, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The bytes, with the line break at the end where there is one.
    pub bytes: Vec<u8>,
    /// Where they were found.
    pub source: FieldSource,
}

/// A directory of the database that holds the files of one package.
///
/// Everything is read when it is asked for; only `metadata` is kept once it was needed. A package that vanishes
/// while it is read is looked for again for some milliseconds, since a merge replaces the directory; then the error is
/// [`ErrorKind::Vanished`].
#[derive(Clone, Debug)]
pub struct PackageDir {
    dir: PathBuf,
    metadata: OnceLock<Option<Arc<Consolidated>>>,
}

#[derive(Debug)]
struct Consolidated {
    file: Metadata,
    fresh: bool,
}

impl PackageDir {
    /// A directory that is known to hold a package's files.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), metadata: OnceLock::new() }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The bytes of a field: those of its file, else its value in `metadata`.
    ///
    /// # Errors
    /// When a file is there and cannot be read, or the package vanished.
    pub fn field(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.field_with_source(name)?.map(|field| field.bytes))
    }

    /// The bytes of a field, and whether `metadata` had to be used for it.
    ///
    /// # Errors
    /// As [`PackageDir::field`].
    pub fn field_with_source(&self, name: &str) -> Result<Option<Field>, Error> {
        if let Some(bytes) = self.file(name)? {
            return Ok(Some(Field { bytes, source: FieldSource::File }));
        }
        let Some(metadata) = self.consolidated()? else { return Ok(None) };
        let source =
            if metadata.fresh { FieldSource::Metadata } else { FieldSource::StaleMetadata };
        Ok(metadata.file.get(name).map(|bytes| Field { bytes: bytes.to_owned(), source }))
    }

    /// The bytes of a file of the package, without a look into `metadata`.
    ///
    /// # Errors
    /// When the file is there and cannot be read, the package vanished, or `name` is not the name of a file.
    pub fn file(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.check_name(name)?;
        read(&self.dir, name)
    }

    pub(super) fn check_name(&self, name: &str) -> Result<(), Error> {
        if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
            return Err(Error::new(&self.dir, ErrorKind::FieldName(name.into())));
        }
        Ok(())
    }

    /// The consolidated `metadata` file.
    ///
    /// # Errors
    /// When it is there and cannot be read, or the package vanished.
    pub fn metadata(&self) -> Result<Option<&Metadata>, Error> {
        Ok(self.consolidated()?.map(|metadata| &metadata.file))
    }

    /// Whether `metadata` is there and as old as its directory.
    ///
    /// # Errors
    /// As [`PackageDir::metadata`].
    pub fn metadata_is_fresh(&self) -> Result<bool, Error> {
        Ok(self.consolidated()?.is_some_and(|metadata| metadata.fresh))
    }

    /// What the package installed; `None` when it was injected. Says nothing about what is on disk.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or the package vanished.
    pub fn contents(&self) -> Result<Option<Contents>, Error> {
        let bytes = self.file("CONTENTS")?;
        Ok(bytes.map(|bytes| Contents::new(self.dir.join("CONTENTS"), bytes)))
    }

    /// As [`PackageDir::contents`], into a buffer that was used before; [`Contents::into_bytes`] gives it back.
    ///
    /// # Errors
    /// As [`PackageDir::contents`].
    pub fn contents_reusing(&self, buffer: Vec<u8>) -> Result<Option<Contents>, Error> {
        let bytes = read_reusing(&self.dir, "CONTENTS", buffer)?;
        Ok(bytes.map(|bytes| Contents::new(self.dir.join("CONTENTS"), bytes)))
    }

    /// What the ELF files of the package need.
    ///
    /// # Errors
    /// As [`PackageDir::contents`].
    pub fn needed_elf2(&self) -> Result<Option<Needed>, Error> {
        let bytes = self.file("NEEDED.ELF.2")?;
        Ok(bytes.map(|bytes| Needed::new(self.dir.join("NEEDED.ELF.2"), bytes)))
    }

    /// The sonames that the package has.
    ///
    /// # Errors
    /// As [`PackageDir::field`].
    pub fn provides(&self) -> Result<Option<SonameList>, Error> {
        self.sonames("PROVIDES")
    }

    /// The sonames that the package needs from others.
    ///
    /// # Errors
    /// As [`PackageDir::field`].
    pub fn requires(&self) -> Result<Option<SonameList>, Error> {
        self.sonames("REQUIRES")
    }

    fn sonames(&self, name: &str) -> Result<Option<SonameList>, Error> {
        Ok(self.field(name)?.map(|bytes| SonameList::new(self.dir.join(name), bytes)))
    }

    fn consolidated(&self) -> Result<Option<&Consolidated>, Error> {
        if let Some(known) = self.metadata.get() {
            return Ok(known.as_deref());
        }
        let loaded = self.load_metadata()?;
        Ok(self.metadata.get_or_init(|| loaded).as_deref())
    }

    fn load_metadata(&self) -> Result<Option<Arc<Consolidated>>, Error> {
        let Some(bytes) = self.file("metadata")? else { return Ok(None) };
        let file = Metadata::new(self.dir.join("metadata"), &bytes);
        // A format that is not known may mean something else by the same words, so it never counts as fresh.
        let known = bytes.starts_with(b"#format=1\n");
        let fresh = known && file.dir_mtime() == Some(mtime_ns(&self.dir)?);
        Ok(Some(Arc::new(Consolidated { file, fresh })))
    }
}
