//! What the host says of the paths that are asked for.

use std::time::{Duration, SystemTime};

use rustix::fs::{FileType as HostType, Stat};
use rustix::io::Errno;

use crate::ByteString;
use crate::host::HostTree;
use crate::index::{NodeId, Shape, Tree};
use crate::plan::SpecialKind;
use crate::support::Privilege;

/// When every directory and every synthetic file was last modified.
const FIXED_TIME: Duration = Duration::from_secs(1);

/// Whose the files are said to be.
#[derive(Clone, Debug)]
pub(super) enum Owners {
    /// Everything is this user's and group's.
    One(u32, u32),
    /// As on the host, as far as they have a number here; what has none, and what the host does not have, is root's.
    Host {
        /// The user ids of this user namespace.
        users: Ids,
        /// Its group ids.
        groups: Ids,
    },
}

impl Owners {
    /// `user` is the number that an ordinary user has inside, if it is another.
    pub(super) fn of(privilege: Privilege, user: Option<u32>) -> Self {
        match privilege {
            Privilege::Root => Self::Host {
                users: Ids::read("/proc/self/uid_map"),
                groups: Ids::read("/proc/self/gid_map"),
            },
            Privilege::User => {
                let uid = rustix::process::geteuid().as_raw();
                let gid = rustix::process::getegid().as_raw();
                Self::One(user.unwrap_or(uid), user.unwrap_or(gid))
            }
        }
    }

    fn nobody(&self) -> (u32, u32) {
        match self {
            Self::One(uid, gid) => (*uid, *gid),
            Self::Host { .. } => (0, 0),
        }
    }

    fn owner_of(&self, stat: &Stat) -> (u32, u32) {
        match self {
            Self::One(uid, gid) => (*uid, *gid),
            Self::Host { users, groups } => {
                (users.or_root(stat.st_uid), groups.or_root(stat.st_gid))
            }
        }
    }
}

/// The ids that exist in a user namespace. The others read as the overflow id, which nothing can be given to.
#[derive(Clone, Debug)]
pub(super) struct Ids(Vec<std::ops::Range<u64>>);

impl Ids {
    fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let range = |line: &str| {
            let mut numbers = line.split_ascii_whitespace().map(str::parse::<u64>);
            let (first, count) = (numbers.next()?.ok()?, numbers.nth(1)?.ok()?);
            Some(first..first + count)
        };
        Self(text.lines().filter_map(range).collect())
    }

    fn or_root(&self, id: u32) -> u32 {
        if self.0.iter().any(|range| range.contains(&u64::from(id))) { id } else { 0 }
    }
}

/// What of a file tells it from any other that takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print {
    device: u64,
    inode: u64,
    size: i64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Print {
    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            size: stat.st_size,
            modified: (stat.st_mtime, stat.st_mtime_nsec.cast_signed()),
            changed: (stat.st_ctime, stat.st_ctime_nsec.cast_signed()),
        }
    }

    /// What differs, in words.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        if (self.device, self.inode) != (other.device, other.inode) {
            return Some("replaced by another file");
        }
        if self.size != other.size || self.modified != other.modified {
            return Some("written to");
        }
        (self.changed != other.changed).then_some("mode, owner or links changed")
    }
}

/// What is answered for a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) kind: fuser::FileType,
    pub(super) mode: u32,
    pub(super) size: u64,
    pub(super) blocks: u64,
    pub(super) modified: SystemTime,
    pub(super) owner: (u32, u32),
    /// The host's file behind it, if it is one.
    pub(super) print: Option<Print>,
}

/// Why nothing can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The tree has no such node.
    Stale,
    /// The host has nothing there any more.
    Vanished,
    /// The host has something else there.
    OtherKind,
    /// The link there leads elsewhere.
    OtherTarget,
}

/// The host's tree, asked in behalf of a view's.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) tree: Tree,
    pub(super) disk: HostTree,
    pub(super) owners: Owners,
}

impl Host {
    pub(super) fn stat(&self, path: &ByteString) -> Result<Stat, Errno> {
        rustix::fs::lstat(self.disk.real(&path.0))
    }

    /// Whether the host has a name that a directory of the tree does not have.
    pub(super) fn hides(&self, dir: NodeId, name: &[u8]) -> bool {
        self.stat(&self.path(dir, name)).is_ok()
    }

    /// The path of a name in a directory of the tree.
    pub(super) fn path(&self, dir: NodeId, name: &[u8]) -> ByteString {
        let mut path = self.tree.path(dir);
        if path.0 != b"/" {
            path.0.push(b'/');
        }
        path.0.extend_from_slice(name);
        path
    }

    pub(super) fn facts(&self, node: NodeId) -> Result<Facts, Trouble> {
        let shape = self.tree.shape(node).ok_or(Trouble::Stale)?;
        let (kind, mode, size) = match shape {
            Shape::File => return self.file(node),
            Shape::Dir { mode } => return self.dir(node, mode),
            Shape::Symlink { target } => {
                self.link(node, target)?;
                (fuser::FileType::Symlink, 0o777, target.len() as u64)
            }
            Shape::Synthetic { mode, content } => {
                (fuser::FileType::RegularFile, mode, content.len() as u64)
            }
            Shape::Special { node, mode } => (special(node), mode, 0),
        };
        let modified = SystemTime::UNIX_EPOCH + FIXED_TIME;
        let owner = self.owner(node);
        Ok(Facts { kind, mode, size, blocks: 0, modified, owner, print: None })
    }

    /// One that the host lacks was made up by the plan, to mount something on.
    fn dir(&self, node: NodeId, mode: u32) -> Result<Facts, Trouble> {
        let stat = self.stat(&self.tree.path(node)).ok();
        let kind = stat.map(|stat| HostType::from_raw_mode(stat.st_mode));
        // Behind a link the kernel would find other files than those meant.
        if kind.is_some_and(|kind| kind != HostType::Directory) {
            return Err(Trouble::OtherKind);
        }
        let modified = SystemTime::UNIX_EPOCH + FIXED_TIME;
        let owner = stat.map_or_else(|| self.owners.nobody(), |stat| self.owners.owner_of(&stat));
        let kind = fuser::FileType::Directory;
        Ok(Facts { kind, mode, size: 0, blocks: 0, modified, owner, print: None })
    }

    /// Makes sure that a link leads where it led.
    fn link(&self, node: NodeId, target: &[u8]) -> Result<(), Trouble> {
        let real = self.disk.real(&self.tree.path(node).0);
        match rustix::fs::readlink(&real[..], Vec::new()) {
            Ok(found) if found.as_bytes() == target => Ok(()),
            Ok(_) => Err(Trouble::OtherTarget),
            Err(Errno::INVAL) => Err(Trouble::OtherKind),
            Err(_gone) => Err(Trouble::Vanished),
        }
    }

    fn file(&self, node: NodeId) -> Result<Facts, Trouble> {
        let stat = self.stat(&self.tree.path(node)).map_err(|_gone| Trouble::Vanished)?;
        if HostType::from_raw_mode(stat.st_mode) != HostType::RegularFile {
            return Err(Trouble::OtherKind);
        }
        Ok(Facts {
            kind: fuser::FileType::RegularFile,
            mode: stat.st_mode & 0o777,
            size: stat.st_size.cast_unsigned(),
            blocks: stat.st_blocks.cast_unsigned(),
            modified: time(stat.st_mtime, stat.st_mtime_nsec.cast_signed()),
            owner: self.owners.owner_of(&stat),
            print: Some(Print::of(&stat)),
        })
    }

    fn owner(&self, node: NodeId) -> (u32, u32) {
        if let Owners::One(uid, gid) = self.owners {
            return (uid, gid);
        }
        let stat = self.stat(&self.tree.path(node));
        stat.map_or_else(|_gone| self.owners.nobody(), |stat| self.owners.owner_of(&stat))
    }
}

fn special(node: SpecialKind) -> fuser::FileType {
    match node {
        SpecialKind::Fifo => fuser::FileType::NamedPipe,
        SpecialKind::Socket => fuser::FileType::Socket,
        // The host's device is bound over an empty file.
        SpecialKind::CharDevice | SpecialKind::BlockDevice => fuser::FileType::RegularFile,
    }
}

fn time(sec: i64, nsec: i64) -> SystemTime {
    let whole = Duration::from_secs(sec.unsigned_abs());
    let start = if sec < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(whole)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(whole)
    };
    let nsec = Duration::from_nanos(nsec.unsigned_abs());
    start.and_then(|start| start.checked_add(nsec)).unwrap_or(SystemTime::UNIX_EPOCH)
}
