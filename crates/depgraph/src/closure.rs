//! The answer to a query.

mod chain;
mod graph;
mod member;
mod problem;
#[cfg(feature = "serde")]
mod report;
mod text;

pub use chain::{Chain, Step};
pub(crate) use graph::Graph;
pub use member::{Choice, Link, Member, MemberId, Origin, Reason};
pub use problem::{
    Blocked, LoadReason, LoadableFile, Malformed, Provided, Rejection, Unsatisfied, Withheld,
};
#[cfg(feature = "serde")]
pub use report::{ClosureReport, PackageReport, ReasonReport};
pub use text::Text;
pub(crate) use text::{Gathered, Span};

use crate::query::RootKind;
use hermitage_atom::Cpv;
use std::sync::OnceLock;

/// Every package a target needs, and why.
///
/// 1. Packages are sorted by name, version and place; each is there once for each database.
/// 2. The reasons of a package are sorted, each once; every package has at least one.
/// 3. The same packages and the same query give the same closure.
#[derive(Debug)]
pub struct Closure {
    pub(crate) label: String,
    pub(crate) members: Vec<Member>,
    pub(crate) unsatisfied: Vec<Unsatisfied>,
    pub(crate) blocked: Vec<Blocked>,
    pub(crate) provided: Vec<Provided>,
    pub(crate) malformed: Vec<Malformed>,
    pub(crate) withheld: Vec<Withheld>,
    pub(crate) files: Vec<LoadableFile>,
    /// Made when a chain or a cycle is asked for first.
    pub(crate) graph: OnceLock<Graph>,
}

impl Closure {
    /// How the target is called.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The packages in order.
    pub fn packages(&self) -> impl ExactSizeIterator<Item = &Member> {
        self.members.iter()
    }

    /// The packages of one place. Places that share a database are known by the first of them, see
    /// [`crate::Roots::canonical`].
    pub fn packages_in(&self, root: RootKind) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.root() == root)
    }

    /// A package of this closure.
    ///
    /// # Panics
    /// If the id belongs to a larger closure.
    pub fn member(&self, id: MemberId) -> &Member {
        &self.members[id.index()]
    }

    /// The package with this name and version, in the first place that has it.
    pub fn find(&self, cpv: &Cpv) -> Option<&Member> {
        self.members.iter().find(|member| member.cpv() == cpv)
    }

    /// Dependencies that nothing satisfies.
    pub fn unsatisfied(&self) -> &[Unsatisfied] {
        &self.unsatisfied
    }

    /// Blockers of packages in the closure that block something that is installed.
    pub fn blocked(&self) -> &[Blocked] {
        &self.blocked
    }

    /// Dependencies that only `package.provided` satisfies: nothing of them can be shown.
    pub fn provided(&self) -> &[Provided] {
        &self.provided
    }

    /// Dependency strings that can't be parsed; the closure lacks whatever they ask for.
    pub fn malformed(&self) -> &[Malformed] {
        &self.malformed
    }

    /// Packages that were kept out of @system.
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// With [`crate::Policy::DirectLoadable`], the single files of other packages that belong to the closure too.
    pub fn loadable_files(&self) -> &[LoadableFile] {
        &self.files
    }

    /// The shortest chain from the target, or else from @system, to a package of the closure.
    pub fn why(&self, cpv: &Cpv) -> Option<Chain> {
        let member = self.find(cpv)?;
        Some(self.chain_to(member.id()))
    }

    /// The shortest chain to whatever asked for something.
    pub fn chain_of(&self, origin: Origin) -> Chain {
        match origin {
            Origin::Target | Origin::System => Chain::start(self, origin),
            Origin::Member(id) => self.chain_to(id),
        }
    }

    /// How whoever asks is called: the label of the target, `@system`, or category, name and version.
    pub fn name_of(&self, origin: Origin) -> &str {
        match origin {
            Origin::Target => self.label(),
            Origin::System => "@system",
            Origin::Member(id) => self.member(id).cpv().as_str(),
        }
    }

    /// Groups of packages that need each other, each in order, largest first.
    pub fn cycles(&self) -> Vec<Vec<MemberId>> {
        self.graph().cycles()
    }

    fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Graph::new(&self.members))
    }

    fn chain_to(&self, id: MemberId) -> Chain {
        Chain::along(self, &self.graph().shortest(id))
    }
}
