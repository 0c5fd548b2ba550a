//! pkgcore's `pebuild` in a view.
//!
//! `HERMITAGE_PKGCORE` names a Python virtual environment that holds pkgcore.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hermitage::on_prefix;
use crate::portage::{Portage, succeed};

/// Looks for two libraries, and declares one. pkgcore knows no offset that everything is installed at.
const EBUILD: &str = r##"EAPI=8
DESCRIPTION="Says what it finds"
SLOT="0"
KEYWORDS="amd64"
DEPEND="dev-libs/hextra"
S="${WORKDIR}"
src_configure() {
	local name
	for name in hextra hauto; do
		echo "#include <${name}.h>" | gcc -IPREFIX/usr/include -E -o /dev/null - 2>/dev/null && echo "${name}" >> found
	done
	touch found
}
src_install() {
	insinto /usr/share/pebuilt
	doins found
}
"##;

/// pkgcore's program, which takes whoever runs it for the user that builds: that is root, or one whom only a machine with Gentoo knows.
const PROGRAM: &str = "
import os, sys
from pkgcore import os_data
os_data.portage_uid, os_data.portage_gid = os.getuid(), os.getgid()
from pkgcore.scripts import main
sys.exit(main())
";

pub(crate) fn pebuild_finds_what_is_declared(portage: &Portage, venv: &Path) {
    let venv = fs::canonicalize(venv).unwrap();
    let text = EBUILD.replace("PREFIX", portage.eprefix().to_str().unwrap());
    let ebuild = portage.repository().join("app-misc/pebuilt/pebuilt-1.ebuild");
    fs::create_dir_all(ebuild.parent().unwrap()).unwrap();
    fs::write(&ebuild, text).unwrap();
    let (settings, build) = set_up(portage);
    let pebuild = settings.join("pebuild");
    let text = format!("#!{}{PROGRAM}", venv.join("bin/python").display());
    fs::write(&pebuild, text).unwrap();
    fs::set_permissions(&pebuild, fs::Permissions::from_mode(0o755)).unwrap();
    let call = |command: &mut Command| {
        command.arg("--config").arg(&settings).arg(&ebuild).arg("install");
        succeed(command);
        let image = build.join("portage/app-misc/pebuilt-1/image/usr/share/pebuilt/found");
        let found = fs::read_to_string(image).unwrap();
        fs::remove_dir_all(build.join("portage")).unwrap();
        found
    };
    assert_eq!(call(&mut portage.program(&pebuild)), "hextra\nhauto\n");

    let mut in_view = on_prefix(portage, "run");
    in_view.args(["--depend", "dev-libs/hextra", "--keep-ownership"]);
    for path in portage.own_needs().iter().chain([&venv, &settings]) {
        in_view.arg("--read").arg(path);
    }
    in_view.arg("--write").arg(&build).arg("--").arg(&pebuild);
    assert_eq!(call(&mut in_view), "hextra\n");
}

/// What pkgcore has for `/etc/portage`, and the directory it builds in.
fn set_up(portage: &Portage) -> (PathBuf, PathBuf) {
    let scratch = portage.scratch();
    let (settings, build) = (scratch.join("pkgcore"), scratch.join("pkgcore-build"));
    for directory in [&settings, &build] {
        fs::create_dir_all(directory).unwrap();
    }
    let repository = portage.repository();
    symlink(repository.join("profiles/tiny"), settings.join("make.profile")).unwrap();
    let repositories =
        format!("[DEFAULT]\nmain-repo = tiny\n[tiny]\nlocation = {}\n", repository.display());
    fs::write(settings.join("repos.conf"), repositories).unwrap();
    let text = format!(
        "FEATURES=\"-sandbox -userpriv -usersandbox\"\nDISTDIR=\"{}\"\nPORTAGE_TMPDIR=\"{}\"\n",
        scratch.join("distfiles").display(),
        build.display(),
    );
    fs::write(settings.join("make.conf"), text).unwrap();
    (settings, build)
}
