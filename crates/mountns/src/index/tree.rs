use super::read::{Index, Raw};
use super::{NONE, Tag};
use crate::host::HostTree;
use crate::plan::{Entry, SpecialKind};
use crate::{ByteString, Error, ErrorKind};

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u64);

/// Set in the ids of nodes of the base.
const BASE: u64 = 1 << 32;

impl NodeId {
    /// The root of every tree.
    pub(crate) const ROOT: Self = Self(0);

    pub(super) fn top(node: u32) -> Self {
        Self(u64::from(node))
    }

    fn base(node: u32) -> Self {
        Self(u64::from(node) | BASE)
    }

    /// Its number in its layer.
    pub(super) fn number(self) -> u32 {
        u32::try_from(self.0 & (BASE - 1)).unwrap_or(NONE)
    }

    /// A number that no other node of the tree has, and never 0.
    pub(crate) fn inode(self) -> u64 {
        self.0 + 1
    }

    /// The node with this inode number.
    pub(crate) fn of_inode(inode: u64) -> Option<Self> {
        inode.checked_sub(1).map(Self)
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    Dir { mode: u32 },
    File,
    Symlink { target: &'a [u8] },
    Synthetic { mode: u32, content: &'a [u8] },
    Special { node: SpecialKind, mode: u32 },
}

/// One or two indices seen as one tree.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    top: Index,
    base: Option<Index>,
}

impl Tree {
    /// Lays `top` over its base.
    pub(crate) fn new(top: Index, base: Option<Index>) -> Result<Self, Error> {
        let identity = base.as_ref().map_or(0, Index::identity);
        if top.base_identity() != identity {
            return Err(Error::new(ErrorKind::Index("it belongs to another base".into())));
        }
        Ok(Self { top, base })
    }

    pub(crate) fn child(&self, dir: NodeId, name: &[u8]) -> Option<NodeId> {
        let (index, raw) = self.raw(dir)?;
        if let Some(node) = index.child(&raw, name) {
            let gone = index.raw(node)?.tag == Tag::Gone;
            return (!gone).then_some(NodeId(u64::from(node) | (dir.0 & BASE)));
        }
        let (base, behind) = self.behind(dir, &raw)?;
        base.child(&behind, name).map(NodeId::base)
    }

    /// The children of a directory, by name.
    pub(crate) fn children(&self, dir: NodeId) -> Vec<(Vec<u8>, NodeId)> {
        let Some((index, raw)) = self.raw(dir) else { return Vec::new() };
        let layer = dir.0 & BASE;
        let own = index.children(&raw);
        let mut all: Vec<_> = own
            .filter(|(_, child)| child.tag != Tag::Gone)
            .map(|(node, child)| (index.name(&child).to_vec(), NodeId(u64::from(node) | layer)))
            .collect();
        if let Some((base, behind)) = self.behind(dir, &raw) {
            let inherited = base.children(&behind).map(|(node, child)| (base.name(&child), node));
            let new = inherited.filter(|(name, _)| index.child(&raw, name).is_none());
            all.extend(new.map(|(name, node)| (name.to_vec(), NodeId::base(node))));
            all.sort();
        }
        all
    }

    pub(crate) fn shape(&self, node: NodeId) -> Option<Shape<'_>> {
        let (index, raw) = self.raw(node)?;
        let text = index.text(raw.first, raw.count);
        let mode = raw.mode & 0o7777;
        let special = |node| Shape::Special { node, mode };
        Some(match raw.tag {
            Tag::Dir => Shape::Dir { mode },
            Tag::File => Shape::File,
            Tag::Symlink => Shape::Symlink { target: text },
            Tag::Synthetic => Shape::Synthetic { mode, content: text },
            Tag::CharDevice => special(SpecialKind::CharDevice),
            Tag::BlockDevice => special(SpecialKind::BlockDevice),
            Tag::Fifo => special(SpecialKind::Fifo),
            Tag::Socket => special(SpecialKind::Socket),
            Tag::Gone => return None,
        })
    }

    /// The path of a node; of the root `/`.
    pub(crate) fn path(&self, node: NodeId) -> ByteString {
        let mut names = Vec::new();
        let mut here = node;
        // No deeper than there are nodes, whatever the parents say.
        for _ in 0..=self.top.len() + self.base.as_ref().map_or(0, Index::len) {
            let Some((index, raw)) = self.raw(here).filter(|_| here.number() != 0) else { break };
            names.push(index.name(&raw));
            here = NodeId(u64::from(raw.parent) | (here.0 & BASE));
        }
        if names.is_empty() {
            return "/".into();
        }
        let mut path = Vec::with_capacity(names.iter().map(|name| name.len() + 1).sum());
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        ByteString(path)
    }

    /// The node at a canonical path.
    pub(crate) fn lookup(&self, path: &[u8]) -> Option<NodeId> {
        let mut parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
        parts.try_fold(NodeId::ROOT, |dir, name| self.child(dir, name))
    }

    /// Calls `visit` for every node, a directory before what it holds; below a directory for which it answers no,
    /// nothing is visited.
    pub(crate) fn walk(&self, visit: &mut impl FnMut(&ByteString, NodeId) -> bool) {
        let mut pending = vec![(ByteString::from("/"), NodeId::ROOT)];
        while let Some((path, node)) = pending.pop() {
            if !visit(&path, node) {
                continue;
            }
            let up = if path.0 == b"/" { &[][..] } else { &path.0 };
            let below = self.children(node);
            let below = below.into_iter().rev();
            pending.extend(below.map(|(name, id)| (ByteString([up, b"/", &name].concat()), id)));
        }
    }

    /// Everything as entries of a plan, with what the host says of its files now.
    pub(crate) fn entries(&self, host: &HostTree) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::with_capacity(self.top.len());
        let mut failed = None;
        self.walk(&mut |path, node| {
            let Some(shape) = self.shape(node) else { return false };
            match crate::served::entry_kind(shape, path, host) {
                Ok(kind) => entries.push(Entry { path: path.clone(), kind }),
                Err(error) => failed = Some(error),
            }
            failed.is_none()
        });
        failed.map_or(Ok(entries), Err)
    }

    /// Whether a file of the host is anywhere below a directory.
    pub(crate) fn holds_files(&self, dir: NodeId) -> bool {
        let mut pending = vec![dir];
        while let Some(dir) = pending.pop() {
            for (_, child) in self.children(dir) {
                match self.shape(child) {
                    Some(Shape::File) => return true,
                    Some(Shape::Dir { .. }) => pending.push(child),
                    _ => {}
                }
            }
        }
        false
    }

    /// Whether there is a character or block device anywhere.
    pub(crate) fn has_devices(&self) -> bool {
        self.top.has_devices() || self.base.as_ref().is_some_and(Index::has_devices)
    }

    fn raw(&self, node: NodeId) -> Option<(&Index, Raw)> {
        let index = if node.0 & BASE == 0 { &self.top } else { self.base.as_ref()? };
        Some((index, index.raw(node.number())?))
    }

    /// What of the base shows through a directory of the top.
    fn behind(&self, dir: NodeId, raw: &Raw) -> Option<(&Index, Raw)> {
        if dir.0 & BASE != 0 || raw.base == NONE || raw.tag != Tag::Dir {
            return None;
        }
        let base = self.base.as_ref()?;
        let behind = base.raw(raw.base)?;
        (behind.tag == Tag::Dir).then_some((base, behind))
    }
}

impl Index {
    /// Whether this index, laid over its base, has a directory at a canonical path.
    ///
    /// # Errors
    /// When it belongs to another base.
    pub fn has_directory(&self, base: Option<&Self>, path: &[u8]) -> Result<bool, Error> {
        let tree = Tree::new(self.clone(), base.cloned())?;
        let shape = tree.lookup(path).and_then(|node| tree.shape(node));
        Ok(matches!(shape, Some(Shape::Dir { .. })))
    }
}
