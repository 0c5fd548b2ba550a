//! The consolidated `metadata` file, which holds many fields in one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::contents::Lines;
use crate::{Error, ErrorKind};

/// The fields that Portage puts into `metadata`; any other file stands for itself always.
const CONSOLIDATED: [&str; 23] = [
    "BDEPEND",
    "BUILD_ID",
    "BUILD_TIME",
    "CHOST",
    "COUNTER",
    "DEFINED_PHASES",
    "DEPEND",
    "DESCRIPTION",
    "EAPI",
    "HOMEPAGE",
    "IDEPEND",
    "IUSE",
    "KEYWORDS",
    "LICENSE",
    "PDEPEND",
    "PROPERTIES",
    "PROVIDES",
    "RDEPEND",
    "REQUIRES",
    "RESTRICT",
    "SLOT",
    "USE",
    "repository",
];

/// Whether a file never goes into `metadata`.
pub(crate) fn is_separate(name: &str) -> bool {
    CONSOLIDATED.binary_search(&name).is_err()
}

/// One line of `metadata`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataLine<'a> {
    /// `#format=VALUE`, the first line.
    Format(&'a [u8]),
    /// `#dir_mtime=VALUE`, the last line: nanoseconds since 1970.
    DirMtime(&'a [u8]),
    /// Any other line that starts with `#`, without that.
    Comment(&'a [u8]),
    /// `KEY=value`.
    Field {
        /// The name of the field.
        key: &'a str,
        /// Its value, without white space around it only if it was written so.
        value: &'a [u8],
    },
}

impl<'a> MetadataLine<'a> {
    /// Reads one line, without its line break.
    ///
    /// # Errors
    /// What the line should have been.
    pub fn parse(line: &'a [u8]) -> Result<Self, ErrorKind> {
        if let Some(comment) = line.strip_prefix(b"#") {
            return Ok(match split(comment) {
                Some((b"format", value)) => Self::Format(value),
                Some((b"dir_mtime", value)) => Self::DirMtime(value),
                _ => Self::Comment(comment),
            });
        }
        let (key, value) = split(line).ok_or(ErrorKind::MetadataLine)?;
        let key = std::str::from_utf8(key).ok().filter(|key| !key.is_empty());
        Ok(Self::Field { key: key.ok_or(ErrorKind::MetadataLine)?, value })
    }

    /// Appends the line to a file: the same bytes, and a line break.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let (key, value) = match *self {
            Self::Format(value) => (&b"#format="[..], value),
            Self::DirMtime(value) => (&b"#dir_mtime="[..], value),
            Self::Comment(text) => (&b"#"[..], text),
            Self::Field { key, value } => {
                out.extend_from_slice(key.as_bytes());
                (&b"="[..], value)
            }
        };
        out.extend_from_slice(key);
        out.extend_from_slice(value);
        out.push(b'\n');
    }
}

fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'=', line)?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

/// A `metadata` file that was read.
#[derive(Debug, Default)]
pub struct Metadata {
    path: PathBuf,
    fields: BTreeMap<Box<str>, Box<[u8]>>,
    dir_mtime: Option<i128>,
    oddities: Vec<Error>,
}

impl Metadata {
    /// Reads bytes that came from `path`; what cannot be read is an oddity.
    pub fn new(path: impl Into<PathBuf>, bytes: &[u8]) -> Self {
        let mut metadata = Self { path: path.into(), ..Self::default() };
        let first = Lines::new(bytes).next().map(|line| line.as_bytes()).unwrap_or_default();
        if first != b"#format=1" {
            metadata.report(1, ErrorKind::MetadataFormat(lossy(first)));
        }
        for line in Lines::new(bytes) {
            match MetadataLine::parse(line.as_bytes()) {
                Ok(parsed) => metadata.add(line.number(), parsed),
                Err(kind) => metadata.report(line.number(), kind),
            }
            if !line.is_terminated() {
                metadata.report(line.number(), ErrorKind::CutOff);
            }
        }
        metadata
    }

    /// Parses bytes line by line.
    pub fn parse(bytes: &[u8]) -> impl Iterator<Item = Result<MetadataLine<'_>, Error>> {
        Lines::new(bytes).map(|line| {
            let parsed = MetadataLine::parse(line.as_bytes());
            parsed.map_err(|kind| Error::at_line("", line.number(), kind))
        })
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.fields.get(name).map(AsRef::as_ref)
    }

    /// All fields, sorted by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The modification time the directory had when this was written, in nanoseconds since 1970.
    pub fn dir_mtime(&self) -> Option<i128> {
        self.dir_mtime
    }

    /// What is wrong with the file.
    pub fn oddities(&self) -> &[Error] {
        &self.oddities
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn add(&mut self, number: usize, line: MetadataLine<'_>) {
        match line {
            MetadataLine::DirMtime(value) => match number_of(value) {
                Some(mtime) => self.dir_mtime = Some(mtime),
                None => self.report(number, ErrorKind::Number(lossy(value))),
            },
            MetadataLine::Field { key, value } if self.fields.contains_key(key) => {
                let same = self.get(key) == Some(value);
                if !same {
                    self.report(number, ErrorKind::MetadataTwice(key.into()));
                }
            }
            MetadataLine::Field { key, value } => {
                self.fields.insert(key.into(), value.into());
            }
            MetadataLine::Format(_) | MetadataLine::Comment(_) => {}
        }
    }

    fn report(&mut self, number: usize, kind: ErrorKind) {
        self.oddities.push(Error::at_line(&self.path, number, kind));
    }
}

/// Puts a `metadata` file together from fields in the order of their names.
pub(crate) fn render<'a>(
    fields: impl Iterator<Item = (&'a str, &'a [u8])>,
    dir_mtime: i128,
) -> Vec<u8> {
    let mut out = Vec::new();
    MetadataLine::Format(b"1").write_to(&mut out);
    for (key, value) in fields {
        let value = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let value = value.collect::<Vec<_>>().join(&b' ');
        if !value.is_empty() {
            MetadataLine::Field { key, value: &value }.write_to(&mut out);
        }
    }
    MetadataLine::DirMtime(dir_mtime.to_string().as_bytes()).write_to(&mut out);
    out
}

fn number_of(value: &[u8]) -> Option<i128> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn lossy(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(bytes).into()
}
