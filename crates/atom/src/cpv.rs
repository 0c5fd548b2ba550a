//! `category/package` and `category/package-version`.

use crate::error::{Error, ErrorKind, Fault, text};
use crate::name;
use crate::version::{self, VersionRef};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Reads `category/`, and gives the place of the slash.
pub(crate) fn category(text: &[u8]) -> Result<usize, Fault> {
    let end = name::wide_run(text);
    let starts_well = text.first().is_some_and(|&first| name::starts_name(first));
    if !starts_well {
        return Err(Fault::new(0, ErrorKind::Category, "a category name"));
    }
    if text.get(end) != Some(&b'/') {
        return Err(Fault::new(end, ErrorKind::Category, "a slash after the category"));
    }
    Ok(end)
}

/// Checks a package name that stands at `offset` of a longer text.
pub(crate) fn package(name: &[u8], offset: usize) -> Result<(), Fault> {
    if !name::has_package_bytes(name) {
        return Err(Fault::new(offset, ErrorKind::Package, "a package name"));
    }
    match version::split(name) {
        None => Ok(()),
        Some(at) => Err(Fault::new(
            offset + at,
            ErrorKind::Package,
            "a package name that does not end in a version",
        )),
    }
}

/// Splits `package-version` that stands at `offset` of a longer text, and gives the end of the package name.
pub(crate) fn package_version(pf: &[u8], offset: usize) -> Result<usize, Fault> {
    let Some(hyphen) = version::split(pf) else {
        return Err(no_version(pf, offset));
    };
    package(&pf[..hyphen], offset)?;
    Ok(hyphen)
}

fn no_version(pf: &[u8], offset: usize) -> Fault {
    if version::is_prefix_version(pf) {
        let dot = pf.iter().rposition(|&b| b == b'.').unwrap_or(pf.len());
        return Fault::new(offset + dot, ErrorKind::PrefixRevision, "a revision of digits only");
    }
    Fault::new(offset + pf.len(), ErrorKind::Version, "a package name followed by a version")
}

/// A `category/package` that points into the text it was parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CpRef<'a> {
    text: &'a str,
    slash: usize,
}

impl<'a> CpRef<'a> {
    /// Reads `category/package`.
    ///
    /// # Errors
    /// [`ErrorKind::Category`] or [`ErrorKind::Package`].
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let checked = category(text.as_bytes()).and_then(|slash| {
            package(&text.as_bytes()[slash + 1..], slash + 1)?;
            Ok(Self { text, slash })
        });
        checked.map_err(|fault| fault.of(text))
    }

    pub(crate) fn trusted(text: &'a str, slash: usize) -> Self {
        Self { text, slash }
    }

    /// The category.
    pub fn category(self) -> &'a str {
        &self.text[..self.slash]
    }

    /// The package name.
    pub fn package(self) -> &'a str {
        &self.text[self.slash + 1..]
    }

    /// `category/package`.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// The owned form.
    pub fn to_cp(self) -> Cp {
        Cp { text: self.text.into(), slash: self.slash }
    }
}

impl Ord for CpRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.category(), self.package()).cmp(&(other.category(), other.package()))
    }
}

impl PartialOrd for CpRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for CpRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// A `category/package` that owns its text. The order is by category, then package.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cp {
    text: Box<str>,
    slash: usize,
}

impl Cp {
    /// Reads `category/package`.
    ///
    /// # Errors
    /// As [`CpRef::parse`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        CpRef::parse(text).map(CpRef::to_cp)
    }

    /// The borrowed form.
    pub fn as_ref(&self) -> CpRef<'_> {
        CpRef { text: &self.text, slash: self.slash }
    }

    /// The category.
    pub fn category(&self) -> &str {
        self.as_ref().category()
    }

    /// The package name.
    pub fn package(&self) -> &str {
        self.as_ref().package()
    }

    /// `category/package`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Ord for Cp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_ref().cmp(&other.as_ref())
    }
}

impl PartialOrd for Cp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Cp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A `category/package-version` that points into the text it was parsed from.
///
/// Equality, order and hash are by category, package and the version in the sense of PMS.
#[derive(Clone, Copy, Debug)]
pub struct CpvRef<'a> {
    text: &'a str,
    slash: usize,
    name_end: usize,
}

impl<'a> CpvRef<'a> {
    /// Reads `category/package-version[-rN]`.
    ///
    /// # Errors
    /// [`ErrorKind::Category`], [`ErrorKind::Package`], [`ErrorKind::Version`], or [`ErrorKind::PrefixRevision`] for
    /// the `-r00.1` of old Prefix installations.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let checked = category(text.as_bytes()).and_then(|slash| {
            let name_end = package_version(&text.as_bytes()[slash + 1..], slash + 1)?;
            Ok(Self { text, slash, name_end: slash + 1 + name_end })
        });
        checked.map_err(|fault| fault.of(text))
    }

    /// As [`CpvRef::parse`], from bytes.
    ///
    /// # Errors
    /// As [`CpvRef::parse`], or [`ErrorKind::Encoding`].
    pub fn parse_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::parse(text(bytes)?)
    }

    pub(crate) fn trusted(text: &'a str, slash: usize, name_end: usize) -> Self {
        Self { text, slash, name_end }
    }

    /// The category.
    pub fn category(self) -> &'a str {
        &self.text[..self.slash]
    }

    /// The package name.
    pub fn package(self) -> &'a str {
        &self.text[self.slash + 1..self.name_end]
    }

    /// The version with its revision.
    pub fn version(self) -> VersionRef<'a> {
        VersionRef::trusted(&self.text[self.name_end + 1..])
    }

    /// `package-version`, the name of the package's directory in an installed-package database.
    pub fn pf(self) -> &'a str {
        &self.text[self.slash + 1..]
    }

    /// `category/package`.
    pub fn cp(self) -> CpRef<'a> {
        CpRef { text: &self.text[..self.name_end], slash: self.slash }
    }

    /// `category/package-version`, as written.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// The owned form.
    pub fn to_cpv(self) -> Cpv {
        Cpv { text: self.text.into(), slash: self.slash, name_end: self.name_end }
    }
}

impl PartialEq for CpvRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for CpvRef<'_> {}

impl Ord for CpvRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cp().cmp(&other.cp()).then_with(|| self.version().cmp(&other.version()))
    }
}

impl PartialOrd for CpvRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for CpvRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.cp().hash(state);
        self.version().hash(state);
    }
}

impl fmt::Display for CpvRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// A `category/package-version` that owns its text; otherwise like [`CpvRef`].
#[derive(Clone, Debug)]
pub struct Cpv {
    text: Box<str>,
    slash: usize,
    name_end: usize,
}

impl Cpv {
    /// Reads `category/package-version[-rN]`.
    ///
    /// # Errors
    /// As [`CpvRef::parse`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        CpvRef::parse(text).map(CpvRef::to_cpv)
    }

    /// As [`Cpv::parse`], from bytes.
    ///
    /// # Errors
    /// As [`CpvRef::parse_bytes`].
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, Error> {
        CpvRef::parse_bytes(bytes).map(CpvRef::to_cpv)
    }

    /// The borrowed form.
    pub fn as_ref(&self) -> CpvRef<'_> {
        CpvRef { text: &self.text, slash: self.slash, name_end: self.name_end }
    }

    /// The category.
    pub fn category(&self) -> &str {
        self.as_ref().category()
    }

    /// The package name.
    pub fn package(&self) -> &str {
        self.as_ref().package()
    }

    /// The version with its revision.
    pub fn version(&self) -> VersionRef<'_> {
        self.as_ref().version()
    }

    /// `package-version`, the name of the package's directory in an installed-package database.
    pub fn pf(&self) -> &str {
        self.as_ref().pf()
    }

    /// `category/package`.
    pub fn cp(&self) -> CpRef<'_> {
        self.as_ref().cp()
    }

    /// `category/package-version`, as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Cpv {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Cpv {}

impl Ord for Cpv {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_ref().cmp(&other.as_ref())
    }
}

impl PartialOrd for Cpv {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Cpv {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

impl fmt::Display for Cpv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Cpv {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}
