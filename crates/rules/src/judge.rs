//! What prefix rules do to the nodes of a view.

use std::collections::BTreeSet;

use hermitage_view::{NodeKind, View};

use crate::Fidelity;

/// Compares prefix rules, of which denials win, with the view.
///
/// Only what can be read counts: a symbolic link is judged by what it leads to, which is a node of its own.
pub(crate) fn judge(view: &View, allowed: &[Vec<u8>], denied: &[Vec<u8>]) -> Fidelity {
    let (allowed, denied) = (marks(view, allowed), marks(view, denied));
    let (mut stricter, mut wider) = (Vec::new(), Vec::new());
    let mut reads = vec![(false, false); view.len()];
    for node in view {
        let (above_allowed, above_denied) =
            node.parent().map_or((false, false), |parent| reads[parent.index()]);
        let here = (above_allowed || allowed[node.index()], above_denied || denied[node.index()]);
        reads[node.index()] = here;
        let is_read = here.0 && !here.1;
        match node.kind() {
            NodeKind::Symlink { .. } => {}
            NodeKind::Synthetic { .. } => stricter.push(node.path()),
            _ if !is_read => stricter.push(node.path()),
            _ if node.is_provided() => wider.push(node.path()),
            _ => {}
        }
    }
    Fidelity::of(stricter, wider)
}

/// Which nodes these paths name.
fn marks(view: &View, paths: &[Vec<u8>]) -> Vec<bool> {
    let mut marks = vec![false; view.len()];
    let nodes: BTreeSet<usize> =
        paths.iter().filter_map(|path| view.lookup(path)).map(|node| node.index()).collect();
    for index in nodes {
        marks[index] = true;
    }
    marks
}
