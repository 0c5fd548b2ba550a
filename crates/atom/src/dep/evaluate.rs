//! A specification as it is for one set of USE flags.

use super::node::{Group, Item, Span};
use super::{DepKind, DepSpec};
use crate::atom::{AtomRef, write_evaluated};
use crate::use_flags::UseFlags;

impl<S: AsRef<str>> DepSpec<S> {
    /// The specification without conditions: those that apply are replaced by their members, the others are gone,
    /// and the conditional USE dependencies of atoms are resolved.
    ///
    /// A condition that is a member of `||`, `^^` or `??` stays one member: its members in parentheses, where there
    /// are several. An all-of group that has lost its members is left out, but for `REQUIRED_USE`; a `||` that has lost
    /// them stays, because whether it is satisfied depends on the EAPI.
    #[must_use]
    pub fn evaluate(&self, flags: &(impl UseFlags + ?Sized)) -> DepSpec {
        let applies = |flag: &str, enabled: bool| flags.is_enabled(flag) == enabled;
        let mut text = String::with_capacity(self.text.as_ref().len() + 64);
        text.push_str(self.text.as_ref());
        let resolve = |atom: AtomRef<'_>, text: &mut String| {
            let start = place(text);
            let layout = write_evaluated(atom, flags, text);
            Some(Item::Atom { span: Span { start, end: place(text) }, layout })
        };
        self.rebuild(&mut Rebuild {
            source: self.text.as_ref(),
            keep_empty: self.kind == DepKind::RequiredUse,
            applies,
            resolve,
            text,
            out: Vec::new(),
        })
    }

    /// The specification with the conditions that `applies` tells, by flag and wanted state; otherwise as
    /// [`DepSpec::evaluate`], but USE dependencies stay as they are.
    ///
    /// With `|_, _| true` it has everything that any USE flags could make it ask for.
    #[must_use]
    pub fn select(&self, applies: impl Fn(&str, bool) -> bool) -> DepSpec {
        let text = String::from(self.text.as_ref());
        let resolve = |_: AtomRef<'_>, _: &mut String| None;
        self.rebuild(&mut Rebuild {
            source: self.text.as_ref(),
            keep_empty: self.kind == DepKind::RequiredUse,
            applies,
            resolve,
            text,
            out: Vec::new(),
        })
    }

    fn rebuild<A, R>(&self, rebuild: &mut Rebuild<'_, A, R>) -> DepSpec
    where
        A: Fn(&str, bool) -> bool,
        R: Fn(AtomRef<'_>, &mut String) -> Option<Item>,
    {
        rebuild.members(&self.items);
        let text = std::mem::take(&mut rebuild.text).into();
        let items = std::mem::take(&mut rebuild.out);
        DepSpec { text, items, eapi: self.eapi, kind: self.kind }
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "at most twice the source, which is below 2 GiB"
)]
fn place(text: &str) -> u32 {
    text.len() as u32
}

/// The text of the result is that of the source, followed by the atoms that had to be rewritten: so all other places
/// stay valid.
struct Rebuild<'a, A, R> {
    source: &'a str,
    /// Whether an all-of group without members counts as a member.
    keep_empty: bool,
    applies: A,
    resolve: R,
    text: String,
    out: Vec<Item>,
}

impl<A, R> Rebuild<'_, A, R>
where
    A: Fn(&str, bool) -> bool,
    R: Fn(AtomRef<'_>, &mut String) -> Option<Item>,
{
    /// Evaluates a list of which all members count; gives how many came of it.
    fn members(&mut self, items: &[Item]) -> usize {
        let mut count = 0;
        let mut rest = items;
        while let Some((item, members, after)) = split(rest) {
            rest = after;
            count += match *item {
                Item::Group { group: Group::When { enabled }, flag, .. } => {
                    if self.applies(flag, enabled) { self.members(members) } else { 0 }
                }
                _ => self.member(item, members),
            };
        }
        count
    }

    /// Evaluates the members of `||` and its like, which have to stay apart from each other.
    fn alternatives(&mut self, items: &[Item]) {
        let mut rest = items;
        while let Some((item, members, after)) = split(rest) {
            rest = after;
            match *item {
                Item::Group { group: Group::When { enabled }, flag, .. } => {
                    if self.applies(flag, enabled) {
                        self.one_member(members);
                    }
                }
                _ => {
                    self.member(item, members);
                }
            }
        }
    }

    fn member(&mut self, item: &Item, members: &[Item]) -> usize {
        match *item {
            Item::Group { group: Group::AllOf, .. } => return self.all_of(members),
            Item::Group { group, flag, .. } => {
                let place = self.open(group, flag);
                self.alternatives(members);
                self.close(place);
            }
            Item::Atom { span, layout } => {
                self.atom(AtomRef::trusted(span.of(self.source), layout), *item);
            }
            leaf => self.out.push(leaf),
        }
        1
    }

    /// A group in parentheses; nothing where nothing is left of it.
    fn all_of(&mut self, items: &[Item]) -> usize {
        let place = self.open(Group::AllOf, Span::EMPTY);
        if self.members(items) == 0 && !self.keep_empty {
            self.out.truncate(place);
            return 0;
        }
        self.close(place);
        1
    }

    /// As [`Self::all_of`], but a single member needs no parentheses.
    fn one_member(&mut self, items: &[Item]) {
        let place = self.open(Group::AllOf, Span::EMPTY);
        match self.members(items) {
            0 if !self.keep_empty => self.out.truncate(place),
            1 => {
                self.out.remove(place);
            }
            _ => self.close(place),
        }
    }

    fn atom(&mut self, atom: AtomRef<'_>, item: Item) {
        let rewritten =
            atom.has_conditional_use_deps().then(|| (self.resolve)(atom, &mut self.text));
        self.out.push(rewritten.flatten().unwrap_or(item));
    }

    fn applies(&self, flag: Span, enabled: bool) -> bool {
        (self.applies)(flag.of(self.source), enabled)
    }

    fn open(&mut self, group: Group, flag: Span) -> usize {
        self.out.push(Item::Group { group, flag, len: 0 });
        self.out.len() - 1
    }

    #[allow(clippy::cast_possible_truncation, reason = "fewer entries than the source has bytes")]
    fn close(&mut self, place: usize) {
        let members = (self.out.len() - place - 1) as u32;
        if let Item::Group { len, .. } = &mut self.out[place] {
            *len = members;
        }
    }
}

/// The first entry, its members, and what follows them.
pub(super) fn split(items: &[Item]) -> Option<(&Item, &[Item], &[Item])> {
    let (first, rest) = items.split_first()?;
    let len = if let Item::Group { len, .. } = first { *len as usize } else { 0 };
    let (members, after) = rest.split_at(len);
    Some((first, members, after))
}
