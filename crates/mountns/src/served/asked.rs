//! The path that a process asks for, of which the server is told one name only.

use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;

use hermitage_view::paths::is_below;
use rustix::fs::{Mode, OFlags};

use crate::observation::read;

/// As the kernel has it (`PATH_MAX`).
const LONGEST_PATH: usize = 4096;

/// The path below another one that a thread asks for in the call that it waits in; none where that can't be told, because the path is relative,
/// or leads there by a link.
///
/// `proc` is the view's `/proc`, and `thread` a number in it. Which of the call's arguments is a path depends on the call and on
/// the machine; that it begins with the path that is being looked up tells it as well.
pub(super) fn below(proc: &OwnedFd, thread: u32, above: &[u8]) -> Option<Vec<u8>> {
    let call = read(proc, thread, "syscall")?;
    let call = std::str::from_utf8(&call).ok()?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let memory = rustix::fs::openat(proc, format!("{thread}/mem"), flags, Mode::empty()).ok()?;
    let memory = std::fs::File::from(memory);
    // The number of the call, its six arguments, and two registers more.
    let arguments = call.split_ascii_whitespace().skip(1).take(6);
    let addresses =
        arguments.filter_map(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok());
    addresses
        .filter(|&address| address != 0)
        .find_map(|address| plain(&text(&memory, address)?).filter(|path| is_below(path, above)))
}

/// A text in a process's memory, without the zero that ends it.
fn text(memory: &std::fs::File, address: u64) -> Option<Vec<u8>> {
    let mut text = vec![0; LONGEST_PATH];
    // Less is read where the memory behind is not there.
    let length = memory.read_at(&mut text, address).ok()?;
    let end = text[..length].iter().position(|&byte| byte == 0)?;
    text.truncate(end);
    Some(text)
}

/// An absolute path without what leads nowhere else; none where it has a `..`, for what is before may be a link.
fn plain(path: &[u8]) -> Option<Vec<u8>> {
    if !path.starts_with(b"/") {
        return None;
    }
    let mut plain = Vec::with_capacity(path.len());
    for name in path.split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b".")) {
        if name == b".." {
            return None;
        }
        plain.push(b'/');
        plain.extend_from_slice(name);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_leads_nowhere_else_is_left_out() {
        assert_eq!(plain(b"//opt/./x/").unwrap(), b"/opt/x");
        for none in [&b"opt/x"[..], b"", b"/opt/../etc"] {
            assert_eq!(plain(none), None);
        }
    }
}
