//! A question to one or more package databases.

use crate::class::{Classes, DepClass, Phase};
use crate::closure::Closure;
use crate::error::Error;
use crate::policy::{BranchPolicy, Policy};
use crate::resolve;
use crate::source::Source;
use crate::system::SystemSet;
use crate::target::Target;
use hermitage_atom::{Cpv, Eapi, Pattern};
use std::fmt;

/// Which of the three places packages are installed in (PMS section 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// `ROOT`: where the package is going to run. `RDEPEND` and `PDEPEND` live here.
    Root,
    /// `SYSROOT`: what it is built against. `DEPEND` lives here.
    Sysroot,
    /// `BROOT`: where it is built. `BDEPEND` and `IDEPEND` live here.
    Broot,
}

impl RootKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Root, Self::Sysroot, Self::Broot];

    /// The name of the variable.
    pub fn as_str(self) -> &'static str {
        ["ROOT", "SYSROOT", "BROOT"][self as usize]
    }
}

impl fmt::Display for RootKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The databases of the three places; in the common case all three are one.
#[derive(Clone, Copy)]
pub struct Roots<'a> {
    sources: [&'a dyn Source; 3],
}

impl fmt::Debug for Roots<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.sources.map(|source| source.packages().len());
        f.debug_struct("Roots").field("packages", &sizes).finish()
    }
}

impl<'a> Roots<'a> {
    /// One database for everything.
    pub fn one(source: &'a dyn Source) -> Self {
        Self { sources: [source; 3] }
    }

    /// A database for one of the places, for a cross build. Two places that are given the same database share it.
    #[must_use]
    pub fn with(mut self, kind: RootKind, source: &'a dyn Source) -> Self {
        self.sources[kind as usize] = source;
        self
    }

    /// The database of a place.
    pub fn source(&self, kind: RootKind) -> &'a dyn Source {
        self.sources[kind as usize]
    }

    /// The first place with the same database, which stands for all that share it.
    pub fn canonical(&self, kind: RootKind) -> RootKind {
        let same = |other: &RootKind| std::ptr::addr_eq(self.source(*other), self.source(kind));
        RootKind::ALL.into_iter().find(same).unwrap_or(kind)
    }

    /// Where the dependencies of a class of the target are looked for. Before `BDEPEND` existed `DEPEND` meant both the
    /// tools to build with and the libraries to build against.
    pub(crate) fn places(&self, class: DepClass, eapi: Eapi) -> Vec<RootKind> {
        let kinds: &[RootKind] = match class {
            DepClass::Bdepend | DepClass::Idepend => &[RootKind::Broot],
            DepClass::Depend if eapi.has_bdepend() => &[RootKind::Sysroot],
            DepClass::Depend => &[RootKind::Sysroot, RootKind::Broot],
            DepClass::Rdepend | DepClass::Pdepend => &[RootKind::Root],
        };
        let mut places: Vec<_> = kinds.iter().map(|&kind| self.canonical(kind)).collect();
        places.dedup();
        places
    }
}

/// A question: what does this target need?
///
/// ```
/// use hermitage_depgraph::{DepClass, MemoryPackage, MemorySource, Query, Roots, Target};
///
/// let source = MemorySource::new([
///     MemoryPackage::parse("sys-libs/zlib-1.2.8")?,
///     MemoryPackage::parse("media-libs/libpng-1.6.12")?
///         .with_dependencies(DepClass::Rdepend, "sys-libs/zlib")?,
/// ]);
/// let target = Target::given("viewer").with_dependencies(DepClass::Depend, "media-libs/libpng")?;
/// let closure = Query::new(target).resolve(&Roots::one(&source))?;
/// let names: Vec<_> = closure.packages().map(|package| package.cpv().as_str()).collect();
/// assert_eq!(names, ["media-libs/libpng-1.6.12", "sys-libs/zlib-1.2.8"]);
/// # Ok::<(), hermitage_depgraph::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) target: Target,
    pub(crate) policy: Policy,
    pub(crate) branch: BranchPolicy,
    pub(crate) classes: Classes,
    pub(crate) follow: Option<Classes>,
    pub(crate) system: SystemSet,
    pub(crate) without: Vec<Pattern>,
    pub(crate) provided: Vec<Cpv>,
}

impl Query {
    /// The dependencies of the build phases, with what they need to run, first satisfied branch, no @system.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            policy: Policy::default(),
            branch: BranchPolicy::default(),
            classes: Phase::Build.classes(),
            follow: None,
            system: SystemSet::none(),
            without: Vec::new(),
            provided: Vec::new(),
        }
    }

    /// How far to go.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Which branches to take.
    #[must_use]
    pub fn branch(mut self, branch: BranchPolicy) -> Self {
        self.branch = branch;
        self
    }

    /// Which classes of the target count, unless the policy is [`Policy::RuntimeOnly`], which has its own.
    #[must_use]
    pub fn classes(mut self, classes: Classes) -> Self {
        self.classes = classes;
        self
    }

    /// Which classes of the target count, by the phase that is to run.
    #[must_use]
    pub fn phase(self, phase: Phase) -> Self {
        self.classes(phase.classes())
    }

    /// Which classes of other packages are followed, in place of those of the policy.
    #[must_use]
    pub fn follow(mut self, classes: Classes) -> Self {
        self.follow = Some(classes);
        self
    }

    /// The packages every build may rely on.
    #[must_use]
    pub fn system(mut self, system: SystemSet) -> Self {
        self.system = system;
        self
    }

    /// Packages that @system must not bring in, neither itself nor through what it needs; the target's own
    /// dependencies still can.
    #[must_use]
    pub fn without<P: Into<Pattern>>(mut self, packages: impl IntoIterator<Item = P>) -> Self {
        self.without.extend(packages.into_iter().map(Into::into));
        self
    }

    /// Packages that count as there without being installed (`package.provided`).
    #[must_use]
    pub fn provided(mut self, packages: impl IntoIterator<Item = Cpv>) -> Self {
        self.provided.extend(packages);
        self
    }

    /// Answers the question. The answer is the same for the same packages, in whatever order they were given.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Source`] when a database fails. Dependencies that are not satisfied, blockers and
    /// malformed dependency strings are part of the answer.
    pub fn resolve(&self, roots: &Roots<'_>) -> Result<Closure, Error> {
        resolve::resolve(self, roots)
    }

    /// The classes of the target that count.
    pub(crate) fn target_classes(&self) -> Classes {
        if self.policy == Policy::RuntimeOnly { self.followed_classes() } else { self.classes }
    }

    /// The classes of other packages that are followed.
    pub(crate) fn followed_classes(&self) -> Classes {
        self.follow.unwrap_or(if self.policy == Policy::RuntimeOnly {
            Classes::INSTALLED
        } else {
            Classes::RUNTIME
        })
    }
}
