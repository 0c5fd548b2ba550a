//! Directories in which others make things while builds run: `/var/tmp`, homes, that of a category below `PORTAGE_TMPDIR`.
//!
//! Their times would say that a view is of another state whenever another build begins or ends, or a shell writes its
//! history, though nothing of that is visible. So it is looked at what the view has of them.

use std::collections::BTreeSet;

use hermitage_mountns::{Access, Bind, ByteString};
use hermitage_view::paths::is_within;
use hermitage_view::{Node, NodeKind, View};

use crate::args::ViewArgs;

/// Where the table of generated files may show what comes to be. On the way to such a place, too, every name counts.
const GENERATED: [&[u8]; 6] = [b"/etc", b"/lib", b"/usr", b"/var/cache", b"/var/db", b"/var/lib"];

/// Packages own these, and people and daemons make things in them all the time.
const LIVELY: [&[u8]; 6] = [b"/home", b"/media", b"/mnt", b"/root", b"/run", b"/var/log"];

/// Others than the owner and the group may make things in a directory.
const ANYBODY_WRITES: u32 = 0o002;

/// A directory of which only some names count: on the way to a place that is written to, or where anybody makes things. It
/// comes with the names in it that a view has or would have.
///
/// Whatever symbolic links there are in it count as well: those that no package owns may be visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Busy {
    pub(crate) dir: ByteString,
    pub(crate) names: Vec<ByteString>,
}

impl Busy {
    /// Those of a view with these mounts, which was asked for like this.
    pub(crate) fn of(view: &View, binds: &[Bind], asked: &ViewArgs) -> Vec<Self> {
        // Where a table of the user's own may have things appear is not known.
        if asked.generated.is_some() {
            return Vec::new();
        }
        let written = binds.iter().filter(|bind| bind.access != Access::Read);
        let mut dirs: BTreeSet<Vec<u8>> = written
            .flat_map(|bind| above(bind.destination.as_bytes()))
            .map(<[u8]>::to_vec)
            .collect();
        dirs.extend(view.iter().filter_map(|node| match node.kind() {
            NodeKind::Dir { mode, .. } if mode & ANYBODY_WRITES != 0 => Some(node.path()),
            _ => None,
        }));
        dirs.extend(LIVELY.map(<[u8]>::to_vec));
        let covered = |dir: &[u8]| binds.iter().any(|bind| is_within(dir, &bind.destination));
        dirs.retain(|dir| {
            !may_be_generated_in(dir) && !covered(dir) && view.lookup(dir).is_some_and(is_shown)
        });
        dirs.iter().filter_map(|dir| Self::at(view, dir)).collect()
    }

    fn at(view: &View, dir: &[u8]) -> Option<Self> {
        let mut names: BTreeSet<&[u8]> =
            view.lookup(dir)?.children().map(|child| child.name()).collect();
        // What a package has recorded there is visible once it is there again.
        names.extend(view.missing().iter().filter_map(|missing| {
            let inside = missing.path.strip_prefix(dir)?.strip_prefix(b"/")?;
            inside.split(|&byte| byte == b'/').find(|name| !name.is_empty())
        }));
        let names = names.into_iter().map(ByteString::from).collect();
        Some(Self { dir: dir.into(), names })
    }
}

/// The directories that a path is in, but for the root.
fn above(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/');
    slashes.map(|(at, _)| &path[..at])
}

/// Whether a directory is shown as the host has it, and not provided afresh.
fn is_shown(node: Node<'_>) -> bool {
    matches!(node.kind(), NodeKind::Dir { .. }) && !node.is_provided()
}

fn may_be_generated_in(dir: &[u8]) -> bool {
    GENERATED.iter().any(|place| is_within(dir, place) || is_within(place, dir))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hermitage_view::GeneratedTable;

    #[test]
    fn the_shipped_table_generates_nothing_in_a_busy_directory() {
        for rule in GeneratedTable::shipped().rules() {
            for pattern in &rule.patterns {
                let text = pattern.to_string();
                let fixed = text.split(['*', '{', '?', '[']).next().unwrap_or_default();
                let dir = &fixed[..fixed.rfind('/').unwrap()];
                assert!(may_be_generated_in(dir.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn the_directories_above_a_place_are_busy_where_nothing_is_generated() {
        let dirs: Vec<_> = above(b"/var/tmp/portage/a-b/c-1").collect();
        assert_eq!(dirs, [&b"/var"[..], b"/var/tmp", b"/var/tmp/portage", b"/var/tmp/portage/a-b"]);
        assert!(may_be_generated_in(b"/var") && may_be_generated_in(b"/usr/src"));
        assert!(!may_be_generated_in(b"/var/tmp") && !may_be_generated_in(b"/libs"));
    }
}
