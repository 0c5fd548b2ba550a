use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    Errno, FileAttr, FileHandle, FileType, Filesystem, Generation, INodeNo, InitFlags,
    KernelConfig, LockOwner, OpenFlags, ReplyAttr, ReplyData, ReplyDirectory, ReplyEmpty,
    ReplyEntry, ReplyOpen, ReplyXattr, Request,
};

use super::Layout;
use super::host::{Facts, Host};
use super::journal::Journal;
use crate::index::{NodeId, Shape};

/// Longer than any run: what was answered once is not asked again.
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

const GENERATION: Generation = Generation(0);

/// The metadata layer of a view.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) host: Arc<Host>,
    pub(super) layout: Arc<Layout>,
    pub(super) journal: Arc<Journal>,
    /// The directory that was listed last: long ones are asked for in pieces.
    listing: Mutex<Option<(NodeId, Listing)>>,
}

type Listing = Arc<Vec<(Vec<u8>, NodeId)>>;

impl Names {
    pub(super) fn new(host: Arc<Host>, layout: Arc<Layout>, journal: Arc<Journal>) -> Self {
        Self { host, layout, journal, listing: Mutex::new(None) }
    }

    fn listing(&self, dir: NodeId) -> Listing {
        let mut last = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, names)) = &*last
            && *known == dir
        {
            return Arc::clone(names);
        }
        let names = Arc::new(self.host.tree.children(dir));
        *last = Some((dir, Arc::clone(&names)));
        names
    }

    /// Notes a look for what is not there; returns for how long it need not be asked again.
    fn note_missing(&self, dir: NodeId, name: &[u8], pid: u32) -> Duration {
        let is_hidden = self.journal.observes() && self.host.hides(dir, name);
        if !is_hidden {
            self.journal.missing(dir, name, None, pid);
            return FOR_EVER;
        }
        let asked = self.journal.asked_below(&self.host.path(dir, name), pid);
        self.journal.missing(dir, name, asked, pid);
        // What else is looked for below a hidden top is another question. Deeper, overlays remember what is missing by themselves.
        if dir == NodeId::ROOT { Duration::ZERO } else { FOR_EVER }
    }

    fn kind(&self, node: NodeId) -> FileType {
        match self.host.tree.shape(node) {
            Some(Shape::Dir { .. }) => FileType::Directory,
            Some(Shape::Symlink { .. }) => FileType::Symlink,
            Some(Shape::Special { .. }) => {
                self.host.facts(node).map_or(FileType::RegularFile, |facts| facts.kind)
            }
            _ => FileType::RegularFile,
        }
    }

    /// The value of one of the attributes by which overlayfs finds the host's file, or no other directory.
    fn attribute(&self, node: NodeId, name: &[u8]) -> Option<Vec<u8>> {
        let shape = self.host.tree.shape(node)?;
        if matches!(shape, Shape::Dir { .. }) {
            // There is no layer below that it could hide; overlayfs then does not ask where else to look.
            return (name == b"user.overlay.opaque").then(|| b"y".to_vec());
        }
        if shape != Shape::File {
            return None;
        }
        match name {
            b"user.overlay.metacopy" => Some(Vec::new()),
            b"user.overlay.redirect" => {
                self.layout.redirect(&self.host.tree.path(node)).map(<[u8]>::to_vec)
            }
            _ => None,
        }
    }
}

impl Filesystem for Names {
    fn init(&mut self, _request: &Request, config: &mut KernelConfig) -> std::io::Result<()> {
        for ability in [
            InitFlags::FUSE_CACHE_SYMLINKS,
            InitFlags::FUSE_PARALLEL_DIROPS,
            InitFlags::FUSE_NO_OPEN_SUPPORT,
            InitFlags::FUSE_NO_OPENDIR_SUPPORT,
        ] {
            // Each only saves requests; a kernel without it asks more often.
            let _unknown = config.add_capabilities(ability);
        }
        Ok(())
    }

    fn lookup(&self, request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let name = name.as_bytes();
        let Some(dir) = NodeId::of_inode(parent.0) else { return reply.error(Errno::ESTALE) };
        let Some(node) = self.host.tree.child(dir, name) else {
            let remembered = self.note_missing(dir, name, request.pid());
            // Inode 0 with a time to live is an absence that the kernel remembers.
            return reply.entry(&remembered, &nothing(), GENERATION);
        };
        match self.host.facts(node) {
            Ok(facts) => {
                self.journal.found(node, facts.print, request.pid(), &self.host);
                reply.entry(&FOR_EVER, &attributes(node, &facts), GENERATION);
            }
            Err(trouble) => {
                self.journal.trouble(self.host.tree.path(node), trouble);
                reply.error(Errno::ENOENT);
            }
        }
    }

    fn getattr(&self, _request: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        let node = NodeId::of_inode(ino.0);
        match node.map(|node| (node, self.host.facts(node))) {
            Some((node, Ok(facts))) => reply.attr(&FOR_EVER, &attributes(node, &facts)),
            _ => reply.error(Errno::ENOENT),
        }
    }

    fn readlink(&self, _request: &Request, ino: INodeNo, reply: ReplyData) {
        match NodeId::of_inode(ino.0).and_then(|node| self.host.tree.shape(node)) {
            Some(Shape::Symlink { target }) => reply.data(target),
            _ => reply.error(Errno::EINVAL),
        }
    }

    /// The kernel then opens what it needs without asking.
    fn open(&self, _request: &Request, _ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        reply.error(Errno::ENOSYS);
    }

    fn opendir(&self, _request: &Request, _ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        reply.error(Errno::ENOSYS);
    }

    fn releasedir(
        &self,
        _request: &Request,
        _ino: INodeNo,
        _fh: FileHandle,
        _flags: OpenFlags,
        reply: ReplyEmpty,
    ) {
        reply.ok();
    }

    /// Only of synthetic files; the content of all others is the host's.
    fn read(
        &self,
        _request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let shape = NodeId::of_inode(ino.0).and_then(|node| self.host.tree.shape(node));
        let Some(Shape::Synthetic { content, .. }) = shape else {
            return reply.error(Errno::EIO);
        };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let end = start.saturating_add(size as usize).min(content.len());
        reply.data(&content[start..end]);
    }

    fn readdir(
        &self,
        request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let Some(dir) = NodeId::of_inode(ino.0) else { return reply.error(Errno::ESTALE) };
        self.journal.listed(dir, request.pid());
        let names = self.listing(dir);
        let dots = [(&b"."[..], dir), (b"..", dir)].into_iter();
        let all = dots.chain(names.iter().map(|(name, node)| (&name[..], *node)));
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        for (at, (name, node)) in all.enumerate().skip(start) {
            let kind = if at < 2 { FileType::Directory } else { self.kind(node) };
            let next = at as u64 + 1;
            if reply.add(INodeNo(node.inode()), next, kind, OsStr::from_bytes(name)) {
                break;
            }
        }
        reply.ok();
    }

    fn getxattr(
        &self,
        _request: &Request,
        ino: INodeNo,
        name: &OsStr,
        size: u32,
        reply: ReplyXattr,
    ) {
        let node = NodeId::of_inode(ino.0);
        let Some(value) = node.and_then(|node| self.attribute(node, name.as_bytes())) else {
            return reply.error(Errno::ENODATA);
        };
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        match size {
            0 => reply.size(length),
            size if size < length => reply.error(Errno::ERANGE),
            _ => reply.data(&value),
        }
    }

    fn listxattr(&self, _request: &Request, _ino: INodeNo, size: u32, reply: ReplyXattr) {
        if size == 0 { reply.size(0) } else { reply.data(b"") }
    }
}

fn attributes(node: NodeId, facts: &Facts) -> FileAttr {
    FileAttr {
        ino: INodeNo(node.inode()),
        size: facts.size,
        blocks: facts.blocks,
        atime: facts.modified,
        mtime: facts.modified,
        ctime: facts.modified,
        crtime: facts.modified,
        kind: facts.kind,
        perm: u16::try_from(facts.mode & 0o3777).unwrap_or_default(),
        nlink: 1,
        uid: facts.owner.0,
        gid: facts.owner.1,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

/// The answer for a name that is not there.
fn nothing() -> FileAttr {
    FileAttr {
        ino: INodeNo(0),
        size: 0,
        blocks: 0,
        atime: SystemTime::UNIX_EPOCH,
        mtime: SystemTime::UNIX_EPOCH,
        ctime: SystemTime::UNIX_EPOCH,
        crtime: SystemTime::UNIX_EPOCH,
        kind: FileType::RegularFile,
        perm: 0,
        nlink: 0,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: 0,
        flags: 0,
    }
}
