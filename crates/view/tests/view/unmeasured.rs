//! A view without metadata is the same view, but for the metadata.

use std::collections::BTreeSet;
use std::io;

use hermitage_view::test_support::case;
use hermitage_view::{
    Absence, DirEntry, Host, MemoryHost, Meta, NodeKind, OwnerId, Reason, View, ViewBuilder,
};
use proptest::prelude::*;

/// A host that does not tell everything at once.
struct Shy {
    host: MemoryHost,
    /// Names of which listings don't say the type.
    unsaid: fn(&[u8]) -> bool,
    /// Directories that may be searched but not listed.
    unlisted: fn(&[u8]) -> bool,
    /// Directories that may be listed but not searched.
    closed: fn(&[u8]) -> bool,
}

impl Shy {
    fn new(host: MemoryHost) -> Self {
        let never = |_: &[u8]| false;
        Self { host, unsaid: never, unlisted: never, closed: never }
    }

    fn check_search(&self, path: &[u8]) -> io::Result<()> {
        let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        let dir = if slash == 0 { b"/" } else { &path[..slash] };
        if path != b"/" && (self.closed)(dir) { Err(denied()) } else { Ok(()) }
    }
}

fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

impl Host for Shy {
    fn lstat(&self, path: &[u8]) -> io::Result<Option<Meta>> {
        self.check_search(path)?;
        self.host.lstat(path)
    }

    fn read_link(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        self.check_search(path)?;
        self.host.read_link(path)
    }

    fn read_dir(&self, path: &[u8]) -> io::Result<Vec<DirEntry>> {
        if (self.unlisted)(path) {
            return Err(denied());
        }
        let mut entries = self.host.read_dir(path)?;
        for entry in entries.iter_mut().filter(|entry| (self.unsaid)(&entry.name)) {
            entry.kind = None;
        }
        Ok(entries)
    }

    fn read_file(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        self.check_search(path)?;
        self.host.read_file(path)
    }
}

/// A node without what is only measured.
type Plain = (Vec<u8>, Vec<OwnerId>, Reason, String);

fn plain(view: &View) -> Vec<Plain> {
    let kind = |kind: NodeKind<'_>| match kind {
        NodeKind::File { .. } | NodeKind::Unmeasured => "file".to_owned(),
        other => format!("{other:?}"),
    };
    let node = |node: hermitage_view::Node<'_>| {
        (node.path(), node.owners().to_vec(), node.reason(), kind(node.kind()))
    };
    view.iter().map(node).collect()
}

fn both(mut builder: ViewBuilder<'_>) -> [View; 2] {
    let whole = builder.build().unwrap();
    let quick = builder.without_metadata().build().unwrap();
    [whole, quick]
}

fn agree(builder: ViewBuilder<'_>) {
    let [whole, quick] = both(builder);
    assert_eq!(plain(&quick), plain(&whole));
    assert_eq!(quick.missing(), whole.missing());
    assert_eq!(quick.conflicts(), whole.conflicts());
    assert!(quick.iter().all(|node| !matches!(node.kind(), NodeKind::File { .. })));
    assert!(whole.iter().all(|node| node.kind() != NodeKind::Unmeasured));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_shows_the_same((host, wanted) in case()) {
        agree(wanted.builder(&host));
        let shy = Shy {
            unsaid: |name| name.contains(&b'a'),
            unlisted: |dir| dir.ends_with(b"b"),
            closed: |dir| dir.ends_with(b"c"),
            ..Shy::new(host.clone())
        };
        let mut builder = ViewBuilder::new(&shy);
        let owner = builder.owner("cat/pkg-1");
        builder.extend(wanted.recorded.iter().map(|(path, ..)| (path, owner)));
        builder.unowned_symlinks(|_| false);
        agree(builder);
    }
}

#[test]
fn files_are_unmeasured_where_a_listing_suffices_and_only_files() {
    let host =
        MemoryHost::new().file("/usr/bin/a", "").file("/usr/bin/b", "").symlink("/usr/bin/c", "a");
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("cat/pkg-1");
    builder.extend(["/usr/bin/a", "/usr/bin/b", "/usr/bin/c"].map(|path| (path, owner)));
    let [whole, quick] = both(builder);
    let files = |view: &View| view.iter().filter(|n| n.kind() == NodeKind::Unmeasured).count();
    assert_eq!((files(&whole), files(&quick)), (0, 2));
    assert!(matches!(quick.lookup("/usr").unwrap().kind(), NodeKind::Dir { mode: 0o755, .. }));
    assert_eq!(quick.lookup("/usr/bin/c").unwrap().kind(), NodeKind::Symlink { target: b"a" });
}

#[test]
fn what_can_not_be_searched_is_missing_although_it_is_listed() {
    let host = MemoryHost::new().file("/usr/shut/a", "").file("/usr/shut/b", "").file("/usr/c", "");
    let shy = Shy { closed: |dir| dir == b"/usr/shut", ..Shy::new(host) };
    let mut builder = ViewBuilder::new(&shy);
    let owner = builder.owner("cat/pkg-1");
    builder.extend(["/usr/shut/a", "/usr/shut/b", "/usr/c"].map(|path| (path, owner)));
    builder.without_metadata();
    let view = builder.build().unwrap();
    let missing: BTreeSet<_> = view.missing().iter().map(|m| (&m.path[..], m.absence)).collect();
    let expected = [(&b"/usr/shut/a"[..], Absence::Denied), (b"/usr/shut/b", Absence::Denied)];
    assert_eq!(missing, expected.into());
    assert!(view.lookup("/usr/c").is_some());
}
