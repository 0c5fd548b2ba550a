use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

use super::tree::{below, failed};
use super::{
    Algorithm, Content, Contents, Description, Item, Record, Recorded, Seen, Sought, What,
};
use crate::{Error, Host, Node, NodeKind, Reason, View};

/// A view that is to be described, and what is known of it.
#[derive(Clone, Copy)]
pub struct Survey<'a> {
    /// The visible paths.
    pub view: &'a View,
    /// What the trees are looked up in that are shown whole.
    pub host: &'a dyn Host,
    /// What packages recorded of the files.
    pub recorded: &'a Recorded,
    /// Canonical paths in such trees that are left out, with all that is below.
    pub without: &'a [Vec<u8>],
}

/// So many files are looked at before the next are taken.
const SOME: usize = 64;

impl std::fmt::Debug for Survey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Survey").field("paths", &self.view.len()).finish_non_exhaustive()
    }
}

impl<'a> Survey<'a> {
    /// Describes the view; facts are for the caller to add.
    ///
    /// # Errors
    /// [`ErrorKind::Host`](crate::ErrorKind::Host) with the path that could not be looked at.
    pub fn describe(&self, contents: &dyn Contents) -> Result<Description, Error> {
        let mut items = Vec::with_capacity(self.view.len());
        // For each item that is a file of the host, its place and its records.
        let mut files: Vec<(usize, &'a [Record])> = Vec::new();
        let mut covered = vec![false; self.view.len()];
        for node in self.view {
            let above = node.parent().map_or(0, |parent| parent.index());
            let inside = node.index() > 0 && covered[above];
            covered[node.index()] = inside || is_provided(&node);
            if covered[node.index()] && !is_extra(&node) {
                continue;
            }
            let from = items.len();
            self.add(&node, &mut items)?;
            let is_host = !matches!(node.kind(), NodeKind::Synthetic { .. });
            let new = (from..items.len()).filter(|_| is_host);
            let open = new.filter(|at| matches!(items[*at].what, What::File { .. }));
            files.extend(
                open.map(|at| (at, if at == from { self.recorded.of(&node) } else { &[] })),
            );
        }
        fill(&mut items, &files, contents)?;
        Ok(Description { facts: Vec::new(), owners: self.view.owners().to_vec(), items })
    }

    fn add(&self, node: &Node<'_>, items: &mut Vec<Item>) -> Result<(), Error> {
        let what = match node.kind() {
            NodeKind::Dir { mode, .. } | NodeKind::Tree { mode, .. } => {
                What::Dir { mode: mode & 0o3777, closed: false }
            }
            NodeKind::File { .. } | NodeKind::Unmeasured => {
                What::File { mode: 0, size: 0, content: Content::Closed }
            }
            NodeKind::Symlink { target } => What::Symlink { target: target.to_vec() },
            NodeKind::Synthetic { mode, content } => What::File {
                mode: mode & 0o777,
                size: content.len() as u64,
                content: Algorithm::Sha256.of_bytes(content),
            },
            NodeKind::Special { kind, mode } => What::Special { kind, mode: mode & 0o777 },
        };
        let owners = node.owners().iter().map(|owner| owner.0).collect();
        let at = items.len();
        items.push(Item { path: node.path(), what, owners });
        if matches!(node.kind(), NodeKind::Tree { .. })
            && !below(self.host, &node.path(), self.without, items)?
            && let What::Dir { closed, .. } = &mut items[at].what
        {
            *closed = true;
        }
        Ok(())
    }
}

fn is_provided(node: &Node<'_>) -> bool {
    node.is_provided() && !matches!(node.kind(), NodeKind::Tree { .. })
}

/// Whether it is shown even below a directory whose content is provided afresh.
fn is_extra(node: &Node<'_>) -> bool {
    matches!(node.kind(), NodeKind::Tree { .. })
        || (node.reason() == Reason::Extra && !matches!(node.kind(), NodeKind::Dir { .. }))
}

/// Looks at all files, with as many processors as there are.
pub(super) fn fill(
    items: &mut [Item],
    files: &[(usize, &[Record])],
    contents: &dyn Contents,
) -> Result<(), Error> {
    let answers: Vec<OnceLock<Vec<io::Result<Seen>>>> =
        files.chunks(SOME).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let known = &*items;
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((some, answer)) = files.chunks(SOME).nth(at).zip(answers.get(at)) else {
                return;
            };
            let look = |(item, records): &(usize, &[Record])| {
                contents.look(&Sought { path: &known[*item].path, records })
            };
            answer.get_or_init(|| some.iter().map(look).collect());
        }
    };
    thread::scope(|scope| {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        for _ in 1..processors.min(answers.len()) {
            // Where no thread is to be had, this one does it all.
            let _none = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let answers = answers.into_iter().filter_map(OnceLock::into_inner).flatten();
    for ((at, _), seen) in files.iter().zip(answers) {
        let item = &mut items[*at];
        let Seen { mode, size, content } =
            seen.map_err(|error| failed(&item.path, "read", error))?;
        item.what = What::File { mode: mode & 0o7777, size, content };
    }
    Ok(())
}
