//! Where packages are looked for: ROOT, SYSROOT and BROOT of a cross build, and a real machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::machine::Machine;
use crate::support::{Answer, hermitage};

/// Installs a package of one file.
fn install(root: &Path, cpv: &str, file: &str, fields: &[(&str, &str)]) {
    let directory = root.join("var/db/pkg").join(cpv);
    fs::create_dir_all(&directory).unwrap();
    let contents = format!("obj {file} d41d8cd98f00b204e9800998ecf8427e 1500000000\n");
    fs::write(directory.join("CONTENTS"), contents).unwrap();
    for (name, value) in [("SLOT", "0"), ("EAPI", "8")].iter().chain(fields) {
        fs::write(directory.join(name), format!("{value}\n")).unwrap();
    }
    let file = root.join(file.trim_start_matches('/'));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, "").unwrap();
}

/// A machine that builds, with a system to build against below it, and one to build for below that.
struct Cross {
    build: TempDir,
}

impl Cross {
    fn new() -> Self {
        let cross = Self { build: tempfile::tempdir().unwrap() };
        install(cross.build.path(), "a/tool-1", "/usr/bin/tool", &[("RDEPEND", "a/lib")]);
        install(cross.build.path(), "a/lib-1", "/usr/lib/lib.so", &[]);
        install(&cross.sysroot(), "a/lib-2", "/usr/lib/lib.so", &[]);
        install(&cross.root(), "a/lib-3", "/usr/lib/lib.so", &[]);
        cross
    }

    fn sysroot(&self) -> std::path::PathBuf {
        self.build.path().join("usr/target")
    }

    fn root(&self) -> std::path::PathBuf {
        self.build.path().join("usr/target/image")
    }

    fn ask(&self, arguments: &[&str], places: &[(&str, &Path)]) -> Answer {
        let mut command = hermitage();
        command.args(arguments).args(["--system", "none", "--root"]).arg(self.root());
        for (option, place) in places {
            command.arg(option).arg(place);
        }
        Answer::of(command.output().unwrap())
    }

    /// With all three.
    fn ask_all(&self, arguments: &[&str]) -> Answer {
        let places = [("--sysroot", &*self.sysroot()), ("--broot", self.build.path())];
        self.ask(arguments, &places)
    }
}

const NEEDS: [&str; 4] = ["--depend", "a/lib", "--bdepend", "a/tool"];

#[test]
fn tools_come_from_broot_and_libraries_from_sysroot() {
    let cross = Cross::new();
    let deps = |more: &[&str]| {
        let fixed = ["deps", "--format", "json", "--depend", "a/lib", "--bdepend", "a/tool"];
        let text = cross.ask_all(&[&fixed, more].concat()).good();
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let place = |package: &serde_json::Value| {
            let root = package.get("root").map_or("ROOT", |root| root.as_str().unwrap());
            format!("{root} {}", package["cpv"].as_str().unwrap())
        };
        let packages = report["packages"].as_array().unwrap();
        packages.iter().map(place).collect::<Vec<_>>()
    };
    let built = ["BROOT a/lib-1", "SYSROOT a/lib-2", "BROOT a/tool-1"];
    assert_eq!(deps(&[]), built);
    assert_eq!(deps(&["--closure", "direct"]), built[1..]);
}

#[test]
fn a_view_for_a_cross_build_shows_each_system_where_it_is() {
    let cross = Cross::new();
    let text = cross.ask_all(&[&["files"][..], &NEEDS].concat()).good();
    for row in [
        "/usr/bin/tool\ta/tool-1",
        "/usr/lib/lib.so\ta/lib-1",
        "/usr/target/usr/lib/lib.so\ta/lib-2",
    ] {
        assert!(text.lines().any(|line| line == row), "{row:?} is not in {text}");
    }
    assert!(!text.contains("/image/"), "{text}");
}

#[test]
fn a_place_that_is_not_given_is_root_and_one_that_can_not_be_shown_is_named() {
    let cross = Cross::new();
    let depend = ["deps", "--depend", "a/lib", "--format", "tsv"];
    assert!(cross.ask(&depend, &[]).good().starts_with("a/lib-3\t"));
    let sysroot = cross.sysroot();
    let found = cross.ask(&depend, &[("--sysroot", &sysroot)]).good();
    assert!(found.starts_with("a/lib-2\t"), "{found}");
    // What is built against is not below where is built.
    let files = [&["files"][..], &NEEDS[..2]].concat();
    let elsewhere = Cross::new();
    let places = [("--sysroot", elsewhere.build.path()), ("--broot", cross.build.path())];
    cross.ask(&files, &places).refused(&["not below", "--broot"]);
    let nowhere = [("--broot", Path::new("/nonexistent"))];
    cross.ask(&depend, &nowhere).refused(&["/nonexistent"]);
}

/// The paths of a view of the machine's own packages.
fn paths(machine: &Machine, closure: &str) -> BTreeSet<String> {
    let output = machine.alone("files").args(["--closure", closure]).output().unwrap();
    let text = Answer::of(output).good();
    text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn what_makes_the_machines_own_packages_loadable_is_enough_to_run_them() {
    let machine = Machine::get();
    let [direct, loadable, runtime] = ["direct", "loadable", "runtime"].map(|c| paths(machine, c));
    assert!(direct.is_subset(&loadable));
    assert!(loadable.len() < runtime.len(), "{} of {}", loadable.len(), runtime.len());
    let run = |closure: &str| {
        let mut command = machine.alone("run");
        command.args(["--closure", closure, "--", "/bin/sh", "-c", "exit 7"]);
        Answer::of(command.output().unwrap())
    };
    let started = run("loadable");
    assert_eq!(started.code, Some(7), "{started:?}");
    // Where the shell starts without, its loader was declared; elsewhere that is what came in.
    assert!(run("direct").code == Some(7) || loadable.len() > direct.len());
}
