//! Whether a specification is satisfied, given what is true of its leaves.

use super::{DepKind, DepNode, DepSpec, Nodes};
use crate::eapi::Eapi;
use crate::use_flags::UseFlags;
use std::collections::BTreeSet;

impl<S: AsRef<str>> DepSpec<S> {
    /// Whether everything that is asked for holds, with `holds` deciding on leaves: atoms (blockers too), words,
    /// addresses, and flags by themselves.
    ///
    /// Conditions are decided by `flags`; one that does not apply is no member of the group it stands in. A `||` or `^^`
    /// without members is satisfied up to EAPI 6 only. Where a group without members is itself a member of a group, it
    /// counts as a satisfied one in `REQUIRED_USE`; elsewhere it is no member, as Portage has it.
    pub fn is_satisfied(
        &self,
        flags: &(impl UseFlags + ?Sized),
        holds: impl Fn(&DepNode<'_>) -> bool,
    ) -> bool {
        let check = Check { eapi: self.eapi, kind: self.kind, flags, holds: &holds };
        check.all(self.nodes()).unwrap_or(true)
    }

    /// Whether a `REQUIRED_USE` is satisfied by a set of flags.
    ///
    /// Specifications of other kinds have leaves that flags do not decide; those count as not satisfied.
    pub fn allows(&self, flags: &(impl UseFlags + ?Sized)) -> bool {
        self.is_satisfied(flags, |leaf| match leaf {
            DepNode::Flag { flag, enabled } => flags.is_enabled(flag) == *enabled,
            _ => false,
        })
    }

    /// The flags that conditions and, in `REQUIRED_USE`, leaves look at; USE dependencies of atoms are not included.
    pub fn flags(&self) -> BTreeSet<&str> {
        let mut flags = BTreeSet::new();
        collect(self.nodes(), &mut flags);
        flags
    }
}

fn collect<'s>(nodes: Nodes<'s>, flags: &mut BTreeSet<&'s str>) {
    for node in nodes {
        match node {
            DepNode::Flag { flag, .. } => {
                flags.insert(flag);
            }
            DepNode::UseConditional { flag, children, .. } => {
                flags.insert(flag);
                collect(children, flags);
            }
            DepNode::AllOf(members)
            | DepNode::AnyOf(members)
            | DepNode::ExactlyOneOf(members)
            | DepNode::AtMostOneOf(members) => collect(members, flags),
            DepNode::Atom(_) | DepNode::Word(_) | DepNode::Uri { .. } => {}
        }
    }
}

struct Check<'a, F: ?Sized, H> {
    eapi: Eapi,
    kind: DepKind,
    flags: &'a F,
    holds: &'a H,
}

impl<F: UseFlags + ?Sized, H: Fn(&DepNode<'_>) -> bool> Check<'_, F, H> {
    /// How many members a group has, and how many of them are satisfied.
    fn count(&self, nodes: Nodes<'_>) -> (usize, usize) {
        nodes.filter_map(|node| self.one(node)).fold((0, 0), |(members, satisfied), holds| {
            (members + 1, satisfied + usize::from(holds))
        })
    }

    fn all(&self, nodes: Nodes<'_>) -> Option<bool> {
        match self.count(nodes) {
            (0, _) => self.empty(),
            (members, satisfied) => Some(members == satisfied),
        }
    }

    /// Decides a `||` or `^^` by the number of its satisfied members.
    fn choice(&self, nodes: Nodes<'_>, decide: impl Fn(usize) -> bool) -> Option<bool> {
        match self.count(nodes) {
            (0, _) if self.eapi.empty_group_matches() => self.empty(),
            (_, satisfied) => Some(decide(satisfied)),
        }
    }

    /// `None` where the node is no member of anything: a condition that does not apply, or all that was left was such.
    fn one(&self, node: DepNode<'_>) -> Option<bool> {
        match node {
            DepNode::AllOf(members) => self.all(members),
            DepNode::AnyOf(members) => self.choice(members, |satisfied| satisfied > 0),
            DepNode::ExactlyOneOf(members) => self.choice(members, |satisfied| satisfied == 1),
            DepNode::AtMostOneOf(members) => Some(self.count(members).1 <= 1),
            DepNode::UseConditional { flag, enabled, children } => {
                if self.flags.is_enabled(flag) == enabled { self.all(children) } else { None }
            }
            leaf => Some((self.holds)(&leaf)),
        }
    }

    /// A group that asks for nothing.
    fn empty(&self) -> Option<bool> {
        (self.kind == DepKind::RequiredUse).then_some(true)
    }
}
