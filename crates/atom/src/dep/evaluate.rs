//! A specification as it is for one set of USE flags.

use super::DepSpec;
use super::node::{Group, Item, Span};
use crate::atom::{AtomRef, write_evaluated};
use crate::use_flags::UseFlags;

impl<S: AsRef<str>> DepSpec<S> {
    /// The specification without conditions: those that apply are replaced by their members, the others are gone,
    /// and the conditional USE dependencies of atoms are resolved.
    ///
    /// A condition that is a member of `||`, `^^` or `??` stays one member: its members in parentheses, where there
    /// are several. `( )` asks for nothing and is left out; a `||` that has lost all its members stays, because
    /// whether it is satisfied depends on the EAPI.
    #[must_use]
    pub fn evaluate(&self, flags: &(impl UseFlags + ?Sized)) -> DepSpec {
        let source = self.text.as_ref();
        let mut text = String::with_capacity(source.len() + 64);
        text.push_str(source);
        let mut evaluation = Evaluation { source, flags, text, out: Vec::new() };
        evaluation.members(&self.items);
        let Evaluation { text, out, .. } = evaluation;
        DepSpec { text: text.into(), items: out, eapi: self.eapi, kind: self.kind }
    }
}

/// The text of the result is that of the source, followed by the atoms that had to be rewritten: so all other places
/// stay valid.
struct Evaluation<'a, F: ?Sized> {
    source: &'a str,
    flags: &'a F,
    text: String,
    out: Vec<Item>,
}

impl<F: UseFlags + ?Sized> Evaluation<'_, F> {
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
                        self.all_of(members, false);
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
            Item::Group { group: Group::AllOf, .. } => return self.all_of(members, true),
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

    /// A group of which all members count; without its parentheses where it has one member and `written` is not set,
    /// and nothing where it has none.
    fn all_of(&mut self, items: &[Item], written: bool) -> usize {
        let place = self.open(Group::AllOf, Span::EMPTY);
        let count = self.members(items);
        if count == 0 {
            self.out.truncate(place);
            return 0;
        }
        if count == 1 && !written {
            self.out.remove(place);
        } else {
            self.close(place);
        }
        1
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "not longer than the source, which is below 2 GiB"
    )]
    fn atom(&mut self, atom: AtomRef<'_>, item: Item) {
        if !atom.has_conditional_use_deps() {
            self.out.push(item);
            return;
        }
        let start = self.text.len();
        let layout = write_evaluated(atom, self.flags, &mut self.text);
        let span = Span { start: start as u32, end: self.text.len() as u32 };
        self.out.push(Item::Atom { span, layout });
    }

    fn applies(&self, flag: Span, enabled: bool) -> bool {
        self.flags.is_enabled(flag.of(self.source)) == enabled
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
fn split(items: &[Item]) -> Option<(&Item, &[Item], &[Item])> {
    let (first, rest) = items.split_first()?;
    let len = if let Item::Group { len, .. } = first { *len as usize } else { 0 };
    let (members, after) = rest.split_at(len);
    Some((first, members, after))
}
