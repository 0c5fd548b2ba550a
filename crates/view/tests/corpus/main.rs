//! A real desktop: its package database over its recorded root.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test panics to fail, and reports on stderr"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

use hermitage_testing::{Case, Corpus};
use hermitage_view::test_support::{Model, Wanted};
use hermitage_view::{Absence, Kind, MemoryHost, NodeKind, Resolution};

const CASES: &[Case<Corpus>] = &[
    (
        "every_recorded_path_of_a_real_desktop_is_visible_or_missing",
        every_recorded_path_of_a_real_desktop_is_visible_or_missing,
    ),
    (
        "views_of_a_real_desktop_are_what_the_naive_model_says",
        views_of_a_real_desktop_are_what_the_naive_model_says,
    ),
];

fn main() -> ExitCode {
    hermitage_testing::run(Corpus::from_environment(), CASES)
}

/// The recorded root as a host.
fn host(corpus: &Corpus) -> MemoryHost {
    let table = corpus.read("vdb/yangmame-desktop-2018.rootfs.tsv.xz");
    let mut host = MemoryHost::new();
    for line in table.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"/")) {
        let fields: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
        if fields[1] == b"120000" {
            host.insert(fields[0], Kind::Symlink, 0o777, fields[3]);
        } else {
            let mode = if fields[1] == b"100755" { 0o755 } else { 0o644 };
            host.insert(fields[0], Kind::File, mode, "");
            // The repository's large files have no size there.
            let size = std::str::from_utf8(fields[2]).unwrap().parse().unwrap_or(1 << 20);
            host.set_size(fields[0], size);
        }
    }
    host
}

/// Each package's recorded paths, and whether as a directory. Crude: the corpus has no doubtful lines.
fn recorded(corpus: &Corpus) -> BTreeMap<String, Vec<(Vec<u8>, bool)>> {
    let mut packages = BTreeMap::new();
    corpus.members("vdb/yangmame-desktop-2018.tar.xz", |path, contents| {
        if path.file_name() == Some("CONTENTS".as_ref()) {
            let name: PathBuf = path.parent().unwrap().iter().rev().take(2).collect();
            let lines = contents.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            packages.insert(name.to_str().unwrap().to_owned(), lines.map(entry).collect());
        }
    });
    packages
}

fn entry(line: &[u8]) -> (Vec<u8>, bool) {
    let (kind, rest) = line.split_at(4);
    let end = match kind {
        b"dir " => rest.len(),
        b"sym " => rest.windows(4).position(|window| window == b" -> ").unwrap(),
        b"obj " => {
            let mut spaces = rest.iter().enumerate().rev().filter(|(_, byte)| **byte == b' ');
            spaces.nth(1).unwrap().0
        }
        _ => panic!("{}", line.escape_ascii()),
    };
    (rest[..end].to_vec(), kind == b"dir ")
}

/// What some of the packages recorded; all others' paths, taken to where they are, are owned elsewhere.
fn wanted(
    packages: &BTreeMap<String, Vec<(Vec<u8>, bool)>>,
    host: &MemoryHost,
    every: usize,
) -> Wanted {
    let all = Wanted { recorded: numbered(packages, 1), ..Wanted::default() };
    let owned = all.builder(host).build().unwrap();
    let owned_elsewhere =
        owned.iter().filter(|node| !node.owners().is_empty()).map(|node| node.path()).collect();
    Wanted { recorded: numbered(packages, every), owned_elsewhere, hidden: Vec::new(), links: true }
}

fn numbered(
    packages: &BTreeMap<String, Vec<(Vec<u8>, bool)>>,
    every: usize,
) -> Vec<(Vec<u8>, u32, bool)> {
    let some = (0_u32..).zip(packages.values()).step_by(every);
    some.flat_map(|(number, list)| list.iter().map(move |(path, dir)| (path.clone(), number, *dir)))
        .collect()
}

pub(crate) fn every_recorded_path_of_a_real_desktop_is_visible_or_missing(corpus: &Corpus) {
    let (host, packages) = (host(corpus), recorded(corpus));
    let wanted = Wanted { recorded: numbered(&packages, 1), ..Wanted::default() };
    let view = wanted.builder(&host).build().unwrap();
    let missing: BTreeSet<&[u8]> = view.missing().iter().map(|missing| &missing.path[..]).collect();
    for (path, _, _) in &wanted.recorded {
        let resolved = matches!(view.resolve_link(path), Resolution::Node { .. });
        assert_eq!(resolved, !missing.contains(&path[..]), "{}", path.escape_ascii());
    }
    assert_eq!((packages.len(), wanted.recorded.len()), (447, 85_200));
    let files = view.iter().filter(|node| matches!(node.kind(), NodeKind::File { .. })).count();
    eprintln!(
        "| yangmame-desktop-2018 | {} nodes, {files} files, {} missing, {} conflicts |",
        view.len(),
        missing.len(),
        view.conflicts().len()
    );
    assert!(view.missing().iter().all(|missing| missing.absence == Absence::NotFound));
}

pub(crate) fn views_of_a_real_desktop_are_what_the_naive_model_says(corpus: &Corpus) {
    let (host, packages) = (host(corpus), recorded(corpus));
    for every in [1, 7, 61] {
        let wanted = wanted(&packages, &host, every);
        let view = wanted.builder(&host).build().unwrap();
        let shown: BTreeMap<Vec<u8>, BTreeSet<u32>> = view
            .iter()
            .map(|node| (node.path(), node.owners().iter().map(|id| id.0).collect()))
            .collect();
        let model = Model::of(&host, &wanted);
        assert_eq!(shown.len(), model.visible.len());
        assert!(shown == model.visible);
    }
}
