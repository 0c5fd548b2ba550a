//! The log that gentoo/sandbox writes of what it refused.
//!
//! After a head come records of six fields. A path may hold line breaks, and so may the command, which comes last; a record
//! ends where the next begins.
//!
//! ```
//! use hermitage_rules::sandbox::log;
//!
//! let text = b"VERSION 1.0\nFORMAT: F - Function called\n\nF: open_rd\nS: deny\nP: svn.h\nA: /usr/include/svn.h\n\
//!     R: /usr/include/svn.h\nC: cc -c\n  x.c \n";
//! let records = log::parse(text).collect::<Result<Vec<_>, _>>()?;
//! assert_eq!(records[0].canonical, b"/usr/include/svn.h");
//! assert_eq!(records[0].command, b"cc -c\n  x.c ");
//! # Ok::<(), hermitage_rules::Error>(())
//! ```

use crate::error::Place;
use crate::{Error, ErrorKind};

/// One call that was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The line the record begins at, counted from 1.
    pub line: usize,
    /// The function, such as `open_rd` or `opendir`.
    pub function: &'a [u8],
    /// What was done about it.
    pub status: Status,
    /// The path as it was given.
    pub path: &'a [u8],
    /// The same made absolute.
    pub absolute: &'a [u8],
    /// The same with symbolic links followed: what owners are looked up by.
    pub canonical: &'a [u8],
    /// The command line, its arguments separated by spaces.
    pub command: &'a [u8],
}

impl Record<'_> {
    /// The same for whoever keeps it, with the owners that `owners` gives for the canonical path.
    pub fn with_owners<O>(&self, owners: impl FnOnce(&[u8]) -> O) -> Access<O> {
        Access {
            function: self.function.to_vec(),
            status: self.status,
            path: self.path.to_vec(),
            absolute: self.absolute.to_vec(),
            canonical: self.canonical.to_vec(),
            command: self.command.to_vec(),
            owners: owners(self.canonical),
        }
    }
}

/// A [`Record`] that keeps its text, and who owns its path: what findings are made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access<O> {
    /// The function, such as `open_rd` or `opendir`.
    pub function: Vec<u8>,
    /// What was done about it.
    pub status: Status,
    /// The path as it was given.
    pub path: Vec<u8>,
    /// The same made absolute.
    pub absolute: Vec<u8>,
    /// The same with symbolic links followed.
    pub canonical: Vec<u8>,
    /// The command line, its arguments separated by spaces.
    pub command: Vec<u8>,
    /// Whose the canonical path is.
    pub owners: O,
}

/// What gentoo/sandbox did about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It refused it.
    Deny,
    /// It let it through; only in debug logs.
    Allow,
}

/// The records of a log in order. After one that can't be read, it goes on at the next.
pub fn parse(text: &[u8]) -> Records<'_> {
    Records { text, at: 0, line: 1, started: false }
}

/// What [`parse`] returns.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    started: bool,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.started {
            self.started = true;
            if let Some(error) = self.skip_head() {
                return Some(Err(error));
            }
        }
        let begin = self.at;
        let rest = self.text.get(begin..).filter(|rest| !rest.is_empty())?;
        let (line, end) = (self.line, begin + end_of_record(rest));
        self.move_to(end);
        // An empty line is before each record that follows another.
        let text = &self.text[begin..end - usize::from(end < self.text.len())];
        Some(record(text, line))
    }
}

impl Records<'_> {
    /// Goes to the first record; what is before it must be the head.
    fn skip_head(&mut self) -> Option<Error> {
        let start = if begins_record(self.text) { 0 } else { end_of_record(self.text) };
        let head = &self.text[..start];
        let is_head = |line: &[u8]| {
            line.is_empty() || line.starts_with(b"VERSION ") || line.starts_with(b"FORMAT: ")
        };
        let stranger = head.split(|&byte| byte == b'\n').position(|line| !is_head(line));
        self.move_to(start);
        stranger.map(|at| malformed(at + 1, "neither the head of a log nor a record"))
    }

    fn move_to(&mut self, end: usize) {
        self.line += self.text[self.at..end].split(|&byte| byte == b'\n').skip(1).count();
        self.at = end;
    }
}

/// Where the next record begins, or the text ends.
fn end_of_record(text: &[u8]) -> usize {
    let is_start = |&at: &usize| text[at] == b'\n' && begins_record(&text[at + 1..]);
    (0..text.len()).find(is_start).map_or(text.len(), |at| at + 1)
}

/// Whether the first three fields of a record are here; a command hardly has these.
fn begins_record(text: &[u8]) -> bool {
    let Some((function, rest)) = field(text, b"F: ", b"\nS: ") else { return false };
    !function.contains(&b'\n')
        && [&b"deny\nP: "[..], b"allow\nP: "].iter().any(|start| rest.starts_with(start))
}

fn record(text: &[u8], line: usize) -> Result<Record<'_>, Error> {
    let broken = || malformed(line, "a record without all of the fields F, S, P, A, R, C");
    let (function, rest) = field(text, b"F: ", b"\nS: ").ok_or_else(broken)?;
    let (status, rest) = field(rest, b"", b"\nP: ").ok_or_else(broken)?;
    let (path, rest) = field(rest, b"", b"\nA: ").ok_or_else(broken)?;
    let (absolute, rest) = field(rest, b"", b"\nR: ").ok_or_else(broken)?;
    let (canonical, rest) = field(rest, b"", b"\nC: ").ok_or_else(broken)?;
    let status = if status == b"deny" { Status::Deny } else { Status::Allow };
    let command = rest.strip_suffix(b"\n").unwrap_or(rest);
    Ok(Record { line, function, status, path, absolute, canonical, command })
}

/// The text between a start that must be here and the next separator, and what follows this.
fn field<'a>(text: &'a [u8], start: &[u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let text = text.strip_prefix(start)?;
    let at = text.windows(separator.len()).position(|window| window == separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}

fn malformed(line: usize, what: &'static str) -> Error {
    Error::new(Place::Line(line), ErrorKind::Malformed(what))
}
