//! Hermitage reads what Portage wrote, in both forms of the database, and answers as Portage does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hermitage_vdb::{Database, Entry, FieldSource, OwnerIndex, Package};

use crate::Case;
use crate::hermitage::printed;
use crate::oracle;
use crate::portage::{Portage, succeed};

pub(crate) const CASES: &[Case] = &[
    ("every_field_is_what_portage_reads_from_individual_files", |portage| {
        fields_agree(portage, &portage.individual());
    }),
    ("every_field_is_what_portage_reads_from_the_metadata_file_alone", |portage| {
        fields_agree(portage, &portage.consolidated());
    }),
    ("dependencies_come_from_the_metadata_file_once_it_is_all_there_is", fields_have_moved),
    ("a_metadata_file_that_has_become_stale_is_used_and_reported", stale_metadata),
    ("nothing_odd_is_found_in_what_portage_wrote", nothing_odd),
    ("contents_are_what_portage_reads_and_is_on_the_disk", contents_agree),
    ("contents_are_written_back_as_the_same_bytes", contents_round_trip),
    ("every_recorded_path_has_the_owners_that_portage_names", owners_agree),
    ("the_command_line_names_the_owners_that_portage_names", owner_verb_agrees),
    ("closures_are_what_portage_would_keep", closures_agree),
    ("the_command_line_prints_the_same_from_both_forms", same_output),
];

fn fields_agree(portage: &Portage, database: &Path) {
    let packages = packages(portage, database);
    let names: BTreeSet<_> = packages.iter().map(|package| package.cpv().to_string()).collect();
    assert_eq!(names, portage.answers.packages.keys().cloned().collect());
    for package in &packages {
        let answer = &portage.answers.packages[&package.cpv().to_string()];
        for (name, expected) in &answer.fields {
            assert_eq!(&package.text(name).unwrap(), expected, "{name} of {}", package.cpv());
        }
        let recorded = &answer.fields;
        let slot = format!("{}/{}", package.slot().unwrap(), package.subslot().unwrap());
        assert!(slot.starts_with(&recorded["SLOT"]), "{slot} of {}", package.cpv());
        assert_eq!(package.eapi().unwrap().to_string(), recorded["EAPI"]);
        assert_eq!(package.repository().unwrap().as_deref(), Some("tiny"));
        let flags = package.use_flags().unwrap();
        assert_eq!(flags, recorded["USE"].split_whitespace().map(str::to_owned).collect());
    }
}

fn fields_have_moved(portage: &Portage) {
    let source = |database: &Path| {
        consumer(portage, database).field_with_source("RDEPEND").unwrap().unwrap().source
    };
    assert_eq!(source(&portage.individual()), FieldSource::File);
    assert_eq!(source(&portage.consolidated()), FieldSource::Metadata);
}

fn stale_metadata(portage: &Portage) {
    let copy = portage.scratch().join("stale");
    succeed(std::process::Command::new("cp").arg("-a").arg(portage.consolidated()).arg(&copy));
    let directory = consumer(portage, &copy).dir().to_owned();
    fs::write(directory.join("LATER"), "").unwrap();
    let package = consumer(portage, &copy);
    let field = package.field_with_source("RDEPEND").unwrap().unwrap();
    assert_eq!(field.source, FieldSource::StaleMetadata);
    assert_eq!(
        package.rdepend().unwrap(),
        portage.answers.packages[&package.cpv().to_string()].fields["RDEPEND"]
    );
    let oddities: Vec<_> = package.examine().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(oddities.len(), 1, "{oddities:?}");
    assert!(oddities[0].contains("RDEPEND"), "{oddities:?}");
    assert!(oddities[0].contains(directory.to_str().unwrap()), "{oddities:?}");
    fs::remove_dir_all(copy).unwrap();
}

fn nothing_odd(portage: &Portage) {
    for database in [portage.individual(), portage.consolidated()] {
        let packages = open(portage, &database).packages().unwrap();
        assert!(packages.oddities().is_empty(), "{:?}", packages.oddities());
        for package in &packages {
            let oddities = package.examine().unwrap();
            assert!(oddities.is_empty(), "{oddities:?}");
        }
    }
}

fn contents_agree(portage: &Portage) {
    let database = open(portage, &portage.consolidated());
    for package in &database.packages().unwrap() {
        let contents = package.contents().unwrap().unwrap();
        let ours: BTreeMap<String, Vec<String>> = contents
            .settled(&database.links())
            .map(|entry| as_portage_has_it(&entry.unwrap()))
            .collect();
        let answer = &portage.answers.packages[&package.cpv().to_string()];
        assert_eq!(ours, on_the_disk(&answer.contents), "{}", package.cpv());
        for path in ours.keys() {
            assert!(fs::symlink_metadata(path).is_ok(), "{path} is not on the disk");
        }
    }
}

/// Portage takes `sym A -> B -> C` for a link named `A -> B`. Where a link `A` is on the disk, that
/// is the one it means.
fn on_the_disk(contents: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    contents
        .iter()
        .map(|(path, record)| match path.split_once(" -> ") {
            Some((link, rest)) if record[0] == "sym" && Path::new(link).is_symlink() => {
                let target = format!("{rest} -> {}", record[2]);
                (link.to_owned(), vec!["sym".to_owned(), record[1].clone(), target])
            }
            _ => (path.clone(), record.clone()),
        })
        .collect()
}

fn as_portage_has_it(entry: &Entry<'_>) -> (String, Vec<String>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let record = match *entry {
        Entry::Dir { .. } => vec!["dir".to_owned()],
        Entry::Obj { md5, mtime, .. } => vec!["obj".to_owned(), text(mtime.as_bytes()), text(md5)],
        Entry::Sym { target, mtime, .. } => {
            vec!["sym".to_owned(), text(mtime.as_bytes()), text(target)]
        }
        Entry::Dev { .. } => vec!["dev".to_owned()],
        Entry::Fif { .. } => vec!["fif".to_owned()],
    };
    (text(entry.path()), record)
}

fn contents_round_trip(portage: &Portage) {
    let mut bytes = 0;
    for package in packages(portage, &portage.individual()) {
        let contents = package.contents().unwrap().unwrap();
        let mut written = Vec::new();
        contents.entries().for_each(|entry| entry.unwrap().write_to(&mut written));
        assert_eq!(written, fs::read(package.dir().join("CONTENTS")).unwrap());
        bytes += written.len();
    }
    assert!(bytes > 1000, "only {bytes} bytes of CONTENTS");
}

fn owners_agree(portage: &Portage) {
    let database = open(portage, &portage.consolidated());
    let packages = database.packages().unwrap();
    let index = OwnerIndex::build(packages.as_slice(), database.links()).unwrap();
    for (path, expected) in recorded_paths(portage) {
        let owners = index.owners(path.as_bytes()).unwrap();
        let mut ours: Vec<_> =
            owners.iter().map(|idx| packages.as_slice()[idx.0].cpv().to_string()).collect();
        ours.sort();
        assert_eq!(&ours, expected, "{path}");
    }
}

fn owner_verb_agrees(portage: &Portage) {
    for (path, expected) in recorded_paths(portage) {
        let output = printed(portage, "owner", &portage.consolidated(), [path]);
        let mut ours: Vec<_> = output.lines().map(|line| line.split_once('\t').unwrap()).collect();
        ours.sort_unstable();
        let expected: Vec<_> = expected.iter().map(|cpv| (path, cpv.as_str())).collect();
        assert_eq!(ours, expected);
    }
}

/// Each path that Portage has recorded, as it is on the disk, with its owners.
fn recorded_paths(portage: &Portage) -> impl Iterator<Item = (&str, &Vec<String>)> {
    portage.answers.owners.iter().map(|(path, owners)| match path.split_once(" -> ") {
        Some((link, _)) if Path::new(link).is_symlink() => (link, owners),
        _ => (path.as_str(), owners),
    })
}

/// `emerge --depclean` with one package as the whole world, and the profile's @system.
fn closures_agree(portage: &Portage) {
    for root in oracle::WORLDS {
        let kept = &portage.answers.kept[*root];
        for database in [portage.individual(), portage.consolidated()] {
            let arguments = ["--closure", "runtime-only", "--format", "json", root];
            let report = printed(portage, "deps", &database, arguments);
            let report: serde_json::Value = serde_json::from_str(&report).unwrap();
            assert_eq!(report["schema"], 1);
            let ours: BTreeSet<String> = report["packages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|package| package["cpv"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(&ours, kept, "{root}");
        }
    }
}

fn same_output(portage: &Portage) {
    let target = "=app-misc/hconsumer-3_rc1-r2";
    let library = portage.eprefix().join("usr/lib/libhlib.so");
    let calls: [(&str, Vec<&std::ffi::OsStr>); 5] = [
        ("deps", vec![target.as_ref()]),
        ("deps", vec!["--format".as_ref(), "tsv".as_ref(), target.as_ref()]),
        ("files", vec![target.as_ref()]),
        ("why", vec![library.as_os_str(), target.as_ref()]),
        ("owner", vec![library.as_os_str()]),
    ];
    for (verb, arguments) in calls {
        let individual = printed(portage, verb, &portage.individual(), &arguments);
        let consolidated = printed(portage, verb, &portage.consolidated(), &arguments);
        assert_eq!(individual, consolidated, "{verb}");
        assert!(individual.contains("dev-libs/hlib-1.2"), "{verb}: {individual}");
        assert!(!individual.contains("hauto"), "{verb}: {individual}");
    }
}

fn open(portage: &Portage, database: &Path) -> Database {
    Database::at(database.join("var/db/pkg"), PathBuf::from("/"), portage.eprefix()).unwrap()
}

fn packages(portage: &Portage, database: &Path) -> Vec<Package> {
    open(portage, database).packages().unwrap().into_packages()
}

fn consumer(portage: &Portage, database: &Path) -> Package {
    let mut packages = packages(portage, database).into_iter();
    packages.find(|package| package.cpv().to_string().starts_with("app-misc/hconsumer-")).unwrap()
}
