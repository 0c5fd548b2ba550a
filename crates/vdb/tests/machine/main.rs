//! The database of the machine that the tests run on.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test panics to fail, and reports on stderr"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use hermitage_testing::Case;
use hermitage_vdb::dpkg::{DebianVersion, ImportReport, Options, import, pms_base, pms_version};
use hermitage_vdb::hermitage_atom::{DepKind, DepSpec, Eapi, Version};
use hermitage_vdb::{Database, Entry};
use tempfile::TempDir;

/// The directory of dpkg's database, which its programs are told too.
struct Dpkg(&'static Path);

const CASES: &[Case<Dpkg>] = &[
    (
        "this_machines_database_reads_back_without_an_oddity",
        this_machines_database_reads_back_without_an_oddity,
    ),
    (
        "every_listed_path_of_this_machine_is_recorded_or_reported",
        every_listed_path_of_this_machine_is_recorded_or_reported,
    ),
    (
        "every_essential_package_of_this_machine_is_in_the_system_set",
        every_essential_package_of_this_machine_is_in_the_system_set,
    ),
    (
        "the_installed_versions_of_this_machine_keep_dpkgs_order",
        the_installed_versions_of_this_machine_keep_dpkgs_order,
    ),
    ("our_order_is_that_of_dpkg_itself", our_order_is_that_of_dpkg_itself),
];

fn main() -> ExitCode {
    hermitage_testing::run(Dpkg::of_this_machine(), CASES)
}

impl Dpkg {
    fn of_this_machine() -> Result<Self, String> {
        let admindir = Path::new("/var/lib/dpkg");
        let is_here = admindir.join("status").exists();
        is_here.then_some(Self(admindir)).ok_or("this machine has no dpkg database".to_owned())
    }

    fn imported(&self, elf: bool) -> (TempDir, ImportReport) {
        let top = tempfile::tempdir().unwrap();
        let options = Options::default().with_elf(elf);
        let report = import(self.0, Path::new("/"), &top.path().join("out"), &options).unwrap();
        (top, report)
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("--admindir").arg(self.0);
        command
    }

    /// One line per package from dpkg itself: a format of `dpkg-query`.
    fn query(&self, format: &str) -> Vec<String> {
        let output = self.program("dpkg-query").args(["-W", "-f", format]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

fn this_machines_database_reads_back_without_an_oddity(dpkg: &Dpkg) {
    let (top, report) = dpkg.imported(true);
    let packages = Database::under(top.path().join("out"), "").unwrap().packages().unwrap();
    assert!(packages.oddities().is_empty(), "{:?}", packages.oddities());
    let installed = dpkg.query("${db:Status-Abbrev}${Version}\n");
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

fn every_listed_path_of_this_machine_is_recorded_or_reported(dpkg: &Dpkg) {
    let (top, report) = dpkg.imported(false);
    let packages = Database::under(top.path().join("out"), "").unwrap().packages().unwrap();
    let bash =
        packages.iter().find(|package| package.text("DEBIAN_PACKAGE").unwrap() == "bash").unwrap();
    let listed = dpkg.program("dpkg-query").args(["-L", "bash"]).output().unwrap();
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

fn every_essential_package_of_this_machine_is_in_the_system_set(dpkg: &Dpkg) {
    let (top, report) = dpkg.imported(false);
    let profile = top.path().join("out/etc/portage/make.profile/packages");
    let system = std::fs::read_to_string(profile).unwrap();
    assert_eq!(system.lines().count(), report.system);
    let essential = dpkg.query("${db:Status-Abbrev}${Essential} ${Package}\n");
    let essential: Vec<_> =
        essential.iter().filter_map(|line| line.strip_prefix("ii yes ")).collect();
    assert!(!essential.is_empty());
    for name in essential {
        assert!(system.lines().any(|line| line == format!("*debian/{name}")), "{name}");
    }
}

fn the_installed_versions_of_this_machine_keep_dpkgs_order(dpkg: &Dpkg) {
    let texts = dpkg.query("${Version}\n");
    let mut versions: Vec<_> = texts.iter().filter_map(|text| DebianVersion::parse(text)).collect();
    assert!(!versions.is_empty());
    versions.sort();
    for pair in versions.windows(2) {
        let mapped = [pair[0], pair[1]].map(|version| Version::parse(&pms_base(version)).unwrap());
        assert_eq!(mapped[0].cmp(&mapped[1]), pair[0].cmp(&pair[1]), "{pair:?}");
    }
}

/// Every valid version of up to four of a few pieces, without an epoch and with one.
fn short_versions() -> Vec<String> {
    let mut all = vec![String::new(), "1:".to_owned()];
    let mut longest = all.clone();
    for _ in 0..4 {
        let longer =
            |text: &String| ["0", "2", "10", "~", "a", "+", "-"].map(|p| format!("{text}{p}"));
        longest = longest.iter().flat_map(longer).collect();
        all.extend(longest.iter().cloned());
    }
    all.retain(|text| DebianVersion::parse(text).is_some());
    all
}

/// In our order dpkg must find each not greater than the next; dpkg's order is transitive, so that is all pairs.
fn our_order_is_that_of_dpkg_itself(dpkg: &Dpkg) {
    let texts = short_versions();
    let mut versions: Vec<_> = texts.iter().filter_map(|text| DebianVersion::parse(text)).collect();
    versions.sort();
    // A whole list is too many processes: every eleventh, and what we call equal.
    let apart: Vec<_> = versions.iter().step_by(11).copied().collect();
    let equal = versions.windows(2).filter(|pair| pair[0] == pair[1]).step_by(11);
    let pairs: Vec<_> = apart.windows(2).chain(equal).map(|pair| (pair[0], pair[1])).collect();
    for (left, right) in &pairs {
        let relation = if left == right { "eq" } else { "lt" };
        let mut dpkg = dpkg.program("dpkg");
        dpkg.args(["--compare-versions", "--", left.as_str(), relation, right.as_str()]);
        // It warns of versions that begin with no digit, and compares them all the same.
        dpkg.stderr(Stdio::null());
        assert!(dpkg.status().unwrap().success(), "{left} {relation} {right}");
    }
    let same = pairs.iter().filter(|(left, right)| left == right).count();
    eprintln!("| dpkg --compare-versions | {} pairs | {same} equal |", pairs.len());
    assert!(same > 10 && pairs.len() - same > 100, "both relations are met");
}
