//! A list of paths in a form in which each is looked at by a short name, and none has to be put together first.
//!
//! # Format
//! Groups, one after the other: the number of names as four bytes, little-endian; the path of the directory that the names
//! are in or below; the names. Path and names end in a NUL. A group without a directory has whole paths for names. With the
//! highest bit of the number set it is a [`Busy`] directory.

use std::collections::HashMap;
use std::ffi::CStr;

use hermitage_mountns::ByteString;

use super::Busy;

/// Opening a directory and closing it costs about as much as looking at so many names in it from the one above.
const WORTH_OPENING: usize = 12;

/// Marks the number of names of a busy directory.
const BUSY: u32 = 1 << 31;

/// The largest group: what one processor looks at before it takes the next.
const LARGEST: usize = 256;

/// Some names of one directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group<'w> {
    /// Empty when the names are whole paths.
    pub(super) dir: &'w CStr,
    /// Whether the directory is a [`Busy`] one.
    pub(super) busy: bool,
    names: &'w [u8],
}

impl<'w> Group<'w> {
    pub(super) fn names(self) -> impl Iterator<Item = &'w CStr> {
        let mut rest = self.names;
        std::iter::from_fn(move || next_name(&mut rest))
    }
}

/// The bytes for these paths, in any order, and these directories.
pub(super) fn write(mut paths: Vec<ByteString>, busy: &[Busy]) -> Vec<u8> {
    paths.sort();
    paths.dedup();
    let mut inside: HashMap<&[u8], usize> = HashMap::new();
    for path in &paths {
        *inside.entry(parent(path.as_bytes())).or_default() += 1;
    }
    let is_opened = |dir: &[u8]| inside.get(dir).is_some_and(|count| *count >= WORTH_OPENING);
    let mut groups: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for path in &paths {
        let path = path.as_bytes();
        let mut dir = parent(path);
        while !dir.is_empty() && !is_opened(dir) {
            dir = parent(dir);
        }
        let name = if dir.is_empty() { path } else { &path[dir.len() + 1..] };
        groups.entry(dir).or_default().push(name);
    }
    let mut bytes = Vec::new();
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable();
    for (dir, names) in groups {
        for names in names.chunks(LARGEST) {
            write_group(&mut bytes, dir, names, 0);
        }
    }
    for Busy { dir, names } in busy {
        let names: Vec<_> = names.iter().map(ByteString::as_bytes).collect();
        write_group(&mut bytes, dir.as_bytes(), &names, BUSY);
    }
    bytes
}

fn write_group(bytes: &mut Vec<u8>, dir: &[u8], names: &[&[u8]], mark: u32) {
    let count = u32::try_from(names.len()).unwrap_or(u32::MAX) | mark;
    bytes.extend_from_slice(&count.to_le_bytes());
    for text in [dir].iter().chain(names) {
        bytes.extend_from_slice(text);
        bytes.push(0);
    }
}

/// The groups of a list; none when the bytes are no list.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Group<'_>>> {
    let mut rest = bytes;
    let mut groups = Vec::new();
    while let Some((count, after)) = rest.split_first_chunk::<4>() {
        rest = after;
        let dir = next_name(&mut rest)?;
        let start = rest;
        let count = u32::from_le_bytes(*count);
        for _ in 0..count & !BUSY {
            next_name(&mut rest)?;
        }
        let names = &start[..start.len() - rest.len()];
        groups.push(Group { dir, busy: count & BUSY != 0, names });
    }
    rest.is_empty().then_some(groups)
}

fn next_name<'w>(rest: &mut &'w [u8]) -> Option<&'w CStr> {
    let name = CStr::from_bytes_until_nul(rest).ok()?;
    *rest = &rest[name.to_bytes_with_nul().len()..];
    Some(name)
}

/// The directory a path is in; empty for what is directly below the root, and for the root itself.
fn parent(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
    &path[..slash]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Vec<ByteString> {
        let mut paths = Vec::new();
        for group in read(bytes).unwrap() {
            for name in group.names() {
                let slash: &[u8] = if group.dir.is_empty() { b"" } else { b"/" };
                paths.push(ByteString([group.dir.to_bytes(), slash, name.to_bytes()].concat()));
            }
        }
        paths.sort();
        paths
    }

    #[test]
    fn what_is_written_is_read_each_path_once() {
        let many = (0..1000).map(|n| format!("/usr/share/d{n}"));
        let few = ["/", "/usr", "/etc/a/b/c", "/usr/share", "/usr/share/d1/x", "/usr/share/d1"];
        let mut paths: Vec<ByteString> =
            many.chain(few.map(String::from)).map(|path| path.as_str().into()).collect();
        let bytes = write(paths.clone(), &[]);
        paths.sort();
        paths.dedup();
        assert_eq!(whole(&bytes), paths);
        let groups = read(&bytes).unwrap();
        let large = groups.iter().filter(|group| group.dir == c"/usr/share");
        assert_eq!(
            large.map(|group| group.names().count()).collect::<Vec<_>>(),
            [256, 256, 256, 233]
        );
        assert!(groups.iter().any(|group| group.names().any(|name| name == c"d1/x")), "{groups:?}");
    }

    #[test]
    fn what_is_cut_short_is_no_list() {
        let busy = Busy { dir: "/d".into(), names: vec!["x".into()] };
        let bytes = write(vec!["/a".into(), "/b".into()], &[busy]);
        assert_eq!(
            read(&bytes).unwrap().iter().map(|it| it.busy).collect::<Vec<_>>(),
            [false, true]
        );
        let first = read(&bytes).unwrap()[0].names.len() + 5;
        for end in (1..bytes.len()).filter(|end| *end != first) {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read(b""), Some(Vec::new()));
    }
}
