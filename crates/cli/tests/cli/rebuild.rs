//! What a build leaves that depends on its circumstances is found, and what it is due to is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::machine::Machine;
use crate::support::{Answer, call, on, small_system};

/// Leaves one file for each thing that it has no business to look at.
const LEAKS: &str = "
set -e
mkdir out
echo ${HERMITAGE_REBUILD-none} > out/environment
uname -n > out/host
id -un > out/user
date +%Z > out/time-zone
echo \"$LC_ALL\" > out/locale
umask > out/umask
ls -U src > out/order
nproc > out/cpus
stat -c %Y src/a > out/date
pwd > out/place
test -e HEADER && echo with > out/packages || echo without > out/packages
date +%Y > out/clock
date +%s > out/second
echo the same > out/steady
chmod 755 out
chmod 644 out/*
";

struct Project(TempDir);

impl Project {
    fn new(script: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("hermitage-test-rebuild-").tempdir_in("/var/tmp");
        let project = Self(dir.unwrap());
        fs::create_dir(project.path().join("src")).unwrap();
        for name in ["a", "b", "c", "d"] {
            fs::write(project.path().join("src").join(name), name).unwrap();
        }
        fs::write(project.path().join("build.sh"), script).unwrap();
        project
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Rebuilds it in a view of the compiler's packages, and compares `out`.
    fn rebuild(&self, options: &[&str]) -> Command {
        let mut command = Machine::get().verb("rebuild");
        command.current_dir(self.path()).args(["--write", ".", "--result", "out"]).args(options);
        command.args(["--", "sh", "build.sh"]);
        command
    }
}

fn answer(command: &mut Command) -> Answer {
    Answer::of(command.output().unwrap())
}

fn leaks() -> String {
    LEAKS.replace("HEADER", &format!("/usr/include/{}", Machine::get().header()))
}

/// A report, which is as the published schema says.
fn read(report: &str) -> Value {
    let report = serde_json::from_str(report).unwrap();
    let schema = serde_json::from_str(include_str!("../../rebuild.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    report
}

/// The conditions that a report says were varied.
fn varied(report: &str) -> Vec<String> {
    let report = read(report);
    let varied = report["varied"].as_array().unwrap().iter();
    varied.map(|varied| varied["condition"].as_str().unwrap().to_owned()).collect()
}

/// For each differing file the reasons, those that are proven marked.
fn reasons(report: &str) -> BTreeMap<String, BTreeSet<String>> {
    let report = read(report);
    let differences = report["differences"].as_array().unwrap();
    let all = differences.iter().map(|difference| {
        let path = PathBuf::from(difference["path"].as_str().unwrap());
        let causes = difference["causes"].as_array().unwrap().iter().map(|cause| {
            let mark = if cause["proven"] == true { "!" } else { "?" };
            format!("{}{mark}", cause["reason"].as_str().unwrap())
        });
        (path.file_name().unwrap().to_str().unwrap().to_owned(), causes.collect())
    });
    all.collect()
}

fn expected(pairs: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
    let set = |reasons: &[&str]| reasons.iter().map(ToString::to_string).collect();
    pairs.iter().map(|(name, reasons)| ((*name).to_owned(), set(reasons))).collect()
}

#[test]
fn every_planted_leak_is_found_and_its_cause_proven() {
    let project = Project::new(&leaks());
    let answer = answer(&mut project.rebuild(&["--bisect", "--format", "json"]));
    assert_eq!(answer.code, Some(1), "{answer:?}");
    let varied = varied(&answer.stdout);
    let mut wanted = expected(&[("second", &["unsteady!", "clock?"])]);
    // A machine with one processor can't show another number, and one without libfaketime no other time.
    wanted.extend(varied.iter().map(|name| (name.clone(), [format!("{name}!")].into())));
    assert_eq!(reasons(&answer.stdout), wanted, "{answer:?}");
    assert!(varied.len() >= 10, "{answer:?}");
    assert!(!project.path().join("out").exists(), "it is built on copies");
}

#[test]
fn pure_neutralises_what_it_promises() {
    let project = Project::new(&leaks());
    let answer = answer(&mut project.rebuild(&["--pure", "--bisect", "--format", "json"]));
    let mut wanted = vec![
        ("second", &["unsteady!", "clock?"][..]),
        ("date", &["date!"]),
        ("order", &["order!"]),
        ("place", &["place!"]),
    ];
    if varied(&answer.stdout).contains(&"clock".to_owned()) {
        wanted.push(("clock", &["clock!"]));
    }
    assert_eq!(reasons(&answer.stdout), expected(&wanted), "{answer:?}");
}

#[test]
fn without_further_builds_causes_are_read_from_the_files() {
    let project = Project::new(&leaks());
    let answer = answer(&mut project.rebuild(&["--keep", "packages"]));
    assert_eq!(answer.code, Some(1), "{answer:?}");
    for words in [
        "probably due to host (the host's name): \"rebuilt-elsewhere\" is in the second one only",
        "probably due to environment (variables of the environment): ",
        "probably due to order (in which order directories are listed): the same lines in another order",
        "probably due to time-zone",
        "probably due to place (where the sources lie): \"/moved-for-rebuild\" is in the second one only",
        "probably due to user",
        "probably due to clock (the time of day): ",
        "held packages: not to be varied",
    ] {
        assert!(answer.stdout.contains(words), "{words:?} is not in {answer:?}");
    }
    assert!(!answer.stdout.contains("steady"), "{answer:?}");
}

#[test]
fn a_build_that_does_not_look_around_is_identical() {
    let project = Project::new(
        "umask 022; mkdir out; cat src/* > out/all; ln -s all out/link; chmod 700 out/all",
    );
    let answer = answer(&mut project.rebuild(&[]));
    assert!(answer.stdout.ends_with("\nidentical\n"), "{answer:?}");
    assert_eq!(answer.code, Some(0), "{answer:?}");
}

#[test]
fn modes_links_presence_and_times_are_compared() {
    let script = "mkdir out; touch out/new; ln -s $PWD out/link; test -z \"$HERMITAGE_REBUILD\" && touch -d @5 out/old && mkdir out/x || touch out/x";
    let project = Project::new(script);
    let answer = answer(&mut project.rebuild(&["--times", "--vary", "environment,umask,place"]));
    let text = answer.stdout;
    for words in [
        "/out/new: mode 0644, and 0664\n    probably due to umask (the file mode creation mask): it was 022 and 002",
        "/out/new: modified at ",
        "/out/link: leads to /var/tmp/",
        "/out/old: is left by the first build only",
        "/out/x: a directory, and a file",
    ] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
}

#[test]
fn a_build_that_fails_elsewhere_is_told() {
    let project = Project::new("mkdir out; touch out/x; test $(pwd) = \"$HERE\"");
    let here = format!("HERE={}", project.path().display());
    let bisect = ["--env", &here, "--bisect", "--vary", "host,place"];
    let told = answer(&mut project.rebuild(&[&bisect[..], &["--format", "json"]].concat()));
    assert_eq!(read(&told.stdout)["failure_causes"][0]["reason"], "place");
    let answer = answer(&mut project.rebuild(&bisect));
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(
        answer.stdout.contains("the command ends with 0, and with 1\n    due to place"),
        "{answer:?}"
    );
    let verdict = "the builds end differently (3 more builds to find out why)\n";
    assert!(answer.stdout.ends_with(verdict), "{answer:?}");
}

#[test]
fn the_user_has_another_name_number_and_home() {
    let project = Project::new(
        "mkdir out; id -u > out/number; id -un > out/name; pwd > out/pwd; echo ~ > out/home",
    );
    let answer = answer(&mut project.rebuild(&["--vary", "user", "--format", "json"]));
    let differing: Vec<_> = reasons(&answer.stdout).into_keys().collect();
    assert_eq!(differing, ["home", "name", "number"], "{answer:?}");
}

#[test]
fn without_a_file_system_in_memory_everything_else_is_varied() {
    let project = Project::new(&leaks());
    let answer = answer(&mut project.rebuild(&["--pretend-without-memory", "--format", "json"]));
    let varied = varied(&answer.stdout);
    assert!(varied.len() >= 9 && !varied.contains(&"order".to_owned()), "{answer:?}");
    let held = read(&answer.stdout)["held"][0].clone();
    assert_eq!(held["condition"], "order");
    assert!(held["reason"].as_str().unwrap().contains("not to be had"), "{held}");
    let found = reasons(&answer.stdout);
    assert!(found.contains_key("place") && !found.contains_key("steady"), "{answer:?}");
}

#[test]
fn diffoscope_is_asked_where_it_is_installed() {
    let project = Project::new("mkdir out; uname -n > out/host");
    let bin = tempfile::tempdir().unwrap();
    let stub = bin.path().join("diffoscope");
    fs::write(&stub, "#!/bin/sh\nsed 's/^/said /' \"$1\" \"$2\"; exit 1\n").unwrap();
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let mut command = project.rebuild(&["--keep", "umask"]);
    let told = answer(command.env("PATH", &path));
    assert!(
        told.stdout.contains("    | said hermitage\n    | said rebuilt-elsewhere\n"),
        "{told:?}"
    );
    fs::write(&stub, "#!/bin/sh\nexit 2\n").unwrap();
    let told = answer(command.env("PATH", path));
    assert!(told.stdout.contains("    | (diffoscope: it failed: exit status: 2)"), "{told:?}");
}

#[test]
fn what_can_t_be_rebuilt_is_refused() {
    let project = Project::new("exit 3");
    answer(&mut project.rebuild(&[])).refused(&["exit code 3", "hermitage run"]);
    answer(&mut project.rebuild(&["--result", "/etc"]))
        .refused(&["--result /etc", "can't write there"]);
    // It would be another directory, beside the copies that are built.
    answer(&mut project.rebuild(&["--result", "out/../../x"]))
        .refused(&["x: ", "can't write there"]);
    let answer = answer(&mut project.rebuild(&["--pure", "--vary", "host"]));
    answer.refused(&["--vary host", "--pure"]);
    let project = Project::new("true");
    self::answer(&mut project.rebuild(&[])).refused(&["/out", "no build has left it"]);
    on(&small_system(), "rebuild", &["tool", "--system", "none", "--", "true"])
        .refused(&["--write"]);
    let answer = call(["rebuild", "x/y", "--vary", "moon", "--", "true"]);
    assert!(answer.code == Some(125) && answer.stderr.contains("moon"), "{answer:?}");
}
