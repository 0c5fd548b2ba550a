//! Debian version numbers and their order (Debian Policy 5.6.12, `deb-version(7)`).

use std::cmp::Ordering;
use std::fmt;

/// A parsed Debian version, `[epoch:]upstream[-revision]`, borrowed from its text.
///
/// Two versions are equal when dpkg calls them equal, which is weaker than having the same text:
/// `1.02` equals `1.2`, and `1.2` equals `0:1.2-0`.
///
/// # Invariants
/// 1. The epoch is empty or all digits.
/// 2. The upstream part and a present revision are not empty and hold only the characters that dpkg
///    accepts in them.
#[derive(Debug, Clone, Copy)]
pub struct DebianVersion<'a> {
    text: &'a str,
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> DebianVersion<'a> {
    /// Parses a version; `None` when dpkg itself would refuse it.
    ///
    /// ```
    /// use hermitage_vdb::dpkg::DebianVersion;
    /// let old = DebianVersion::parse("1.0~rc1-2").ok_or("a version")?;
    /// let new = DebianVersion::parse("1.0-1").ok_or("a version")?;
    /// assert!(old < new);
    /// # Ok::<(), &'static str>(())
    /// ```
    pub fn parse(text: &'a str) -> Option<Self> {
        let (epoch, rest) = text.split_once(':').map_or(("", text), |(epoch, rest)| (epoch, rest));
        let has_epoch = rest.len() != text.len();
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (rest, ""),
        };
        let epoch_valid = epoch.bytes().all(|byte| byte.is_ascii_digit());
        let upstream_valid =
            upstream.bytes().all(|byte| byte == b':' || byte == b'-' || plain(byte));
        let valid = epoch_valid
            && has_epoch != epoch.is_empty()
            && !upstream.is_empty()
            && upstream_valid
            && revision.bytes().all(plain);
        valid.then_some(Self { text, epoch, upstream, revision })
    }

    /// The text this version was parsed from.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The digits of the epoch, empty when there is none.
    pub fn epoch(&self) -> &'a str {
        self.epoch
    }

    /// The upstream part.
    pub fn upstream(&self) -> &'a str {
        self.upstream
    }

    /// The Debian revision, empty when there is none.
    pub fn revision(&self) -> &'a str {
        self.revision
    }
}

/// Whether the character may stand in a revision.
fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'~')
}

impl fmt::Display for DebianVersion<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text)
    }
}

impl Ord for DebianVersion<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_parts(self.upstream, other.upstream))
            .then_with(|| compare_parts(self.revision, other.revision))
    }
}

impl PartialOrd for DebianVersion<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for DebianVersion<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for DebianVersion<'_> {}

/// Compares two upstream parts or two revisions: text and numbers by turns.
fn compare_parts(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (Cursor::new(left), Cursor::new(right));
    while !(left.is_empty() && right.is_empty()) {
        let order = compare_texts(left.text(), right.text())
            .then_with(|| compare_numbers(left.number(), right.number()));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Compares text: `~` before the end, the end before letters, letters before the rest.
fn compare_texts(left: &str, right: &str) -> Ordering {
    let weight = |text: &str, at: usize| match text.as_bytes().get(at) {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };
    (0..left.len().max(right.len()))
        .map(|at| weight(left, at).cmp(&weight(right, at)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Compares digit strings of any length as numbers; no digits are zero.
fn compare_numbers(left: &str, right: &str) -> Ordering {
    let (left, right) = (significant(left), significant(right));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The digits without leading zeros: nothing for zero.
pub(super) fn significant(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Walks a part as alternating text and number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Starts at the beginning of a part.
    pub(super) fn new(part: &'a str) -> Self {
        Self(part)
    }

    /// Whether all is read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The unread rest.
    pub(super) fn rest(&self) -> &'a str {
        self.0
    }

    /// Takes the characters before the next digit; they may be none.
    pub(super) fn text(&mut self) -> &'a str {
        self.take(|byte| !byte.is_ascii_digit())
    }

    /// Takes the next digits; they may be none.
    pub(super) fn number(&mut self) -> &'a str {
        self.take(|byte| byte.is_ascii_digit())
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.0.bytes().position(|byte| !wanted(byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }
}
