//! Dependency fields of Debian packages (Debian Policy 7.1).

use super::name::is_valid;
use super::problem::{Fault, Problem};
use super::version::DebianVersion;

/// How a dependency bounds a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Earlier,
    EarlierOrEqual,
    Equal,
    LaterOrEqual,
    Later,
}

impl Bound {
    /// Whether a version fulfils the bound against `limit`.
    pub(super) fn holds(self, version: DebianVersion<'_>, limit: DebianVersion<'_>) -> bool {
        match self {
            Self::Earlier => version < limit,
            Self::EarlierOrEqual => version <= limit,
            Self::Equal => version == limit,
            Self::LaterOrEqual => version >= limit,
            Self::Later => version > limit,
        }
    }
}

/// One alternative: `name[:qualifier] [(bound version)]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation<'a> {
    pub(super) name: &'a str,
    pub(super) qualifier: Option<&'a str>,
    pub(super) version: Option<(Bound, DebianVersion<'a>)>,
}

/// Parses a field: groups that all hold, each of alternatives one of which does.
pub(super) fn parse(text: &str, line: usize) -> Result<Vec<Vec<Relation<'_>>>, Fault> {
    text.split(',')
        .map(str::trim)
        .filter(|group| !group.is_empty())
        .map(|group| group.split('|').map(|part| alternative(part.trim(), line)).collect())
        .collect()
}

fn alternative(text: &str, line: usize) -> Result<Relation<'_>, Fault> {
    relation(text).ok_or_else(|| Fault::new(line, Problem::Relation(text.to_owned())))
}

fn relation(text: &str) -> Option<Relation<'_>> {
    let (target, rest) =
        match text.find(|character: char| character == '(' || character.is_whitespace()) {
            Some(end) => (&text[..end], text[end..].trim()),
            None => (text, ""),
        };
    let (name, qualifier) = match target.split_once(':') {
        Some((_, "")) => return None,
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (target, None),
    };
    let version = if rest.is_empty() { None } else { Some(bound(rest)?) };
    is_valid(name).then_some(Relation { name, qualifier, version })
}

/// `(>= 1.2)`; a single `<` or `>` is the old spelling of the bound that includes equality.
fn bound(text: &str) -> Option<(Bound, DebianVersion<'_>)> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?.trim();
    let end = inner.find(|character| !matches!(character, '<' | '=' | '>')).unwrap_or(inner.len());
    let (sign, version) = inner.split_at(end);
    let bound = match sign {
        "<<" => Bound::Earlier,
        "<=" | "<" => Bound::EarlierOrEqual,
        "=" | "" => Bound::Equal,
        ">=" | ">" => Bound::LaterOrEqual,
        ">>" => Bound::Later,
        _ => return None,
    };
    Some((bound, DebianVersion::parse(version.trim())?))
}
