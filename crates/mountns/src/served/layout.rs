use std::os::unix::fs::MetadataExt as _;

use hermitage_view::paths::{below, is_below};

use crate::host::HostTree;
use crate::index::{NodeId, Shape, Tree};
use crate::kernel::layout::mount_points;
use crate::plan::{Entry, EntryKind, SpecialKind, Timestamp};
use crate::{ByteString, Error, ErrorKind};

/// Which parts of a tree are overlays.
#[derive(Debug)]
pub(crate) struct Layout {
    /// What is written into the root tmpfs: the tops of overlays and everything that is in none.
    pub(crate) base: Vec<Entry>,
    /// The directories that become overlays, in path order.
    pub(crate) tops: Vec<ByteString>,
    /// Devices inside overlays, which no metadata can stand for.
    pub(crate) devices: Vec<Entry>,
}

impl Layout {
    /// The topmost directories that hold files of the host and no mount become overlays.
    pub(crate) fn of(tree: &Tree, host: &HostTree) -> Result<Self, Error> {
        let mounts = mount_points(host)?;
        let mut layout = Self { base: Vec::new(), tops: Vec::new(), devices: Vec::new() };
        let mut failed = None;
        tree.walk(&mut |path, node| {
            let result = layout.place(tree, host, &mounts, path, node);
            let below = result.unwrap_or_else(|error| {
                failed.get_or_insert(error);
                false
            });
            below && failed.is_none()
        });
        layout.base.sort_by(|a, b| a.path.cmp(&b.path));
        failed.map_or(Ok(layout), Err)
    }

    /// Whether what is below has to be placed on its own.
    fn place(
        &mut self,
        tree: &Tree,
        host: &HostTree,
        mounts: &[ByteString],
        path: &ByteString,
        node: NodeId,
    ) -> Result<bool, Error> {
        let Some(shape) = tree.shape(node) else { return Ok(false) };
        self.base.push(Entry { path: path.clone(), kind: kind(shape, path, host)? });
        if !matches!(shape, Shape::Dir { .. }) {
            return Ok(false);
        }
        let covered = mounts.iter().any(|mount| is_below(mount, path));
        if node == NodeId::ROOT || covered || !tree.holds_files(node) {
            return Ok(true);
        }
        self.tops.push(path.clone());
        Ok(false)
    }

    /// Finds the devices in the overlays; a walk over everything, so only for trees that have any.
    pub(crate) fn find_devices(&mut self, tree: &Tree, host: &HostTree) -> Result<(), Error> {
        if !tree.has_devices() {
            return Ok(());
        }
        let mut found = Vec::new();
        tree.walk(&mut |path, node| {
            use SpecialKind::{BlockDevice, CharDevice};
            let shape = tree.shape(node);
            let device =
                matches!(shape, Some(Shape::Special { node: CharDevice | BlockDevice, .. }));
            if device && self.tops.iter().any(|top| is_below(path, top)) {
                found.extend(shape.map(|shape| (path.clone(), shape)));
            }
            true
        });
        let entry = |(path, shape): (ByteString, Shape<'_>)| {
            Ok(Entry { kind: kind(shape, &path, host)?, path })
        };
        self.devices = found.into_iter().map(entry).collect::<Result<_, Error>>()?;
        Ok(())
    }

    /// The path of a node from the top of the overlay it is in.
    pub(crate) fn redirect<'p>(&self, path: &'p ByteString) -> Option<&'p [u8]> {
        let at = self.tops.partition_point(|top| top <= path).checked_sub(1)?;
        below(&path.0, &self.tops[at].0)
    }
}

/// A node as an entry of a plan, with the facts of the host that an index leaves out.
pub(crate) fn kind(
    shape: Shape<'_>,
    path: &ByteString,
    host: &HostTree,
) -> Result<EntryKind, Error> {
    Ok(match shape {
        Shape::Dir { mode } => EntryKind::Dir { mode },
        Shape::Symlink { target } => EntryKind::Symlink { target: target.into() },
        Shape::Synthetic { mode, content } => {
            EntryKind::Synthetic { mode, content: content.into() }
        }
        Shape::Special { node, mode } => EntryKind::Special { node, mode },
        Shape::File => {
            let meta = host.lstat(&path.0)?;
            if !meta.is_file() {
                let kind = ErrorKind::Changed {
                    what: "type".into(),
                    planned: "RegularFile".into(),
                    found: format!("{:?}", meta.file_type()),
                };
                return Err(Error::at(&path.0, kind));
            }
            let nsec = u32::try_from(meta.mtime_nsec()).unwrap_or_default();
            EntryKind::File {
                mode: meta.mode() & 0o7777,
                size: meta.size(),
                mtime: Timestamp(meta.mtime(), nsec),
            }
        }
    })
}
