//! What a whole import writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hermitage_vdb::dpkg::{Absence, fingerprint};

use super::fake::{STATUS, System};

#[test]
fn every_installed_package_is_written_and_the_others_are_reported() {
    let system = System::new(STATUS);
    let report = system.import().unwrap();
    assert_eq!(report.packages, 4);
    assert_eq!(report.architecture, "amd64");
    let unfinished: Vec<_> =
        report.unfinished.iter().map(|one| (one.package.as_str(), one.imported)).collect();
    assert_eq!(unfinished, [("half", false), ("tool-data", true)]);
    let absent: Vec<_> =
        report.absent.iter().map(|one| (one.path.to_str().unwrap(), one.why)).collect();
    assert_eq!(absent, [("/usr/share/gone", Absence::NotOnDisk)]);
}

#[test]
fn names_versions_and_fields_are_mapped_and_kept() {
    let system = System::new(STATUS);
    system.import().unwrap();
    let library = system.package("debian/libfoo1");
    assert_eq!(library.cpv().as_str(), "debian/libfoo1-100000000.1.0_beta5338_p_p1_p2_p6237_p_p3");
    assert_eq!(library.slot().unwrap(), "0");
    assert_eq!(library.repository().unwrap().as_deref(), Some("debian"));
    assert_eq!(library.text("DEBIAN_VERSION").unwrap(), "1:1.0~rc1-2+b3");
    assert_eq!(library.text("DEBIAN_SOURCE").unwrap(), "foo (1.0-1)");
    assert_eq!(library.text("DESCRIPTION").unwrap(), "the library");
    assert_eq!(library.text("KEYWORDS").unwrap(), "amd64");
    assert!(library.metadata_is_fresh().unwrap());
    assert_eq!(system.package("debian-i386/libfoo1").text("KEYWORDS").unwrap(), "i386");
}

#[test]
fn contents_has_the_disks_types_and_times_and_the_packaged_sums() {
    let system = System::new(STATUS);
    for path in ["usr/lib/libfoo.so.1", "usr/bin/tool.real", "usr/bin/a b -> c", "etc/tool.conf"] {
        let file = fs::File::open(system.root().join(path)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(7)).unwrap();
    }
    system.import().unwrap();
    let library = system.package("debian/libfoo1").contents().unwrap().unwrap();
    let text = String::from_utf8(library.into_bytes()).unwrap();
    let (files, link) = text.split_once("sym ").unwrap();
    // /lib is a link on the disk (to a place below the root), but the package has files in it.
    assert_eq!(files, "dir /lib\nobj /lib/libfoo.so.1 11111111111111111111111111111111 7\n");
    assert!(link.starts_with("/lib/libfoo.so -> libfoo.so.1 "), "{link}");

    let tool = system.package("debian/tool-V1").contents().unwrap().unwrap();
    let text = String::from_utf8(tool.into_bytes()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["dir /usr", "dir /usr/bin"]);
    // Diverted by another package, with the packaged sum; a file without one has its own computed.
    assert_eq!(lines[2], "obj /usr/bin/tool.real 22222222222222222222222222222222 7");
    assert_eq!(lines[3], "obj /usr/bin/a b -> c 900150983cd24fb0d6963f7d28e17f72 7");
    assert!(lines[4].starts_with("sym /lib64 -> usr/lib64 "), "{}", lines[4]);
    assert_eq!(lines[5], "obj /etc/tool.conf 0123456789abcdef0123456789abcdef 7");
    assert_eq!(lines.len(), 6);
}

#[test]
fn the_package_that_diverts_keeps_its_own_file() {
    let system = System::new(STATUS);
    system.import().unwrap();
    let contents = system.package("debian/tool-data").contents().unwrap().unwrap();
    let entry = contents.entries().next().unwrap().unwrap();
    assert_eq!(entry.path(), b"/usr/bin/tool");
}

#[test]
fn dependencies_become_atoms_of_what_is_installed() {
    let system = System::new(STATUS);
    system.import().unwrap();
    let expected = [
        ">=debian/libfoo1-100000000.1.0_beta_p0",
        "debian/libfoo1",
        "|| ( debian/nothing debian/libfoo1 )",
        "debian/python",
        // Provided, but not in this version: nothing satisfies it, and it says so by the name asked for.
        ">=debian/libfoo-abi-2",
        // 2.06 and 2.6 are one version to dpkg.
        "~debian/tool-data-2.6",
        "!<=debian/older-1.0",
        "!!<debian/other-3",
    ];
    assert_eq!(system.package("debian/tool-V1").rdepend().unwrap(), expected.join(" "));
    assert_eq!(system.package("debian/tool-V1").cpv_ref().version().as_str(), "2.6-r1001");
}

#[test]
fn the_profile_names_essential_and_required_packages() {
    let system = System::new(STATUS);
    assert_eq!(system.import().unwrap().system, 2);
    let profile = system.out().join("etc/portage/make.profile");
    let packages = fs::read_to_string(profile.join("packages")).unwrap();
    assert_eq!(packages, "*debian/libfoo1\n*debian/tool-V1\n");
    assert_eq!(fs::read_to_string(profile.join("eapi")).unwrap(), "8\n");
}

#[test]
fn the_toolchain_is_system_with_and_without_build_essential() {
    let tools = "\n\
Package: gcc\nStatus: install ok installed\nSection: devel\nArchitecture: amd64\nVersion: 1\n\
Depends: gcc-12, libgmp10\n\n\
Package: gcc-12\nStatus: install ok installed\nSection: devel\nArchitecture: amd64\nVersion: 1\n\
Depends: binutils\n\n\
Package: binutils\nStatus: install ok installed\nSection: devel\nArchitecture: amd64\nVersion: 1\n\n\
Package: libgmp10\nStatus: install ok installed\nSection: libs\nArchitecture: amd64\nVersion: 1\n";
    let essential = "\nPackage: build-essential\nStatus: install ok installed\nSection: devel\n\
Architecture: amd64\nVersion: 12.9\nDepends: gcc, extra\n\n\
Package: extra\nStatus: install ok installed\nSection: utils\nArchitecture: all\nVersion: 1\n";
    for (status, more) in [
        (format!("{STATUS}{tools}"), vec![]),
        (format!("{STATUS}{tools}{essential}"), vec!["build-essential", "extra"]),
    ] {
        let system = System::new(&status);
        for name in ["gcc", "gcc-12", "binutils", "libgmp10", "build-essential", "extra"] {
            system.write(&format!("var/lib/dpkg/info/{name}.list"), "/.\n");
        }
        system.import().unwrap();
        let packages = system.out().join("etc/portage/make.profile/packages");
        let mut expected = vec!["binutils", "gcc", "gcc-V12", "libfoo1", "tool-V1"];
        expected.extend(more);
        expected.sort_unstable();
        let expected = format!("*debian/{}\n", expected.join("\n*debian/"));
        assert_eq!(fs::read_to_string(packages).unwrap(), expected);
    }
}

#[test]
fn the_same_system_gives_the_same_bytes_and_replaces_the_earlier_output() {
    let system = System::new(STATUS);
    system.import().unwrap();
    let first = tree(&system.out());
    fs::write(system.out().join("left over"), "").unwrap();
    system.import().unwrap();
    assert_eq!(tree(&system.out()), first);
    let beside = fs::read_dir(system.root()).unwrap().map(|entry| entry.unwrap().file_name());
    let drafts: Vec<_> = beside.filter(|name| name.to_string_lossy().contains("draft")).collect();
    assert!(drafts.is_empty(), "{drafts:?}");
}

#[test]
fn imports_at_the_same_time_leave_one_whole_output() {
    let system = System::new(STATUS);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert_eq!(system.import().unwrap().packages, 4)));
        }
    });
    let whole = tree(&system.out());
    assert_eq!(whole.keys().filter(|path| path.ends_with("metadata")).count(), 4);
}

#[test]
fn an_update_that_dpkg_has_not_merged_counts() {
    let system = System::new(STATUS);
    system.write(
        "var/lib/dpkg/updates/0001",
        "Package: tool-data\nStatus: install ok installed\nArchitecture: all\nVersion: 9\n",
    );
    system.import().unwrap();
    assert_eq!(system.package("debian/tool-data").cpv_ref().version().as_str(), "9");
}

#[test]
fn the_fingerprint_changes_with_the_status_file_and_only_then() {
    let system = System::new(STATUS);
    let before = fingerprint(&system.admindir()).unwrap();
    assert_eq!(fingerprint(&system.admindir()).unwrap(), before);
    system.import().unwrap();
    assert_eq!(fingerprint(&system.admindir()).unwrap(), before);
    system.write("var/lib/dpkg/status", &format!("{STATUS}\n"));
    assert_ne!(fingerprint(&system.admindir()).unwrap(), before);
}

/// Every file below a directory, with its bytes.
fn tree(top: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![top.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                files.insert(path.strip_prefix(top).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}
