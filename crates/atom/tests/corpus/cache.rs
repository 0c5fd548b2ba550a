//! Every dependency of a real tree.

use hermitage_atom::{Cpv, DepKind, DepSpec, DepSpecRef, Eapi, ErrorKind};
use hermitage_testing::Corpus;
use std::collections::BTreeMap;
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

#[derive(Debug, Default)]
struct Count {
    entries: usize,
    invalid_names: usize,
    specifications: usize,
    atoms: usize,
    strings: BTreeMap<&'static str, usize>,
}

impl Count {
    fn print(&self) {
        let rows = [
            ("entries", self.entries),
            ("invalid names", self.invalid_names),
            ("specifications", self.specifications),
            ("atoms", self.atoms),
        ];
        let strings = self.strings.iter().map(|(&name, &count)| (name, count));
        for (name, count) in rows.into_iter().chain(strings) {
            eprintln!("| md5-cache-2014 | {name} | {count} |");
        }
    }
}

pub(crate) fn every_specification_of_a_real_tree_parses_prints_and_evaluates(corpus: &Corpus) {
    let mut count = Count::default();
    corpus.members("repo/md5-cache-2014.tar.xz", |path, entry| {
        let entry = std::str::from_utf8(entry).expect("the cache is UTF-8");
        check_entry(path, entry, &mut count);
    });
    count.print();
    assert_eq!(count.entries, 36_968);
    assert_eq!(count.invalid_names, 10, "the prefix revisions of that tree");
    assert_eq!(
        count.strings.values().sum::<usize>(),
        count.specifications + 1,
        "all but one parse"
    );
    assert!(count.atoms > 500_000, "{} atoms", count.atoms);
}

fn check_entry(path: &Path, entry: &str, count: &mut Count) {
    let components: Vec<&str> = path.iter().rev().take(2).map(|c| c.to_str().unwrap()).collect();
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
            check_text(&path.to_string_lossy(), text, eapi, kind, &flags, count);
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
