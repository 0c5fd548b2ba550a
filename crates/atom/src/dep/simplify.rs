//! The shortest specification that means the same.

use super::DepSpec;
use super::evaluate::split;
use super::node::{Group, Item};

impl<S: AsRef<str>> DepSpec<S> {
    /// Takes out the groups that say nothing: parentheses where all members count anyway or around a single member,
    /// `||` around a single member, `||` that is a member of `||`, and groups and conditions without members.
    ///
    /// A `||` or `^^` without members stays from EAPI 7 on, where nothing satisfies it. An empty group that is itself a
    /// member of a `||` goes like any other, as Portage has it.
    #[must_use]
    pub fn simplify(&self) -> DepSpec {
        let mut out = Vec::with_capacity(self.items.len());
        Simplify { keep_empty: !self.eapi.empty_group_matches() }.list(
            &self.items,
            Group::AllOf,
            &mut out,
        );
        DepSpec { text: self.text.as_ref().into(), items: out, eapi: self.eapi, kind: self.kind }
    }
}

struct Simplify {
    /// Whether a `||` or `^^` without members means something.
    keep_empty: bool,
}

impl Simplify {
    /// Appends the members of a group of the given sort; gives how many there are.
    fn list(&self, items: &[Item], inside: Group, out: &mut Vec<Item>) -> usize {
        let mut count = 0;
        let mut rest = items;
        while let Some((item, members, after)) = split(rest) {
            rest = after;
            count += match *item {
                Item::Group { group, .. } if dissolves(group, inside) => {
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
        let keep_empty = self.keep_empty && matches!(group, Group::AnyOf | Group::ExactlyOneOf);
        match (group, members) {
            (_, 0) if !keep_empty => {
                out.truncate(place);
                0
            }
            (Group::AllOf | Group::AnyOf, 1) => {
                out.remove(place);
                hoist(place, inside, out)
            }
            _ => {
                close(place, out);
                1
            }
        }
    }
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
