use super::read::Index;
use super::tree::{NodeId, Shape, Tree};
use super::{HEADER, MAGIC, NODE, NONE, Tag, VERSION};
use crate::plan::{Entry, EntryKind, SpecialKind};
use crate::{Error, ErrorKind};

impl Index {
    /// The index of entries in a plan's order.
    ///
    /// `note` are bytes of the caller's that are kept with it, under the same checksum.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] when names and contents exceed 4 GiB.
    pub fn from_entries(entries: &[Entry], note: &[u8]) -> Result<Self, Error> {
        let mut draft = Draft::default();
        draft.all(entries, &mut |_, _| NONE);
        Ok(draft.finish(0, note)?.0)
    }

    /// What has to be laid over `base` to show just these entries: what is new or different, the directories that
    /// lead there, and marks for what is only in the base.
    ///
    /// # Errors
    /// As [`from_entries`](Self::from_entries).
    pub fn difference(entries: &[Entry], base: &Self, note: &[u8]) -> Result<Self, Error> {
        let below = Tree::new(base.clone(), None)?;
        let mut draft = Draft::default();
        draft.all(entries, &mut |parent, name| {
            let id = match parent {
                None => Some(NodeId::ROOT),
                Some(NONE) => None,
                Some(parent) => below.child(NodeId::top(parent), name),
            };
            id.map_or(NONE, NodeId::number)
        });
        draft.subtract(base, &below);
        Ok(draft.finish(base.identity(), note)?.0)
    }
}

/// A tree being made: a directory before what it holds.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) nodes: Vec<Drafted>,
    text: Vec<u8>,
}

pub(super) struct Drafted {
    name: (u32, u16),
    tag: Tag,
    mode: u32,
    pub(super) parent: u32,
    text: (usize, usize),
    pub(super) base: u32,
    pub(super) kept: bool,
}

/// What a node of a draft is to be.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) tag: Tag,
    pub(super) mode: u32,
    /// The target of a link, the content of a file.
    pub(super) text: &'a [u8],
}

impl Draft {
    /// Takes all entries; `find` tells the node of the base for a parent's and a name.
    fn all(&mut self, entries: &[Entry], find: &mut impl FnMut(Option<u32>, &[u8]) -> u32) {
        let mut open: Vec<(usize, usize)> = Vec::new();
        self.nodes.reserve(entries.len());
        for entry in entries {
            let path = &entry.path.0;
            let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            // Invariant 1 of a plan: the parent is an entry before, and still open.
            while open.len() > 1 && open.last().is_some_and(|&(_, length)| length != slash) {
                open.pop();
            }
            let at = self.nodes.len();
            let parent = open.last().map_or(0, |&(node, _)| node);
            let name = if at == 0 { &[][..] } else { &path[slash + 1..] };
            let base = find((at > 0).then(|| self.nodes[parent].base), name);
            self.push(parent, name, content_of(&entry.kind), base);
            if matches!(entry.kind, EntryKind::Dir { .. }) {
                open.push((at, if at == 0 { 0 } else { path.len() }));
            }
        }
    }

    pub(super) fn push(&mut self, parent: usize, name: &[u8], content: Content<'_>, base: u32) {
        let Content { tag, mode, text } = content;
        let text = self.say(text);
        let name = self.name(name);
        let parent = number(parent);
        self.nodes.push(Drafted { name, tag, mode, parent, text, base, kept: true });
    }

    /// Whether there is a directory at a place.
    pub(super) fn is_dir(&self, place: u32) -> bool {
        self.nodes.get(place as usize).is_some_and(|node| node.tag == Tag::Dir)
    }

    fn name(&mut self, name: &[u8]) -> (u32, u16) {
        let (start, len) = self.say(name);
        (number(start), u16::try_from(len).unwrap_or(u16::MAX))
    }

    fn say(&mut self, text: &[u8]) -> (usize, usize) {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        (start, text.len())
    }

    /// Leaves out what the base shows just the same, and marks what only the base has.
    fn subtract(&mut self, base: &Index, below: &Tree) {
        let mut met = vec![false; base.len()];
        for node in self.nodes.iter_mut().rev() {
            let same = node.base != NONE && same(node, &self.text, below);
            if let Some(met) = met.get_mut(node.base as usize) {
                *met = true;
            }
            node.kept = !same;
        }
        self.mark_gone(below, &met);
        self.keep_above();
    }

    /// Keeps the directories that lead to what is kept.
    pub(super) fn keep_above(&mut self) {
        if let Some(root) = self.nodes.first_mut() {
            root.kept = true;
        }
        for at in (1..self.nodes.len()).rev() {
            if self.nodes[at].kept {
                let parent = self.nodes[at].parent as usize;
                self.nodes[parent].kept = true;
            }
        }
    }

    fn mark_gone(&mut self, below: &Tree, met: &[bool]) {
        for at in 0..self.nodes.len() {
            if self.nodes[at].tag != Tag::Dir || self.nodes[at].base == NONE {
                continue;
            }
            for (name, id) in below.children(NodeId::top(self.nodes[at].base)) {
                if met.get(id.number() as usize) == Some(&false) {
                    let (name, parent) = (self.name(&name), number(at));
                    let gone = Tag::Gone;
                    let (mode, text, base) = (0, (0, 0), NONE);
                    self.nodes.push(Drafted {
                        name,
                        tag: gone,
                        mode,
                        parent,
                        text,
                        base,
                        kept: true,
                    });
                }
            }
        }
    }

    /// Numbers what is kept so that the children of each directory stand together, and writes it. Also tells the numbers,
    /// by place in the draft.
    pub(super) fn finish(&self, base: u32, note: &[u8]) -> Result<(Index, Vec<u32>), Error> {
        let name = |at: u32| {
            let (start, len) = self.nodes[at as usize].name;
            &self.text[start as usize..][..usize::from(len)]
        };
        let mut children = Children::of(&self.nodes);
        let mut order = Vec::with_capacity(children.nodes.len() + 1);
        order.push(0u32);
        let mut first = vec![0u32; self.nodes.len()];
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            let mine = children.of_mut(at);
            // Marks of what is gone were added last.
            if !mine.is_sorted_by(|a, b| name(*a) < name(*b)) {
                mine.sort_by(|a, b| name(*a).cmp(name(*b)));
            }
            first[at as usize] = number(order.len());
            order.extend_from_slice(mine);
            next += 1;
        }
        let mut renumbered = vec![NONE; self.nodes.len()];
        let mut length = 0;
        for (new, &old) in order.iter().enumerate() {
            renumbered[old as usize] = number(new);
            let node = &self.nodes[old as usize];
            length += usize::from(node.name.1) + node.text.1;
        }
        let note_len = note.len();
        let lengths = [order.len(), length, note_len].map(u32::try_from);
        let [Ok(nodes), Ok(text), Ok(note_len)] = lengths else {
            return Err(Error::new(ErrorKind::Value("the tree is too large for an index".into())));
        };
        let mut out = Vec::with_capacity(HEADER + order.len() * NODE + length + note.len());
        out.extend_from_slice(MAGIC);
        for word in [VERSION, 0, base, nodes, text, note_len] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        let mut said = 0;
        for &old in &order {
            let node = &self.nodes[old as usize];
            let name_start = number(said);
            let text_start = number(said + usize::from(node.name.1));
            said += usize::from(node.name.1) + node.text.1;
            let (a, b) = match node.tag {
                Tag::Dir => (first[old as usize], number(children.of_mut(old).len())),
                _ => (text_start, number(node.text.1)),
            };
            let parent = renumbered[node.parent as usize];
            let mut bytes = [0; NODE];
            bytes[..4].copy_from_slice(&name_start.to_le_bytes());
            bytes[4..6].copy_from_slice(&node.name.1.to_le_bytes());
            bytes[6] = node.tag as u8;
            let words = [node.mode, parent, a, b, node.base, 0];
            for (place, word) in bytes[8..].chunks_exact_mut(4).zip(words) {
                place.copy_from_slice(&word.to_le_bytes());
            }
            out.extend_from_slice(&bytes);
        }
        for &old in &order {
            out.extend_from_slice(name(old));
            let (start, length) = self.nodes[old as usize].text;
            out.extend_from_slice(&self.text[start..][..length]);
        }
        out.extend_from_slice(note);
        let crc = crc32fast::hash(&out[16..]);
        out[12..16].copy_from_slice(&crc.to_le_bytes());
        Ok((Index::from_bytes(out)?, renumbered))
    }
}

/// What is kept of each directory, in one piece of memory.
struct Children {
    nodes: Vec<u32>,
    /// For each place in the draft where its own start; where the next one's start, their end.
    starts: Vec<u32>,
}

impl Children {
    fn of(nodes: &[Drafted]) -> Self {
        let kept = || (0..).zip(nodes).skip(1).filter(|(_, node)| node.kept);
        let mut starts = vec![0; nodes.len() + 1];
        for (_, node) in kept() {
            starts[node.parent as usize + 1] += 1;
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut children = vec![0; total as usize];
        for (at, node) in kept() {
            let place = &mut next[node.parent as usize];
            children[*place as usize] = at;
            *place += 1;
        }
        Self { nodes: children, starts }
    }

    fn of_mut(&mut self, at: u32) -> &mut [u32] {
        let [start, end] = [at, at + 1].map(|at| self.starts[at as usize] as usize);
        &mut self.nodes[start..end]
    }
}

pub(super) fn content_of(kind: &EntryKind) -> Content<'_> {
    let (tag, mode, text) = match kind {
        EntryKind::Dir { mode } => (Tag::Dir, *mode, &[][..]),
        EntryKind::File { .. } => (Tag::File, 0, &[][..]),
        EntryKind::Symlink { target } => (Tag::Symlink, 0, &target.0[..]),
        EntryKind::Synthetic { mode, content } => (Tag::Synthetic, *mode, &content.0[..]),
        EntryKind::Special { node, mode } => (special(*node), *mode, &[][..]),
    };
    Content { tag, mode, text }
}

/// Whether the base shows the same thing at this place; for a directory, whatever is in it.
fn same(node: &Drafted, text: &[u8], below: &Tree) -> bool {
    let text = &text[node.text.0..][..node.text.1];
    match below.shape(NodeId::top(node.base)) {
        Some(Shape::Dir { mode }) => node.tag == Tag::Dir && node.mode == mode,
        Some(Shape::File) => node.tag == Tag::File,
        Some(Shape::Symlink { target }) => node.tag == Tag::Symlink && text == target,
        Some(Shape::Synthetic { mode, content }) => {
            node.tag == Tag::Synthetic && node.mode == mode && text == content
        }
        Some(Shape::Special { node: kind, mode }) => node.tag == special(kind) && node.mode == mode,
        None => false,
    }
}

pub(super) fn special(kind: SpecialKind) -> Tag {
    match kind {
        SpecialKind::CharDevice => Tag::CharDevice,
        SpecialKind::BlockDevice => Tag::BlockDevice,
        SpecialKind::Fifo => Tag::Fifo,
        SpecialKind::Socket => Tag::Socket,
    }
}

/// Counts are checked against 2^32 before anything is written.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
