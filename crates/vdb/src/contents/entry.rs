//! One entry of CONTENTS.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use memchr::{memmem, memrchr};

use super::Mtime;
use crate::ErrorKind;

const ARROW: &[u8] = b" -> ";

/// One path that a package installed.
///
/// Paths start with EPREFIX but not with ROOT, and are as recorded: nothing is escaped, trimmed or normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry<'a> {
    /// A directory, which may be a symbolic link on disk, and may belong to many packages.
    Dir {
        /// The path.
        path: &'a [u8],
    },
    /// A regular file.
    Obj {
        /// The path.
        path: &'a [u8],
        /// The sum of the content: 32 hexadecimal digits, or another algorithm's.
        md5: &'a [u8],
        /// When the content was last changed.
        mtime: Mtime<'a>,
    },
    /// A symbolic link.
    Sym {
        /// The path.
        path: &'a [u8],
        /// What the link says.
        target: &'a [u8],
        /// When the link was made.
        mtime: Mtime<'a>,
    },
    /// A device node.
    Dev {
        /// The path.
        path: &'a [u8],
    },
    /// A named pipe.
    Fif {
        /// The path.
        path: &'a [u8],
    },
}

impl<'a> Entry<'a> {
    /// Reads one line, without its line break.
    ///
    /// # Errors
    /// What the line should have been.
    pub fn parse(line: &'a [u8]) -> Result<Self, ErrorKind> {
        if memchr::memchr(0, line).is_some() {
            return Err(ErrorKind::Nul);
        }
        Self::parse_without_nul(line)
    }

    /// Reads one line of a file that was searched for NUL bytes already.
    #[inline]
    pub(crate) fn parse_without_nul(line: &'a [u8]) -> Result<Self, ErrorKind> {
        let Some((kind, rest)) = line.split_at_checked(4) else {
            return Err(if line.is_empty() { ErrorKind::EmptyLine } else { ErrorKind::EntryType });
        };
        match kind {
            b"obj " => obj(rest).ok_or(ErrorKind::Obj),
            b"dir " => named(rest).map(|path| Self::Dir { path }),
            b"sym " => readings(rest).next().ok_or(ErrorKind::Sym),
            b"dev " => named(rest).map(|path| Self::Dev { path }),
            b"fif " => named(rest).map(|path| Self::Fif { path }),
            _ => Err(ErrorKind::EntryType),
        }
    }

    /// The path.
    #[inline]
    pub fn path(&self) -> &'a [u8] {
        match *self {
            Self::Dir { path }
            | Self::Obj { path, .. }
            | Self::Sym { path, .. }
            | Self::Dev { path }
            | Self::Fif { path } => path,
        }
    }

    /// The path, for the functions of `std::fs`.
    pub fn as_path(&self) -> &'a Path {
        Path::new(OsStr::from_bytes(self.path()))
    }

    /// Appends the line to a file: the same bytes, and a line break.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.kind_name());
        out.push(b' ');
        out.extend_from_slice(self.path());
        match *self {
            Self::Obj { md5, mtime, .. } => push_all(out, &[b" ", md5, b" ", mtime.as_bytes()]),
            Self::Sym { target, mtime, .. } => {
                push_all(out, &[ARROW, target, b" ", mtime.as_bytes()]);
            }
            Self::Dir { .. } | Self::Dev { .. } | Self::Fif { .. } => {}
        }
        out.push(b'\n');
    }

    /// The first word of the line.
    pub fn kind_name(&self) -> &'static [u8; 3] {
        match self {
            Self::Dir { .. } => b"dir",
            Self::Obj { .. } => b"obj",
            Self::Sym { .. } => b"sym",
            Self::Dev { .. } => b"dev",
            Self::Fif { .. } => b"fif",
        }
    }
}

/// All entries that the text after `sym ` can mean, the one that Portage takes first.
pub(super) fn readings(text: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let parts = link_and_time(text);
    let link = parts.map_or(&b""[..], |(link, _)| link);
    // Searched one byte further each time, since two arrows can share a space.
    let mut end = link.len();
    std::iter::from_fn(move || {
        let (_, mtime) = parts?;
        loop {
            let at = memmem::rfind(link.get(..end)?, ARROW)?;
            end = at + ARROW.len() - 1;
            let (path, target) = (link.get(..at)?, link.get(at + ARROW.len()..)?);
            if !path.is_empty() && !target.is_empty() {
                return Some(Entry::Sym { path, target, mtime });
            }
        }
    })
}

fn link_and_time(text: &[u8]) -> Option<(&[u8], Mtime<'_>)> {
    if text.last() == Some(&b')') {
        let at = memmem::rfind(text, b" (")?;
        return Some((text.get(..at)?, Mtime::parse_tuple(text.get(at + 1..)?)?));
    }
    let (link, time) = rsplit(text)?;
    Some((link, Mtime::parse(time)?))
}

#[inline]
fn obj(text: &[u8]) -> Option<Entry<'_>> {
    // The time is short: a plain loop finds its start sooner than a vectorised search.
    let at = text.iter().rposition(|&b| b == b' ')?;
    let mtime = Mtime::parse(text.get(at + 1..)?)?;
    let (path, md5) = path_and_sum(text.get(..at)?)?;
    (!path.is_empty()).then_some(Entry::Obj { path, md5, mtime })
}

#[inline]
fn path_and_sum(text: &[u8]) -> Option<(&[u8], &[u8])> {
    // Nearly every sum has 32 digits: looking where it must start is cheaper than searching for it.
    if let Some((before, md5)) = text.split_last_chunk::<32>()
        && let Some(path) = before.strip_suffix(b" ")
        && !has_blank(md5)
    {
        return Some((path, md5));
    }
    let (path, md5) = rsplit(text)?;
    (!md5.is_empty() && !has_blank(md5)).then_some((path, md5))
}

/// Looks at every byte, which compilers turn into a few wide comparisons.
#[inline]
fn has_blank(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| found | byte.is_ascii_whitespace())
}

#[inline]
fn rsplit(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memrchr(b' ', text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn named(path: &[u8]) -> Result<&[u8], ErrorKind> {
    if path.is_empty() { Err(ErrorKind::NoPath) } else { Ok(path) }
}

fn push_all(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}
