//! The shortest specification that means the same.

use super::DepSpec;
use super::evaluate::split;
use super::node::{Group, Item};

impl<S: AsRef<str>> DepSpec<S> {
    /// Takes out the groups that say nothing: parentheses where all members count anyway or around a single member,
    /// `||` around a single member, `||` that is a member of `||`, and all-of groups and conditions without members.
    ///
    /// A `||` without members stays, because whether it is satisfied depends on the EAPI.
    #[must_use]
    pub fn simplify(&self) -> DepSpec {
        let mut out = Vec::with_capacity(self.items.len());
        list(&self.items, Group::AllOf, &mut out);
        DepSpec { text: self.text.as_ref().into(), items: out, eapi: self.eapi, kind: self.kind }
    }
}

/// Appends the members of a group of the given sort; gives how many there are.
fn list(items: &[Item], inside: Group, out: &mut Vec<Item>) -> usize {
    let mut count = 0;
    let mut rest = items;
    while let Some((item, members, after)) = split(rest) {
        rest = after;
        count += match *item {
            Item::Group { group, .. } if dissolves(group, inside) => list(members, inside, out),
            Item::Group { group, .. } => nested(item, group, inside, members, out),
            leaf => {
                out.push(leaf);
                1
            }
        };
    }
    count
}

/// Whether the members of a group may stand in the group around it without changing what that asks for.
fn dissolves(group: Group, inside: Group) -> bool {
    let all = |group| matches!(group, Group::AllOf | Group::When { .. });
    match group {
        Group::AllOf => all(inside),
        Group::AnyOf => inside == Group::AnyOf,
        _ => false,
    }
}

fn nested(
    item: &Item,
    group: Group,
    inside: Group,
    members: &[Item],
    out: &mut Vec<Item>,
) -> usize {
    let place = out.len();
    out.push(*item);
    let count = list(members, group, out);
    match (group, count) {
        (Group::AllOf | Group::When { .. }, 0) => {
            out.truncate(place);
            return 0;
        }
        (Group::AllOf | Group::AnyOf, 1) => {
            out.remove(place);
            return hoist(place, inside, out);
        }
        _ => close(place, out),
    }
    1
}

/// The single member that a group was replaced by may itself dissolve in the group around.
fn hoist(place: usize, inside: Group, out: &mut Vec<Item>) -> usize {
    let Some(&Item::Group { group, .. }) = out.get(place) else { return 1 };
    if !dissolves(group, inside) {
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

#[allow(clippy::cast_possible_truncation, reason = "fewer entries than the source has bytes")]
fn close(place: usize, out: &mut [Item]) {
    let members = (out.len() - place - 1) as u32;
    if let Item::Group { len, .. } = &mut out[place] {
        *len = members;
    }
}
