//! Installed packages in the plainest terms.

use crate::class::DepClass;
use crate::memory::{MemoryPackage, MemorySource};
use crate::source::Holding;
use crate::target::Target;
use std::collections::BTreeMap;
use std::fmt;

/// A database of installed packages. No two have the same name and slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The packages.
    pub packages: Vec<ModelPackage>,
}

/// An installed package of EAPI 8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelPackage {
    /// Category and name.
    pub name: &'static str,
    /// The version.
    pub version: u8,
    /// The slot.
    pub slot: u8,
    /// Whether the flag `x` is on; `None` when the package does not have it.
    pub flag: Option<bool>,
    /// What it owns.
    pub holding: Holding,
    /// Its dependencies.
    pub dependencies: BTreeMap<DepClass, Vec<ModelDep>>,
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelDep {
    /// An atom.
    Atom(ModelAtom),
    /// A blocker.
    Blocker(ModelAtom),
    /// `|| ( ... )`, never empty.
    AnyOf(Vec<ModelDep>),
    /// `( ... )`, never empty.
    AllOf(Vec<ModelDep>),
    /// `x? ( ... )`, or `!x? ( ... )`, never empty.
    When(bool, Vec<ModelDep>),
}

/// An atom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelAtom {
    /// Category and name.
    pub name: &'static str,
    /// The versions.
    pub range: Range,
    /// The slot, if one is asked for.
    pub slot: Option<u8>,
    /// The state of the flag `x`, if one is asked for; a package without it does not match.
    pub flag: Option<bool>,
}

/// A range of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Every version.
    Any,
    /// `>=`
    AtLeast(u8),
    /// `<`
    Below(u8),
    /// `=`
    Exactly(u8),
}

impl Range {
    /// Whether a version is in the range.
    pub fn contains(self, version: u8) -> bool {
        match self {
            Self::Any => true,
            Self::AtLeast(bound) => version >= bound,
            Self::Below(bound) => version < bound,
            Self::Exactly(bound) => version == bound,
        }
    }
}

impl ModelAtom {
    /// Whether a package is what the atom asks for.
    pub fn matches(&self, package: &ModelPackage) -> bool {
        self.name == package.name
            && self.range.contains(package.version)
            && self.slot.is_none_or(|slot| slot == package.slot)
            && self.flag.is_none_or(|on| package.flag == Some(on))
    }
}

impl ModelPackage {
    /// Category, name and version.
    pub fn cpv(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The dependencies of one class.
    pub fn dependencies(&self, class: DepClass) -> &[ModelDep] {
        self.dependencies.get(&class).map(Vec::as_slice).unwrap_or_default()
    }

    /// The package as one of a [`MemorySource`].
    ///
    /// # Panics
    /// If the name is not a category and a name, which those of the strategies are.
    #[allow(clippy::expect_used, reason = "the strategies build valid names and strings only")]
    pub fn package(&self) -> MemoryPackage {
        let text = format!("{}:{}", self.cpv(), self.slot);
        let flag = self.flag;
        let mut package = MemoryPackage::parse(&text)
            .expect("a model has valid names")
            .with_holding(self.holding)
            .map(|p| p.with_iuse(flag.map(|_| "x")).with_use(flag.filter(|on| *on).map(|_| "x")));
        for (&class, dependencies) in &self.dependencies {
            let text = spec(dependencies);
            package =
                package.with_dependencies(class, &text).expect("a model prints valid strings");
        }
        package
    }
}

impl Model {
    /// The database as a source.
    pub fn source(&self) -> MemorySource {
        MemorySource::new(self.packages.iter().map(ModelPackage::package))
    }
}

/// A dependency string.
pub(super) fn spec(dependencies: &[ModelDep]) -> String {
    dependencies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// A target with these dependencies, and without flags.
#[allow(clippy::expect_used, reason = "a model prints valid strings")]
pub(super) fn target(class: DepClass, dependencies: &[ModelDep]) -> Target {
    let target = Target::given("target").with_dependencies(class, &spec(dependencies));
    target.expect("a model prints valid strings")
}

impl fmt::Display for ModelAtom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.range {
            Range::Any => f.write_str(self.name)?,
            Range::AtLeast(bound) => write!(f, ">={}-{bound}", self.name)?,
            Range::Below(bound) => write!(f, "<{}-{bound}", self.name)?,
            Range::Exactly(bound) => write!(f, "={}-{bound}", self.name)?,
        }
        if let Some(slot) = self.slot {
            write!(f, ":{slot}")?;
        }
        match self.flag {
            Some(true) => f.write_str("[x]"),
            Some(false) => f.write_str("[-x]"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ModelDep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Atom(atom) => write!(f, "{atom}"),
            Self::Blocker(atom) => write!(f, "!{atom}"),
            Self::AnyOf(members) => write!(f, "|| ( {} )", spec(members)),
            Self::AllOf(members) => write!(f, "( {} )", spec(members)),
            Self::When(true, members) => write!(f, "x? ( {} )", spec(members)),
            Self::When(false, members) => write!(f, "!x? ( {} )", spec(members)),
        }
    }
}
