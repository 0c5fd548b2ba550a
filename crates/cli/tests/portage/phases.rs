//! The phases of one ebuild run inside a view, as `ebuild ... install` within and `qmerge` outside.
//!
//! The ebuild links `hauto` whenever it finds it, and does not declare it.

use std::fs;
use std::path::PathBuf;

use crate::Case;
use crate::hermitage::phases_in_view;
use crate::portage::{Portage, succeed, transcript};
use crate::repository::CONSUMER_EBUILD;

pub(crate) const CASES: &[Case] = &[
    ("without_a_view_an_undeclared_library_is_picked_up", without_a_view),
    ("the_phases_in_a_bind_view_find_only_what_is_declared", |portage| {
        only_what_is_declared(portage, "bind");
    }),
    ("the_phases_in_a_skeleton_view_find_only_what_is_declared", |portage| {
        only_what_is_declared(portage, "skeleton");
    }),
    ("a_library_that_is_declared_in_addition_is_found", declared_in_addition),
    ("an_optional_dependency_that_is_withheld_is_not_found", optional_withheld),
    ("a_phase_fails_when_a_needed_dependency_is_withheld", needed_withheld),
    ("the_phases_can_not_write_into_the_prefix", writes_into_the_prefix),
];

/// What the ebuild declares, as Portage evaluated it for USE="extra".
const DECLARED: &str = "virtual/hlib >=dev-libs/hlib-1.1:= dev-libs/hextra:0=";

fn without_a_view(portage: &Portage) {
    portage.clean();
    let output =
        succeed(portage.command("ebuild").arg(portage.ebuild()).args(["compile", "install"]));
    assert_found(&output, &["hextra", "hauto"], &[]);
    assert_eq!(linked(portage), ["libhlib.so.1", "libhextra.so.1", "libhauto.so.1"]);
}

fn only_what_is_declared(portage: &Portage, backend: &str) {
    portage.clean();
    let output = phases_in_view(portage, &["--backend", backend], DECLARED, &portage.ebuild());
    assert!(output.status.success(), "{}", transcript(&output));
    assert_found(&output, &["hextra"], &["hauto"]);
    assert_eq!(linked(portage), ["libhlib.so.1", "libhextra.so.1"]);

    succeed(portage.command("ebuild").arg(portage.ebuild()).arg("qmerge"));
    let merged = portage.eprefix().join("var/db/pkg/app-misc/hconsumer-3_rc1-r2/REQUIRES");
    assert_eq!(
        fs::read_to_string(merged).unwrap().trim_end(),
        "x86_64: libc.so.6 libhextra.so.1 libhlib.so.1"
    );
    succeed(&mut portage.program(portage.eprefix().join("usr/bin/hconsumer")));
}

fn declared_in_addition(portage: &Portage) {
    portage.clean();
    let declared = format!("{DECLARED} dev-libs/hauto");
    let output = phases_in_view(portage, &[], &declared, &portage.ebuild());
    assert!(output.status.success(), "{}", transcript(&output));
    assert_found(&output, &["hextra", "hauto"], &[]);
}

fn optional_withheld(portage: &Portage) {
    portage.clean();
    let output =
        phases_in_view(portage, &["--withhold", "dev-libs/hextra"], DECLARED, &portage.ebuild());
    assert!(output.status.success(), "{}", transcript(&output));
    assert_found(&output, &[], &["hextra", "hauto"]);
    assert_eq!(linked(portage), ["libhlib.so.1"]);
}

fn needed_withheld(portage: &Portage) {
    portage.clean();
    let output =
        phases_in_view(portage, &["--withhold", "dev-libs/hlib"], DECLARED, &portage.ebuild());
    assert!(!output.status.success(), "{}", transcript(&output));
    let printed = transcript(&output);
    assert!(printed.contains("hlib.h: No such file or directory"), "{printed}");
    assert!(!portage.image().exists() || fs::read_dir(portage.image()).unwrap().count() == 0);
}

fn writes_into_the_prefix(portage: &Portage) {
    let mut command = crate::hermitage::on_prefix(portage, "run");
    let library = portage.eprefix().join("usr/lib/libhlib.so.1.2");
    let before = fs::read(&library).unwrap();
    for path in portage.own_needs() {
        command.arg("--read").arg(path);
    }
    command.args(["--depend", DECLARED, "--", "sh", "-c"]);
    command.arg("echo x >> \"$0\" || echo x > \"${0%/*}/new\"").arg(&library);
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{}", transcript(&output));
    let printed = transcript(&output);
    assert_eq!(printed.matches("Read-only file system").count(), 2, "{printed}");
    assert_eq!(fs::read(&library).unwrap(), before);
}

fn assert_found(output: &std::process::Output, found: &[&str], missing: &[&str]) {
    let printed = transcript(output);
    for (names, answer) in [(found, "yes"), (missing, "no")] {
        for name in names {
            assert!(printed.contains(&format!("checking for {name}: {answer}\n")), "{printed}");
        }
    }
}

/// The libraries of ours that the program in the image is linked with, as Portage recorded them.
fn linked(portage: &Portage) -> Vec<String> {
    let needed = fs::read_to_string(portage.build_info().join("NEEDED.ELF.2")).unwrap();
    let libraries = needed.trim_end().split(';').nth(4).unwrap();
    libraries.split(',').filter(|name| name.starts_with("libh")).map(str::to_owned).collect()
}

impl Portage {
    fn ebuild(&self) -> PathBuf {
        self.repository().join(CONSUMER_EBUILD)
    }

    fn clean(&self) {
        succeed(self.command("ebuild").arg(self.ebuild()).arg("clean"));
    }

    fn image(&self) -> PathBuf {
        self.build_directory().join("image")
    }

    fn build_info(&self) -> PathBuf {
        self.build_directory().join("build-info")
    }

    fn build_directory(&self) -> PathBuf {
        self.build().join("portage/app-misc/hconsumer-3_rc1-r2")
    }
}
