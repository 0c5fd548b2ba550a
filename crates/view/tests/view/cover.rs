//! Covers: few entries that say the same as a view.

use hermitage_view::test_support::{Wanted, case, host_tree};
use hermitage_view::{Cover, Extent, Host as _, Kind, MemoryHost, View, ViewBuilder};
use proptest::prelude::*;

use crate::support::of_one;

type Entries = Vec<(Vec<u8>, Extent)>;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cover_shows_exactly_what_the_view_shows((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        for cover in covers(&view, &host) {
            for (path, _) in host.iter() {
                prop_assert_eq!(cover.shows(&path), view.lookup(&path).is_some(), "{}", path.escape_ascii());
            }
            prop_assert!(cover.entries().is_sorted_by(|a, b| a.path < b.path));
        }
        let [allow, deny, least] = covers(&view, &host);
        prop_assert!(least.entries().len() <= allow.entries().len().min(deny.entries().len()));
        prop_assert!(allow.entries().iter().all(|entry| entry.extent != Extent::Hidden));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_smaller_cover_exists((host, wanted) in small()) {
        let view = wanted.builder(&host).build().unwrap();
        let [allow, deny, least] = covers(&view, &host);
        let smallest = Smallest::of(&view, &host);
        prop_assert_eq!(least.entries().len(), smallest.mixed);
        prop_assert_eq!(allow.entries().len(), smallest.allow);
        prop_assert_eq!(Some(deny.entries().len()), smallest.deny);
    }
}

fn covers(view: &View, host: &MemoryHost) -> [Cover; 3] {
    [Cover::allow, Cover::deny, Cover::least].map(|cover| cover(view, host).unwrap())
}

/// Hosts of at most seven paths, each of which is recorded or not.
fn small() -> impl Strategy<Value = (MemoryHost, Wanted)> {
    let few = host_tree().prop_map(|host| {
        let paths: Vec<Vec<u8>> = host.iter().skip(1).take(6).map(|(path, _)| path).collect();
        let mut small = MemoryHost::new();
        for path in paths {
            let kind = host.lstat(&path).unwrap().unwrap().kind;
            // Links would make more visible than was recorded, but never another number of entries.
            let kind = if kind == Kind::Symlink { Kind::File } else { kind };
            small.insert(&path, kind, 0o644, "");
        }
        small
    });
    few.prop_flat_map(|host| {
        let paths: Vec<Vec<u8>> = host.iter().map(|(path, _)| path).collect();
        let some = prop::sample::subsequence(paths.clone(), 0..=paths.len());
        let wanted = some.prop_map(|paths| Wanted {
            recorded: paths.into_iter().map(|path| (path, 0, false)).collect(),
            ..Wanted::default()
        });
        (Just(host), wanted)
    })
}

/// The sizes of the smallest covers, found by trying all sets of entries.
struct Smallest {
    allow: usize,
    deny: Option<usize>,
    mixed: usize,
}

impl Smallest {
    fn of(view: &View, host: &MemoryHost) -> Self {
        let paths: Vec<(Vec<u8>, bool)> =
            host.iter().map(|(path, meta)| (path, meta.is_dir())).collect();
        let mut found = Self { allow: usize::MAX, deny: None, mixed: usize::MAX };
        let choices = [None, Some(Extent::Whole), Some(Extent::Single), Some(Extent::Hidden)];
        for number in 0..4_usize.pow(u32::try_from(paths.len()).unwrap()) {
            let choice = |at: usize| choices[number >> (2 * at) & 3];
            let entries: Entries = (0..paths.len())
                .filter_map(|at| Some((paths[at].0.clone(), choice(at)?)))
                .collect();
            let meant = paths
                .iter()
                .enumerate()
                .all(|(at, (_, is_dir))| *is_dir || choice(at) != Some(Extent::Whole));
            if meant && describes(&entries, view, &paths) {
                found.note(&entries);
            }
        }
        found
    }

    fn note(&mut self, entries: &Entries) {
        let len = entries.len();
        self.mixed = self.mixed.min(len);
        if entries.iter().all(|entry| entry.1 != Extent::Hidden) {
            self.allow = self.allow.min(len);
        }
        if entries.first() == Some(&(b"/".to_vec(), Extent::Whole)) {
            self.deny = Some(self.deny.map_or(len, |deny| deny.min(len)));
        }
    }
}

/// The documented meaning, in the plainest form: and nothing visible is below a hidden entry.
fn describes(entries: &Entries, view: &View, paths: &[(Vec<u8>, bool)]) -> bool {
    let below = |path: &[u8], dir: &[u8]| dir == b"/" || path.starts_with(&[dir, b"/"].concat());
    paths.iter().all(|(path, _)| {
        let own = entries.iter().find(|entry| entry.0 == *path).map(|entry| entry.1);
        let above = entries
            .iter()
            .filter(|(dir, extent)| *extent != Extent::Single && dir != path && below(path, dir));
        let inherited = above.max_by_key(|entry| entry.0.len()).map(|entry| entry.1);
        let holds = entries.iter().any(|(entry, extent)| {
            *extent != Extent::Hidden && entry != path && below(entry, path)
        });
        let denied = entries
            .iter()
            .any(|(dir, extent)| *extent == Extent::Hidden && (dir == path || below(path, dir)));
        let shows = holds || own.or(inherited).is_some_and(|extent| extent != Extent::Hidden);
        shows == view.lookup(path).is_some() && !(shows && denied)
    })
}

#[test]
fn a_synthetic_file_is_not_the_hosts_and_a_tree_is_whole() {
    let host = MemoryHost::new()
        .file("/etc/hosts", "real")
        .file("/etc/motd", "")
        .file("/src/a", "")
        .file("/src/b", "")
        .dir("/proc/1");
    let mut builder: ViewBuilder<'_> = of_one(&host, &["/etc/motd"]);
    builder.synthesise("/etc/hosts", 0o644, "ours").synthesise("/etc/new", 0o644, "ours");
    builder.extra_tree("/src").provided("/proc").provided("/run");
    let view = builder.build().unwrap();
    let entries = |cover: &Cover| -> Entries {
        cover.entries().iter().map(|entry| (entry.path.clone(), entry.extent)).collect()
    };
    let [allow, deny, _] = covers(&view, &host);
    let expected = [
        (b"/etc/motd".to_vec(), Extent::Single),
        (b"/proc".to_vec(), Extent::Whole),
        (b"/run".to_vec(), Extent::Whole),
        (b"/src".to_vec(), Extent::Whole),
    ];
    assert_eq!(entries(&allow), expected);
    assert_eq!(
        entries(&deny),
        [(b"/".to_vec(), Extent::Whole), (b"/etc/hosts".to_vec(), Extent::Hidden)]
    );
}

#[test]
fn a_provided_directory_counts_as_a_whole_one_though_a_package_owns_it() {
    let host = MemoryHost::new().file("/proc/1", "").file("/a", "").file("/b", "");
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("sys-apps/baselayout-2");
    builder.add_dir("/proc", owner).extra("/a").provided("/proc");
    let view = builder.build().unwrap();
    assert!(view.lookup(b"/proc").unwrap().is_provided());
    assert!(!view.lookup(b"/a").unwrap().is_provided() && !view.root().is_provided());
    let cover = Cover::allow(&view, &host).unwrap();
    let whole = hermitage_view::CoverEntry { path: b"/proc".to_vec(), extent: Extent::Whole };
    assert!(cover.entries().contains(&whole), "{cover:?}");
    assert!(matches!(view.resolve(b"/proc/1"), hermitage_view::Resolution::Beyond { .. }));
}
