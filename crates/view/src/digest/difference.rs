use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::Peekable;

use super::{Description, Fact, Item, What};

/// What tells two descriptions apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The facts that only the first has, sorted.
    pub only_first: Vec<&'a Fact>,
    /// The facts that only the second has, sorted.
    pub only_second: Vec<&'a Fact>,
    /// The paths that differ, by who owns them.
    pub groups: Vec<Group<'a>>,
}

/// The paths that differ of which the same owners are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// Who owns them in the first, sorted; empty for no package.
    pub first: Vec<&'a str>,
    /// Who owns them in the second.
    pub second: Vec<&'a str>,
    /// The paths, in the order of views.
    pub changes: Vec<Change<'a>>,
}

/// A path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// The path.
    pub path: &'a [u8],
    /// What it is in the first; none when it is not visible there.
    pub first: Option<&'a What>,
    /// What it is in the second.
    pub second: Option<&'a What>,
}

impl Difference<'_> {
    /// Whether there is none, so that the identities are equal.
    pub fn is_empty(&self) -> bool {
        self.only_first.is_empty() && self.only_second.is_empty() && self.groups.is_empty()
    }
}

impl Description {
    /// What tells this description from another one.
    pub fn compare<'a>(&'a self, other: &'a Self) -> Difference<'a> {
        let mut groups: BTreeMap<(Vec<&str>, Vec<&str>), Vec<Change<'a>>> = BTreeMap::new();
        for (first, second) in pairs(&self.items, &other.items) {
            let (before, after) = (first.map(|item| &item.what), second.map(|item| &item.what));
            let Some(path) = first.or(second).map(|item| &item.path[..]) else { continue };
            if before != after {
                let owners = (self.owners_of(first), other.owners_of(second));
                let change = Change { path, first: before, second: after };
                groups.entry(owners).or_default().push(change);
            }
        }
        let group = |((first, second), changes)| Group { first, second, changes };
        Difference {
            only_first: missing(&self.facts, &other.facts),
            only_second: missing(&other.facts, &self.facts),
            groups: groups.into_iter().map(group).collect(),
        }
    }

    fn owners_of(&self, item: Option<&Item>) -> Vec<&str> {
        let owners = item.map(|item| &item.owners[..]).unwrap_or_default().iter();
        let label = |owner: &u32| self.owners.get(*owner as usize).map(String::as_str);
        let mut labels: Vec<&str> = owners.filter_map(label).collect();
        labels.sort_unstable();
        labels
    }
}

/// The facts of one list that another one has not, sorted.
fn missing<'a>(facts: &'a [Fact], others: &[Fact]) -> Vec<&'a Fact> {
    let mut missing: Vec<&Fact> = facts.iter().filter(|fact| !others.contains(fact)).collect();
    missing.sort();
    missing.dedup();
    missing
}

/// The items of two lists by path, of both where both have it.
fn pairs<'a>(
    first: &'a [Item],
    second: &'a [Item],
) -> impl Iterator<Item = (Option<&'a Item>, Option<&'a Item>)> {
    let (mut first, mut second) = (first.iter().peekable(), second.iter().peekable());
    std::iter::from_fn(move || next_pair(&mut first, &mut second))
}

fn next_pair<'a, I: Iterator<Item = &'a Item>>(
    first: &mut Peekable<I>,
    second: &mut Peekable<I>,
) -> Option<(Option<&'a Item>, Option<&'a Item>)> {
    let order = match (first.peek(), second.peek()) {
        (None, None) => return None,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(a), Some(b)) => parts(&a.path).cmp(parts(&b.path)),
    };
    let left = if order == Ordering::Greater { None } else { first.next() };
    let right = if order == Ordering::Less { None } else { second.next() };
    Some((left, right))
}

/// A path as views order it.
fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|part| !part.is_empty())
}
