//! What a call asks for, as its arguments and the memory of its caller tell.

use rustix::fs::OFlags;
use rustix::process::Pid;

use super::caller::{Callers, Trouble, memory, text};
use crate::process::seccomp::{self, Flags, Shape};

const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
const AT_EMPTY_PATH: u64 = 0x1000;
const AT_FDCWD: i32 = -100;
const RESOLVE_IN_ROOT: u64 = 0x10;

/// A look at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// What is the root for it, empty but for calls that ask for another one (`RESOLVE_IN_ROOT`).
    pub(super) root: Vec<u8>,
    /// The directory that the path is relative to; empty when it is absolute.
    pub(super) base: Vec<u8>,
    pub(super) path: Vec<u8>,
    /// Whether a last component that is a link is followed.
    pub(super) follow: bool,
    pub(super) purpose: Purpose,
}

/// What somebody looks at a path for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Look,
    /// To read a file's content, or the names in a directory.
    Read,
    /// For a directory's names alone.
    List,
    Execute,
}

impl Request {
    pub(super) fn of(call: &libc::seccomp_notif, callers: &mut Callers) -> Result<Self, Trouble> {
        let data = &call.data;
        let shape = seccomp::shape(data.arch, data.nr.cast_unsigned()).ok_or(Trouble::Nothing)?;
        let thread = Pid::from_raw(call.pid.cast_signed()).ok_or(Trouble::Nothing)?;
        callers.check_root(call.pid)?;
        let path = text(thread, data.args[shape.path])?;
        let (follow, purpose, confined) = manner(thread, shape, &data.args)?;
        if path.starts_with(b"/") && !confined {
            return Ok(Self { root: Vec::new(), base: Vec::new(), path, follow, purpose });
        }
        // Without a path it is the descriptor's file: to execute that is a look all the same.
        let empty = path.is_empty();
        let may_be_empty =
            matches!(shape.flags, Flags::At(at) if data.args[at] & AT_EMPTY_PATH != 0);
        if empty && !(may_be_empty && shape.executes) {
            return Err(Trouble::Nothing);
        }
        let base = match shape.relative.then(|| descriptor(data.args[shape.path - 1])) {
            Some(fd) if fd != AT_FDCWD => callers.opened(call.pid, fd)?,
            _ => callers.cwd(call.pid)?,
        };
        let root = if confined { base.clone() } else { Vec::new() };
        let (base, path) = if empty { (Vec::new(), base) } else { (base, path) };
        Ok(Self { root, base, path, follow, purpose })
    }
}

/// Whether a last link is followed, what for, and whether the path can't leave what it is relative to.
fn manner(thread: Pid, shape: Shape, args: &[u64; 6]) -> Result<(bool, Purpose, bool), Trouble> {
    let opened = |flags: u64| {
        let has = |flag: OFlags| flags & u64::from(flag.bits()) != 0;
        let fresh = has(OFlags::CREATE) && has(OFlags::EXCL);
        let purpose = match () {
            () if has(OFlags::PATH) || has(OFlags::WRONLY) => Purpose::Look,
            () if has(OFlags::DIRECTORY) => Purpose::List,
            () => Purpose::Read,
        };
        (!has(OFlags::NOFOLLOW) && !fresh, purpose)
    };
    let (follow, purpose, confined) = match shape.flags {
        Flags::Follow => (true, Purpose::Look, false),
        Flags::Stay => (false, Purpose::Look, false),
        Flags::At(at) => (args[at] & AT_SYMLINK_NOFOLLOW == 0, Purpose::Look, false),
        Flags::Open(at) => {
            let (follow, purpose) = opened(args[at]);
            (follow, purpose, false)
        }
        Flags::How(at) => {
            let mut how = [0; 24];
            memory(thread, args[at], &mut how)?;
            let (chunks, _) = how.as_chunks::<8>();
            let (follow, purpose) = opened(u64::from_ne_bytes(chunks[0]));
            (follow, purpose, u64::from_ne_bytes(chunks[2]) & RESOLVE_IN_ROOT != 0)
        }
    };
    Ok((follow, if shape.executes { Purpose::Execute } else { purpose }, confined))
}

/// The kernel takes the lower half of the argument for it.
fn descriptor(argument: u64) -> i32 {
    u32::try_from(argument & 0xffff_ffff).unwrap_or_default().cast_signed()
}
