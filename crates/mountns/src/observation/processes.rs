//! Who looks, as far as `/proc` tells.

use std::collections::HashMap;
use std::os::fd::OwnedFd;

use super::Process;
use crate::ByteString;

/// The processes that were seen, each after those that started it.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    pub(crate) all: Vec<Process>,
    latest: HashMap<u32, usize>,
}

impl Processes {
    /// Finds out who asks, and who started it; it waits for our answer, so it is still what it is.
    ///
    /// `proc` is the view's `/proc`, and `pid` a number in it.
    pub(crate) fn find(&mut self, proc: &OwnedFd, pid: u32) -> Option<usize> {
        let cmdline = read(proc, pid, "cmdline")?;
        let words = cmdline.split(|&byte| byte == 0);
        let mut command: Vec<ByteString> = words.map(ByteString::from).collect();
        command.pop_if(|last| last.is_empty());
        let known = self.latest.get(&pid).copied();
        if known.is_some_and(|known| self.all[known].command == command) {
            return known;
        }
        let parent = read(proc, pid, "stat").and_then(|stat| parent_in(&stat)).unwrap_or(0);
        // The view's init started everything and tells nothing. No parent is its own ancestor.
        if parent > 1 && parent != pid {
            self.find(proc, parent);
        }
        let program = executed(proc, pid);
        self.all.push(Process { pid, parent, program, command });
        self.latest.insert(pid, self.all.len() - 1);
        Some(self.all.len() - 1)
    }
}

/// A file of a process's directory in `/proc`.
pub(crate) fn read(proc: &OwnedFd, pid: u32, file: &str) -> Option<Vec<u8>> {
    use rustix::fs::{Mode, OFlags};
    let path = format!("{pid}/{file}");
    let fd =
        rustix::fs::openat(proc, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    // These files have no size to ask for, and somebody waits: most come whole with the first read.
    let mut bytes = vec![0; PAGE];
    let mut length = 0;
    loop {
        let read = rustix::io::read(&fd, &mut bytes[length..]).ok()?;
        length += read;
        if length < bytes.len() {
            bytes.truncate(length);
            return Some(bytes);
        }
        bytes.resize(2 * length, 0);
    }
}

/// Longer than what most files in `/proc` hold.
const PAGE: usize = 4096;

/// The file that a process executes.
fn executed(proc: &OwnedFd, pid: u32) -> Option<ByteString> {
    let target = rustix::fs::readlinkat(proc, format!("{pid}/exe"), Vec::new()).ok()?;
    Some(ByteString(target.into_bytes()))
}

/// The fourth field of `/proc/PID/stat`; the second is in parentheses and may hold anything.
fn parent_in(stat: &[u8]) -> Option<u32> {
    let after = stat.iter().rposition(|&byte| byte == b')')? + 1;
    let text = std::str::from_utf8(&stat[after..]).ok()?;
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}
