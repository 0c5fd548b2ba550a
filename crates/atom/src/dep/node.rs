//! The flat list behind a specification, and the tree it is shown as.

use crate::atom::{AtomRef, Layout};

/// A piece of the specification's text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) const EMPTY: Self = Self { start: 0, end: 0 };

    pub(super) fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

/// What a group means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    AllOf,
    AnyOf,
    ExactlyOneOf,
    AtMostOneOf,
    /// `flag?` or, where it is not `enabled`, `!flag?`.
    When {
        enabled: bool,
    },
}

/// One entry of the flat list. A group is followed by its members, and knows how many entries they take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Atom { span: Span, layout: Layout },
    Flag { span: Span, enabled: bool },
    Word { span: Span },
    Uri { span: Span, name: Span },
    Group { group: Group, flag: Span, len: u32 },
}

impl Item {
    pub(super) fn atom<'s>(&self, text: &'s str) -> Option<AtomRef<'s>> {
        match self {
            Self::Atom { span, layout } => Some(AtomRef::trusted(span.of(text), *layout)),
            _ => None,
        }
    }
}

/// A member of a specification or of one of its groups.
#[derive(Clone, Copy, Debug)]
pub enum DepNode<'s> {
    /// An atom, in [`crate::DepKind::Package`].
    Atom(AtomRef<'s>),
    /// `flag` or `!flag`, in [`crate::DepKind::RequiredUse`].
    Flag {
        /// The flag.
        flag: &'s str,
        /// The state that is asked for.
        enabled: bool,
    },
    /// A word, in [`crate::DepKind::License`] and [`crate::DepKind::Words`].
    Word(&'s str),
    /// An address, in [`crate::DepKind::SrcUri`].
    Uri {
        /// The address, with its `fetch+` or `mirror+` if it has one.
        uri: &'s str,
        /// What stands behind the arrow.
        name: Option<&'s str>,
    },
    /// `( ... )`: all members.
    AllOf(Nodes<'s>),
    /// `|| ( ... )`: at least one member.
    AnyOf(Nodes<'s>),
    /// `^^ ( ... )`: exactly one member.
    ExactlyOneOf(Nodes<'s>),
    /// `?? ( ... )`: at most one member.
    AtMostOneOf(Nodes<'s>),
    /// `flag? ( ... )` or `!flag? ( ... )`: all members, if the flag has that state.
    UseConditional {
        /// The flag.
        flag: &'s str,
        /// The state in which the members count.
        enabled: bool,
        /// The members.
        children: Nodes<'s>,
    },
}

/// The members of a specification or of a group, in order. It is its own iterator, and free to copy.
#[derive(Clone, Copy, Debug)]
pub struct Nodes<'s> {
    text: &'s str,
    items: &'s [Item],
}

impl<'s> Nodes<'s> {
    pub(super) fn new(text: &'s str, items: &'s [Item]) -> Self {
        Self { text, items }
    }

    /// Whether there are no members left.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All atoms at any depth, in the order of the text.
    pub fn atoms(self) -> impl Iterator<Item = AtomRef<'s>> {
        self.items.iter().filter_map(move |item| item.atom(self.text))
    }

    fn group(self, group: Group, flag: Span) -> DepNode<'s> {
        match group {
            Group::AllOf => DepNode::AllOf(self),
            Group::AnyOf => DepNode::AnyOf(self),
            Group::ExactlyOneOf => DepNode::ExactlyOneOf(self),
            Group::AtMostOneOf => DepNode::AtMostOneOf(self),
            Group::When { enabled } => {
                DepNode::UseConditional { flag: flag.of(self.text), enabled, children: self }
            }
        }
    }
}

#[allow(
    clippy::copy_iterator,
    reason = "members are walked by value, again and again, like the slice they are"
)]
impl<'s> Iterator for Nodes<'s> {
    type Item = DepNode<'s>;

    fn next(&mut self) -> Option<DepNode<'s>> {
        let (first, mut rest) = self.items.split_first()?;
        let node = match *first {
            Item::Atom { span, layout } => {
                DepNode::Atom(AtomRef::trusted(span.of(self.text), layout))
            }
            Item::Flag { span, enabled } => DepNode::Flag { flag: span.of(self.text), enabled },
            Item::Word { span } => DepNode::Word(span.of(self.text)),
            Item::Uri { span, name } => DepNode::Uri {
                uri: span.of(self.text),
                name: (name.start < name.end).then(|| name.of(self.text)),
            },
            Item::Group { group, flag, len } => {
                let (members, after) = rest.split_at(len as usize);
                rest = after;
                Nodes { text: self.text, items: members }.group(group, flag)
            }
        };
        self.items = rest;
        Some(node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::from(!self.is_empty()), Some(self.items.len()))
    }
}
