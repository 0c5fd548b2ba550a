//! The shortest specification that means the same.

use super::evaluate::split;
use super::node::{Group, Item};
use super::{DepKind, DepSpec};

impl<S: AsRef<str>> DepSpec<S> {
    /// Takes out the groups that say nothing: parentheses where all members count anyway or around a single member,
    /// `||` around a single member, `||` that is a member of `||`, and groups and conditions without members.
    ///
    /// What [`DepSpec::is_satisfied`] says of it does not change by that, whatever the flags are. So a `||` or `^^` without
    /// members stays from EAPI 7 on, where nothing satisfies it, and a group that conditions may empty stays where
    /// that would make a difference.
    #[must_use]
    pub fn simplify(&self) -> DepSpec {
        let mut out = Vec::with_capacity(self.items.len());
        Simplify {
            empty_fails: !self.eapi.empty_group_matches(),
            empty_counts: self.kind == DepKind::RequiredUse,
        }
        .list(&self.items, Group::AllOf, &mut out);
        DepSpec { text: self.text.as_ref().into(), items: out, eapi: self.eapi, kind: self.kind }
    }
}

struct Simplify {
    /// Whether nothing satisfies a `||` or `^^` without members.
    empty_fails: bool,
    /// Whether a group without members is a member of the group around it.
    empty_counts: bool,
}

impl Simplify {
    /// Appends the members of a group of the given sort; gives how many there are.
    fn list(&self, items: &[Item], inside: Group, out: &mut Vec<Item>) -> usize {
        let mut count = 0;
        let mut rest = items;
        while let Some((item, members, after)) = split(rest) {
            rest = after;
            count += match *item {
                Item::Group { group, .. } if self.dissolves(group, members, inside) => {
                    self.list(members, inside, out)
                }
                Item::Group { group, .. } => {
                    let place = out.len();
                    out.push(*item);
                    let members = self.list(members, group, out);
                    self.settle(place, members, inside, out)
                }
                leaf => {
                    out.push(leaf);
                    1
                }
            };
        }
        count
    }

    /// Decides what becomes of the group at a place, now that its members are known; gives how many members of the
    /// group around it that makes.
    fn settle(&self, place: usize, members: usize, inside: Group, out: &mut Vec<Item>) -> usize {
        let Item::Group { group, .. } = out[place] else { return 1 };
        if members == 0 && self.vanishes(group, inside) {
            out.truncate(place);
            return 0;
        }
        if members == 1 && self.is_transparent(group, &out[place + 1..]) {
            out.remove(place);
            return self.hoist(place, inside, out);
        }
        close(place, out);
        1
    }

    /// Whether a group without members says nothing where it stands.
    fn vanishes(&self, group: Group, inside: Group) -> bool {
        let fails = self.empty_fails && matches!(group, Group::AnyOf | Group::ExactlyOneOf);
        !fails && (is_all(inside) || !self.empty_counts)
    }

    /// Whether a group around a single member says no more than the member.
    fn is_transparent(&self, group: Group, member: &[Item]) -> bool {
        match group {
            Group::AllOf => !self.empty_counts || is_solid(member),
            Group::AnyOf => (!self.empty_counts && !self.empty_fails) || is_solid(member),
            _ => false,
        }
    }

    /// Whether the members of a group may stand in the group around it without changing what that asks for.
    fn dissolves(&self, group: Group, members: &[Item], inside: Group) -> bool {
        match group {
            Group::AllOf => is_all(inside),
            Group::AnyOf => inside == Group::AnyOf && (!self.empty_counts || is_solid(members)),
            _ => false,
        }
    }

    /// The single member that a group was replaced by may itself dissolve in the group around.
    fn hoist(&self, place: usize, inside: Group, out: &mut Vec<Item>) -> usize {
        let Some(&Item::Group { group, .. }) = out.get(place) else { return 1 };
        if !self.dissolves(group, &out[place + 1..], inside) {
            return 1;
        }
        out.remove(place);
        let mut count = 0;
        let mut rest = &out[place..];
        while let Some((_, _, after)) = split(rest) {
            rest = after;
            count += 1;
        }
        count
    }
}

/// Whether something is left of the members under all flags.
fn is_solid(items: &[Item]) -> bool {
    let mut rest = items;
    while let Some((item, members, after)) = split(rest) {
        rest = after;
        let solid = match *item {
            Item::Group { group: Group::When { .. }, .. } => false,
            Item::Group { .. } => is_solid(members),
            _ => true,
        };
        if solid {
            return true;
        }
    }
    false
}

/// Whether all members of the group count.
fn is_all(group: Group) -> bool {
    matches!(group, Group::AllOf | Group::When { .. })
}

#[allow(clippy::cast_possible_truncation, reason = "fewer entries than the source has bytes")]
fn close(place: usize, out: &mut [Item]) {
    let members = (out.len() - place - 1) as u32;
    if let Item::Group { len, .. } = &mut out[place] {
        *len = members;
    }
}
