//! Hosts and views that tests share.

use hermitage_rules::Fidelity;
use hermitage_rules::test_support::shows;
use hermitage_view::{Host as _, Kind, MemoryHost, View, ViewBuilder};
use proptest::prelude::*;

/// Many cases, none of which is written to a file.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() }
}

/// A view of one owner's files.
pub(crate) fn view_of(host: &MemoryHost, paths: &[&str]) -> View {
    let mut builder = ViewBuilder::new(host);
    let owner = builder.owner("cat/pkg-1");
    builder.extend(paths.iter().map(|path| (*path, owner)));
    builder.build().unwrap()
}

/// Everything on the host that has content or a list of its own.
pub(crate) fn real_paths(host: &MemoryHost) -> Vec<Vec<u8>> {
    host.iter().filter(|(_, meta)| meta.kind != Kind::Symlink).map(|(path, _)| path).collect()
}

/// That a consumer allows what the view shows, but for the differences that were stated, and these to the letter.
pub(crate) fn assert_as_stated(
    view: &View,
    host: &MemoryHost,
    fidelity: &Fidelity,
    reads: impl Fn(&[u8]) -> bool,
) {
    for path in real_paths(host) {
        let stricter = fidelity.stricter().contains(&path);
        let wider = fidelity.wider().iter().any(|dir| path == *dir || is_below(&path, dir));
        let expected = shows(view, &path) && !stricter || wider;
        assert_eq!(reads(&path), expected, "{}: {fidelity:?}", path.escape_ascii());
    }
    for path in fidelity.stricter() {
        assert!(view.lookup(path).is_some(), "{} is stricter than nothing", path.escape_ascii());
    }
    for path in fidelity.wider() {
        assert!(host.lstat(path).is_ok());
    }
}

fn is_below(path: &[u8], dir: &[u8]) -> bool {
    dir == b"/" || path.starts_with(&[dir, b"/"].concat())
}

/// A view with things that the host does not have.
pub(crate) mod made {
    use super::{MemoryHost, View, ViewBuilder};

    /// A host all of whose `/etc` and `/src` will be visible.
    pub(crate) fn host() -> MemoryHost {
        MemoryHost::new()
            .file("/etc/motd", "")
            .file("/etc/sub/x", "")
            .file("/hosts", "real")
            .file("/src/a", "")
            .symlink("/src/b", "a")
            .dir("/proc/1")
            .file("/hidden", "")
    }

    /// Made files where the host has others or none, a tree, and directories provided.
    pub(crate) fn view(host: &MemoryHost) -> View {
        let mut builder = ViewBuilder::new(host);
        // As the package of the base layout does.
        let owner = builder.owner("sys-apps/baselayout-2");
        builder.add_dir("/proc", owner).extra("/etc/motd").extra("/etc/sub/x").extra_tree("/src");
        builder.synthesise("/etc/new", 0o644, "ours").synthesise("/hosts", 0o600, "ours, too");
        builder.provided("/proc").provided("/run").provided("/etc/empty");
        builder.build().unwrap()
    }
}
