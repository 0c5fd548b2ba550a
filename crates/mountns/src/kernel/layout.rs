//! Which directories can be overlays.

use hermitage_view::paths::{below, is_below};
use rustix::io::Errno;

use crate::host::HostTree;
use crate::plan::{Entry, EntryKind};
use crate::{ByteString, Error};

/// A stretch of a plan's entries.
pub(crate) enum Part<'a> {
    /// One entry of the root tmpfs itself.
    Base(&'a Entry),
    /// A directory with everything below it, to be one overlay.
    Overlay(&'a Entry, &'a [Entry]),
}

/// Splits a plan's entries, without the root: the topmost directories that hold files of the host and no mount
/// become overlays. The kernel refuses a directory with locked mounts below, and does not show other ones.
pub(crate) fn parts<'a>(entries: &'a [Entry], mounts: &[ByteString]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut rest = &entries[1..];
    while let Some((entry, after)) = rest.split_first() {
        let end = after.partition_point(|other| is_below(&other.path, &entry.path));
        let (inner, next) = after.split_at(end);
        if can_be_overlay(entry, inner, mounts) {
            parts.push(Part::Overlay(entry, inner));
            rest = next;
        } else {
            parts.push(Part::Base(entry));
            rest = after;
        }
    }
    parts
}

/// Where the overlay of `top` finds the content of `entry`: its path in the data directory.
pub(crate) fn redirect<'a>(top: &Entry, entry: &'a Entry) -> &'a [u8] {
    &entry.path.0[top.path.0.len()..]
}

fn can_be_overlay(entry: &Entry, inner: &[Entry], mounts: &[ByteString]) -> bool {
    matches!(entry.kind, EntryKind::Dir { .. })
        && inner.iter().any(|entry| matches!(entry.kind, EntryKind::File { .. }))
        && !mounts.iter().any(|mount| is_below(mount, &entry.path))
}

/// The mount points of this mount namespace below the host root, as paths of the host's tree.
pub(crate) fn mount_points(host: &HostTree) -> Result<Vec<ByteString>, Error> {
    let file = "/proc/self/mountinfo";
    let text = std::fs::read(file).map_err(|error| {
        Error::call(format!("read({file:?})"), Errno::from_io_error(&error).unwrap_or(Errno::IO))
    })?;
    let root = host.real(b"");
    let root = if root == b"/" { &[][..] } else { &root[..] };
    let points = text.split(|&byte| byte == b'\n').filter_map(|line| {
        let field = line.split(|&byte| byte == b' ').nth(4)?;
        let path = unescape(field);
        below(&path, root).map(ByteString::from)
    });
    Ok(points.collect())
}

/// Undoes the kernel's `\ooo` for blanks and backslashes.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        let octal = after.get(..3).and_then(|three| std::str::from_utf8(three).ok());
        let escaped = octal.filter(|_| byte == b'\\').and_then(|o| u8::from_str_radix(o, 8).ok());
        path.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[3..] } else { after };
    }
    path
}
