//! Which installed packages satisfy a dependency specification.

use crate::closure::Rejection;
use crate::package::Package;
use crate::policy::BranchPolicy;
use crate::source::Source;
use crate::table::PackageId;
use hermitage_atom::{
    AtomRef, Blocker, Candidate as _, Cpv, DepNode, DepSpec, Eapi, Mismatch, Nodes, SlotOperator,
    UseDep, UseFlags,
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

/// What a specification, whose text is `'s`, comes to.
#[derive(Debug, Default)]
pub(super) struct Picked<'s> {
    pub(super) found: Vec<Found<'s>>,
    /// The choices that what was found points to.
    pub(super) choices: Vec<Picking<'s>>,
    pub(super) missing: Vec<Missing>,
    pub(super) blocked: Vec<Hit>,
    pub(super) provided: Vec<(String, Cpv)>,
}

#[derive(Debug)]
pub(super) struct Found<'s> {
    pub(super) package: PackageId,
    pub(super) atom: &'s str,
    /// The place of the choice among all of its answer.
    pub(super) choice: Option<usize>,
    pub(super) preserved: bool,
}

/// A branch that was taken. Its text is written down once the closure is complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picking<'s> {
    pub(super) group: DepNode<'s>,
    pub(super) branch: usize,
    pub(super) of: usize,
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

/// A satisfied member of a group: most are atoms, whose answer is known then.
enum Branch<'s, 'a> {
    Answered(AtomRef<'s>, Answer<'a>),
    Node(DepNode<'s>),
}

impl<'a> Picker<'a> {
    pub(super) fn pick<'s>(&self, spec: &'s DepSpec) -> Picked<'s> {
        let nodes = spec.nodes();
        let most = nodes.size_hint().1.unwrap_or(0);
        let mut out = Picked { found: Vec::with_capacity(most), ..Picked::default() };
        self.take_all(nodes, None, &mut out);
        out
    }

    pub(super) fn pick_atom<'s>(&self, atom: AtomRef<'s>) -> Picked<'s> {
        let mut out = Picked::default();
        self.take_atom(atom, None, &mut out);
        out
    }

    fn take_all<'s>(&self, nodes: Nodes<'s>, choice: Option<usize>, out: &mut Picked<'s>) {
        for node in nodes {
            self.take(node, choice, out);
        }
    }

    fn take<'s>(&self, node: DepNode<'s>, choice: Option<usize>, out: &mut Picked<'s>) {
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
    fn take_branches<'s>(
        &self,
        group: DepNode<'s>,
        nodes: Nodes<'s>,
        choice: Option<usize>,
        out: &mut Picked<'s>,
    ) {
        let members = || nodes.filter(|node| self.is_member(*node));
        let mut taken = 0;
        for (index, member) in members().enumerate() {
            let Some(branch) = self.branch(member) else { continue };
            taken += 1;
            let choice = choice.unwrap_or_else(|| {
                let of = members().count();
                out.choices.push(Picking { group, branch: index + 1, of });
                out.choices.len() - 1
            });
            match branch {
                Branch::Answered(atom, answer) => self.put(atom, answer, Some(choice), out),
                Branch::Node(node) => self.take(node, Some(choice), out),
            }
            if self.branch == BranchPolicy::First {
                break;
            }
        }
        if taken == 0 && !self.satisfied(group) {
            let rejected = nodes.atoms().flat_map(|atom| self.rejected(atom)).collect();
            out.missing.push(Missing { text: group.to_string(), rejected });
        }
    }

    /// A member of a group, if it is satisfied.
    fn branch<'s>(&self, member: DepNode<'s>) -> Option<Branch<'s, 'a>> {
        match member {
            DepNode::Atom(atom) if atom.blocker().is_none() => match self.answer(atom) {
                Answer::Nothing => None,
                answer => Some(Branch::Answered(atom, answer)),
            },
            _ => self.satisfied(member).then_some(Branch::Node(member)),
        }
    }

    fn take_atom<'s>(&self, atom: AtomRef<'s>, choice: Option<usize>, out: &mut Picked<'s>) {
        if let Some(strength) = atom.blocker() {
            out.blocked.extend(self.matching(atom).map(|package| Hit {
                package,
                atom: atom.as_str().to_owned(),
                strength,
            }));
            return;
        }
        self.put(atom, self.answer(atom), choice, out);
    }

    fn put<'s>(
        &self,
        atom: AtomRef<'s>,
        answer: Answer<'a>,
        choice: Option<usize>,
        out: &mut Picked<'s>,
    ) {
        let text = atom.as_str();
        let found = |package, preserved| Found { package, atom: text, choice, preserved };
        match answer {
            Answer::Package(id) => out.found.push(found(id, false)),
            Answer::Packages(ids) => out.found.extend(ids.into_iter().map(|id| found(id, false))),
            Answer::Preserved(id) => out.found.push(found(id, true)),
            Answer::Provided(cpv) => {
                out.provided.push((text.to_owned(), cpv.clone()));
            }
            Answer::Nothing => out
                .missing
                .push(Missing { text: text.to_owned(), rejected: self.rejected(atom).collect() }),
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

    fn atom_satisfied(&self, atom: AtomRef<'_>) -> bool {
        if atom.blocker().is_some() {
            return self.matching(atom).next().is_none();
        }
        !matches!(self.answer(atom), Answer::Nothing)
    }

    fn answer(&self, atom: AtomRef<'_>) -> Answer<'a> {
        let mut matching = self.matching(atom).rev();
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
            atom.matches_beyond_name(package) == Err(Mismatch::Subslot)
                && !self.source.preserved_libraries(id).is_empty()
        };
        let mut named = self.source.packages().of_name(atom.cp()).rev();
        named.find(keeps).map(|(id, _)| id)
    }

    /// The packages an atom matches, lowest version first; for a blocker those that it blocks.
    fn matching(&self, atom: AtomRef<'_>) -> impl DoubleEndedIterator<Item = PackageId> {
        let named = self.source.packages().of_name(atom.cp());
        named.filter(move |(_, package)| self.fits(atom, package).is_ok()).map(|(id, _)| id)
    }

    /// As [`AtomRef::matches`] says of the evaluated atom, without writing that down: this is asked of every atom.
    fn fits<'s>(&self, atom: AtomRef<'s>, package: &Package) -> Result<(), Mismatch<'s>> {
        atom.matches_beyond_name(package)?;
        atom.use_deps().try_for_each(|dep| self.fits_flag(dep, package))
    }

    fn fits_flag<'s>(&self, dep: UseDep<'s>, package: &Package) -> Result<(), Mismatch<'s>> {
        let parent = dep.kind.is_conditional() && self.flags.is_enabled(dep.flag);
        let Some(wanted) = dep.kind.wanted(parent) else { return Ok(()) };
        let on = if package.has_flag(dep.flag) {
            package.is_enabled(dep.flag)
        } else {
            dep.default.ok_or(Mismatch::MissingFlag(dep.flag))?
        };
        match (wanted, on) {
            (true, false) => Err(Mismatch::FlagOff(dep.flag)),
            (false, true) => Err(Mismatch::FlagOn(dep.flag)),
            _ => Ok(()),
        }
    }

    fn rejected<'s>(&'s self, atom: AtomRef<'s>) -> impl Iterator<Item = Rejection> + 's {
        let named = self.source.packages().of_name(atom.cp());
        named.filter_map(move |(_, package)| {
            Some(Rejection {
                cpv: package.cpv().clone(),
                reason: self.fits(atom, package).err()?.to_string(),
                atom: atom.as_str().to_owned(),
            })
        })
    }
}
