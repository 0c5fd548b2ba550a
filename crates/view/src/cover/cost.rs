//! How many entries each part of a view takes, worked out from the leaves up.

use super::{CoverEntry, Extent, Form};
use crate::{Error, ErrorKind, Host, Node, NodeKind, View};

/// More entries than any cover has; stands for what can't be expressed.
const NEVER: u64 = 1 << 40;

/// For each node of the view, by index, how many entries its part takes.
pub(super) struct Costs {
    form: Form,
    /// Where all is visible unless hidden.
    within: Vec<u64>,
    /// Where all is hidden unless shown.
    outside: Vec<u64>,
    /// The names that a directory has on the host and not in the view.
    hidden: Vec<Vec<Vec<u8>>>,
}

impl Costs {
    pub(super) fn of(view: &View, host: &dyn Host, form: Form) -> Result<Self, Error> {
        let mut costs = Self {
            form,
            within: vec![0; view.len()],
            outside: vec![0; view.len()],
            hidden: vec![Vec::new(); view.len()],
        };
        let nodes: Vec<Node<'_>> = view.iter().collect();
        // Path order puts parents first, so this comes to every child before its parent.
        for node in nodes.into_iter().rev() {
            costs.add(node, host)?;
        }
        Ok(costs)
    }

    fn add(&mut self, node: Node<'_>, host: &dyn Host) -> Result<(), Error> {
        let index = node.index();
        match node.kind() {
            // The parent listed it among the hidden names, if the host has it.
            NodeKind::Synthetic { .. } => {}
            NodeKind::Dir { .. } if !node.is_provided() => {
                self.hidden[index] = hidden_in(node, host)?;
                self.within[index] = self.inside(node);
                self.outside[index] = self.opened(node).min(self.whole(node));
            }
            _ => self.outside[index] = 1,
        }
        Ok(())
    }

    /// The entries in a directory all of which is visible unless hidden.
    fn inside(&self, node: Node<'_>) -> u64 {
        let hidden = self.hidden[node.index()].len() as u64;
        let hidden = if self.form == Form::Allow { hidden * NEVER } else { hidden };
        let below = node.children().map(|child| self.within[child.index()]);
        (hidden + below.sum::<u64>()).min(NEVER)
    }

    /// The same, with the entry that makes all of it visible.
    fn whole(&self, node: Node<'_>) -> u64 {
        1 + self.within[node.index()]
    }

    /// The entries of a directory shown by what shows in it, or by itself if nothing does.
    fn opened(&self, node: Node<'_>) -> u64 {
        node.children().map(|child| self.outside[child.index()]).sum::<u64>().max(1)
    }

    pub(super) fn entries(&self, view: &View) -> Vec<CoverEntry> {
        let mut entries = Vec::new();
        let root = view.root();
        if self.form == Form::Deny {
            self.write_whole(root, &mut entries);
        } else {
            self.write_outside(root, &mut entries);
        }
        entries
    }

    fn write_outside(&self, node: Node<'_>, entries: &mut Vec<CoverEntry>) {
        let is_dir = matches!(node.kind(), NodeKind::Dir { .. });
        let add = |entries: &mut Vec<CoverEntry>, extent| {
            entries.push(CoverEntry { path: node.path(), extent });
        };
        match node.kind() {
            NodeKind::Synthetic { .. } => {}
            NodeKind::Tree { .. } => add(entries, Extent::Whole),
            _ if is_dir && node.is_provided() => add(entries, Extent::Whole),
            _ if !is_dir => add(entries, Extent::Single),
            _ if self.whole(node) < self.opened(node) => self.write_whole(node, entries),
            _ if node.children().all(|child| self.outside[child.index()] == 0) => {
                add(entries, Extent::Single);
            }
            _ => node.children().for_each(|child| self.write_outside(child, entries)),
        }
    }

    fn write_whole(&self, node: Node<'_>, entries: &mut Vec<CoverEntry>) {
        entries.push(CoverEntry { path: node.path(), extent: Extent::Whole });
        self.write_hidden(node, entries);
    }

    fn write_hidden(&self, node: Node<'_>, entries: &mut Vec<CoverEntry>) {
        for name in &self.hidden[node.index()] {
            let mut path = node.path();
            if path != b"/" {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            entries.push(CoverEntry { path, extent: Extent::Hidden });
        }
        node.children().for_each(|child| self.write_hidden(child, entries));
    }
}

/// The names in a directory of the host that are not the host's in the view.
fn hidden_in(node: Node<'_>, host: &dyn Host) -> Result<Vec<Vec<u8>>, Error> {
    let path = node.path();
    let entries = match host.read_dir(&path) {
        Ok(entries) => entries,
        // Closed to us and so to whoever the cover is for: it can be allowed without showing anything.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return Ok(Vec::new()),
        // A directory that is only provided, and above what is.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::new(path, ErrorKind::Host { call: "readdir", source })),
    };
    let is_hidden = |name: &Vec<u8>| {
        node.child(name).is_none_or(|child| matches!(child.kind(), NodeKind::Synthetic { .. }))
    };
    let mut names: Vec<Vec<u8>> =
        entries.into_iter().map(|entry| entry.name).filter(is_hidden).collect();
    names.sort();
    Ok(names)
}
