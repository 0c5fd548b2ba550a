//! Names that a listing says the wrong type of, because something is mounted over them.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The mount points below a directory of the host.
///
/// A directory can only be mounted over by a directory, but a file by a device, a socket or another file; and a listing
/// knows only what is below.
#[derive(Clone, Debug, Default)]
pub(super) struct Mounted {
    /// The names in each directory; `None` when it is not known what is mounted.
    names: Option<HashMap<Vec<u8>, Vec<Vec<u8>>>>,
}

/// What is known of one directory.
#[derive(Clone, Copy, Debug)]
pub(super) enum In<'m> {
    Names(&'m [Vec<u8>]),
    Unknown,
}

impl Mounted {
    /// What is mounted below `root`, as this process sees it.
    pub(super) fn read(root: &Path) -> Self {
        let table = std::fs::read("/proc/self/mountinfo").ok();
        let root = root.canonicalize().ok();
        Self {
            names: table.zip(root).map(|(table, root)| parse(&table, root.as_os_str().as_bytes())),
        }
    }

    /// What is mounted in the directory at `path`.
    pub(super) fn in_dir(&self, path: &[u8]) -> In<'_> {
        match &self.names {
            Some(names) => In::Names(names.get(path).map_or(&[], Vec::as_slice)),
            None => In::Unknown,
        }
    }
}

impl In<'_> {
    /// Whether the listing may be wrong about a name.
    pub(super) fn hides(self, name: &[u8]) -> bool {
        match self {
            In::Names(names) => names.iter().any(|mounted| mounted == name),
            In::Unknown => true,
        }
    }
}

/// The fifth field of each line is the mount point, in which white space and backslashes are octal numbers (proc(5)).
fn parse(table: &[u8], root: &[u8]) -> HashMap<Vec<u8>, Vec<Vec<u8>>> {
    let mut names = HashMap::<_, Vec<_>>::new();
    let root = root.strip_suffix(b"/").unwrap_or(root);
    for line in table.split(|&byte| byte == b'\n') {
        let Some(point) = line.split(|&byte| byte == b' ').nth(4).map(unescaped) else { continue };
        let Some(inside) = point.strip_prefix(root) else { continue };
        let Some(slash) = inside.iter().rposition(|&byte| byte == b'/') else { continue };
        let parent = if slash == 0 { &b"/"[..] } else { &inside[..slash] };
        names.entry(parent.to_vec()).or_default().push(inside[slash + 1..].to_vec());
    }
    names
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        if let (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) = (byte, after) {
            plain.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
            rest = &after[3..];
        } else {
            plain.push(byte);
            rest = after;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"22 1 8:1 / / rw - ext4 /dev/vda rw\n\
        30 22 0:5 /null /srv/root/etc/a\\040b\\134 ro - tmpfs none rw\n\
        31 22 0:5 /x /srv/rootless/etc/c ro - tmpfs none rw\n";

    #[test]
    fn names_with_something_mounted_over_them_are_known_by_their_directory() {
        let mounted = Mounted { names: Some(parse(TABLE, b"/srv/root")) };
        assert!(mounted.in_dir(b"/etc").hides(b"a b\\"));
        assert!(!mounted.in_dir(b"/etc").hides(b"c"));
        assert!(!mounted.in_dir(b"/").hides(b"etc"));
        let whole = Mounted { names: Some(parse(TABLE, b"/")) };
        assert!(whole.in_dir(b"/srv/rootless/etc").hides(b"c"));
        assert!(Mounted::default().in_dir(b"/etc").hides(b"anything"), "nothing is known");
    }
}
