//! Whether a specification is satisfied, given what is true of its leaves.

use super::{DepNode, DepSpec, Nodes};
use crate::eapi::Eapi;
use crate::use_flags::UseFlags;
use std::collections::BTreeSet;

impl<S: AsRef<str>> DepSpec<S> {
    /// Whether everything that is asked for holds, with `holds` deciding on leaves: atoms (blockers too), words,
    /// addresses, and flags by themselves.
    ///
    /// Conditions are decided by `flags`. A condition that does not apply is no member of the group it stands in, and a
    /// `||` or `^^` without members is satisfied up to EAPI 6 only.
    pub fn is_satisfied(
        &self,
        flags: &(impl UseFlags + ?Sized),
        holds: impl Fn(&DepNode<'_>) -> bool,
    ) -> bool {
        Check { eapi: self.eapi, flags, holds: &holds }.all(self.nodes())
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
    flags: &'a F,
    holds: &'a H,
}

impl<F: UseFlags + ?Sized, H: Fn(&DepNode<'_>) -> bool> Check<'_, F, H> {
    fn all(&self, nodes: Nodes<'_>) -> bool {
        nodes.into_iter().all(|node| self.one(node).unwrap_or(true))
    }

    /// How many members a group has, and how many of them are satisfied.
    fn count(&self, nodes: Nodes<'_>) -> (usize, usize) {
        nodes.filter_map(|node| self.one(node)).fold((0, 0), |(members, satisfied), holds| {
            (members + 1, satisfied + usize::from(holds))
        })
    }

    /// `None` where the node is a condition that does not apply, and so no member of anything.
    fn one(&self, node: DepNode<'_>) -> Option<bool> {
        Some(match node {
            DepNode::AllOf(members) => self.all(members),
            DepNode::AnyOf(members) => {
                let (members, satisfied) = self.count(members);
                satisfied > 0 || self.empty(members)
            }
            DepNode::ExactlyOneOf(members) => {
                let (members, satisfied) = self.count(members);
                satisfied == 1 || self.empty(members)
            }
            DepNode::AtMostOneOf(members) => self.count(members).1 <= 1,
            DepNode::UseConditional { flag, enabled, children } => {
                if self.flags.is_enabled(flag) != enabled {
                    return None;
                }
                self.all(children)
            }
            leaf => (self.holds)(&leaf),
        })
    }

    fn empty(&self, members: usize) -> bool {
        members == 0 && self.eapi.empty_group_matches()
    }
}
