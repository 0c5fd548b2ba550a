//! What users write where they mean packages: atoms, and names with `*` in them.

use crate::atom::{Atom, Candidate};
use crate::cpv::CpRef;
use crate::error::{Error, ErrorKind, Fault};
use crate::name;
use std::fmt;
use std::str::FromStr;

/// An atom, or a category and name with `*` in them, as a package manager's user configuration takes them: `dev-python/*`,
/// `*/*-bin:0`, `*/*::overlay`. PMS has no such thing: ebuilds can't write them.
///
/// 1. Without `*` in category or name it is an atom, with all that an atom can ask for.
/// 2. Otherwise `*` stands for any run of characters, none too, on its own side of the slash; there may be a slot, a
///    sub-slot and a repository, but neither operator and version nor USE dependencies.
///
/// ```
/// use hermitage_atom::{Cpv, Pattern};
///
/// let bindings: Pattern = "dev-*/*-bindings".parse()?;
/// assert!(bindings.matches(&Cpv::parse("dev-python/zlib-bindings-1.0")?));
/// assert!(!bindings.matches(&Cpv::parse("dev-python/zlib-1.0")?));
/// # Ok::<(), hermitage_atom::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Atom(Atom),
    Wildcard(Wildcard),
}

/// Where the parts of a name with `*` are in its text; an absent part is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wildcard {
    text: Box<str>,
    slash: usize,
    name_end: usize,
    slot_end: usize,
}

impl Pattern {
    /// Reads an atom in the syntax of [`Atom::parse_permissive`], or a name with `*`.
    ///
    /// # Errors
    /// Names the first byte that does not fit, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let names = &text[..text.find([':', '[']).unwrap_or(text.len())];
        // In `=cat/pkg-1*` it belongs to the version.
        if !names.contains('*') || names.starts_with(['=', '<', '>', '~', '!']) {
            return Atom::parse_permissive(text).map(Form::Atom).map(Self);
        }
        match wildcard(text, names) {
            Ok(wildcard) => Ok(Self(Form::Wildcard(wildcard))),
            Err(fault) => Err(fault.of(text)),
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Atom(atom) => atom.as_str(),
            Form::Wildcard(wildcard) => &wildcard.text,
        }
    }

    /// Whether the package is meant; for a blocker, whether it is what the atom blocks.
    pub fn matches<C: Candidate + ?Sized>(&self, candidate: &C) -> bool {
        match &self.0 {
            Form::Atom(atom) => atom.matches(candidate).is_ok(),
            Form::Wildcard(wildcard) => wildcard.matches(candidate),
        }
    }

    /// Whether every package of a name is meant, whatever its version, slot, repository and flags.
    ///
    /// ```
    /// use hermitage_atom::{Cpv, Pattern};
    ///
    /// let sed = Cpv::parse("sys-apps/sed-4.9")?;
    /// assert!("sys-apps/*".parse::<Pattern>()?.covers(sed.cp()));
    /// assert!(!">=sys-apps/sed-4".parse::<Pattern>()?.covers(sed.cp()));
    /// # Ok::<(), hermitage_atom::Error>(())
    /// ```
    pub fn covers(&self, name: CpRef<'_>) -> bool {
        match &self.0 {
            Form::Atom(atom) => atom.as_str() == name.as_str(),
            Form::Wildcard(wildcard) => {
                wildcard.name_end == wildcard.text.len()
                    && wildcard.is_named(name.category(), name.package())
            }
        }
    }
}

impl Wildcard {
    fn matches<C: Candidate + ?Sized>(&self, candidate: &C) -> bool {
        let is = |wanted: Option<&str>, is: Option<&str>| wanted.is_none() || wanted == is;
        let (slot, subslot) = self.slot();
        self.is_named(candidate.category(), candidate.package())
            && is(slot, Some(candidate.slot()))
            && is(subslot, Some(candidate.subslot()))
            && is(self.repository(), candidate.repository())
    }

    fn is_named(&self, category: &str, package: &str) -> bool {
        glob(self.text[..self.slash].as_bytes(), category.as_bytes())
            && glob(self.text[self.slash + 1..self.name_end].as_bytes(), package.as_bytes())
    }

    fn slot(&self) -> (Option<&str>, Option<&str>) {
        match self.text[self.name_end..self.slot_end].strip_prefix(':') {
            None => (None, None),
            Some(slot) => match slot.split_once('/') {
                None => (Some(slot), None),
                Some((slot, subslot)) => (Some(slot), Some(subslot)),
            },
        }
    }

    fn repository(&self) -> Option<&str> {
        self.text[self.slot_end..].strip_prefix("::")
    }
}

fn wildcard(text: &str, names: &str) -> Result<Wildcard, Fault> {
    let slash =
        part(names, 0, b'/', ErrorKind::Category, "a category name, which may have * in it")?;
    if slash == names.len() {
        return Err(Fault::new(slash, ErrorKind::Category, "a slash after the category"));
    }
    let expected = "a package name, which may have * in it";
    let name_end = part(names, slash + 1, b':', ErrorKind::Package, expected)?;
    let rest = &text[name_end..];
    if rest.starts_with('[') {
        let expected = "no USE dependencies behind a name with *";
        return Err(Fault::new(name_end, ErrorKind::UseDep, expected));
    }
    let slot_end = name_end + rest.find("::").unwrap_or(rest.len());
    if let Some(slot) = text[name_end..slot_end].strip_prefix(':') {
        let (main, sub) = slot.split_once('/').unwrap_or((slot, "0"));
        if !(name::is_slot(main) && name::is_slot(sub)) {
            return Err(Fault::new(name_end + 1, ErrorKind::Slot, "a slot name"));
        }
    }
    if text[slot_end..].strip_prefix("::").is_some_and(|name| !name::is_repository(name)) {
        return Err(Fault::new(slot_end + 2, ErrorKind::Repository, "a repository name"));
    }
    Ok(Wildcard { text: text.into(), slash, name_end, slot_end })
}

/// Reads a name with `*` that starts at `start`, and gives its end: that of the text, or the byte `until`.
fn part(
    text: &str,
    start: usize,
    until: u8,
    kind: ErrorKind,
    expected: &'static str,
) -> Result<usize, Fault> {
    let bytes = &text.as_bytes()[start..];
    let len = bytes.iter().position(|&byte| byte == until).unwrap_or(bytes.len());
    let starts_well = |byte: &u8| name::starts_name(*byte) || *byte == b'*';
    if !bytes[..len].first().is_some_and(starts_well) {
        return Err(Fault::new(start, kind, expected));
    }
    let fits = |byte: u8| match kind {
        ErrorKind::Category => name::wide_run(&[byte]) == 1,
        _ => name::wide_run(&[byte]) == 1 && byte != b'.',
    };
    let wrong = |at: &usize| {
        let byte = bytes[*at];
        // Portage refuses two in a row, too: whoever writes them means something else.
        if byte == b'*' { bytes.get(at + 1) == Some(&b'*') } else { !fits(byte) }
    };
    match (0..len).find(wrong) {
        Some(at) => Err(Fault::new(start + at, kind, expected)),
        None => Ok(start + len),
    }
}

/// Whether `name` is `pattern` with every `*` replaced by something: what fails goes back to the last `*`, which then
/// takes one byte more.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut back = None;
    while read < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                back = Some((at + 1, read));
                at += 1;
            }
            Some(&byte) if byte == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star, taken)) = back else { return false };
                back = Some((star, taken + 1));
                (at, read) = (star, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

impl From<Atom> for Pattern {
    fn from(atom: Atom) -> Self {
        Self(Form::Atom(atom))
    }
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
