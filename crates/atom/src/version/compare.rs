//! The order of versions, taken from their text without building anything (PMS algorithms 3.1 to 3.7).

use super::VersionRef;
use super::scan::{Suffix, digits};
use std::cmp::Ordering;
use std::hash::{Hash as _, Hasher};

/// What is left of a version during a comparison.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn number(&mut self) -> &'a [u8] {
        let (number, rest) = self.0.split_at(digits(self.0));
        self.0 = rest;
        number
    }

    fn component(&mut self) -> Option<&'a [u8]> {
        self.0 = self.0.strip_prefix(b".")?;
        Some(self.number())
    }

    fn letter(&mut self) -> Option<u8> {
        let (&letter, rest) = self.0.split_first().filter(|(b, _)| b.is_ascii_lowercase())?;
        self.0 = rest;
        Some(letter)
    }

    fn suffix(&mut self) -> Option<(Suffix, &'a [u8])> {
        let rest = self.0.strip_prefix(b"_")?;
        let (suffix, name) = Suffix::at(rest)?;
        self.0 = &rest[name..];
        Some((suffix, self.number()))
    }

    fn revision(&mut self) -> &'a [u8] {
        self.0 = self.0.strip_prefix(b"-r").unwrap_or(b"");
        self.number()
    }
}

/// Compares two versions.
pub(super) fn version(a: &[u8], b: &[u8]) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (mut a, mut b) = (Cursor(a), Cursor(b));
    advance_base(&mut a, &mut b).then_with(|| integer(a.revision(), b.revision()))
}

/// Compares two versions without their revisions.
pub(super) fn base(a: &[u8], b: &[u8]) -> Ordering {
    advance_base(&mut Cursor(a), &mut Cursor(b))
}

fn advance_base(a: &mut Cursor<'_>, b: &mut Cursor<'_>) -> Ordering {
    integer(a.number(), b.number())
        .then_with(|| components(a, b))
        .then_with(|| a.letter().cmp(&b.letter()))
        .then_with(|| suffixes(a, b))
}

fn components(a: &mut Cursor<'_>, b: &mut Cursor<'_>) -> Ordering {
    loop {
        let order = match (a.component(), b.component()) {
            (Some(x), Some(y)) => component(x, y),
            (None, None) => return Ordering::Equal,
            (x, y) => x.is_some().cmp(&y.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn suffixes(a: &mut Cursor<'_>, b: &mut Cursor<'_>) -> Ordering {
    loop {
        let order = match (a.suffix(), b.suffix()) {
            (Some(x), Some(y)) => x.0.cmp(&y.0).then_with(|| integer(x.1, y.1)),
            (Some(x), None) => after_none(x.0),
            (None, Some(y)) => after_none(y.0).reverse(),
            (None, None) => return Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// How having the suffix compares with having none.
fn after_none(suffix: Suffix) -> Ordering {
    if suffix == Suffix::P { Ordering::Greater } else { Ordering::Less }
}

/// A later component: as text without its trailing zeros where either starts with a zero.
fn component(a: &[u8], b: &[u8]) -> Ordering {
    if a.first() == Some(&b'0') || b.first() == Some(&b'0') {
        trim_end(a).cmp(trim_end(b))
    } else {
        integer(a, b)
    }
}

/// Numbers of any length; none counts as zero.
fn integer(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (trim_start(a), trim_start(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn trim_start(number: &[u8]) -> &[u8] {
    let zeros = number.iter().position(|&b| b != b'0').unwrap_or(number.len());
    &number[zeros..]
}

fn trim_end(number: &[u8]) -> &[u8] {
    let end = number.iter().rposition(|&b| b != b'0').map_or(0, |last| last + 1);
    &number[..end]
}

/// What `=prefix*` asks for. PMS speaks of components; like Portage this compares their text, so `1.0*` does not take
/// `1.00`, but leading zeros of the whole version are of no account.
pub(super) fn has_prefix(version: &[u8], prefix: &[u8]) -> bool {
    let (version, prefix) = (glob_form(version), glob_form(prefix));
    let Some(rest) = version.strip_prefix(prefix) else { return false };
    let ends_in_digit = prefix.last().is_some_and(u8::is_ascii_digit);
    match rest.first() {
        None | Some(b'.' | b'_' | b'-') => true,
        Some(next) => next.is_ascii_digit() != ends_in_digit,
    }
}

/// Whether a version that equals `version`, but may be written otherwise, is what `=prefix*` asks for.
pub(super) fn may_have_prefix(version: &[u8], prefix: &[u8]) -> bool {
    let (mut version, mut prefix) = (Cursor(version), Cursor(prefix));
    if integer(version.number(), prefix.number()).is_ne() {
        return false;
    }
    while let Some(wanted) = prefix.component() {
        if version.component().is_none_or(|part| component(part, wanted).is_ne()) {
            return false;
        }
    }
    if !prefix.0.is_empty() && version.0.first() == Some(&b'.') {
        return false;
    }
    let letter = prefix.letter();
    if letter.is_some() && version.letter() != letter {
        return false;
    }
    may_continue(version, prefix)
}

/// The part of [`may_have_prefix`] behind numbers and letter.
fn may_continue(mut version: Cursor<'_>, mut prefix: Cursor<'_>) -> bool {
    while let Some((suffix, number)) = prefix.suffix() {
        let open = number.is_empty() && prefix.0.is_empty();
        let fits = |(other, digits)| other == suffix && (open || integer(digits, number).is_eq());
        if !version.suffix().is_some_and(fits) {
            return false;
        }
    }
    let end = |rest: &[u8]| rest.is_empty() || rest.starts_with(b"-r");
    prefix.0.is_empty()
        || (end(version.0) && integer(version.revision(), prefix.revision()).is_eq())
}

/// The version without its leading zeros, one zero kept where no digit would be left.
fn glob_form(version: &[u8]) -> &[u8] {
    let zeros = version.iter().position(|&b| b != b'0').unwrap_or(version.len());
    let digit_follows = version.get(zeros).is_some_and(u8::is_ascii_digit);
    &version[if digit_follows { zeros } else { zeros.saturating_sub(1) }..]
}

/// Feeds what the order looks at, so that equal versions hash alike.
pub(super) fn hash<H: Hasher>(version: VersionRef<'_>, state: &mut H) {
    let mut cursor = Cursor(version.as_str().as_bytes());
    trim_start(cursor.number()).hash(state);
    while let Some(part) = cursor.component() {
        1u8.hash(state);
        if part.first() == Some(&b'0') { trim_end(part) } else { part }.hash(state);
    }
    cursor.letter().hash(state);
    while let Some((suffix, number)) = cursor.suffix() {
        suffix.hash(state);
        trim_start(number).hash(state);
    }
    trim_start(cursor.revision()).hash(state);
}
