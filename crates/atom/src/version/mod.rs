//! Versions: their syntax (PMS section 3.2) and their order (section 3.3).

mod compare;
mod scan;

pub use scan::Suffix;
pub(crate) use scan::{is_prefix_version, split};

use crate::error::{Error, ErrorKind, Fault};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A version that points into the text it was parsed from.
///
/// 1. The text is a version in the sense of PMS, with an optional revision; its numbers may have any length.
/// 2. Equality, order and hash are those of PMS: `1.0`, `01.0` and `1.0-r0` are equal. [`VersionRef::as_str`] tells
///    them apart.
#[derive(Clone, Copy, Debug)]
pub struct VersionRef<'a> {
    text: &'a str,
}

impl<'a> VersionRef<'a> {
    /// Reads a version such as `1.2.3b_rc4-r5`.
    ///
    /// # Errors
    /// [`ErrorKind::Version`], or [`ErrorKind::PrefixRevision`] for the `-r00.1` of old Prefix installations.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        match scan::version_len(text.as_bytes()) {
            Ok(end) if end == text.len() => Ok(Self { text }),
            Ok(end) | Err(end) => Err(fault(text.as_bytes(), end).of(text)),
        }
    }

    /// For text that a parser of this crate has already checked.
    pub(crate) fn trusted(text: &'a str) -> Self {
        Self { text }
    }

    /// The version exactly as it was written.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// The version without its revision.
    pub fn base(self) -> &'a str {
        self.text.split_once('-').map_or(self.text, |(base, _)| base)
    }

    /// The digits of the revision as written, without `-r`; `None` where there is no revision.
    pub fn revision(self) -> Option<&'a str> {
        self.text.split_once("-r").map(|(_, revision)| revision)
    }

    /// The owned form.
    pub fn to_version(self) -> Version {
        Version { text: self.text.into() }
    }

    /// Compares without looking at the revisions, as the operator `~` does.
    pub fn cmp_base(self, other: VersionRef<'_>) -> Ordering {
        compare::base(self.text.as_bytes(), other.text.as_bytes())
    }

    /// Whether this is what `=prefix*` asks for: the same text, leading zeros aside, up to a component's end.
    ///
    /// So `1*` takes `1`, `1.0`, `1a`, `1_rc1` and `1-r1`, but not `10`.
    pub fn has_prefix(self, prefix: VersionRef<'_>) -> bool {
        compare::has_prefix(self.text.as_bytes(), prefix.text.as_bytes())
    }

    /// Whether a version equal to this one, but perhaps written otherwise, has the prefix.
    pub(crate) fn may_have_prefix(self, prefix: VersionRef<'_>) -> bool {
        compare::may_have_prefix(self.text.as_bytes(), prefix.text.as_bytes())
    }

    /// The dotted numbers, first to last, as written.
    pub fn components(self) -> impl Iterator<Item = &'a str> {
        let text = self.text;
        let end =
            text.bytes().position(|b| !(b.is_ascii_digit() || b == b'.')).unwrap_or(text.len());
        text[..end].split('.')
    }

    /// The letter after the numbers.
    pub fn letter(self) -> Option<char> {
        scan::letter(self.text.as_bytes()).map(char::from)
    }

    /// The suffixes with their numbers as written, which may be empty.
    pub fn suffixes(self) -> impl Iterator<Item = (Suffix, &'a str)> {
        scan::suffixes(self.base())
    }
}

fn fault(text: &[u8], at: usize) -> Fault {
    if is_prefix_version(text) {
        let dot = text.iter().rposition(|&b| b == b'.').unwrap_or(at);
        return Fault::new(dot, ErrorKind::PrefixRevision, "a revision of digits only");
    }
    Fault::new(at, ErrorKind::Version, scan::expected(text, at))
}

impl PartialEq for VersionRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for VersionRef<'_> {}

impl PartialOrd for VersionRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VersionRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare::version(self.text.as_bytes(), other.text.as_bytes())
    }
}

impl Hash for VersionRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        compare::hash(*self, state);
    }
}

impl fmt::Display for VersionRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// A version that owns its text; otherwise like [`VersionRef`].
#[derive(Clone, Debug)]
pub struct Version {
    text: Box<str>,
}

impl Version {
    /// Reads a version such as `1.2.3b_rc4-r5`.
    ///
    /// # Errors
    /// As [`VersionRef::parse`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        VersionRef::parse(text).map(VersionRef::to_version)
    }

    /// The borrowed form, which has all the methods.
    pub fn as_ref(&self) -> VersionRef<'_> {
        VersionRef { text: &self.text }
    }

    /// The version exactly as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The digits of the revision as written, without `-r`; `None` where there is no revision.
    pub fn revision(&self) -> Option<&str> {
        self.as_ref().revision()
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_ref().cmp(&other.as_ref())
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}
