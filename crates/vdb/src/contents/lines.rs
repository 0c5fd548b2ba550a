//! CONTENTS line by line.

use std::iter::FusedIterator;
use std::path::Path;

use memchr::memchr;

use super::Entry;
use super::entry::readings;
use crate::{Error, ErrorKind, Links};

/// One line of CONTENTS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    number: usize,
    bytes: &'a [u8],
    terminated: bool,
}

impl<'a> Line<'a> {
    /// The first line of these bytes.
    pub(crate) fn first_of(bytes: &'a [u8]) -> Option<Self> {
        Lines::new(bytes).next()
    }

    /// The number, counted from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The bytes, without the line break.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether a line break follows; only the last line of a file that was cut off has none.
    pub fn is_terminated(&self) -> bool {
        self.terminated
    }

    /// The entry, as Portage reads the line.
    ///
    /// # Errors
    /// What the line should have been. A line without a line break is always an error, since its end may be missing.
    pub fn entry(&self) -> Result<Entry<'a>, ErrorKind> {
        if self.terminated { Entry::parse(self.bytes) } else { Err(ErrorKind::CutOff) }
    }

    /// Every entry the line can mean, Portage's reading first: more than one only for a `sym` line whose path or target
    /// holds an arrow.
    pub fn readings(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let first = self.entry().ok();
        let link = match first {
            Some(Entry::Sym { .. }) => self.bytes.get(4..).unwrap_or_default(),
            _ => b"",
        };
        first.into_iter().chain(readings(link).skip(1))
    }

    /// The entry, where the disk decides between several readings.
    ///
    /// A link with the recorded target counts before a link with another target; without either it is Portage's reading.
    ///
    /// # Errors
    /// As [`Line::entry`]. A link that cannot be read counts as not there.
    pub fn settled<L: Links + ?Sized>(&self, links: &L) -> Result<Entry<'a>, ErrorKind> {
        let entry = self.entry()?;
        if !matches!(entry, Entry::Sym { .. }) || self.readings().nth(1).is_none() {
            return Ok(entry);
        }
        let on_disk = |path: &[u8]| links.read_link(path).ok().flatten();
        let exact = |reading: &Entry<'_>| match *reading {
            Entry::Sym { path, target, .. } => on_disk(path).is_some_and(|found| found == target),
            _ => false,
        };
        let some = |reading: &Entry<'_>| on_disk(reading.path()).is_some();
        let found = self.readings().find(exact).or_else(|| self.readings().find(some));
        Ok(found.unwrap_or(entry))
    }
}

/// The lines of a CONTENTS file. Made by [`Contents::lines`](super::Contents::lines).
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    #[inline]
    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr(b'\n', self.rest);
        let (bytes, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.get(1..).unwrap_or_default();
        Some(Line { number: self.number, bytes, terminated: end.is_some() })
    }
}

impl FusedIterator for Lines<'_> {}

/// The entries of a CONTENTS file. Made by [`Contents::entries`](super::Contents::entries).
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    corrupt: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn new(path: &'a Path, bytes: &'a [u8]) -> Self {
        // One search for the whole file; most files need none for each line then.
        Self { path, lines: Lines::new(bytes), corrupt: memchr(0, bytes).is_some() }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        let entry = if self.corrupt || !line.terminated {
            line.entry()
        } else {
            Entry::parse_without_nul(line.bytes)
        };
        Some(entry.map_err(|kind| Error::at_line(self.path, line.number, kind)))
    }
}

impl FusedIterator for Entries<'_> {}
