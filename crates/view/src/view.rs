//! The finished tree.

mod node;
mod resolve;

pub use node::{Node, NodeKind, Reason};
pub use resolve::Resolution;
pub(crate) use resolve::{MAX_LINKS, Rest};

use std::fmt;

use crate::{Kind, Mtime, Rule};

/// The label of an owner, as an index into [`View::owners`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerId(pub u32);

/// The paths a build may see.
///
/// 1. The first node is `/`, and every other node's parent is a node that is a directory.
/// 2. Nodes are in path order: a directory before what it holds, names compared as bytes. (This is the order of
///    [`std::path::Path`], not that of the path as one byte string.)
/// 3. No path is there twice, and nothing is below a [`NodeKind::Tree`].
/// 4. Two views made from the same facts are equal, whatever the order in which these were given, as long as the
///    owners were numbered alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub(crate) nodes: Vec<Record>,
    pub(crate) names: Vec<u8>,
    /// For each node, in order, the indices of its children in the order of their names.
    pub(crate) children: Vec<u32>,
    pub(crate) owned: Vec<OwnerId>,
    pub(crate) owners: Vec<String>,
    pub(crate) contents: Vec<Vec<u8>>,
    pub(crate) missing: Vec<Missing>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) denied: Vec<Vec<u8>>,
    pub(crate) provided: Vec<Vec<u8>>,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) parent: u32,
    pub(crate) name: Span,
    pub(crate) kind: RecordKind,
    pub(crate) mode: u32,
    pub(crate) size: u64,
    pub(crate) mtime: Mtime,
    pub(crate) children: Span,
    pub(crate) owners: Span,
    pub(crate) reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    Host(Kind),
    Unmeasured,
    Symlink(Span),
    Synthetic(u32),
    Tree,
}

/// A range of one of the view's buffers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Span {
    pub(crate) fn of<T>(self, buffer: &[T]) -> &[T] {
        &buffer[self.start as usize..][..self.len as usize]
    }
}

/// A recorded path that is not in the view because the host does not have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The path as it was recorded.
    pub path: Vec<u8>,
    /// Who recorded it.
    pub owner: OwnerId,
    /// What the host says instead.
    pub absence: Absence,
}

/// Why a path leads nowhere on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Absence {
    /// ENOENT: it, a parent, or the target of a symbolic link on the way does not exist.
    NotFound,
    /// ENOTDIR: something on the way is not a directory.
    NotADirectory,
    /// ELOOP: more than 40 symbolic links on the way.
    Loop,
    /// EACCES: a directory on the way is closed to us, and so to the build.
    Denied,
    /// It is in a directory whose content is provided afresh, such as `/proc`.
    Provided,
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::NotADirectory => "below something that is not a directory",
            Self::Loop => "behind a loop of symbolic links",
            Self::Denied => "not accessible",
            Self::Provided => "inside a directory that is provided afresh",
        })
    }
}

/// A path whose record and the host disagree on what it is; the view shows the host's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The path in canonical form.
    pub path: Vec<u8>,
    /// Who recorded a directory there.
    pub owner: OwnerId,
    /// What the host has instead.
    pub found: Kind,
}

impl View {
    /// The number of nodes, `/` included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing but `/` is visible.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    /// Every node in path order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { view: self, next: 0, end: self.index(self.nodes.len()) }
    }

    /// The root directory.
    pub fn root(&self) -> Node<'_> {
        Node { view: self, index: 0 }
    }

    /// The node at exactly this canonical path: no symbolic link is followed.
    pub fn lookup(&self, path: impl AsRef<[u8]>) -> Option<Node<'_>> {
        let parts = path.as_ref().split(|&byte| byte == b'/').filter(|part| !part.is_empty());
        parts.into_iter().try_fold(self.root(), |node, part| node.child(part))
    }

    /// The node at this position in path order.
    pub fn node(&self, index: usize) -> Option<Node<'_>> {
        (index < self.nodes.len()).then(|| Node { view: self, index: self.index(index) })
    }

    /// The labels of the owners; [`OwnerId`] is an index into them.
    pub fn owners(&self) -> &[String] {
        &self.owners
    }

    /// The label of one owner.
    ///
    /// # Panics
    /// If the id is not of this view.
    pub fn owner(&self, id: OwnerId) -> &str {
        &self.owners[id.0 as usize]
    }

    /// The recorded paths that the host does not have, by path and owner.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The paths recorded as directories that are something else, by path and owner.
    ///
    /// A directory that became a symbolic link to a directory (merged `/usr`) is not a conflict.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The canonical paths that were asked to be hidden, sorted.
    pub fn hidden(&self) -> &[Vec<u8>] {
        &self.denied
    }

    /// The directories whose content is not the host's (`/proc`, `/dev`, `/tmp`), sorted.
    pub fn provided(&self) -> &[Vec<u8>] {
        &self.provided
    }

    /// The rule of the generated-files table that [`Reason::Generated`] names.
    ///
    /// # Panics
    /// If the index is not of this view.
    pub fn rule(&self, index: u32) -> &Rule {
        &self.rules[index as usize]
    }

    // The builder refuses more than u32::MAX nodes.
    #[allow(clippy::cast_possible_truncation, reason = "the builder keeps nodes below 2^32")]
    pub(crate) fn index(&self, index: usize) -> u32 {
        debug_assert!(index <= self.nodes.len());
        index as u32
    }
}

impl<'a> IntoIterator for &'a View {
    type Item = Node<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The nodes of a view in path order.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    view: &'a View,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let index = self.next;
        (index < self.end).then(|| {
            self.next += 1;
            Node { view: self.view, index }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}
