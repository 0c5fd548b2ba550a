//! Writing CONTENTS.

use std::io::Write as _;

use super::Contents;
use crate::{Error, ErrorKind};

/// Puts a CONTENTS file together, and refuses what it could not record.
///
/// ```
/// use hermitage_vdb::ContentsBuilder;
///
/// let mut contents = ContentsBuilder::new();
/// contents.dir(b"/usr/bin")?;
/// contents.sym(b"/usr/bin/cc", b"gcc", 1_500_000_000)?;
/// assert_eq!(contents.as_bytes(), b"dir /usr/bin\nsym /usr/bin/cc -> gcc 1500000000\n");
/// # Ok::<(), hermitage_vdb::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentsBuilder {
    bytes: Vec<u8>,
}

impl ContentsBuilder {
    /// An empty file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a directory.
    ///
    /// # Errors
    /// [`ErrorKind::Unwritable`] for a path that is empty or holds a line break or a NUL.
    pub fn dir(&mut self, path: &[u8]) -> Result<&mut Self, Error> {
        self.plain(b"dir ", path)
    }

    /// Adds a device node.
    ///
    /// # Errors
    /// As [`ContentsBuilder::dir`].
    pub fn dev(&mut self, path: &[u8]) -> Result<&mut Self, Error> {
        self.plain(b"dev ", path)
    }

    /// Adds a named pipe.
    ///
    /// # Errors
    /// As [`ContentsBuilder::dir`].
    pub fn fif(&mut self, path: &[u8]) -> Result<&mut Self, Error> {
        self.plain(b"fif ", path)
    }

    /// Adds a regular file; `md5` is the sum in hexadecimal digits.
    ///
    /// # Errors
    /// As [`ContentsBuilder::dir`], and for a sum that is empty or holds white space.
    pub fn obj(&mut self, path: &[u8], md5: &[u8], mtime: i64) -> Result<&mut Self, Error> {
        if md5.iter().any(u8::is_ascii_whitespace) {
            return Err(unwritable(md5));
        }
        check(md5)?;
        self.plain_start(b"obj ", path)?;
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(md5);
        Ok(self.time(mtime))
    }

    /// Adds a symbolic link. A path or target with an arrow in it is written too: the disk decides how it is read.
    ///
    /// # Errors
    /// As [`ContentsBuilder::dir`], for the path and the target.
    pub fn sym(&mut self, path: &[u8], target: &[u8], mtime: i64) -> Result<&mut Self, Error> {
        check(target)?;
        self.plain_start(b"sym ", path)?;
        self.bytes.extend_from_slice(b" -> ");
        self.bytes.extend_from_slice(target);
        Ok(self.time(mtime))
    }

    /// The file so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The file, to be read again.
    pub fn build(self) -> Contents {
        Contents::new("", self.bytes)
    }

    fn plain(&mut self, kind: &[u8], path: &[u8]) -> Result<&mut Self, Error> {
        self.plain_start(kind, path)?;
        self.bytes.push(b'\n');
        Ok(self)
    }

    fn plain_start(&mut self, kind: &[u8], path: &[u8]) -> Result<(), Error> {
        check(path)?;
        self.bytes.extend_from_slice(kind);
        self.bytes.extend_from_slice(path);
        Ok(())
    }

    fn time(&mut self, mtime: i64) -> &mut Self {
        // Writing to memory does not fail.
        let _ = writeln!(self.bytes, " {mtime}");
        self
    }
}

fn check(bytes: &[u8]) -> Result<(), Error> {
    let bad = bytes.is_empty() || bytes.iter().any(|&b| b == b'\n' || b == 0);
    if bad { Err(unwritable(bytes)) } else { Ok(()) }
}

fn unwritable(bytes: &[u8]) -> Error {
    Error::new("", ErrorKind::Unwritable(bytes.into()))
}
