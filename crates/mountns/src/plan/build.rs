use std::collections::BTreeMap;
use std::path::Path;

use hermitage_view::paths::is_below;
use hermitage_view::{Kind, Node, NodeKind, View};

use super::{
    Access, Bind, Entry, EntryKind, Plan, PlanOptions, SCHEMA, SpecialKind, Timestamp, Variable,
};
use crate::host::{HostTree, Resolved, dir_entry, parent};
use crate::index::{Index, Split, Tree, split};
use crate::{ByteString, Error, ErrorKind};

impl Plan {
    /// The plan that shows exactly `view`, whose files are the host's below `host_root`.
    ///
    /// Paths of the options are followed through symbolic links, and these links are shown too. Whatever the view has
    /// below a bind comes with the bind; what it has below a fresh file system is left out.
    ///
    /// # Errors
    /// When a path to read or write does not exist, or the plan would be none that [`Plan::check`] accepts.
    pub fn from_view(view: &View, host_root: &Path, options: &PlanOptions) -> Result<Self, Error> {
        let builder = Builder::of(view, host_root, options)?;
        let entries = view.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let (mut plan, added) = builder.finish(options);
        plan.entries = without_covered(merge(entries, added), &plan.covered());
        plan.check()?;
        Ok(plan)
    }

    /// The same without entries, and in their place an index of them and one that it lies over, which has what `is_shared` says
    /// so of. The view need not know sizes and times of files.
    ///
    /// [`Run::index`](crate::Run::index) takes them.
    ///
    /// # Errors
    /// As [`from_view`](Self::from_view), and when names and contents exceed 4 GiB.
    pub fn indexed(
        view: &View,
        host_root: &Path,
        options: &PlanOptions,
        is_shared: &dyn Fn(&Node<'_>) -> bool,
    ) -> Result<(Self, Index, Index), Error> {
        let (plan, added) = Builder::of(view, host_root, options)?.finish(options);
        let Split { top, base } = split(view, &added, &plan.covered(), is_shared)?;
        plan.check_over(&Tree::new(top.clone(), Some(base.clone()))?)?;
        Ok((plan, top, base))
    }
}

struct Builder<'v> {
    view: &'v View,
    host_root: ByteString,
    host: HostTree,
    /// What comes to the view's own paths.
    added: BTreeMap<ByteString, EntryKind>,
    binds: BTreeMap<ByteString, Access>,
}

fn entry(node: Node<'_>) -> Result<Entry, Error> {
    let path = ByteString(node.path());
    let kind = match node.kind() {
        NodeKind::Dir { mode, .. } | NodeKind::Tree { mode, .. } => dir(mode),
        NodeKind::File { mode, size, mtime } => {
            EntryKind::File { mode, size, mtime: Timestamp(mtime.sec, mtime.nsec) }
        }
        NodeKind::Symlink { target } => EntryKind::Symlink { target: target.into() },
        NodeKind::Synthetic { mode, content } => {
            EntryKind::Synthetic { mode: mode & 0o777, content: content.into() }
        }
        NodeKind::Special { kind, mode } => EntryKind::Special {
            node: special_kind(kind).ok_or_else(|| Error::at(&path.0, ErrorKind::UnknownNode))?,
            mode: mode & 0o777,
        },
        _ => return Err(Error::at(&path.0, ErrorKind::UnknownNode)),
    };
    Ok(Entry { path, kind })
}

impl<'v> Builder<'v> {
    fn of(view: &'v View, host_root: &Path, options: &PlanOptions) -> Result<Self, Error> {
        let host_root = ByteString::from(host_root);
        let trees = view.iter().filter(|node| matches!(node.kind(), NodeKind::Tree { .. }));
        let binds = trees.map(|node| (ByteString(node.path()), Access::Read)).collect();
        let mut builder = Self {
            view,
            host: HostTree::new(host_root.as_bytes()),
            host_root,
            added: BTreeMap::new(),
            binds,
        };
        builder.fresh(options);
        options.read.iter().try_for_each(|path| builder.bind(path, Access::Read))?;
        options.write.iter().try_for_each(|path| builder.bind(path, Access::Write))?;
        Ok(builder)
    }

    /// Makes sure that there is something to mount the fresh file systems on.
    fn fresh(&mut self, options: &PlanOptions) {
        let dev = ByteString::from("/dev");
        let paths = options.tmpfs.iter().map(|tmpfs| &tmpfs.path).filter(|p| !is_below(p, &dev));
        for path in paths.cloned().chain(["/proc".into(), dev.clone()]) {
            self.directories_to(&path.0);
        }
    }

    fn directories_to(&mut self, path: &[u8]) {
        let ends = path.iter().enumerate().skip(1).filter(|&(_, &byte)| byte == b'/');
        for end in ends.map(|(at, _)| at).chain([path.len()]) {
            let here = &path[..end];
            if !self.has(here) {
                let host = self.host.lstat(here).ok().filter(std::fs::Metadata::is_dir);
                let made_up = EntryKind::Dir { mode: 0o755 };
                let kind = host.map_or(made_up, |meta| dir_entry(here, &meta).kind);
                self.added.insert(here.into(), kind);
            }
        }
    }

    fn bind(&mut self, path: &Path, access: Access) -> Result<(), Error> {
        let asked = ByteString::from(path);
        if !path.is_absolute() {
            return Err(Error::at(&asked.0, ErrorKind::NotCanonical));
        }
        let Resolved { path, meta, links } = self.host.resolve(&asked.0)?;
        for link in links {
            self.directories_to(parent(&link.path.0));
            self.add(link);
        }
        self.directories_to(parent(&path));
        if meta.is_dir() {
            self.add(dir_entry(&path, &meta));
        } else {
            let kind = EntryKind::Synthetic { mode: 0o644, content: ByteString::default() };
            self.add(Entry { path: path.as_slice().into(), kind });
        }
        // Asked for both ways, it is writable.
        self.binds.insert(ByteString(path), access);
        Ok(())
    }

    fn add(&mut self, entry: Entry) {
        if !self.has(&entry.path.0) {
            self.added.insert(entry.path, entry.kind);
        }
    }

    fn has(&self, path: &[u8]) -> bool {
        self.view.lookup(path).is_some() || self.added.contains_key(&ByteString::from(path))
    }

    fn finish(self, options: &PlanOptions) -> (Plan, BTreeMap<ByteString, EntryKind>) {
        let bind = |(path, access): (ByteString, Access)| Bind {
            source: path.clone(),
            destination: path,
            access,
        };
        let binds = self.binds.into_iter().map(bind).collect();
        (Plan::of_options(self.host_root, binds, options), self.added)
    }
}

impl Plan {
    /// Everything but entries, which have to be added or come from an [`Index`](crate::Index).
    ///
    /// A fresh file system gives way to a bind of the same path.
    pub fn of_options(host_root: ByteString, binds: Vec<Bind>, options: &PlanOptions) -> Self {
        let mut tmpfs = options.tmpfs.clone();
        tmpfs.retain(|tmpfs| binds.iter().all(|bind| bind.destination != tmpfs.path));
        tmpfs.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            schema: SCHEMA,
            host_root,
            entries: Vec::new(),
            binds,
            tmpfs,
            network: options.network,
            hostname: options.hostname.clone(),
            env: options.env.iter().map(variable).collect(),
            cwd: options.cwd.clone(),
            umask: options.umask,
            limits: options.limits.clone(),
            session: options.session,
            capabilities: options.capabilities.clone(),
            system_calls: options.system_calls,
            collapse: options.collapse,
            surroundings: options.surroundings.clone(),
        }
    }

    /// The paths below which the host's tree does not show, sorted.
    pub fn covered(&self) -> Vec<ByteString> {
        let mut covers = vec!["/dev".into(), "/proc".into()];
        covers.extend(self.binds.iter().map(|bind| bind.destination.clone()));
        covers.extend(self.tmpfs.iter().map(|tmpfs| tmpfs.path.clone()));
        covers.sort();
        covers
    }
}

fn merge(mut entries: Vec<Entry>, added: BTreeMap<ByteString, EntryKind>) -> Vec<Entry> {
    entries.extend(added.into_iter().map(|(path, kind)| Entry { path, kind }));
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// Drops what lies strictly below one of the sorted `covers`.
fn without_covered(mut entries: Vec<Entry>, covers: &[ByteString]) -> Vec<Entry> {
    let mut covers = covers.iter().peekable();
    let mut current: Option<&ByteString> = None;
    entries.retain(|entry| {
        while let Some(next) = covers.next_if(|cover| **cover <= entry.path) {
            if !current.is_some_and(|cover| is_below(next, cover)) {
                current = Some(next);
            }
        }
        !current.is_some_and(|cover| is_below(&entry.path, cover))
    });
    entries
}

fn variable((name, value): &(ByteString, ByteString)) -> Variable {
    Variable { name: name.clone(), value: value.clone() }
}

fn dir(mode: u32) -> EntryKind {
    EntryKind::Dir { mode: mode & 0o3777 }
}

pub(crate) fn special_kind(kind: Kind) -> Option<SpecialKind> {
    match kind {
        Kind::CharDev => Some(SpecialKind::CharDevice),
        Kind::BlockDev => Some(SpecialKind::BlockDevice),
        Kind::Fifo => Some(SpecialKind::Fifo),
        Kind::Socket => Some(SpecialKind::Socket),
        Kind::File | Kind::Dir | Kind::Symlink => None,
    }
}
