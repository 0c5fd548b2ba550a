//! Dependency specifications: atoms in groups and under conditions (PMS section 8.2).

mod evaluate;
mod node;
mod parse;
mod print;
mod satisfy;
mod simplify;

pub use node::{DepNode, Nodes};
pub use parse::MAX_DEPTH;

use crate::atom::AtomRef;
use crate::eapi::Eapi;
use crate::error::{Error, text};
use node::Item;

/// Which variable a specification stands in, and so what its leaves are and which groups it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DepKind {
    /// `DEPEND`, `BDEPEND`, `RDEPEND`, `PDEPEND`, `IDEPEND`: atoms, and `||`.
    Package,
    /// `REQUIRED_USE`: flags, `||`, `^^`, and `??`.
    RequiredUse,
    /// `LICENSE`: words, and `||`.
    License,
    /// `SRC_URI`: addresses and the names to store them under, no groups but conditions.
    SrcUri,
    /// `RESTRICT`, `PROPERTIES`: words, no groups but conditions.
    Words,
}

/// A specification that points into the text it was parsed from.
pub type DepSpecRef<'a> = DepSpec<&'a str>;

/// A parsed dependency specification; it owns its text unless it is a [`DepSpecRef`].
///
/// It is one flat list in the order of the text, so that parsing needs one allocation; [`DepSpec::nodes`] shows it
/// as the tree it is.
#[derive(Clone, Debug)]
pub struct DepSpec<S = Box<str>> {
    text: S,
    items: Vec<Item>,
    eapi: Eapi,
    kind: DepKind,
}

impl DepSpec {
    /// Reads the value of a dependency variable.
    ///
    /// # Errors
    /// Names the first byte that does not fit, and what was expected there.
    pub fn parse(text: &str, eapi: Eapi, kind: DepKind) -> Result<Self, Error> {
        let items = parse::parse(text, eapi, kind).map_err(|fault| fault.of(text))?;
        Ok(Self { text: text.into(), items, eapi, kind })
    }

    /// A specification that asks for nothing.
    pub fn empty(eapi: Eapi, kind: DepKind) -> Self {
        Self { text: "".into(), items: Vec::new(), eapi, kind }
    }
}

impl<'a> DepSpec<&'a str> {
    /// As [`DepSpec::parse`], without copying the text.
    ///
    /// # Errors
    /// As [`DepSpec::parse`].
    pub fn parse_ref(text: &'a str, eapi: Eapi, kind: DepKind) -> Result<Self, Error> {
        let items = parse::parse(text, eapi, kind).map_err(|fault| fault.of(text))?;
        Ok(Self { text, items, eapi, kind })
    }

    /// As [`DepSpec::parse_ref`], from bytes.
    ///
    /// # Errors
    /// As [`DepSpec::parse`], or [`crate::ErrorKind::Encoding`].
    pub fn parse_bytes(bytes: &'a [u8], eapi: Eapi, kind: DepKind) -> Result<Self, Error> {
        Self::parse_ref(text(bytes)?, eapi, kind)
    }
}

impl<S: AsRef<str>> DepSpec<S> {
    /// The members of the outermost level.
    pub fn nodes(&self) -> Nodes<'_> {
        Nodes::new(self.text.as_ref(), &self.items)
    }

    /// All atoms in the order of the text, whatever group or condition they stand in; blockers included.
    pub fn atoms(&self) -> impl Iterator<Item = AtomRef<'_>> {
        let text = self.text.as_ref();
        self.items.iter().filter_map(|item| item.atom(text))
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The EAPI it was parsed for.
    pub fn eapi(&self) -> Eapi {
        self.eapi
    }

    /// The variable it stands in.
    pub fn kind(&self) -> DepKind {
        self.kind
    }

    /// The form that owns its text.
    pub fn to_owned_spec(&self) -> DepSpec {
        let text = self.text.as_ref().into();
        DepSpec { text, items: self.items.clone(), eapi: self.eapi, kind: self.kind }
    }
}
