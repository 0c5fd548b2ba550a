//! The one error of this crate: what was wrong, where, and what would have been right.

use crate::printable::Printable;
use thiserror::Error as ThisError;

/// What kind of rule a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not an EAPI.
    Eapi,
    /// A category name is missing or malformed.
    Category,
    /// A package name is missing or malformed, or ends in what looks like a version.
    Package,
    /// A version is missing or malformed.
    Version,
    /// A revision like `-r00.1`, which old Prefix installations recorded and PMS does not know.
    PrefixRevision,
    /// A version without an operator, an operator without a version, or an operator that does not fit.
    Operator,
    /// A slot, sub-slot or slot operator is malformed.
    Slot,
    /// A repository name is malformed.
    Repository,
    /// A USE dependency or a USE flag is malformed.
    UseDep,
    /// The syntax exists, but not in this EAPI.
    NotInEapi,
    /// The syntax exists, but not at this place, like `::repo` in an ebuild or `^^` in `DEPEND`.
    NotHere,
    /// Parentheses that do not pair up, or an operator without its group.
    Group,
    /// Groups nested deeper than [`crate::MAX_DEPTH`].
    TooDeep,
    /// The text is 2 GiB or longer.
    TooLong,
    /// Bytes that are not UTF-8.
    Encoding,
    /// Something follows where the text should have ended.
    Trailing,
}

/// A text that is not what it was parsed as.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("\"{}\" at byte {offset}: expected {expected}", Printable(self.quoted()))]
pub struct Error {
    input: Box<str>,
    offset: usize,
    kind: ErrorKind,
    expected: &'static str,
}

impl Error {
    /// What kind of rule was broken.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The whole text that was parsed.
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Where in [`Error::input`] the parser could not go on, in bytes.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What would have been accepted there.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// The word of [`Error::input`] that holds the offset: the one atom out of a long dependency string.
    pub fn word(&self) -> &str {
        let at = self.offset.min(self.input.len());
        let blank = |b: &u8| b.is_ascii_whitespace();
        let (before, after) = self.input.as_bytes().split_at(at);
        let start = before.iter().rposition(blank).map_or(0, |i| i + 1);
        let end = after.iter().position(blank).map_or(self.input.len(), |i| at + i);
        self.input.get(start..end).unwrap_or(&self.input)
    }

    /// The word, or of one that would fill the screen what is around the place.
    fn quoted(&self) -> String {
        let word = self.word();
        if word.len() <= 2 * QUOTED {
            return word.to_owned();
        }
        let before = self.input.get(..self.offset).unwrap_or(&self.input);
        let start = before.rfind(|c: char| c.is_ascii_whitespace()).map_or(0, |i| i + 1);
        let at = self.offset.saturating_sub(start);
        let boundary = |mut at: usize| {
            while !word.is_char_boundary(at) {
                at += 1;
            }
            at
        };
        let from = boundary(at.saturating_sub(QUOTED).min(word.len()));
        let to = boundary((at + QUOTED).min(word.len()));
        let dots = |cut: bool| if cut { "..." } else { "" };
        format!("{}{}{}", dots(from > 0), &word[from..to], dots(to < word.len()))
    }
}

/// What of a word is quoted before and behind the place, in bytes: more than any real atom has.
const QUOTED: usize = 250;

/// An error before it knows the text it belongs to; small, so that the parsers stay fast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    kind: ErrorKind,
    expected: &'static str,
}

impl Fault {
    pub(crate) fn new(offset: usize, kind: ErrorKind, expected: &'static str) -> Self {
        Self { offset, kind, expected }
    }

    /// Moves the place, for a parser that was given a part of a longer text.
    pub(crate) fn shifted(self, by: usize) -> Self {
        Self { offset: self.offset + by, ..self }
    }

    pub(crate) fn of(self, input: &str) -> Error {
        Error { input: input.into(), offset: self.offset, kind: self.kind, expected: self.expected }
    }
}

/// Reads bytes as text, for the parsers that take bytes.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(bytes);
        Fault::new(error.valid_up_to(), ErrorKind::Encoding, "UTF-8").of(&valid)
    })
}
