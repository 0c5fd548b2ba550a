use std::fs;
use std::path::Path;

use hermitage_testing::Corpus;
use hermitage_vdb::test_support::Fixture;

use crate::deps;

/// The packages of the machine, which many ebuilds depend on.
const MACHINE: &str = "\
== sys-libs/zlib-1.2.8\nSLOT=0\nEAPI=5\n\
== virtual/pkgconfig-0-r1\nSLOT=0\nEAPI=5\n\
== dev-lang/perl-5.18.2\nSLOT=0\nEAPI=5\n\
== app-arch/unzip-6.0\nSLOT=0\nEAPI=5\n";

const INSTALLED: [(&str, &str); 4] = [
    ("sys-libs/zlib", "1.2.8"),
    ("virtual/pkgconfig", "0-r1"),
    ("dev-lang/perl", "5.18.2"),
    ("app-arch/unzip", "6.0"),
];

/// All 36,968 entries would take minutes.
const EVERY: usize = 100;

/// The first entry of each category, and one of so many of all.
fn sample(entries: &[String]) -> impl Iterator<Item = &str> {
    let category = |entry: &str| entry.split('/').next().map(str::to_owned);
    entries.iter().enumerate().filter_map(move |(index, entry)| {
        let before = index.checked_sub(1).and_then(|before| category(&entries[before]));
        (index % EVERY == 0 || before != category(entry)).then_some(entry.as_str())
    })
}

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What the program says of an ebuild of a repository.
fn answer(machine: &Fixture, repository: &Path, target: &str, format: &str) -> String {
    let mut command = deps(machine.root(), target);
    command.arg("--repository").arg(repository).args(["--allow-unsatisfied", "--format", format]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{target}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Whether a cache entry has the plain atom in `DEPEND`, whatever the flags are; `None` where that takes more than a look.
fn asks_for(entry: &str, atom: &str) -> Option<bool> {
    let depend = entry.lines().find_map(|line| line.strip_prefix("DEPEND=")).unwrap_or_default();
    // What stands before the first group stands under no condition, but for the group's own flag.
    let outside = depend.split(['(', '?', '|']).next().unwrap_or_default();
    if outside.split(' ').any(|word| word == atom) {
        return Some(true);
    }
    (!entry.contains(atom)).then_some(false)
}

pub(crate) fn ebuilds_of_every_category_of_a_real_tree_are_targets(corpus: &Corpus) {
    let repository = corpus.unpacked("repo/md5-cache-2014.tar.xz");
    let cache = repository.join("metadata/md5-cache");
    let categories = names(&cache);
    let of = |category: &String| {
        let name = |name| format!("{category}/{name}");
        names(&cache.join(category)).into_iter().map(name).collect::<Vec<_>>()
    };
    let entries: Vec<_> = categories.iter().flat_map(of).collect();
    assert_eq!((categories.len(), entries.len()), (158, 36_968));
    let machine = Fixture::new(MACHINE).unwrap();
    let mut asked = [0; INSTALLED.len()];
    for name in sample(&entries) {
        let entry = String::from_utf8_lossy(&fs::read(cache.join(name)).unwrap()).into_owned();
        let shown = answer(&machine, &repository, &format!("={name}"), "tsv");
        for ((package, version), asked) in INSTALLED.iter().zip(&mut asked) {
            let row = format!("{package}-{version}\t{name}\tDEPEND\t{package}");
            let is_there = shown.lines().any(|line| line == row);
            let expected = asks_for(&entry, package);
            assert!(expected.is_none_or(|expected| expected == is_there), "{name}: {shown}");
            *asked += usize::from(expected == Some(true));
        }
    }
    assert!(asked.iter().all(|asked| *asked >= 8), "so many ask for each package: {asked:?}");
    // Of 10.1_p5, 9.1_p14 and 9.1_p16 the first is the highest.
    let highest = answer(&machine, &repository, "app-arch/ppmd", "text");
    assert!(highest.starts_with("app-arch/ppmd-10.1_p5\n"), "{highest}");
}
