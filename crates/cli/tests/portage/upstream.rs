//! A real upstream package over the machine's own packages: `file`, whose configure uses every compression library it finds.
//!
//! `HERMITAGE_UPSTREAM` names a directory that holds its unchanged sources, `file_VERSION.orig.tar.gz` of Debian.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::portage::{Portage, succeed, transcript};

const NAME: &str = "libmagic.so.1";

pub(crate) fn what_is_needed_is_what_is_declared(venv: &Path, sources: &Path) {
    let portage = Portage::laid_out(venv);
    let tarball = tarball(sources);
    write_ebuild(&portage, &tarball);
    import(&portage);
    let needs: Vec<_> =
        portage.installation().into_iter().map(|path| path.display().to_string()).collect();
    let text = format!(
        "read = {needs:?}\n[portage]\nneeds = [\"debian/bash\", \"debian/python3\", \"debian/pax-utils\", \"debian/gawk\", \
         \"debian/bzip2\", \"debian/file\", \"debian/tar\"]\n"
    );
    fs::create_dir_all(portage.eprefix().join("etc")).unwrap();
    fs::write(portage.eprefix().join("etc/hermitage.toml"), text).unwrap();

    // Portage's resolver is not what is tested: it would look for the dependencies of all of the machine's packages.
    let arguments = ["--oneshot", "--nodeps", "sys-apps/file"];
    succeed(portage.command("emerge").args(arguments));
    let plainly = needed(&portage);
    let mut emerge = portage.program(env!("CARGO_BIN_EXE_hermitage"));
    let output = succeed(emerge.arg("emerge").args(arguments));
    let in_views = needed(&portage);

    let declared = BTreeSet::from(["libz.so.1".to_owned(), "libc.so.6".to_owned()]);
    assert_eq!(in_views, declared, "{}", transcript(&output));
    assert!(plainly.is_superset(&declared) && plainly.contains("libbz2.so.1.0"), "{plainly:?}");
    let printed = transcript(&output);
    assert!(printed.contains("undeclared:debian/libbz2-dev"), "{printed}");
    assert!(printed.contains("/usr/include/bzlib.h"), "{printed}");
    assert!(!printed.contains("undeclared:debian/zlib1g-dev"), "{printed}");
    assert_eq!(
        printed.matches("hermitage: sys-apps/file").count(),
        1,
        "only configure looks: {printed}"
    );
}

fn tarball(sources: &Path) -> PathBuf {
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("file_") && name.ends_with(".orig.tar.gz")
    };
    let mut entries = fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path());
    entries.find(named).unwrap_or_else(|| panic!("no file_*.orig.tar.gz in {}", sources.display()))
}

fn write_ebuild(portage: &Portage, tarball: &Path) {
    let name = tarball.file_name().unwrap().to_str().unwrap();
    let version = name.strip_prefix("file_").unwrap().strip_suffix(".orig.tar.gz").unwrap();
    fs::copy(tarball, portage.scratch().join("distfiles").join(name)).unwrap();
    let categories = portage.repository().join("profiles/categories");
    let known = fs::read_to_string(&categories).unwrap();
    fs::write(categories, format!("{known}debian\nsys-apps\n")).unwrap();
    let ebuild = portage.repository().join(format!("sys-apps/file/file-{version}.ebuild"));
    fs::create_dir_all(ebuild.parent().unwrap()).unwrap();
    let text = "EAPI=8
DESCRIPTION=\"Tells what files are\"
SRC_URI=\"https://deb.debian.org/debian/pool/main/f/file/file_${PV}.orig.tar.gz\"
SLOT=\"0\"
KEYWORDS=\"amd64\"
IUSE=\"+zlib lzma\"
DEPEND=\"zlib? ( debian/zlib1g-dev ) lzma? ( debian/liblzma-dev )\"
RDEPEND=\"zlib? ( debian/zlib1g )\"
src_configure() { econf --disable-static; }
";
    fs::write(&ebuild, text).unwrap();
    succeed(portage.command("ebuild").arg(ebuild).arg("manifest"));
}

/// Makes the machine's packages those of the prefix, with what is essential as @system.
fn import(portage: &Portage) {
    let out = portage.scratch().join("imported");
    let mut import = portage.program(env!("CARGO_BIN_EXE_hermitage"));
    succeed(import.args(["import", "dpkg", "--out"]).arg(&out));
    fs::remove_dir_all(portage.eprefix().join("var/db/pkg")).unwrap();
    let database = portage.eprefix().join("var/db");
    succeed(Command::new("mv").arg(out.join("var/db/pkg")).arg(database));
    let system = out.join("etc/portage/make.profile/packages");
    fs::copy(system, portage.repository().join("profiles/tiny/packages")).unwrap();
}

/// What the library needs, as Portage recorded it.
fn needed(portage: &Portage) -> BTreeSet<String> {
    let mut packages = fs::read_dir(portage.eprefix().join("var/db/pkg/sys-apps")).unwrap();
    let record = packages.next().unwrap().unwrap().path().join("NEEDED.ELF.2");
    let text = fs::read_to_string(record).unwrap();
    let line = text.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let line = line.into_iter().find(|fields| fields[2] == NAME).unwrap();
    line[4].split(',').map(str::to_owned).collect()
}
