//! Many fields of many packages, with as few questions to the kernel as will do.

use std::borrow::Cow;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

use super::PackageDir;
use super::read::{OPEN_TO_READ, fill, regular_size};
use crate::{Error, ErrorKind};

/// Reads fields of one package after the other, into memory that is used again.
///
/// [`PackageDir::field`] gives the same answers one at a time; this is for whoever loads a whole database.
///
/// ```
/// use hermitage_vdb::test_support::Fixture;
/// use hermitage_vdb::{Database, FieldReader};
///
/// let fixture = Fixture::new("
///     == app-misc/hello-1.0
///     SLOT=0
///     RDEPEND=sys-libs/zlib
/// ")?;
/// let mut reader = FieldReader::default();
/// for package in &Database::under(fixture.root(), "")?.packages()? {
///     let mut fields = reader.open(package)?;
///     assert_eq!(fields.text("RDEPEND")?, "sys-libs/zlib");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct FieldReader {
    buffer: Vec<u8>,
}

impl FieldReader {
    /// Opens a package.
    ///
    /// # Errors
    /// When its directory can't be opened. One that is not there is no error yet: it may be replaced just now, and
    /// [`OpenFields`] looks again.
    pub fn open<'r>(&'r mut self, package: &'r PackageDir) -> Result<OpenFields<'r>, Error> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = match openat(CWD, package.dir(), flags, Mode::empty()) {
            Ok(directory) => Some(directory),
            Err(Errno::NOENT) => None,
            Err(error) => return Err(Error::io(package.dir(), ErrorKind::Read, error.into())),
        };
        Ok(OpenFields { package, directory, has_metadata: None, buffer: &mut self.buffer })
    }
}

/// The fields of a package whose directory is open. Made by [`FieldReader::open`].
#[derive(Debug)]
pub struct OpenFields<'r> {
    package: &'r PackageDir,
    directory: Option<OwnedFd>,
    /// Whether there is a `metadata` file, once that was asked.
    has_metadata: Option<bool>,
    buffer: &'r mut Vec<u8>,
}

impl OpenFields<'_> {
    /// A field as text, each run of white space one space, empty when it is absent: as [`PackageDir::text`].
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn text(&mut self, name: &str) -> Result<Cow<'_, str>, Error> {
        match self.file(name, usize::MAX)? {
            Sight::File => self.normal(name),
            Sight::Gone => Ok(self.package.text(name)?.into()),
            Sight::NoFile if self.has_metadata()? => {
                let text = self.package.metadata_text(name)?;
                Ok(text.into())
            }
            Sight::NoFile => Ok("".into()),
        }
    }

    /// The bytes at the start of a file of the package, without a look into `metadata`, and whether these are all;
    /// `None` when there is no such file.
    ///
    /// # Errors
    /// As [`PackageDir::file`].
    pub fn head(&mut self, name: &str, length: usize) -> Result<Option<(&[u8], bool)>, Error> {
        match self.file(name, length)? {
            Sight::File => {}
            Sight::NoFile => return Ok(None),
            Sight::Gone => match self.package.file(name)? {
                Some(bytes) => *self.buffer = bytes,
                None => return Ok(None),
            },
        }
        let shown = self.buffer.len().min(length);
        Ok(Some((&self.buffer[..shown], self.buffer.len() < length)))
    }

    fn has_metadata(&mut self) -> Result<bool, Error> {
        if let Some(known) = self.has_metadata {
            return Ok(known);
        }
        let has = !matches!(self.file("metadata", 1)?, Sight::NoFile);
        self.has_metadata = Some(has);
        Ok(has)
    }

    fn normal(&self, name: &str) -> Result<Cow<'_, str>, Error> {
        let text = std::str::from_utf8(self.buffer);
        let place = || self.package.dir().join(name);
        let text = text.ok().ok_or_else(|| Error::new(place(), ErrorKind::Encoding))?;
        let line = text.strip_suffix('\n').unwrap_or(text);
        if is_normal(line) {
            return Ok(line.into());
        }
        Ok(line.split_whitespace().collect::<Vec<_>>().join(" ").into())
    }

    /// Reads at most `limit` bytes of a file.
    fn file(&mut self, name: &str, limit: usize) -> Result<Sight, Error> {
        self.package.check_name(name)?;
        let Some(directory) = &self.directory else { return Ok(Sight::Gone) };
        let failed = |error: Errno| {
            let error = io::Error::from(error);
            Error::io(self.package.dir().join(name), ErrorKind::Read, error)
        };
        match openat(directory, name, OPEN_TO_READ, Mode::empty()) {
            Ok(file) => {
                let size = regular_size(&file).map_err(|error| {
                    Error::io(self.package.dir().join(name), ErrorKind::Read, error)
                })?;
                fill(&file, size, self.buffer, limit).map_err(failed)?;
                Ok(Sight::File)
            }
            // A directory that was removed has no links left; what it held is somewhere else now.
            Err(Errno::NOENT) => {
                let there = fstat(directory.as_fd()).map_err(failed)?.st_nlink > 0;
                Ok(if there { Sight::NoFile } else { Sight::Gone })
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// What a look at a file found.
enum Sight {
    File,
    NoFile,
    /// The directory is not there any more.
    Gone,
}

/// Whether the text has no white space but single spaces between words.
fn is_normal(text: &str) -> bool {
    let mut before = b' ';
    for &byte in text.as_bytes() {
        if !byte.is_ascii_graphic() && (byte != b' ' || before == b' ') {
            return false;
        }
        before = byte;
    }
    before != b' ' || text.is_empty()
}
