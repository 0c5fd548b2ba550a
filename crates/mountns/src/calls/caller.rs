//! The memory and the places of whoever calls.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::AtFlags;
use rustix::io::Errno;
use rustix::process::Pid;

use crate::observation::{UntoldReason, read};
use crate::sys;

/// As the kernel has it (`PATH_MAX`).
const LONGEST_PATH: usize = 4096;
/// No page is smaller: what is read up to the end of one is there or not as a whole.
const PAGE: u64 = 4096;
/// What the kernel puts behind the path of a file that is gone; but a name may end so too.
const DELETED: &[u8] = b" (deleted)";

/// Why it is not told what a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It asks for no path, or is a mistake that the kernel refuses too.
    Nothing,
    /// It may ask for something.
    Untold(UntoldReason),
}

/// Whoever calls.
#[derive(Debug)]
pub(super) struct Callers {
    /// The `/proc` in which their numbers are.
    proc: Arc<OwnedFd>,
    /// Whether they can have roots and mounts of their own.
    nested: bool,
    /// The mount namespace of the first, which is the view's.
    home: Option<Vec<u8>>,
}

impl Callers {
    pub(super) fn new(proc: Arc<OwnedFd>, nested: bool) -> Self {
        Self { proc, nested, home: None }
    }

    /// Makes sure that the paths of a thread are those of the view.
    pub(super) fn check_root(&mut self, thread: u32) -> Result<(), Trouble> {
        if !self.nested {
            return Ok(());
        }
        let mounts = self.link(thread, "ns/mnt")?;
        let at_home = *self.home.get_or_insert_with(|| mounts.clone()) == mounts;
        if at_home && self.link(thread, "root")? == b"/" {
            return Ok(());
        }
        Err(Trouble::Untold(UntoldReason::Place))
    }

    /// The working directory of a thread.
    pub(super) fn cwd(&self, thread: u32) -> Result<Vec<u8>, Trouble> {
        self.directory(thread, "cwd")
    }

    /// The file of a descriptor, for paths that are relative to it.
    pub(super) fn opened(&self, thread: u32, fd: i32) -> Result<Vec<u8>, Trouble> {
        self.directory(thread, &format!("fd/{fd}"))
    }

    fn directory(&self, thread: u32, name: &str) -> Result<Vec<u8>, Trouble> {
        let path = self.link(thread, name)?;
        // A pipe, a socket: nothing is relative to that.
        if !path.starts_with(b"/") {
            return Err(Trouble::Nothing);
        }
        if path.ends_with(DELETED) {
            let link = format!("{thread}/{name}");
            let stat = rustix::fs::statat(&*self.proc, link, AtFlags::empty());
            if stat.is_ok_and(|stat| stat.st_nlink == 0) {
                return Err(Trouble::Nothing);
            }
        }
        Ok(path)
    }

    fn link(&self, thread: u32, name: &str) -> Result<Vec<u8>, Trouble> {
        match rustix::fs::readlinkat(&*self.proc, format!("{thread}/{name}"), Vec::new()) {
            Ok(path) => Ok(path.into_bytes()),
            // No such descriptor, or the caller was killed.
            Err(Errno::NOENT | Errno::SRCH) => Err(Trouble::Nothing),
            Err(Errno::ACCESS | Errno::PERM) => Err(Trouble::Untold(UntoldReason::Caller)),
            Err(_) => Err(Trouble::Untold(UntoldReason::Place)),
        }
    }
}

/// A text in a thread's memory, without the zero that ends it.
pub(super) fn text(thread: Pid, address: u64) -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::with_capacity(256);
    let mut place = [0; LONGEST_PATH];
    while text.len() < LONGEST_PATH {
        let from = address.wrapping_add(text.len() as u64);
        // Most paths are short, and what is not read is not copied.
        let length = (PAGE - from % PAGE).min(if text.is_empty() { 256 } else { PAGE });
        let part = &mut place[..usize::try_from(length).unwrap_or(1)];
        memory(thread, from, part)?;
        match part.iter().position(|&byte| byte == 0) {
            Some(end) => {
                text.extend_from_slice(&part[..end]);
                break;
            }
            None => text.extend_from_slice(part),
        }
    }
    // What is longer the kernel refuses.
    if text.len() < LONGEST_PATH { Ok(text) } else { Err(Trouble::Nothing) }
}

/// Reads a thread's memory, all that is asked for.
pub(super) fn memory(thread: Pid, address: u64, to: &mut [u8]) -> Result<(), Trouble> {
    match sys::read_memory(thread, address, to) {
        Ok(read) if read == to.len() => Ok(()),
        // Nothing is there, which the kernel refuses too; or the caller was killed.
        Ok(_) | Err(Errno::FAULT | Errno::SRCH) => Err(Trouble::Nothing),
        Err(_) => Err(Trouble::Untold(UntoldReason::Caller)),
    }
}

/// The numbers of a thread's process, in our namespace and in those below.
pub(super) fn numbers(proc: &OwnedFd, thread: u32) -> Option<Vec<u32>> {
    let status = read(proc, thread, "status")?;
    let line =
        status.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"NStgid:"))?;
    let words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    words.map(|word| word.parse().ok()).collect()
}
