//! What a path leads past, as the view has it.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::sync::Arc;

use hermitage_view::paths::is_within;
use rustix::fs::{Access, AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::rights::Rights;
use crate::observation::Answer;
use crate::plan::Plan;

/// As the kernel has it (`MAXSYMLINKS`).
const MOST_LINKS: usize = 40;

/// Paths that were not looked at before, and what came of it.
pub(super) type Seen = Vec<Sight>;

/// A path that was looked at.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) path: Vec<u8>,
    pub(super) answer: Answer,
    /// The path below it that was asked for, when it is missing.
    pub(super) asked: Option<Vec<u8>>,
}

/// The paths of a view that were looked at.
///
/// The view stays as it is, so each is looked at once. What is mounted over it is another's and may change: it is
/// walked through, for the links in it, and not noted.
#[derive(Debug)]
pub(super) struct Walker {
    root: OwnedFd,
    /// Our own `/proc`.
    proc: Arc<OwnedFd>,
    mounted: Mounted,
    rights: Rights,
    known: HashMap<Vec<u8>, Node>,
}

/// Where the view ends.
#[derive(Clone, Debug)]
pub(super) struct Mounted(Vec<Vec<u8>>);

/// What a path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Dir,
    Link(Vec<u8>),
    /// Everything else, and what the command may do with it.
    File {
        readable: bool,
        executable: bool,
    },
    Missing,
    /// In a directory that may not be searched.
    Denied,
    /// Nothing, whoever asks: a name that is too long.
    Nowhere,
    /// Not to be told.
    Unknown,
}

/// Where a walk ends.
#[derive(Debug)]
pub(super) struct End {
    /// The canonical path; that of the root is empty.
    pub(super) path: Vec<u8>,
    pub(super) node: Node,
    /// Whether it is of the view.
    pub(super) inside: bool,
}

impl Mounted {
    pub(super) fn of(plan: &Plan) -> Self {
        let binds = plan.binds.iter().map(|bind| &bind.destination);
        let all = binds.chain(plan.tmpfs.iter().map(|tmpfs| &tmpfs.path));
        Self(all.map(|path| path.0.clone()).collect())
    }

    fn cover(&self, path: &[u8]) -> bool {
        self.0.iter().any(|top| is_within(path, top))
    }
}

/// What the kernel makes up: a link there leads to what its owner has open.
fn made_up(path: &[u8]) -> bool {
    is_within(path, b"/proc") || is_within(path, b"/dev")
}

impl Walker {
    pub(super) fn new(root: OwnedFd, proc: Arc<OwnedFd>, mounted: Mounted, rights: Rights) -> Self {
        Self { root, proc, mounted, rights, known: HashMap::new() }
    }

    /// Follows a path from a root and a directory, as the kernel would, and tells of every name that was not looked at before.
    ///
    /// None when the walk leads nowhere: to no directory in the middle, to links in a circle, or to what is made up.
    pub(super) fn walk(
        &mut self,
        [root, base]: [&[u8]; 2],
        path: &[u8],
        follow: bool,
        seen: &mut Seen,
    ) -> Option<End> {
        let plain = |path: &[u8]| path.strip_suffix(b"/").unwrap_or(path).to_vec();
        let root = plain(root);
        let mut at = if path.starts_with(b"/") { root.clone() } else { plain(base) };
        let (mut text, mut done, mut links) = (path.to_vec(), 0, 0);
        loop {
            let Some((start, end)) = name(&text, done) else {
                let inside = !self.mounted.cover(&at);
                return Some(End { path: at, node: Node::Dir, inside });
            };
            done = end;
            let before = at.len();
            if step(&mut at, &text[start..end], root.len()) {
                continue;
            }
            if made_up(&at) {
                return None;
            }
            let behind = &text[done..];
            let inside = !self.mounted.cover(&at);
            if !inside && self.is_plain(&at, behind, follow) {
                at.extend_from_slice(behind);
                return Some(End { path: at, node: Node::Unknown, inside });
            }
            let node = if inside { self.node(&at, seen) } else { self.look(&at) };
            match node {
                Node::Dir => {}
                Node::Link(target) if follow || !behind.is_empty() => {
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    at.truncate(before);
                    if target.starts_with(b"/") {
                        at.clone_from(&root);
                    }
                    (text, done) = ([&target[..], behind].concat(), 0);
                }
                Node::File { .. } if !behind.is_empty() => return None,
                node => {
                    if inside && node == Node::Missing {
                        note_below(&at, behind, seen);
                    }
                    return Some(End { path: at, node, inside });
                }
            }
        }
    }

    fn node(&mut self, path: &[u8], seen: &mut Seen) -> Node {
        if let Some(node) = self.known.get(path) {
            return node.clone();
        }
        let node = self.rights.look(|| self.look(path));
        let answer = match node {
            Node::Missing => Answer::Missing,
            Node::Denied => Answer::Denied,
            // It may be otherwise the next time, or is not worth a place.
            Node::Unknown | Node::Nowhere => return node,
            _ => Answer::Found,
        };
        seen.push(Sight { path: path.to_vec(), answer, asked: None });
        self.known.insert(path.to_vec(), node.clone());
        node
    }

    /// Looks at one path whose directory is known.
    fn look(&self, path: &[u8]) -> Node {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match self.open_inside(path, flags) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Node::Missing,
            Err(Errno::ACCESS) => return Node::Denied,
            Err(Errno::NAMETOOLONG) => return Node::Nowhere,
            Err(_) => return Node::Unknown,
        };
        let Ok(stat) = rustix::fs::fstat(&fd) else { return Node::Unknown };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Node::Dir,
            FileType::Symlink => rustix::fs::readlinkat(&fd, c"", Vec::new())
                .map_or(Node::Unknown, |target| Node::Link(target.into_bytes())),
            _ => Node::File {
                readable: self.may(&fd, Access::READ_OK),
                executable: self.may(&fd, Access::EXEC_OK),
            },
        }
    }

    /// Whether that may be done with an open file.
    fn may(&self, fd: &OwnedFd, access: Access) -> bool {
        let link = format!("self/fd/{}", fd.as_raw_fd());
        rustix::fs::accessat(&*self.proc, link, access, AtFlags::EACCESS).is_ok()
    }

    /// Whether all of a path in what is mounted can be gone without meeting a link or leaving it: most can.
    fn is_plain(&self, at: &[u8], behind: &[u8], follow: bool) -> bool {
        if behind.split(|&byte| byte == b'/').any(|name| name == b"..") {
            return false;
        }
        let stay = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        let flags = OFlags::PATH | OFlags::CLOEXEC | stay;
        let path = [at, behind].concat();
        !matches!(self.open_inside(&path, flags), Err(Errno::LOOP))
    }

    /// Opens a file to read what it is made of.
    pub(super) fn open(&self, path: &[u8]) -> Option<File> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = self.open_inside(path, flags).ok()?;
        let regular = rustix::fs::fstat(&fd).ok()?;
        let regular = FileType::from_raw_mode(regular.st_mode) == FileType::RegularFile;
        regular.then(|| File::from(fd))
    }

    fn open_inside(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS;
        let path = if path.is_empty() { b"/" } else { path };
        rustix::fs::openat2(self.root.as_fd(), path, flags, Mode::empty(), resolve)
    }
}

/// Notes a path that is missing, and what was asked for below it; of `..` there it is not known what it leads back from.
fn note_below(path: &[u8], behind: &[u8], seen: &mut Seen) {
    let names = behind.split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
    let names: Vec<&[u8]> = names.collect();
    if names.contains(&&b".."[..]) {
        return;
    }
    let asked = (!names.is_empty()).then(|| [path, b"/", &names.join(&b"/"[..])].concat());
    let first = seen.last_mut().filter(|last| last.path == path && last.answer == Answer::Missing);
    if let Some(first) = first {
        first.asked = asked;
    } else {
        seen.push(Sight { path: path.to_vec(), answer: Answer::Missing, asked });
    }
}

/// Where the first name from a place on starts and ends; none when there is no more.
fn name(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + text[from..].iter().position(|&byte| byte != b'/')?;
    let length = text[start..].iter().position(|&byte| byte == b'/');
    Some((start, length.map_or(text.len(), |length| start + length)))
}

/// Goes to a name, and above a root of so many bytes never; whether that needed no look, being `.` or `..`.
fn step(at: &mut Vec<u8>, name: &[u8], root: usize) -> bool {
    match name {
        b"." => true,
        b".." => {
            let above = at.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            at.truncate(above.max(root));
            true
        }
        name => {
            at.push(b'/');
            at.extend_from_slice(name);
            false
        }
    }
}
