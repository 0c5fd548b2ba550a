use std::collections::BTreeMap;

use crate::{RootEntry, RootKind};
use hermitage_view::{Host, Kind, NodeKind, View};

/// What a command finds in a root that was put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Each path but `/`, and what is there.
    pub paths: BTreeMap<Vec<u8>, Shown>,
}

/// What is at one path of a [`Tree`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A directory.
    Dir,
    /// The host's file or device of the same path.
    Host,
    /// A symbolic link with this target.
    Link(Vec<u8>),
    /// A file with this content.
    Data(Vec<u8>),
    /// A directory with content of its own.
    Fresh,
}

impl Tree {
    /// What a view says a command is to find.
    pub fn of(view: &View, host: &dyn Host) -> Self {
        let mut tree = Self::default();
        for node in view {
            let path = node.path();
            match node.kind() {
                NodeKind::Tree { .. } => tree.bind(host, &path),
                NodeKind::Dir { .. } if node.is_provided() => {
                    tree.put(&path, Shown::Fresh);
                }
                NodeKind::Dir { .. } => tree.put(&path, Shown::Dir),
                NodeKind::Symlink { target } => tree.put(&path, Shown::Link(target.to_vec())),
                NodeKind::Synthetic { content, .. } => {
                    tree.put(&path, Shown::Data(content.to_vec()));
                }
                _ => tree.put(&path, Shown::Host),
            }
        }
        tree
    }

    /// A root directory that was made from these entries.
    ///
    /// # Panics
    /// When an entry comes before the directory it is in, or twice.
    pub fn with_root(entries: &[RootEntry]) -> Self {
        let mut tree = Self::default();
        for entry in entries {
            let shown = match &entry.kind {
                RootKind::Dir { .. } => Shown::Dir,
                RootKind::Symlink { target } => Shown::Link(target.clone()),
                RootKind::File { content, .. } => Shown::Data(content.clone()),
            };
            assert!(!tree.paths.contains_key(&entry.path), "{} twice", entry.path.escape_ascii());
            tree.put(&entry.path, shown);
        }
        tree
    }

    /// Puts something at a path, and directories above it where there is nothing.
    ///
    /// # Panics
    /// When something above is not a directory, or the path is there and is something else: a consumer would fail.
    pub fn put(&mut self, path: &[u8], shown: Shown) {
        if path == b"/" {
            return;
        }
        let slashes = path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/');
        for (at, _) in slashes {
            let above = self.paths.entry(path[..at].to_vec()).or_insert(Shown::Dir);
            assert!(
                matches!(above, Shown::Dir | Shown::Fresh),
                "{} is in no directory",
                path.escape_ascii()
            );
        }
        let before = self.paths.get(path);
        let may_replace = before.is_none_or(|before| *before == Shown::Dir || *before == shown);
        assert!(may_replace, "{} is put twice", path.escape_ascii());
        self.paths.insert(path.to_vec(), shown);
    }

    /// Binds a path of the host at the same place, a directory with all in it.
    ///
    /// # Panics
    /// When the host does not have it.
    pub fn bind(&mut self, host: &dyn Host, path: &[u8]) {
        let meta = host.lstat(path).ok().flatten();
        let kind = meta.map(|meta| meta.kind);
        assert!(kind.is_some(), "{} is bound and is not there", path.escape_ascii());
        match kind {
            Some(Kind::Dir) => self.bind_dir(host, path),
            Some(Kind::Symlink) => {
                self.put(path, Shown::Link(host.read_link(path).unwrap_or_default()));
            }
            _ => self.put(path, Shown::Host),
        }
    }

    fn bind_dir(&mut self, host: &dyn Host, path: &[u8]) {
        self.put(path, Shown::Dir);
        for entry in host.read_dir(path).unwrap_or_default() {
            let dir = if path == b"/" { b"" } else { path };
            self.bind(host, &[dir, b"/", &entry.name].concat());
        }
    }
}
