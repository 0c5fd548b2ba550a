//! Which installed packages satisfy a dependency specification.

use crate::closure::{Choice, Rejection};
use crate::package::Package;
use crate::policy::BranchPolicy;
use crate::source::Source;
use crate::table::PackageId;
use hermitage_atom::{
    Atom, AtomRef, Blocker, Cpv, DepNode, DepSpec, Eapi, Mismatch, Nodes, SlotOperator, UseFlags,
};

/// Chooses among the packages of one source for dependencies of one package.
pub(super) struct Picker<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) branch: BranchPolicy,
    pub(super) provided: &'a [Cpv],
    /// The flags and the EAPI of the package that has the dependencies.
    pub(super) flags: &'a dyn UseFlags,
    pub(super) eapi: Eapi,
}

/// What a specification comes to.
#[derive(Debug, Default)]
pub(super) struct Picked {
    pub(super) found: Vec<Found>,
    pub(super) missing: Vec<Missing>,
    pub(super) blocked: Vec<Hit>,
    pub(super) provided: Vec<(String, Cpv)>,
}

#[derive(Debug)]
pub(super) struct Found {
    pub(super) package: PackageId,
    pub(super) atom: String,
    pub(super) choice: Option<Choice>,
    pub(super) preserved: bool,
}

#[derive(Debug)]
pub(super) struct Missing {
    pub(super) text: String,
    pub(super) rejected: Vec<Rejection>,
}

#[derive(Debug)]
pub(super) struct Hit {
    pub(super) package: PackageId,
    pub(super) atom: String,
    pub(super) strength: Blocker,
}

/// What satisfies an atom.
enum Answer<'a> {
    Package(PackageId),
    Packages(Vec<PackageId>),
    /// A package of another sub-slot that keeps the libraries of the one asked for.
    Preserved(PackageId),
    Provided(&'a Cpv),
    Nothing,
}

impl<'a> Picker<'a> {
    pub(super) fn pick(&self, spec: &DepSpec) -> Picked {
        let mut out = Picked::default();
        self.take_all(spec.nodes(), None, &mut out);
        out
    }

    pub(super) fn pick_atom(&self, atom: AtomRef<'_>) -> Picked {
        let mut out = Picked::default();
        self.take_atom(atom, None, &mut out);
        out
    }

    fn take_all(&self, nodes: Nodes<'_>, choice: Option<&Choice>, out: &mut Picked) {
        for node in nodes {
            self.take(node, choice, out);
        }
    }

    fn take(&self, node: DepNode<'_>, choice: Option<&Choice>, out: &mut Picked) {
        match node {
            DepNode::Atom(atom) => self.take_atom(atom, choice, out),
            DepNode::AllOf(nodes) => self.take_all(nodes, choice, out),
            DepNode::UseConditional { flag, enabled, children } => {
                if self.flags.is_enabled(flag) == enabled {
                    self.take_all(children, choice, out);
                }
            }
            DepNode::AnyOf(nodes) | DepNode::ExactlyOneOf(nodes) | DepNode::AtMostOneOf(nodes) => {
                self.take_branches(node, nodes, choice, out);
            }
            DepNode::Flag { .. } | DepNode::Word(_) | DepNode::Uri { .. } => {}
        }
    }

    /// Takes the satisfied branches that the policy wants. Nested groups report the outermost choice.
    fn take_branches(
        &self,
        group: DepNode<'_>,
        nodes: Nodes<'_>,
        choice: Option<&Choice>,
        out: &mut Picked,
    ) {
        let members: Vec<_> = nodes.filter(|node| self.is_member(*node)).collect();
        let mut taken = 0;
        for (index, &member) in members.iter().enumerate() {
            if !self.satisfied(member) {
                continue;
            }
            taken += 1;
            let own = choice.is_none().then(|| Choice {
                group: group.to_string(),
                branch: index + 1,
                of: members.len(),
            });
            self.take(member, choice.or(own.as_ref()), out);
            if self.branch == BranchPolicy::First {
                break;
            }
        }
        if taken == 0 && !self.satisfied(group) {
            let rejected = nodes.atoms().flat_map(|atom| self.rejected(atom)).collect();
            out.missing.push(Missing { text: group.to_string(), rejected });
        }
    }

    fn take_atom(&self, written: AtomRef<'_>, choice: Option<&Choice>, out: &mut Picked) {
        let evaluated = self.evaluate(written);
        let atom = evaluated.as_ref().map_or(written, Atom::as_ref);
        if let Some(strength) = atom.blocker() {
            let hits = self.source.packages().matching(atom);
            let atom = written.as_str();
            out.blocked.extend(hits.map(|(package, _)| Hit {
                package,
                atom: atom.to_owned(),
                strength,
            }));
            return;
        }
        let found = |package, preserved| Found {
            package,
            atom: written.as_str().to_owned(),
            choice: choice.cloned(),
            preserved,
        };
        match self.answer(atom) {
            Answer::Package(id) => out.found.push(found(id, false)),
            Answer::Packages(ids) => out.found.extend(ids.into_iter().map(|id| found(id, false))),
            Answer::Preserved(id) => out.found.push(found(id, true)),
            Answer::Provided(cpv) => {
                out.provided.push((written.as_str().to_owned(), cpv.clone()));
            }
            Answer::Nothing => out.missing.push(Missing {
                text: written.as_str().to_owned(),
                rejected: self.rejected(written).collect(),
            }),
        }
    }

    /// Whether a member of `||` is one: a condition that does not apply is not (PMS 8.2.3), nor is a group that comes
    /// to nothing.
    fn is_member(&self, node: DepNode<'_>) -> bool {
        match node {
            DepNode::AllOf(mut nodes) => nodes.any(|child| self.is_member(child)),
            DepNode::UseConditional { flag, enabled, mut children } => {
                self.flags.is_enabled(flag) == enabled
                    && children.any(|child| self.is_member(child))
            }
            _ => true,
        }
    }

    fn satisfied(&self, node: DepNode<'_>) -> bool {
        match node {
            DepNode::Atom(atom) => self.atom_satisfied(atom),
            DepNode::AllOf(mut nodes) => nodes.all(|child| self.satisfied(child)),
            DepNode::UseConditional { flag, enabled, mut children } => {
                self.flags.is_enabled(flag) != enabled
                    || children.all(|child| self.satisfied(child))
            }
            DepNode::AnyOf(nodes) => {
                let mut members = nodes.filter(|child| self.is_member(*child)).peekable();
                if members.peek().is_none() {
                    return self.eapi.empty_group_matches();
                }
                members.any(|child| self.satisfied(child))
            }
            DepNode::ExactlyOneOf(nodes) => self.count(nodes) == 1,
            DepNode::AtMostOneOf(nodes) => self.count(nodes) <= 1,
            DepNode::Flag { .. } | DepNode::Word(_) | DepNode::Uri { .. } => true,
        }
    }

    fn count(&self, nodes: Nodes<'_>) -> usize {
        nodes.filter(|child| self.is_member(*child) && self.satisfied(*child)).count()
    }

    fn atom_satisfied(&self, written: AtomRef<'_>) -> bool {
        let evaluated = self.evaluate(written);
        let atom = evaluated.as_ref().map_or(written, Atom::as_ref);
        if atom.blocker().is_some() {
            return self.source.packages().matching(atom).next().is_none();
        }
        !matches!(self.answer(atom), Answer::Nothing)
    }

    fn answer(&self, atom: AtomRef<'_>) -> Answer<'a> {
        let mut matching = self.source.packages().matching(atom).rev().map(|(id, _)| id);
        if let Some(highest) = matching.next() {
            return match self.branch {
                BranchPolicy::First => Answer::Package(highest),
                BranchPolicy::All => {
                    Answer::Packages([highest].into_iter().chain(matching).collect())
                }
            };
        }
        if let Some(id) = self.preserved(atom) {
            return Answer::Preserved(id);
        }
        let provides = |cpv: &&Cpv| cpv.cp() == atom.cp() && atom.matches_version(cpv.version());
        self.provided.iter().find(provides).map_or(Answer::Nothing, Answer::Provided)
    }

    /// After an upgrade to a new sub-slot, programs that have not been rebuilt yet still record the old one. They go on
    /// working as long as the old libraries are kept.
    fn preserved(&self, atom: AtomRef<'_>) -> Option<PackageId> {
        if atom.slot_operator() != Some(SlotOperator::Equal) || atom.subslot().is_none() {
            return None;
        }
        let keeps = |&(id, package): &(PackageId, &Package)| {
            atom.matches(package) == Err(Mismatch::Subslot)
                && !self.source.preserved_libraries(id).is_empty()
        };
        let mut named = self.source.packages().of_name(atom.cp()).rev();
        named.find(keeps).map(|(id, _)| id)
    }

    fn evaluate(&self, atom: AtomRef<'_>) -> Option<Atom> {
        atom.has_conditional_use_deps().then(|| atom.evaluate(self.flags))
    }

    fn rejected<'s>(&'s self, written: AtomRef<'s>) -> impl Iterator<Item = Rejection> + 's {
        let evaluated = self.evaluate(written);
        let named = self.source.packages().of_name(written.cp());
        named.filter_map(move |(_, package)| {
            let atom = evaluated.as_ref().map_or(written, Atom::as_ref);
            let reason = atom.matches(package).err()?.to_string();
            Some(Rejection {
                cpv: package.cpv().clone(),
                atom: written.as_str().to_owned(),
                reason,
            })
        })
    }
}
