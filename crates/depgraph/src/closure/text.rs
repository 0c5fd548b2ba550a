//! Text that a closure's reasons share.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A piece of text that is cheap to copy: a closure has tens of thousands of reasons, and all atoms of one dependency
/// string stand in one piece of memory.
///
/// It is a string in all it does; what it shares its memory with is of no account.
#[derive(Clone)]
pub struct Text {
    whole: Arc<str>,
    start: u32,
    end: u32,
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.whole[self.start as usize..self.end as usize]
    }
}

/// Gathers pieces of text, to be handed out as [`Text`] once all are there.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) text: String,
}

/// Where a piece is in the gathered text.
pub(crate) type Span = (u32, u32);

impl Gathered {
    /// Adds a piece.
    #[allow(clippy::cast_possible_truncation, reason = "no database has 4 GiB of dependencies")]
    pub(crate) fn add(&mut self, piece: impl fmt::Display) -> Span {
        use fmt::Write as _;
        let start = self.text.len() as u32;
        // Writing to a string can't fail.
        let _ = write!(self.text, "{piece}");
        (start, self.text.len() as u32)
    }

    /// As [`Gathered::add`], of what is text already.
    #[allow(clippy::cast_possible_truncation, reason = "no database has 4 GiB of dependencies")]
    pub(crate) fn add_str(&mut self, piece: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(piece);
        (start, self.text.len() as u32)
    }

    pub(crate) fn done(self) -> Arc<str> {
        self.text.into()
    }
}

impl Text {
    pub(crate) fn of(whole: &Arc<str>, (start, end): Span) -> Self {
        Self { whole: Arc::clone(whole), start, end }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut gathered = Gathered::default();
        let span = gathered.add_str(text);
        Self::of(&gathered.done(), span)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
