use std::fmt;

use super::{OwnerId, Record, RecordKind, View};
use crate::{Kind, Mtime};

/// One visible path.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(super) view: &'a View,
    pub(super) index: u32,
}

/// What a visible path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind<'a> {
    /// A directory that shows its child nodes and nothing else.
    Dir {
        /// Permission bits.
        mode: u32,
        /// Time of modification.
        mtime: Mtime,
    },
    /// The host's regular file of the same path.
    File {
        /// Permission bits.
        mode: u32,
        /// Size in bytes.
        size: u64,
        /// Time of modification.
        mtime: Mtime,
    },
    /// The host's regular file of the same path, whose mode, size and time were not asked for; only in views made
    /// [without metadata](crate::ViewBuilder::without_metadata).
    Unmeasured,
    /// A symbolic link.
    Symlink {
        /// The target as stored.
        target: &'a [u8],
    },
    /// A file that is not the host's, with this content.
    Synthetic {
        /// Permission bits.
        mode: u32,
        /// The content.
        content: &'a [u8],
    },
    /// The host's directory of the same path with everything in it, now and later.
    Tree {
        /// Permission bits.
        mode: u32,
        /// Time of modification.
        mtime: Mtime,
    },
    /// The host's device, pipe or socket of the same path.
    Special {
        /// Which of them; never a file, directory or link.
        kind: Kind,
        /// Permission bits.
        mode: u32,
    },
}

/// What first made a path visible, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It was asked for as an extra path, or to be synthesised.
    Extra,
    /// It was recorded by its owners.
    Owned,
    /// It is a directory whose content comes from elsewhere.
    Provided,
    /// A rule of the generated-files table; [`View::rule`] has it.
    Generated(u32),
    /// A symbolic link on the way to a visible path.
    Passage,
    /// A symbolic link of no package whose final target is visible, or that is on the way of such a one.
    Unowned,
    /// A directory that holds something visible.
    Parent,
}

impl<'a> Node<'a> {
    /// The position in path order, which identifies the node in its view.
    pub fn index(&self) -> usize {
        self.index as usize
    }

    /// The absolute path, in canonical form.
    pub fn path(&self) -> Vec<u8> {
        let mut path = Vec::with_capacity(64);
        self.write_path(&mut path);
        path
    }

    /// Appends the absolute path to a buffer.
    pub fn write_path(&self, buffer: &mut Vec<u8>) {
        if self.index == 0 {
            buffer.push(b'/');
        } else {
            self.write_below_root(buffer);
        }
    }

    /// The last component; empty for `/`.
    pub fn name(&self) -> &'a [u8] {
        self.record().name.of(&self.view.names)
    }

    /// What it is.
    pub fn kind(&self) -> NodeKind<'a> {
        let &Record { ref kind, mode, size, mtime, .. } = self.record();
        match *kind {
            RecordKind::Host(Kind::Dir) => NodeKind::Dir { mode, mtime },
            RecordKind::Host(Kind::File) => NodeKind::File { mode, size, mtime },
            RecordKind::Host(kind) => NodeKind::Special { kind, mode },
            RecordKind::Unmeasured => NodeKind::Unmeasured,
            RecordKind::Symlink(target) => {
                NodeKind::Symlink { target: target.of(&self.view.names) }
            }
            RecordKind::Synthetic(content) => {
                NodeKind::Synthetic { mode, content: &self.view.contents[content as usize] }
            }
            RecordKind::Tree => NodeKind::Tree { mode, mtime },
        }
    }

    /// Who recorded the path, by label; empty for what no package in the view owns.
    pub fn owners(&self) -> &'a [OwnerId] {
        self.record().owners.of(&self.view.owned)
    }

    /// The labels of [`owners`](Self::owners).
    pub fn owner_labels(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let view = self.view;
        self.owners().iter().map(|id| view.owner(*id))
    }

    /// Why it is visible.
    pub fn reason(&self) -> Reason {
        self.record().reason
    }

    /// Whether it is a directory whose content is [provided](View::provided) afresh, whoever else shows it: packages own
    /// `/proc` and `/dev`, too.
    pub fn is_provided(&self) -> bool {
        let name = self.name();
        self.reason() == Reason::Provided
            || self.view.provided.iter().any(|dir| dir.ends_with(name) && *dir == self.path())
    }

    /// The directory it is in; `None` for `/`.
    pub fn parent(&self) -> Option<Node<'a>> {
        let index = self.record().parent;
        (self.index != 0).then_some(Node { view: self.view, index })
    }

    /// What a directory shows, in the order of names.
    pub fn children(&self) -> impl ExactSizeIterator<Item = Node<'a>> + use<'a> {
        let view = self.view;
        self.child_indices().iter().map(move |&index| Node { view, index })
    }

    /// The child of this name.
    pub fn child(&self, name: &[u8]) -> Option<Node<'a>> {
        let (view, children) = (self.view, self.child_indices());
        let name_of = |&index: &u32| view.nodes[index as usize].name.of(&view.names);
        let at = children.binary_search_by(|child| name_of(child).cmp(name)).ok()?;
        Some(Node { view, index: children[at] })
    }

    fn child_indices(&self) -> &'a [u32] {
        self.record().children.of(&self.view.children)
    }

    fn record(&self) -> &'a Record {
        &self.view.nodes[self.index as usize]
    }

    fn write_below_root(self, buffer: &mut Vec<u8>) {
        if let Some(parent) = self.parent() {
            parent.write_below_root(buffer);
            buffer.push(b'/');
            buffer.extend_from_slice(self.name());
        }
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("path", &format_args!("\"{}\"", self.path().escape_ascii()))
            .field("kind", &self.kind())
            .field("owners", &self.owner_labels().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl PartialEq for Node<'_> {
    /// Whether it is the same node of the same view.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.view, other.view) && self.index == other.index
    }
}

impl Eq for Node<'_> {}
