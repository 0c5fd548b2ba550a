//! A plan carried out in memory: what each path of the view would be.

use std::collections::BTreeMap;

use crate::index::{Shape, Tree};
use crate::kernel::layout::{self, Part};
use crate::plan::{Entry, EntryKind, Plan, SpecialKind};
use crate::{Backend, ByteString};

/// What a path of the view is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A directory of the view.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// The content of this file of the host.
    HostFile {
        /// The file whose content is read.
        source: ByteString,
    },
    /// A symbolic link.
    Symlink {
        /// Its target.
        target: ByteString,
    },
    /// A file with this content.
    Content {
        /// Permission bits.
        mode: u32,
        /// The content.
        content: ByteString,
    },
    /// A special file.
    Special {
        /// Which kind.
        node: SpecialKind,
    },
    /// A file system of its own: a bind, `/proc`, `/dev`, or a fresh one.
    Mount,
}

impl Plan {
    /// What a backend makes of the plan on a host with these mount points, by path.
    pub fn model(&self, backend: Backend, mounts: &[ByteString]) -> BTreeMap<ByteString, Shown> {
        let mut shown = BTreeMap::new();
        let parts = match backend {
            Backend::Bind => self.entries.iter().skip(1).map(Part::Base).collect(),
            Backend::Skeleton | Backend::Served => layout::parts(&self.entries, mounts),
        };
        shown.extend(self.entries.first().map(base));
        for part in parts {
            match part {
                Part::Base(entry) => shown.extend([base(entry)]),
                Part::Overlay(top, inner) => {
                    shown.extend([base(top)]);
                    shown.extend(inner.iter().map(|entry| overlaid(top, entry)));
                }
            }
        }
        let fixed = ["/proc".into(), "/dev".into()];
        let tmpfs = self.tmpfs.iter().map(|tmpfs| &tmpfs.path);
        for path in fixed.iter().chain(tmpfs).chain(self.binds.iter().map(|bind| &bind.destination))
        {
            shown.insert(path.clone(), Shown::Mount);
        }
        shown
    }
}

fn base(entry: &Entry) -> (ByteString, Shown) {
    (entry.path.clone(), plain(entry, &entry.path))
}

/// The kernel puts the redirect behind the data directory, which is the host's `top`.
fn overlaid(top: &Entry, entry: &Entry) -> (ByteString, Shown) {
    let source = [&top.path.0, layout::redirect(top, entry)].concat();
    (entry.path.clone(), plain(entry, &ByteString(source)))
}

fn plain(entry: &Entry, source: &ByteString) -> Shown {
    match &entry.kind {
        EntryKind::Dir { mode } => Shown::Dir { mode: *mode },
        EntryKind::File { .. } => Shown::HostFile { source: source.clone() },
        EntryKind::Symlink { target } => Shown::Symlink { target: target.clone() },
        EntryKind::Synthetic { mode, content } => {
            Shown::Content { mode: *mode, content: content.clone() }
        }
        EntryKind::Special { node, .. } => Shown::Special { node: *node },
    }
}

impl crate::Index {
    /// What this index shows over its base, by path; of the host's files, which they are.
    ///
    /// # Errors
    /// When it belongs to another base.
    pub fn model(&self, base: Option<&Self>) -> Result<BTreeMap<ByteString, Shown>, crate::Error> {
        let tree = Tree::new(self.clone(), base.cloned())?;
        let mut shown = BTreeMap::new();
        tree.walk(&mut |path, node| {
            shown.extend(tree.shape(node).map(|shape| (path.clone(), shaped(shape, path))));
            true
        });
        Ok(shown)
    }
}

fn shaped(shape: Shape<'_>, path: &ByteString) -> Shown {
    match shape {
        Shape::Dir { mode } => Shown::Dir { mode },
        Shape::File => Shown::HostFile { source: path.clone() },
        Shape::Symlink { target } => Shown::Symlink { target: target.into() },
        Shape::Synthetic { mode, content } => Shown::Content { mode, content: content.into() },
        Shape::Special { node, .. } => Shown::Special { node },
    }
}
