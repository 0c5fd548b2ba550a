use std::collections::BTreeMap;

use hermitage_view::paths::is_below;
use hermitage_view::{Node, NodeKind, View};

use super::build::{Content, Draft, content_of, number, special};
use super::{Index, NONE, Tag};
use crate::host::parent;
use crate::plan::{EntryKind, special_kind};
use crate::{ByteString, Error, ErrorKind};

/// The index of a view with what is added to it, as a difference to one of a part of it.
pub(crate) struct Split {
    pub(crate) top: Index,
    pub(crate) base: Index,
}

/// Makes the indices of a view, with what is `added`, and without what is below the `covered` paths. The base has the nodes for
/// which `is_shared` says so, with the directories above.
pub(crate) fn split(
    view: &View,
    added: &BTreeMap<ByteString, EntryKind>,
    covered: &[ByteString],
    is_shared: &dyn Fn(&Node<'_>) -> bool,
) -> Result<Split, Error> {
    let mut drawing = Drawing::of(view, covered, is_shared)?;
    drawing.add(view, added, covered)?;
    let Drawing { mut draft, shared, .. } = drawing;
    for (node, shared) in draft.nodes.iter_mut().zip(&shared) {
        node.kept = *shared;
    }
    draft.keep_above();
    let (base, numbers) = draft.finish(0, &[])?;
    for (node, number) in draft.nodes.iter_mut().zip(numbers) {
        node.base = number;
        node.kept = number == NONE;
    }
    draft.keep_above();
    Ok(Split { top: draft.finish(base.identity(), &[])?.0, base })
}

/// A draft, and what of it is where.
struct Drawing {
    draft: Draft,
    /// By node of the view, the place in the draft; [`NONE`] for what is covered.
    places: Vec<u32>,
    /// By place in the draft.
    shared: Vec<bool>,
}

impl Drawing {
    fn of(
        view: &View,
        covered: &[ByteString],
        is_shared: &dyn Fn(&Node<'_>) -> bool,
    ) -> Result<Self, Error> {
        let mut covers = vec![false; view.len()];
        for path in covered {
            if let Some(node) = view.lookup(&path.0) {
                covers[node.index()] = true;
            }
        }
        let mut draft = Draft::default();
        draft.nodes.reserve(view.len());
        let mut places = vec![NONE; view.len()];
        let mut shared = Vec::with_capacity(view.len());
        for node in view {
            // The parent of what is in the root is none that is told.
            let above = node.parent().map_or(0, |parent| parent.index());
            let inside = node.index() > 0;
            if inside && (covers[above] || places[above] == NONE) {
                continue;
            }
            let parent = if inside { places[above] as usize } else { 0 };
            places[node.index()] = number(draft.nodes.len());
            draft.push(parent, node.name(), content(&node)?, NONE);
            shared.push(is_shared(&node));
        }
        Ok(Self { draft, places, shared })
    }

    /// Adds entries, a directory before what it holds.
    fn add(
        &mut self,
        view: &View,
        added: &BTreeMap<ByteString, EntryKind>,
        covered: &[ByteString],
    ) -> Result<(), Error> {
        let mut new: BTreeMap<&[u8], u32> = BTreeMap::new();
        for (path, kind) in added {
            if covered.iter().any(|cover| is_below(path, cover)) {
                continue;
            }
            let up = parent(&path.0);
            let known = view.lookup(up).map(|node| self.places[node.index()]);
            let above = known.or_else(|| new.get(up).copied());
            let above = above.filter(|place| self.draft.is_dir(*place));
            let above = above.ok_or_else(|| Error::at(&path.0, ErrorKind::NoParent))?;
            let name = path.0.get(up.len() + 1..).unwrap_or_default();
            new.insert(&path.0, number(self.draft.nodes.len()));
            self.draft.push(above as usize, name, content_of(kind), NONE);
            self.shared.push(false);
        }
        Ok(())
    }
}

fn content<'v>(node: &Node<'v>) -> Result<Content<'v>, Error> {
    let (tag, mode, text) = match node.kind() {
        NodeKind::Dir { mode, .. } | NodeKind::Tree { mode, .. } => {
            (Tag::Dir, mode & 0o3777, &[][..])
        }
        NodeKind::File { .. } | NodeKind::Unmeasured => (Tag::File, 0, &[][..]),
        NodeKind::Symlink { target } => (Tag::Symlink, 0, target),
        NodeKind::Synthetic { mode, content } => (Tag::Synthetic, mode & 0o777, content),
        NodeKind::Special { kind, mode } => match special_kind(kind) {
            Some(kind) => (special(kind), mode & 0o777, &[][..]),
            None => return Err(Error::at(&node.path(), ErrorKind::UnknownNode)),
        },
        _ => return Err(Error::at(&node.path(), ErrorKind::UnknownNode)),
    };
    Ok(Content { tag, mode, text })
}
