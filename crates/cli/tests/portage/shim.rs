//! Portage builds, with Hermitage in the place of its sandbox.

use std::fs;
use std::process::{Command, Output};
use std::sync::Once;

use crate::Case;
use crate::portage::{Portage, succeed, transcript};

pub(crate) const CASES: &[Case] = &[
    ("emerge_alone_finds_an_undeclared_library", emerge_alone),
    ("emerge_in_views_finds_only_what_is_declared", emerge_in_views),
    ("a_build_that_needs_what_it_does_not_declare_fails_with_an_explanation", undeclared),
    ("each_way_of_declaring_counts_with_two_builds_at_a_time", each_way),
    ("what_eapi_9_does_not_export_is_found", not_exported),
    EAPI_9,
    ("the_flags_of_the_build_decide", flags),
    ("the_dependencies_of_the_installed_version_do_not_count", newer),
    ("packages_with_nothing_but_metadata_are_read", metadata_only),
    ("what_an_interrupted_merge_left_is_passed_over", interrupted_merge),
    ("a_dependency_that_is_not_installed_is_explained", absent),
    ("binary_packages_are_made_and_merged", binary_packages),
];

fn emerge_alone(portage: &Portage) {
    portage.prepare();
    let output = succeed(portage.command("emerge").args(["--oneshot", "app-misc/automagic"]));
    let printed = transcript(&output);
    assert!(printed.contains("checking for hauto: yes"), "{printed}");
    assert_eq!(
        portage.found("automagic"),
        ["hlib", "hextra", "hauto", "hslot1", "hslot2", "htool"]
    );
}

fn emerge_in_views(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let output = portage.builds("app-misc/automagic");
    let printed = transcript(&output);
    assert!(printed.contains("checking for hextra: yes"), "{printed}");
    assert!(printed.contains("checking for hauto: no"), "{printed}");
    assert_eq!(portage.found("automagic"), ["hextra"]);
    let explanation = format!("looked for {} of dev-libs/hauto-0", portage.header("hauto"));
    assert!(printed.contains(&explanation), "{printed}");
}

fn undeclared(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let output = portage.hermitage_emerge(&["app-misc/undeclared"]).output().unwrap();
    let printed = transcript(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for expected in [
        "hauto.h: No such file or directory",
        "app-misc/undeclared-1::tiny failed (compile phase)",
        "hermitage: app-misc/undeclared-1, compile: what it looked for is not what it declares: 1 error(s)",
        &format!(
            "looked for {} of dev-libs/hauto-0, which is not declared",
            portage.header("hauto")
        ),
        "=> add \"dev-libs/hauto:=\" to DEPEND and RDEPEND",
    ] {
        assert!(printed.contains(expected), "{expected}:\n{printed}");
    }
    assert!(!portage.is_installed("app-misc/undeclared-1"));
    succeed(portage.command("emerge").args(["--oneshot", "app-misc/undeclared"]));
}

/// What each package finds, which is what it declares and nothing else.
const WAYS: [(&str, &[&str]); 9] = [
    ("nothing", &[]),
    ("conditional", &["hextra"]),
    ("slotted", &["hslot2"]),
    ("anyof", &["hextra"]),
    ("virtual", &["hlib"]),
    ("tool", &["htool"]),
    ("runtime", &[]),
    ("eapi6", &["hextra", "htool"]),
    ("eapi7", &["hextra", "htool"]),
];

fn each_way(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let names: Vec<_> = WAYS.iter().map(|(name, _)| format!("app-misc/{name}")).collect();
    let mut command = portage.hermitage_emerge(&["--jobs=2", "--load-average=100"]);
    succeed(command.args(names));
    for (name, expected) in WAYS {
        assert_eq!(portage.found(name), expected, "{name}");
        assert_eq!(portage.circumstances(name), usual_circumstances(), "{name}");
    }
}

/// Portage leaves the same variables out for other EAPIs when it is told to, so that this needs no newer bash.
fn not_exported(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let mut command = portage.hermitage_emerge(&["app-misc/eapi7", "app-misc/conditional"]);
    succeed(command.env("PORTAGE_DO_NOT_EXPORT_PMS_VARS", "1"));
    assert_eq!(portage.found("eapi7"), ["hextra", "htool"]);
    assert_eq!(portage.found("conditional"), ["hextra"]);
}

/// The test that needs the bash of EAPI 9.
pub(crate) const EAPI_9: Case = ("an_ebuild_of_eapi_9_finds_what_it_declares", |portage| {
    portage.prepare();
    portage.configure("");
    portage.builds("app-misc/eapi9");
    assert_eq!(portage.found("eapi9"), ["hextra", "htool"]);
});

/// Whether ebuilds of EAPI 9 can be built here: they are for bash 5.3 (PMS, "Bash version").
pub(crate) fn has_bash_of_eapi_9() -> bool {
    let version = "(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 503 ))";
    Command::new("/bin/bash").args(["-c", version]).status().is_ok_and(|status| status.success())
}

fn flags(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    succeed(portage.hermitage_emerge(&["app-misc/conditional"]).env("USE", "-on off"));
    assert_eq!(portage.found("conditional"), ["hauto"]);
    succeed(portage.hermitage_emerge(&["app-misc/conditional"]).env("USE", "on off"));
    assert_eq!(portage.found("conditional"), ["hextra", "hauto"]);
}

fn newer(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    portage.builds("=app-misc/newer-1");
    assert_eq!(portage.found("newer"), ["hauto"]);
    portage.builds("=app-misc/newer-2");
    assert_eq!(portage.found("newer"), ["hextra"]);
}

fn metadata_only(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    succeed(portage.command("emaint").args(["vdb", "--fix", "--delete-individual-files"]));
    assert!(!portage.eprefix().join("var/db/pkg/dev-libs/hextra-1.2_p3-r1/RDEPEND").exists());
    let output = portage.hermitage_emerge(&["app-misc/virtual"]).output().unwrap();
    let restored = portage.command("emaint").args(["vdb", "--remove"]).output().unwrap();
    assert!(output.status.success(), "{}", transcript(&output));
    assert!(restored.status.success(), "{}", transcript(&restored));
    assert_eq!(portage.found("virtual"), ["hlib"]);
}

fn interrupted_merge(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let category = portage.eprefix().join("var/db/pkg/dev-libs");
    let leftover = category.join("-MERGING-hauto-7");
    fs::create_dir(&leftover).unwrap();
    for file in ["CONTENTS", "SLOT", "EAPI"] {
        fs::copy(category.join("hauto-0").join(file), leftover.join(file)).unwrap();
    }
    let output = portage.hermitage_emerge(&["app-misc/automagic"]).output().unwrap();
    fs::remove_dir_all(leftover).unwrap();
    assert!(output.status.success(), "{}", transcript(&output));
    assert_eq!(portage.found("automagic"), ["hextra"]);
}

fn absent(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let output = portage.hermitage_emerge(&["--nodeps", "app-misc/absent"]).output().unwrap();
    let printed = transcript(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("hermitage: unsatisfied dependency"), "{printed}");
    assert!(printed.contains("dev-libs/hmissing"), "{printed}");
    assert!(!printed.contains("checking for"), "the phase has not run: {printed}");
}

fn binary_packages(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let packages = portage.scratch().join("binpkgs");
    let made = |arguments: &[&str]| {
        let mut command = portage.hermitage_emerge(arguments);
        succeed(command.arg("app-misc/automagic").env("PKGDIR", &packages));
    };
    made(&["--buildpkg"]);
    fs::remove_dir_all(portage.eprefix().join("usr/share/automagic")).unwrap();
    made(&["--usepkgonly"]);
    assert_eq!(portage.found("automagic"), ["hextra"]);
}

/// Those that hold when nothing is asked for: the caller's ids, Portage's directory for temporary files.
pub(crate) fn usual_circumstances() -> Vec<String> {
    let network = fs::read_to_string("/proc/net/dev").unwrap();
    let mut devices: Vec<_> = network
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim())
        .collect();
    devices.sort_unstable();
    vec![
        format!("uid {} gid {}", crate::portage::identity("-u"), crate::portage::identity("-g")),
        format!("net {} ", devices.join(" ")),
        "tmp /temp umask 0022".into(),
        "portage answers".into(),
    ]
}

impl Portage {
    /// Merges what these builds look for besides what all tests share.
    pub(crate) fn prepare(&self) {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let packages = ["=dev-libs/hslot-1", "=dev-libs/hslot-2", "dev-util/htool"];
            succeed(self.command("emerge").args(["--quiet", "--oneshot"]).args(packages));
        });
    }

    /// Writes Hermitage's configuration: what the machine has besides the prefix's packages is visible, then `more`.
    pub(crate) fn configure(&self, more: &str) {
        let needs = self.own_needs();
        // The prefix's own database is none of these.
        let needs = needs.iter().filter(|path| !path.starts_with(self.eprefix().join("var")));
        let needs: Vec<_> = needs.map(|path| path.to_str().unwrap()).collect();
        let directory = self.eprefix().join("etc");
        fs::create_dir_all(&directory).unwrap();
        let text = format!("system = \"none\"\nread = {needs:?}\n{more}");
        fs::write(directory.join("hermitage.toml"), text).unwrap();
    }

    /// `hermitage emerge --oneshot ARGUMENTS`.
    pub(crate) fn hermitage_emerge(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_hermitage"));
        command.args(["emerge", "--oneshot"]).args(arguments);
        command
    }

    /// The same, which must succeed.
    pub(crate) fn builds(&self, package: &str) -> Output {
        succeed(&mut self.hermitage_emerge(&[package]))
    }

    /// What a package of ours found when it was built.
    pub(crate) fn found(&self, package: &str) -> Vec<String> {
        self.recorded(package, "found")
    }

    /// Under which circumstances it was built.
    pub(crate) fn circumstances(&self, package: &str) -> Vec<String> {
        self.recorded(package, "circumstances")
    }

    fn recorded(&self, package: &str, file: &str) -> Vec<String> {
        let path = self.eprefix().join("usr/share").join(package).join(file);
        fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    pub(crate) fn is_installed(&self, cpv: &str) -> bool {
        self.eprefix().join("var/db/pkg").join(cpv).exists()
    }

    /// Where a header of ours is.
    pub(crate) fn header(&self, name: &str) -> String {
        self.eprefix().join(format!("usr/include/{name}.h")).display().to_string()
    }
}
