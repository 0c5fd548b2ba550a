//! A path resolves in a view exactly if it is to be visible, and is then what the host has.

use std::collections::{BTreeMap, BTreeSet};

use hermitage_view::test_support::{Model, Wanted, case};
use hermitage_view::{Absence, Host as _, Kind, MemoryHost, NodeKind, Reason, Resolution, View};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_view_shows_what_the_naive_model_shows((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        prop_assert_eq!(shown(&view), Model::of(&host, &wanted).visible);
        check_shape(&view, &host);
        check_recorded(&host, &wanted);
    }

    #[test]
    fn the_order_of_calls_does_not_matter((host, wanted) in case(), seed in any::<u64>()) {
        let view = wanted.builder(&host).build().unwrap();
        let mut other = wanted.clone();
        let len = other.recorded.len().max(1);
        other.recorded.rotate_left(usize::try_from(seed).unwrap_or(0) % len);
        other.recorded.extend_from_within(..);
        other.hidden.reverse();
        let again = other.builder(&host).build().unwrap();
        if again.owners() == view.owners() {
            prop_assert_eq!(view, again);
        }
    }

    #[test]
    fn resolving_in_a_view_of_everything_is_resolving_on_the_host((host, wanted) in case()) {
        let everything = Wanted {
            recorded: host.iter().map(|(path, _)| (path, 0, false)).collect(),
            ..Wanted::default()
        };
        let view = everything.builder(&host).build().unwrap();
        for (path, ..) in &wanted.recorded {
            let one = Wanted { recorded: vec![(path.clone(), 0, false)], ..Wanted::default() };
            let on_host = Model::of(&host, &one).visible.values().any(|owners| !owners.is_empty());
            let in_view = matches!(view.resolve_link(path.strip_suffix(b"/").unwrap_or(path)), Resolution::Node { .. });
            let spelled_plainly = !path.ends_with(b"/.") && !path.ends_with(b"./");
            if spelled_plainly {
                prop_assert_eq!(in_view, on_host, "{}", path.escape_ascii());
            }
        }
    }
}

/// A property is worth what its cases reach.
#[test]
fn the_cases_reach_what_is_interesting() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..2000 {
        let (host, wanted) = case().new_tree(&mut runner).unwrap().current();
        let view = wanted.builder(&host).build().unwrap();
        let with = |change: fn(&mut Wanted)| {
            let mut wanted = wanted.clone();
            change(&mut wanted);
            wanted.builder(&host).build().unwrap()
        };
        let has = |reason| view.iter().any(|node| node.reason() == reason);
        let misses = |absence| view.missing().iter().any(|missing| missing.absence == absence);
        for (class, reached) in [
            ("unowned link", has(Reason::Unowned)),
            ("link passed", has(Reason::Passage)),
            ("two owners", view.iter().any(|node| node.owners().len() > 1)),
            ("hidden matters", with(|wanted| wanted.hidden.clear()).len() != view.len()),
            (
                "other owners matter",
                with(|wanted| wanted.owned_elsewhere.clear()).len() != view.len(),
            ),
            ("conflict", !view.conflicts().is_empty()),
            ("not found", misses(Absence::NotFound)),
            ("not a directory", misses(Absence::NotADirectory)),
            ("loop", misses(Absence::Loop)),
            (
                "link to a directory recorded as one",
                with(|w| w.recorded.iter_mut().for_each(|r| r.2 = false)) != view,
            ),
        ] {
            *seen.entry(class).or_default() += u32::from(reached);
        }
    }
    assert!(seen.values().all(|count| *count >= 10), "{seen:?}");
}

/// Every path of a view with the numbers of its owners.
fn shown(view: &View) -> BTreeMap<Vec<u8>, BTreeSet<u32>> {
    view.iter().map(|node| (node.path(), node.owners().iter().map(|id| id.0).collect())).collect()
}

/// The invariants of [`View`], and that each node is what the host has.
fn check_shape(view: &View, host: &MemoryHost) {
    assert_eq!(view.root().path(), b"/");
    let paths: Vec<Vec<u8>> = view.iter().map(|node| node.path()).collect();
    let by_component =
        |path: &Vec<u8>| path.split(|&byte| byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
    assert!(paths[1..].is_sorted_by_key(by_component));
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), view.len());
    for node in view {
        let path = node.path();
        assert_eq!(view.lookup(&path), Some(node));
        assert!(node.parent().is_none_or(|parent| matches!(parent.kind(), NodeKind::Dir { .. })));
        assert!(node.children().all(|child| child.parent() == Some(node)));
        let meta = host.lstat(&path).unwrap().unwrap();
        match node.kind() {
            NodeKind::Dir { mode, mtime } => {
                assert_eq!((Kind::Dir, mode, mtime), (meta.kind, meta.mode, meta.mtime));
            }
            NodeKind::File { mode, size, mtime } => {
                assert_eq!(
                    (Kind::File, mode, size, mtime),
                    (meta.kind, meta.mode, meta.size, meta.mtime)
                );
            }
            NodeKind::Symlink { target } => assert_eq!(target, host.read_link(&path).unwrap()),
            NodeKind::Special { kind, mode } => assert_eq!((kind, mode), (meta.kind, meta.mode)),
            other => panic!("nobody asked for {other:?}"),
        }
    }
}

/// Each recorded path is visible, missing, or hidden.
fn check_recorded(host: &MemoryHost, wanted: &Wanted) {
    let bare = Wanted { hidden: Vec::new(), links: false, ..wanted.clone() };
    let whole = bare.builder(host).build().unwrap();
    assert_eq!(whole.missing().len(), whole.missing().iter().collect::<BTreeSet<_>>().len());
    for (path, owner, _) in &wanted.recorded {
        let missing = whole
            .missing()
            .iter()
            .any(|missing| missing.path == *path && missing.owner.0 == *owner);
        let plain = path.strip_suffix(b"/.").or(path.strip_suffix(b"/./")).unwrap_or(path);
        let plain = plain.strip_suffix(b"/").filter(|plain| !plain.is_empty()).unwrap_or(plain);
        let found = matches!(whole.resolve_link(plain), Resolution::Node { .. });
        assert_eq!(found, !missing, "{}", path.escape_ascii());
    }
}

#[test]
fn a_directory_that_a_path_only_backs_out_of_is_visible_since_the_kernel_looks_it_up() {
    let host = MemoryHost::new()
        .dir("/usr/lib64/gcc")
        .file("/usr/lib64/crt1.o", "")
        .symlink("/lib", "usr/lib64/gcc/..");
    let recorded = vec![(b"/lib/crt1.o".to_vec(), 0, false)];
    let view = Wanted { recorded, ..Wanted::default() }.builder(&host).build().unwrap();
    assert!(matches!(view.resolve("/lib/crt1.o"), Resolution::Node { .. }));
    assert!(view.lookup("/usr/lib64/gcc").is_some());
}
