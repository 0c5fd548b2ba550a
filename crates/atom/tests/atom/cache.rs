//! Every dependency of a real tree.

use crate::corpus;
use hermitage_atom::{Cpv, DepKind, DepSpec, DepSpecRef, Eapi, ErrorKind};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The variables that are specifications, and their kinds.
const VARIABLES: [(&str, DepKind); 10] = [
    ("DEPEND", DepKind::Package),
    ("BDEPEND", DepKind::Package),
    ("RDEPEND", DepKind::Package),
    ("PDEPEND", DepKind::Package),
    ("IDEPEND", DepKind::Package),
    ("REQUIRED_USE", DepKind::RequiredUse),
    ("LICENSE", DepKind::License),
    ("SRC_URI", DepKind::SrcUri),
    ("RESTRICT", DepKind::Words),
    ("PROPERTIES", DepKind::Words),
];

/// Calls `each` with the name and the text of every file in a tar archive.
fn members(archive: &[u8], mut each: impl FnMut(&str, &str)) {
    let mut at = 0;
    while let Some(header) = archive.get(at..at + 512).filter(|header| header[0] != 0) {
        let text = |range: Range<usize>| {
            let field = header[range].split(|&b| b == 0).next().unwrap_or_default();
            std::str::from_utf8(field).expect("tar headers are ASCII").trim()
        };
        let size = usize::from_str_radix(text(124..136), 8).expect("sizes are octal");
        let content = &archive[at + 512..at + 512 + size];
        if header[156] == b'0' {
            each(text(0..100), std::str::from_utf8(content).expect("the cache is UTF-8"));
        }
        at += 512 + size.next_multiple_of(512);
    }
}

#[derive(Debug, Default)]
struct Count {
    entries: usize,
    invalid_names: usize,
    specifications: usize,
    atoms: usize,
    strings: BTreeMap<&'static str, usize>,
}

#[test]
fn every_specification_of_a_real_tree_parses_prints_and_evaluates() {
    let Some(corpus) = corpus::directory("a real tree's dependencies") else { return };
    let archive = corpus::unpack(&corpus.join("repo/md5-cache-2014.tar.xz"));
    let mut count = Count::default();
    members(&archive, |path, entry| check_entry(path, entry, &mut count));
    println!("{count:#?}");
    assert_eq!(count.entries, 36_968);
    assert_eq!(count.invalid_names, 10, "the prefix revisions of that tree");
    assert_eq!(
        count.strings.values().sum::<usize>(),
        count.specifications + 1,
        "all but one parse"
    );
    assert!(count.atoms > 500_000, "{} atoms", count.atoms);
}

fn check_entry(path: &str, entry: &str, count: &mut Count) {
    let components: Vec<&str> =
        Path::new(path).iter().rev().take(2).map(|c| c.to_str().unwrap()).collect();
    count.entries += 1;
    if let Err(error) = Cpv::parse(&format!("{}/{}", components[1], components[0])) {
        assert_eq!(error.kind(), ErrorKind::PrefixRevision, "{error}");
        count.invalid_names += 1;
    }
    let values: BTreeMap<&str, &str> =
        entry.lines().filter_map(|line| line.split_once('=')).collect();
    let eapi = values.get("EAPI").map_or(Eapi::V0, |eapi| Eapi::parse(eapi).expect("a known EAPI"));
    let flags: Vec<&str> = values.get("IUSE").map_or(Vec::new(), |iuse| {
        iuse.split_whitespace().filter_map(|flag| flag.strip_prefix('+')).collect()
    });
    for (name, kind) in VARIABLES {
        if let Some(text) = values.get(name) {
            *count.strings.entry(name).or_default() += 1;
            check_text(path, text, eapi, kind, &flags, count);
        }
    }
}

fn check_text(
    path: &str,
    text: &str,
    eapi: Eapi,
    kind: DepKind,
    flags: &[&str],
    count: &mut Count,
) {
    let spec = match DepSpecRef::parse_ref(text, eapi, kind) {
        Ok(spec) => spec,
        // One ebuild of the tree names a Prefix revision in its dependencies.
        Err(error) if error.kind() == ErrorKind::PrefixRevision => return,
        Err(error) => panic!("{path}: {error}"),
    };
    count.specifications += 1;
    count.atoms += spec.atoms().count();
    let normalised = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(spec.to_string(), normalised, "{path}");
    let evaluated = spec.evaluate(flags);
    assert!(evaluated.flags().is_empty() || kind == DepKind::RequiredUse, "{path}: {evaluated}");
    assert!(evaluated.atoms().all(|atom| !atom.has_conditional_use_deps()), "{path}");
    // What evaluation gives is a specification again, but for groups that lost all their members.
    let simple = evaluated.simplify();
    if !simple.to_string().contains("( )") {
        let again = DepSpec::parse(&simple.to_string(), eapi, kind).expect("a valid result");
        assert_eq!(again.to_string(), simple.to_string(), "{path}");
        assert_eq!(again.evaluate(flags).simplify().to_string(), simple.to_string(), "{path}");
    }
}
