//! The syntax of a version, byte by byte.

/// A version suffix, in the order of PMS: `_p` comes after having none, the others before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suffix {
    /// `_alpha`
    Alpha,
    /// `_beta`
    Beta,
    /// `_pre`
    Pre,
    /// `_rc`
    Rc,
    /// `_p`
    P,
}

impl Suffix {
    /// Every suffix with its name; `pre` stands before `p`, of which it is a continuation.
    const NAMES: [(&'static str, Self); 5] = [
        ("alpha", Self::Alpha),
        ("beta", Self::Beta),
        ("pre", Self::Pre),
        ("rc", Self::Rc),
        ("p", Self::P),
    ];

    /// The suffix without its underscore.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The suffix that `text` starts with, and the length of its name.
    pub(super) fn at(text: &[u8]) -> Option<(Self, usize)> {
        let starts = |(name, _): &&(&str, Self)| text.starts_with(name.as_bytes());
        Self::NAMES.iter().find(starts).map(|&(name, suffix)| (suffix, name.len()))
    }
}

/// The number of digits at the start.
pub(super) fn digits(text: &[u8]) -> usize {
    text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len())
}

/// The length of the version without revision at the start of `text`, or where it went wrong.
fn base_len(text: &[u8]) -> Result<usize, usize> {
    let mut at = digits(text);
    if at == 0 {
        return Err(0);
    }
    while text.get(at) == Some(&b'.') {
        match digits(&text[at + 1..]) {
            0 => return Err(at + 1),
            n => at += 1 + n,
        }
    }
    if text.get(at).is_some_and(u8::is_ascii_lowercase) {
        at += 1;
    }
    while text.get(at) == Some(&b'_') {
        let (_, name) = Suffix::at(&text[at + 1..]).ok_or(at + 1)?;
        at += 1 + name;
        at += digits(&text[at..]);
    }
    Ok(at)
}

/// The length of the version with its revision at the start of `text`, or where it went wrong.
pub(super) fn version_len(text: &[u8]) -> Result<usize, usize> {
    let base = base_len(text)?;
    match text[base..].strip_prefix(b"-r").map(digits) {
        Some(0) => Err(base + 2),
        Some(n) => Ok(base + 2 + n),
        None => Ok(base),
    }
}

fn is_base(text: &[u8]) -> bool {
    base_len(text) == Ok(text.len())
}

fn is_revision(text: &[u8]) -> bool {
    matches!(text.strip_prefix(b"r"), Some(n) if !n.is_empty() && digits(n) == n.len())
}

/// Where the hyphen is that separates package name and version in `name-version`.
///
/// `None` where the text does not end in a version.
pub(crate) fn split(text: &[u8]) -> Option<usize> {
    let last = text.iter().rposition(|&b| b == b'-')?;
    let tail = &text[last + 1..];
    match tail.first()? {
        b'r' if is_revision(tail) => {
            let hyphen = text[..last].iter().rposition(|&b| b == b'-')?;
            is_base(&text[hyphen + 1..last]).then_some(hyphen)
        }
        b'0'..=b'9' if is_base(tail) => Some(last),
        _ => None,
    }
}

/// Whether the text ends in `-r00.1`, the revision of old Prefix installations, after a version.
pub(crate) fn is_prefix_version(text: &[u8]) -> bool {
    let Some(hyphen) = text.iter().rposition(|&b| b == b'-') else { return false };
    let Some(dot) = text.iter().rposition(|&b| b == b'.') else { return false };
    dot > hyphen
        && is_revision(&text[hyphen + 1..dot])
        && dot + 1 < text.len()
        && digits(&text[dot + 1..]) == text.len() - dot - 1
        && text[..hyphen].rsplit(|&b| b == b'-').next().is_some_and(is_base)
}

/// What would have continued a version that went wrong at a place.
pub(super) fn expected(text: &[u8], at: usize) -> &'static str {
    match at.checked_sub(1).map(|before| text[before]) {
        None => "a digit, the start of a version",
        Some(b'.') => "a digit after the dot",
        Some(b'_') => "alpha, beta, pre, rc or p",
        Some(b'r') if text[..at].ends_with(b"-r") => "the digits of a revision",
        Some(_) => "the end of the version",
    }
}

/// The letter of a valid version.
pub(super) fn letter(text: &[u8]) -> Option<u8> {
    text.iter()
        .copied()
        .find(|b| !(b.is_ascii_digit() || *b == b'.'))
        .filter(u8::is_ascii_lowercase)
}

/// The suffixes of a valid version without revision.
pub(super) fn suffixes(base: &str) -> impl Iterator<Item = (Suffix, &str)> {
    base.split('_').skip(1).filter_map(|part| {
        Suffix::at(part.as_bytes()).map(|(suffix, name)| (suffix, &part[name..]))
    })
}
