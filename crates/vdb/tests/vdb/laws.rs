//! Laws that hold for any bytes, and proof that the strategies reach what matters.

use hermitage_vdb::test_support::{check, strategy};
use hermitage_vdb::{Contents, Database, Entry, ErrorKind, Metadata};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

proptest! {
    #[test]
    fn contents_that_was_printed_is_read_and_printed_the_same(entries in strategy::entries()) {
        let bytes: Vec<u8> = entries.iter().flat_map(strategy::OwnedEntry::to_line).collect();
        check::contents(&bytes);
        let contents = Contents::new("", bytes);
        prop_assert_eq!(contents.lines().count(), entries.len());
        for (line, entry) in contents.lines().zip(&entries) {
            let found = line.readings().any(|reading| reading.path() == entry.path());
            prop_assert!(found, "no reading of {:?} is {:?}", line, entry);
        }
    }

    #[test]
    fn almost_valid_files_obey_the_laws(
        contents in strategy::almost_contents(),
        metadata in strategy::almost_metadata(),
        needed in strategy::almost_needed(),
    ) {
        check::contents(&contents);
        check::metadata(&metadata);
        check::needed(&needed);
        check::sonames(&needed);
    }

    #[test]
    fn arbitrary_bytes_obey_the_laws(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check::contents(&bytes);
        check::metadata(&bytes);
        check::needed(&bytes);
        check::sonames(&bytes);
    }

    #[test]
    fn valid_metadata_and_needed_have_no_oddities(
        metadata in strategy::metadata(),
        needed in strategy::needed(),
    ) {
        check::metadata(&metadata);
        check::needed(&needed);
        prop_assert!(Metadata::new("", &metadata).oddities().is_empty());
        prop_assert!(hermitage_vdb::Needed::parse(&needed).all(|entry| entry.is_ok()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_package_directory_gives_back_every_file_it_holds(package in strategy::package()) {
        let dir = tempfile::tempdir().unwrap();
        package.write(dir.path()).unwrap();
        let packages = Database::open(dir.path()).unwrap().packages().unwrap();
        prop_assert_eq!(packages.len(), 1);
        let read = &packages.as_slice()[0];
        prop_assert_eq!(read.cpv().as_str(), package.cpv.as_str());
        for (name, bytes) in &package.files {
            let file = read.file(name).unwrap();
            prop_assert_eq!(file.as_ref(), Some(bytes));
        }
        let has = |name: &str| package.files.iter().any(|(file, _)| file == name);
        let odd = read.examine().unwrap();
        let injected = odd.iter().any(|odd| matches!(odd.kind(), ErrorKind::Injected));
        prop_assert_eq!(injected, !has("CONTENTS"));
        prop_assert_eq!(read.contents().unwrap().is_some(), has("CONTENTS"));
    }
}

#[test]
fn the_strategies_reach_the_interesting_cases() {
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2000 {
        let bytes = strategy::contents().new_tree(&mut runner).unwrap().current();
        classify(&Contents::new("", bytes), &mut seen);
        let bytes = strategy::almost_contents().new_tree(&mut runner).unwrap().current();
        classify(&Contents::new("", bytes), &mut seen);
    }
    for class in
        ["empty file", "ambiguous", "three readings", "old tuple", "space at the end", "raw bytes"]
    {
        assert!(seen.contains(class), "{class} never occurs");
    }
    let kinds = [ErrorKind::Nul, ErrorKind::EmptyLine, ErrorKind::CutOff, ErrorKind::EntryType];
    for kind in kinds.iter().chain(&[ErrorKind::Obj, ErrorKind::Sym, ErrorKind::NoPath]) {
        assert!(seen.contains(format!("{kind:?}").as_str()), "{kind:?} never occurs");
    }
}

fn classify(contents: &Contents, seen: &mut std::collections::BTreeSet<String>) {
    let mut add = |class: &str, holds: bool| {
        if holds {
            seen.insert(class.to_owned());
        }
    };
    add("empty file", contents.is_empty());
    for line in contents.lines() {
        add("ambiguous", line.readings().count() > 1);
        add("three readings", line.readings().count() > 2);
        match line.entry() {
            Ok(Entry::Sym { mtime, .. }) => add("old tuple", mtime.as_bytes().starts_with(b"(")),
            Ok(entry) => {
                add("space at the end", entry.path().ends_with(b" "));
                add("raw bytes", std::str::from_utf8(entry.path()).is_err());
            }
            Err(kind) => add(&format!("{kind:?}"), true),
        }
    }
}
