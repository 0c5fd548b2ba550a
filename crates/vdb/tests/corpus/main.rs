//! Two real databases, read completely and compared with what Portage reads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test panics to fail, and reports on stderr"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hermitage_testing::{Case, Corpus};
use hermitage_vdb::test_support::check;
use hermitage_vdb::{Database, Entry, ErrorKind, OwnerIndex, Packages, Registry};
use serde_json::Value;

const DESKTOP: &str = "yangmame-desktop-2018";
const PREFIX: &str = "clusterhq-prefix-2014";

const CASES: &[Case<Corpus>] = &[
    (
        "the_desktop_is_read_completely_and_written_back_to_the_byte",
        the_desktop_is_read_completely_and_written_back_to_the_byte,
    ),
    (
        "the_prefix_is_read_completely_and_its_oddities_are_reported",
        the_prefix_is_read_completely_and_its_oddities_are_reported,
    ),
    (
        "the_unfinished_merge_owns_a_path_of_glibc_and_does_not_count",
        the_unfinished_merge_owns_a_path_of_glibc_and_does_not_count,
    ),
    ("fields_are_what_portage_reads", fields_are_what_portage_reads),
    (
        "three_thousand_objects_of_the_desktop_are_recorded_through_linked_directories",
        three_thousand_objects_of_the_desktop_are_recorded_through_linked_directories,
    ),
];

fn main() -> ExitCode {
    hermitage_testing::run(Corpus::from_environment(), CASES)
}

fn database(corpus: &Corpus, name: &str) -> Database {
    let root = corpus.unpacked(&format!("vdb/{name}.tar.xz"));
    Database::under(root, "").unwrap()
}

/// Directories, objects, links, others and lines that are none of it, of every package and leftover.
fn count(packages: &Packages) -> [usize; 5] {
    let mut counts = [0; 5];
    let dirs = packages.iter().map(|package| &**package).chain(packages.leftovers());
    for dir in dirs {
        let contents = dir.contents().unwrap().unwrap();
        let mut written = Vec::new();
        for entry in contents.entries() {
            let kind = match &entry {
                Ok(Entry::Dir { .. }) => 0,
                Ok(Entry::Obj { .. }) => 1,
                Ok(Entry::Sym { .. }) => 2,
                Ok(_) => 3,
                Err(_) => 4,
            };
            counts[kind] += 1;
            if let Ok(entry) = entry {
                entry.write_to(&mut written);
            }
        }
        assert_eq!(written, contents.as_bytes(), "{}", dir.dir().display());
        check::contents(contents.as_bytes());
        for name in ["NEEDED.ELF.2", "PROVIDES", "REQUIRES"] {
            let bytes = dir.file(name).unwrap().unwrap_or_default();
            if name == "NEEDED.ELF.2" { check::needed(&bytes) } else { check::sonames(&bytes) }
        }
    }
    counts
}

pub(crate) fn the_desktop_is_read_completely_and_written_back_to_the_byte(corpus: &Corpus) {
    let database = database(corpus, DESKTOP);
    let packages = database.packages().unwrap();
    assert_eq!(packages.len(), 447);
    assert_eq!(count(&packages), [7_566, 72_174, 5_460, 0, 0]);
    assert!(packages.leftovers().is_empty() && packages.oddities().is_empty());
    for package in &packages {
        let odd = package.examine().unwrap();
        assert!(odd.is_empty(), "{odd:?}");
    }
    let registry = Registry::read(database.root()).unwrap();
    assert_eq!(registry.iter().count(), 0);
}

pub(crate) fn the_prefix_is_read_completely_and_its_oddities_are_reported(corpus: &Corpus) {
    let database = database(corpus, PREFIX);
    let packages = database.packages().unwrap();
    assert_eq!((packages.len(), packages.leftovers().len()), (133, 4));
    assert_eq!(count(&packages).iter().sum::<usize>(), 30_906);
    let merging = |kind: &ErrorKind| matches!(kind, ErrorKind::Merging);
    let revision = |kind: &ErrorKind| match kind {
        ErrorKind::Name(error) => error.kind() == hermitage_atom::ErrorKind::PrefixRevision,
        _ => false,
    };
    let kinds: Vec<_> = packages.oddities().iter().map(hermitage_vdb::Error::kind).collect();
    assert_eq!(kinds.iter().filter(|kind| merging(kind)).count(), 1);
    assert_eq!(kinds.iter().filter(|kind| revision(kind)).count(), 3);
    assert_eq!(kinds.len(), 4, "and nothing else is odd");
    for package in &packages {
        let odd = package.examine().unwrap();
        assert!(odd.is_empty(), "{odd:?}");
    }
}

pub(crate) fn the_unfinished_merge_owns_a_path_of_glibc_and_does_not_count(corpus: &Corpus) {
    let database = database(corpus, PREFIX);
    let packages = database.packages().unwrap();
    let index = OwnerIndex::build(packages.as_slice(), hermitage_vdb::MemoryLinks::new()).unwrap();
    let merging = packages.leftovers().iter().find(|dir| dir.dir().ends_with("-MERGING-getent-0"));
    let contents = merging.unwrap().contents().unwrap().unwrap();
    let owners = |path: &[u8]| index.owners(path).unwrap();
    let of_glibc = contents.entries().flatten().any(|entry| {
        let owners = owners(entry.path());
        let names = owners.iter().map(|idx| packages.as_slice()[idx.0].cpv().package());
        !matches!(entry, Entry::Dir { .. }) && names.collect::<Vec<_>>() == ["glibc"]
    });
    assert!(of_glibc);
}

pub(crate) fn fields_are_what_portage_reads(corpus: &Corpus) {
    eprintln!("| file | cases | agreed | listed |");
    for name in [DESKTOP, PREFIX] {
        let file = format!("portage-vdb-{name}");
        let oracle = corpus.oracle(&file);
        let packages = database(corpus, name).packages().unwrap();
        let expected = oracle["packages"].as_object().unwrap();
        let names: BTreeSet<_> = packages.iter().map(|package| package.cpv().as_str()).collect();
        assert_eq!(names, expected.keys().map(String::as_str).collect(), "the same packages");
        let mut cases = 0;
        let mut differing = Vec::new();
        for package in &packages {
            let fields = expected[package.cpv().as_str()].as_object().unwrap();
            for (field, value) in fields {
                cases += 1;
                let ours = ours(package, field);
                if &ours != value {
                    differing.push(format!("{} {field}: {ours} is not {value}", package.cpv()));
                }
            }
        }
        eprintln!("| {file} | {cases} | {} | 0 |", cases - differing.len());
        assert!(differing.is_empty(), "{}", differing.join("\n"));
        assert!(cases >= expected.len() * 5, "each package has its fields");
    }
}

/// A field as the oracle writes it.
fn ours(package: &hermitage_vdb::Package, field: &str) -> Value {
    match field {
        "slot" => {
            let (slot, subslot) = (package.slot().unwrap(), package.subslot().unwrap());
            Value::from(if slot == subslot { slot } else { format!("{slot}/{subslot}") })
        }
        "eapi" => Value::from(package.eapi().unwrap().as_str()),
        "repo" => Value::from(package.repository().unwrap()),
        "contents" => {
            let contents = package.contents().unwrap().unwrap();
            let mut paths: BTreeSet<_> =
                contents.entries().map(|entry| entry.unwrap().as_path().to_owned()).collect();
            // Portage adds EPREFIX and what it is in to whatever is not empty; CONTENTS does not list them.
            let eprefix = PathBuf::from(package.text("EPREFIX").unwrap());
            if !paths.is_empty() {
                let outer = eprefix.ancestors().filter(|dir| dir.parent().is_some());
                paths.extend(outer.map(Path::to_owned));
            }
            Value::from(paths.len())
        }
        "use" => package.use_flags().unwrap().into_iter().collect(),
        "iuse" => package.iuse_effective().unwrap().into_iter().collect(),
        "deps" => {
            let names = ["BDEPEND", "DEPEND", "IDEPEND", "PDEPEND", "RDEPEND"];
            let deps = names.map(|name| (name.to_owned(), package.text(name).unwrap()));
            Value::Object(
                deps.into_iter()
                    .filter(|(_, d)| !d.is_empty())
                    .map(|(n, d)| (n, d.into()))
                    .collect(),
            )
        }
        other => panic!("the oracle has a field {other} that is not compared"),
    }
}

pub(crate) fn three_thousand_objects_of_the_desktop_are_recorded_through_linked_directories(
    corpus: &Corpus,
) {
    let tree = corpus.read(&format!("vdb/{DESKTOP}.rootfs.tsv.xz"));
    let rows: Vec<Vec<&[u8]>> = tree
        .split(|&b| b == b'\n')
        .map(|row| row.split(|&b| b == b'\t').collect())
        .filter(|row: &Vec<&[u8]>| row.len() == 4 && row[0].starts_with(b"/"))
        .collect();
    let is_link = |row: &&Vec<&[u8]>| row[1] == b"120000";
    let links = rows.iter().filter(is_link).map(|row| (row[0], row[3]));
    let links: hermitage_vdb::MemoryLinks = links.collect();
    let files: BTreeSet<&[u8]> = rows.iter().map(|row| row[0]).collect();

    let packages = database(corpus, DESKTOP).packages().unwrap();
    let index = OwnerIndex::build(packages.as_slice(), links).unwrap();
    assert_eq!(index.len(), 85_200);
    let mut moved = 0;
    for record in index.records() {
        let real = index.real_path(record.entry.path()).unwrap();
        if !matches!(record.entry, Entry::Obj { .. }) || real == record.entry.path() {
            continue;
        }
        moved += 1;
        assert!(index.owners(&real).unwrap().contains(&record.package), "found where it is");
        assert!(index.owners(record.entry.path()).unwrap().contains(&record.package));
    }
    eprintln!("| {moved} objects are recorded through linked directories");
    assert_eq!(moved, 3_161);
    let owned = files.iter().filter(|path| !index.owners(path).unwrap().is_empty()).count();
    eprintln!("| {owned} of {} paths on disk have an owner", files.len());
}
