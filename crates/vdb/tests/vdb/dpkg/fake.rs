//! A small system with a dpkg database, from string literals.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use hermitage_vdb::dpkg::{ImportReport, Options, import};
use hermitage_vdb::{Database, Error, Package};
use tempfile::TempDir;

/// Four packages, one of them not whole and one only configured once.
pub(crate) const STATUS: &str = "\
Package: libfoo1
Status: install ok installed
Priority: required
Section: libs
Architecture: amd64
Multi-Arch: same
Source: foo (1.0-1)
Version: 1:1.0~rc1-2+b3
Provides: libfoo-abi (= 1), virtual-thing
Description: the library
 A longer text: with a colon,
 .
 and a dot.

Package: libfoo1
Status: install ok installed
Section: libs
Architecture: i386
Multi-Arch: same
Version: 1:1.0~rc1-2+b3

Package: tool-1
Status: install ok installed
Essential: yes
Section: utils
Architecture: amd64
Version: 2.06
Pre-Depends: libfoo1 (>= 1:1.0~)
Depends: virtual-thing, nothing | libfoo-abi (= 1), python:any, libfoo-abi (>= 2),
 tool-data (= 2.06)
Conflicts: tool-1, other (<< 3)
Breaks: older (<= 1.0-0)
Conffiles:
 /etc/tool.conf 0123456789abcdef0123456789abcdef
 /etc/gone.conf 00000000000000000000000000000000 obsolete

Package: tool-data
Status: install ok triggers-pending
Architecture: all
Version: 2.6

Package: half
Status: install reinstreq half-installed
Architecture: amd64
Version: 1

Package: was-there
Status: deinstall ok config-files
Architecture: amd64
Version: 3
";

const FILES: [(&str, &str); 9] = [
    ("var/lib/dpkg/info/format", "1\n"),
    ("var/lib/dpkg/arch", "amd64\ni386\n"),
    ("var/lib/dpkg/info/libfoo1:amd64.list", "/.\n/lib\n/lib/libfoo.so.1\n/lib/libfoo.so\n"),
    (
        "var/lib/dpkg/info/libfoo1:amd64.md5sums",
        "11111111111111111111111111111111  lib/libfoo.so.1\n",
    ),
    ("var/lib/dpkg/info/libfoo1:i386.list", ""),
    (
        "var/lib/dpkg/info/tool-1.list",
        "/.\n/usr\n/usr/bin\n/usr/bin/tool\n/usr/bin/a b -> c\n/lib64\n/etc/tool.conf\n/usr/share/gone\n",
    ),
    ("var/lib/dpkg/info/tool-1.md5sums", "22222222222222222222222222222222  usr/bin/tool\n"),
    ("var/lib/dpkg/info/tool-data.list", "/.\n/usr/bin/tool\n"),
    ("var/lib/dpkg/diversions", "/usr/bin/tool\n/usr/bin/tool.real\ntool-data\n"),
];

/// The system's root, a temporary directory.
pub(crate) struct System(TempDir);

impl System {
    /// A system with the status given.
    pub(crate) fn new(status: &str) -> Self {
        let system = Self(tempfile::tempdir().unwrap());
        system.write("var/lib/dpkg/status", status);
        for (path, text) in FILES {
            system.write(path, text);
        }
        system.write("usr/lib/libfoo.so.1", "library");
        system.write("usr/bin/tool", "the data package's");
        system.write("usr/bin/tool.real", "diverted");
        system.write("usr/bin/a b -> c", "abc");
        system.write("etc/tool.conf", "changed by the user");
        // Absolute: it must not lead out of the root.
        symlink("/usr/lib", system.root().join("lib")).unwrap();
        symlink("libfoo.so.1", system.root().join("usr/lib/libfoo.so")).unwrap();
        symlink("usr/lib64", system.root().join("lib64")).unwrap();
        system
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn admindir(&self) -> PathBuf {
        self.root().join("var/lib/dpkg")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.root().join("out")
    }

    pub(crate) fn import(&self) -> Result<ImportReport, Error> {
        import(&self.admindir(), self.root(), &self.out(), &Options::default().with_threads(2))
    }

    /// The package of this category and name in the output.
    pub(crate) fn package(&self, cp: &str) -> Package {
        let packages = Database::under(self.out(), "").unwrap().packages().unwrap();
        assert!(packages.oddities().is_empty(), "{:?}", packages.oddities());
        let named = |package: &Package| {
            format!("{}/{}", package.cpv_ref().category(), package.cpv_ref().package()) == cp
        };
        packages.into_packages().into_iter().find(named).unwrap()
    }
}
