//! PROVIDES and REQUIRES: sonames by multilib category.

use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind};

/// A soname in its multilib category.
///
/// Sonames only match within a category: a 32-bit program is not served by a 64-bit library of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Soname<'a> {
    /// The multilib category, like `x86_64`.
    pub category: &'a [u8],
    /// The soname, like `libz.so.1`.
    pub name: &'a [u8],
}

/// The bytes of a PROVIDES or REQUIRES field, and which file they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SonameList {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl SonameList {
    /// Takes over bytes that were read from `path`.
    pub fn new(path: impl Into<PathBuf>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes }
    }

    /// Parses bytes that came from no file: `x86_64: a.so.1 b.so.2 x86_32: a.so.1`.
    pub fn parse(bytes: &[u8]) -> impl Iterator<Item = Result<Soname<'_>, Error>> {
        parse(Path::new(""), bytes)
    }

    /// The sonames in the order of the file; an error for each that comes before any category.
    pub fn iter(&self) -> impl Iterator<Item = Result<Soname<'_>, Error>> {
        parse(&self.path, &self.bytes)
    }

    /// The bytes of the field.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn parse<'a>(
    path: &'a Path,
    bytes: &'a [u8],
) -> impl Iterator<Item = Result<Soname<'a>, Error>> + 'a {
    let words = bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut category = None;
    words.filter_map(move |word| match (word.strip_suffix(b":"), category) {
        (Some(name), _) => {
            category = Some(name);
            None
        }
        (None, Some(category)) => Some(Ok(Soname { category, name: word })),
        (None, None) => {
            let kind = ErrorKind::NoSonameCategory(String::from_utf8_lossy(word).into());
            Some(Err(Error::new(path, kind)))
        }
    })
}
