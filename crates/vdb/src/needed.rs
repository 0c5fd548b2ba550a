//! NEEDED.ELF.2: what each ELF file of a package needs.

use std::path::{Path, PathBuf};

use crate::contents::Lines;
use crate::{Error, ErrorKind};

/// One line: an ELF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NeededEntry<'a> {
    /// The machine, like `X86_64`.
    pub arch: &'a [u8],
    /// The file, starting with EPREFIX.
    pub path: &'a [u8],
    /// The soname; empty when the file has none.
    pub soname: &'a [u8],
    /// The search path as it is recorded; see [`NeededEntry::rpaths`].
    pub rpath: &'a [u8],
    /// The needed sonames as recorded; see [`NeededEntry::sonames`].
    pub needed: &'a [u8],
    /// The multilib category, like `x86_64`; `None` in data written before it was invented.
    pub multilib: Option<&'a [u8]>,
    /// Whatever follows the multilib category and the semicolon after it.
    pub extra: Option<&'a [u8]>,
}

impl<'a> NeededEntry<'a> {
    /// Reads one line, without its line break.
    ///
    /// # Errors
    /// [`ErrorKind::Needed`] for fewer than five fields.
    pub fn parse(line: &'a [u8]) -> Result<Self, ErrorKind> {
        if line.is_empty() {
            return Err(ErrorKind::EmptyLine);
        }
        if memchr::memchr(0, line).is_some() {
            return Err(ErrorKind::Nul);
        }
        let mut fields = line.splitn(7, |&b| b == b';');
        let mut read = 0;
        let mut next = || {
            read += 1;
            fields.next().ok_or(ErrorKind::Needed(read - 1))
        };
        Ok(Self {
            arch: next()?,
            path: next()?,
            soname: next()?,
            rpath: next()?,
            needed: next()?,
            multilib: next().ok(),
            extra: next().ok(),
        })
    }

    /// The directories of the search path, `$ORIGIN` in them as recorded; none for scanelf's `  -  `.
    pub fn rpaths(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let rpath = if self.rpath == b"  -  " { b"" } else { self.rpath };
        rpath.split(|&b| b == b':').filter(|dir| !dir.is_empty())
    }

    /// The sonames that the file needs.
    pub fn sonames(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.needed.split(|&b| b == b',').filter(|name| !name.is_empty())
    }

    /// Appends the line to a file: the same bytes, and a line break.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let known = [self.arch, self.path, self.soname, self.rpath, self.needed];
        for (i, field) in known.into_iter().chain(self.multilib).chain(self.extra).enumerate() {
            if i > 0 {
                out.push(b';');
            }
            out.extend_from_slice(field);
        }
        out.push(b'\n');
    }
}

/// The bytes of one NEEDED.ELF.2 file, and which file they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Needed {
    /// Takes over bytes that were read from `path`.
    pub fn new(path: impl Into<PathBuf>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes }
    }

    /// Parses bytes that came from no file.
    pub fn parse(bytes: &[u8]) -> NeededEntries<'_> {
        NeededEntries { path: Path::new(""), lines: Lines::new(bytes) }
    }

    /// The entries in the order of the file; an error for each line that is none.
    pub fn entries(&self) -> NeededEntries<'_> {
        NeededEntries { path: &self.path, lines: Lines::new(&self.bytes) }
    }

    /// The bytes of the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The entries of a NEEDED.ELF.2 file. Made by [`Needed::entries`].
#[derive(Clone, Debug)]
pub struct NeededEntries<'a> {
    path: &'a Path,
    lines: Lines<'a>,
}

impl<'a> Iterator for NeededEntries<'a> {
    type Item = Result<NeededEntry<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        let entry = if line.is_terminated() {
            NeededEntry::parse(line.as_bytes())
        } else {
            Err(ErrorKind::CutOff)
        };
        Some(entry.map_err(|kind| Error::at_line(self.path, line.number(), kind)))
    }
}
