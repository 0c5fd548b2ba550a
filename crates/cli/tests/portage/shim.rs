//! Portage builds, with Hermitage in the place of its sandbox.

use std::fs;
use std::process::Output;

use crate::Case;
use crate::portage::{Portage, succeed, transcript};

pub(crate) const CASES: &[Case] = &[
    ("emerge_alone_finds_an_undeclared_library", emerge_alone),
    ("emerge_in_views_finds_only_what_is_declared", emerge_in_views),
    ("a_build_that_needs_what_it_does_not_declare_fails_with_an_explanation", undeclared),
];

fn emerge_alone(portage: &Portage) {
    let output = succeed(portage.command("emerge").args(["--oneshot", "app-misc/automagic"]));
    let printed = transcript(&output);
    assert!(printed.contains("checking for hauto: yes"), "{printed}");
    assert_eq!(portage.found("automagic"), "hextra\nhauto\n");
}

fn emerge_in_views(portage: &Portage) {
    portage.configure("");
    let output = portage.hermitage_emerge(&["app-misc/automagic"]);
    let printed = transcript(&output);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("checking for hextra: yes"), "{printed}");
    assert!(printed.contains("checking for hauto: no"), "{printed}");
    assert_eq!(portage.found("automagic"), "hextra\n");
    let explanation = format!("dev-libs/hauto-0: {}", portage.header("hauto"));
    assert!(printed.contains(&explanation), "{printed}");
}

fn undeclared(portage: &Portage) {
    portage.configure("");
    let output = portage.hermitage_emerge(&["app-misc/undeclared"]);
    let printed = transcript(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for expected in [
        "hauto.h: No such file or directory",
        "app-misc/undeclared-1::tiny failed (compile phase)",
        "hermitage: app-misc/undeclared-1, compile: looked for files of packages that it does not declare",
        &format!("dev-libs/hauto-0: {}", portage.header("hauto")),
    ] {
        assert!(printed.contains(expected), "{expected}:\n{printed}");
    }
    assert!(!portage.eprefix().join("var/db/pkg/app-misc/undeclared-1").exists());
    succeed(portage.command("emerge").args(["--oneshot", "app-misc/undeclared"]));
}

impl Portage {
    /// Writes Hermitage's configuration: what the machine has besides the prefix's packages is visible, then `more`.
    pub(crate) fn configure(&self, more: &str) {
        let needs = self.own_needs();
        let needs: Vec<_> = needs.iter().map(|path| path.to_str().unwrap()).collect();
        let directory = self.eprefix().join("etc");
        fs::create_dir_all(&directory).unwrap();
        let text = format!("system = \"none\"\nread = {needs:?}\n{more}");
        fs::write(directory.join("hermitage.toml"), text).unwrap();
    }

    /// `hermitage emerge --oneshot PACKAGES`.
    pub(crate) fn hermitage_emerge(&self, packages: &[&str]) -> Output {
        let mut command = self.program(env!("CARGO_BIN_EXE_hermitage"));
        command.args(["emerge", "--oneshot"]).args(packages).output().unwrap()
    }

    /// What a package of ours found when it was built.
    pub(crate) fn found(&self, package: &str) -> String {
        let path = format!("usr/share/{package}/found");
        fs::read_to_string(self.eprefix().join(path)).unwrap()
    }

    /// Where a header of ours is.
    pub(crate) fn header(&self, name: &str) -> String {
        self.eprefix().join(format!("usr/include/{name}.h")).display().to_string()
    }
}
