//! The database of the machine that the tests run on.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use hermitage_vdb::dpkg::{DebianVersion, ImportReport, Options, import, pms_base, pms_version};
use hermitage_vdb::hermitage_atom::{DepKind, DepSpec, Eapi, Version};
use hermitage_vdb::{Database, Entry};
use tempfile::TempDir;

/// Whether this machine has dpkg. CI runs on one that has: there its absence is a failure.
#[expect(clippy::disallowed_methods, reason = "only the test's environment knows that it is CI")]
pub(crate) fn dpkg_is_here() -> bool {
    let here = Path::new("/var/lib/dpkg/status").exists();
    if !here {
        eprintln!("NOT TESTED: this machine has no dpkg database at /var/lib/dpkg");
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI has to run where dpkg is");
    }
    here
}

fn imported(elf: bool) -> (TempDir, ImportReport) {
    let top = tempfile::tempdir().unwrap();
    let options = Options::default().with_elf(elf);
    let report =
        import(Path::new("/var/lib/dpkg"), Path::new("/"), &top.path().join("out"), &options)
            .unwrap();
    (top, report)
}

/// One line per package from dpkg itself: a format of `dpkg-query`.
fn query(format: &str) -> Vec<String> {
    let output = Command::new("dpkg-query").args(["-W", "-f", format]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn this_machines_database_reads_back_without_an_oddity() {
    if !dpkg_is_here() {
        return;
    }
    let (top, report) = imported(true);
    let packages = Database::under(top.path().join("out"), "").unwrap().packages().unwrap();
    assert!(packages.oddities().is_empty(), "{:?}", packages.oddities());
    let installed = query("${db:Status-Abbrev}${Version}\n");
    let installed: Vec<_> = installed.iter().filter_map(|line| line.strip_prefix("ii ")).collect();
    assert!(packages.len() >= installed.len());
    assert_eq!(packages.len(), report.packages);
    let (mut entries, mut elf) = (0, 0);
    for package in &packages {
        let odd = package.examine().unwrap();
        assert!(odd.is_empty(), "{odd:?}");
        let rdepend = package.rdepend().unwrap();
        DepSpec::parse(&rdepend, Eapi::V8, DepKind::Package).unwrap();
        let version = package.text("DEBIAN_VERSION").unwrap();
        let version = DebianVersion::parse(&version).unwrap();
        assert_eq!(package.cpv_ref().version().as_str(), pms_version(version));
        for entry in package.contents().unwrap().unwrap().entries() {
            let entry = entry.unwrap();
            assert!(entry.path().starts_with(b"/"));
            entries += 1;
        }
        if let Some(needed) = package.needed_elf2().unwrap() {
            elf += needed.entries().map(|entry| assert!(entry.is_ok())).count();
        }
    }
    assert_eq!(entries, report.entries);
    assert_eq!(elf, report.elf_files);
    assert!(elf > 100);
}

#[test]
fn every_listed_path_of_this_machine_is_recorded_or_reported() {
    if !dpkg_is_here() {
        return;
    }
    let (top, report) = imported(false);
    let packages = Database::under(top.path().join("out"), "").unwrap().packages().unwrap();
    let bash =
        packages.iter().find(|package| package.text("DEBIAN_PACKAGE").unwrap() == "bash").unwrap();
    let listed = Command::new("dpkg-query").args(["-L", "bash"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let listed: BTreeSet<&str> =
        listed.lines().filter(|line| line.starts_with('/') && *line != "/.").collect();
    let contents = bash.contents().unwrap().unwrap();
    let recorded =
        contents.entries().map(|entry| String::from_utf8(entry.unwrap().path().to_vec()).unwrap());
    let absent = report.absent.iter().filter(|absent| absent.package == bash.cpv().as_str());
    let absent = absent.map(|absent| absent.path.to_str().unwrap().to_owned());
    let all: BTreeSet<String> = recorded.chain(absent).collect();
    assert_eq!(all.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed);
    let program = contents.entries().find_map(|entry| match entry.unwrap() {
        Entry::Obj { path, md5, .. } if path.ends_with(b"/bin/bash") => Some(md5.to_vec()),
        _ => None,
    });
    assert_eq!(program.unwrap().len(), 32);
}

#[test]
fn every_essential_package_of_this_machine_is_in_the_system_set() {
    if !dpkg_is_here() {
        return;
    }
    let (top, report) = imported(false);
    let profile = top.path().join("out/etc/portage/make.profile/packages");
    let system = std::fs::read_to_string(profile).unwrap();
    assert_eq!(system.lines().count(), report.system);
    let essential = query("${db:Status-Abbrev}${Essential} ${Package}\n");
    let essential: Vec<_> =
        essential.iter().filter_map(|line| line.strip_prefix("ii yes ")).collect();
    assert!(!essential.is_empty());
    for name in essential {
        assert!(system.lines().any(|line| line == format!("*debian/{name}")), "{name}");
    }
}

#[test]
fn the_installed_versions_of_this_machine_keep_dpkgs_order() {
    if !dpkg_is_here() {
        return;
    }
    let texts = query("${Version}\n");
    let mut versions: Vec<_> = texts.iter().filter_map(|text| DebianVersion::parse(text)).collect();
    assert!(!versions.is_empty());
    versions.sort();
    for pair in versions.windows(2) {
        let mapped = [pair[0], pair[1]].map(|version| Version::parse(&pms_base(version)).unwrap());
        assert_eq!(mapped[0].cmp(&mapped[1]), pair[0].cmp(&pair[1]), "{pair:?}");
    }
}
