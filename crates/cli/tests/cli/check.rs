//! What a build reached for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::machine::Machine;
use crate::support::{Answer, call, hermitage};

/// A directory to build in, with a program that uses the library, and a script that compiles it if it can.
struct Build(tempfile::TempDir);

impl Build {
    fn new(machine: &Machine) -> Self {
        let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
        fs::write(scratch.path().join("x.c"), machine.program()).unwrap();
        let script = format!(
            "cc -o x x.c {} 2>errors && ./x || echo without\nprintf '#define FOUND %d\\n' $(test -e x; echo $?) > config.h\n",
            machine.link()
        );
        fs::write(scratch.path().join("configure"), script).unwrap();
        Self(scratch)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// `hermitage check` of the script, with the compiler declared.
    fn check(&self, machine: &Machine, options: &[&str]) -> Command {
        let mut command = machine.verb("check");
        command.args(options).arg("--write").arg(self.path()).arg("--chdir").arg(self.path());
        command.args(["--", "sh", "./configure"]);
        command
    }
}

fn report(answer: &Answer) -> Value {
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// The ids of findings about the library: other packages of the machine may be misplaced or unused.
fn undeclared(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let ids = findings.map(|finding| finding["id"].as_str().unwrap().to_owned());
    ids.filter(|id| id.starts_with("undeclared:")).collect()
}

#[test]
fn an_undeclared_library_is_named_with_who_looked_for_it_and_a_declared_one_is_not() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let answer = Answer::of(build.check(machine, &["--format", "json"]).output().unwrap());
    assert_eq!(answer.code, Some(1), "{answer:?}");
    // The command's own output is on stderr, so that stdout is the report.
    assert!(answer.stderr.contains("without"), "{answer:?}");
    let found = report(&answer);
    let library = machine.library.trim_start_matches('=');
    assert_eq!(undeclared(&found).len(), 1, "{found:#}");
    let finding = &found["findings"][0];
    assert_eq!(finding["severity"], "error");
    let package = finding["package"]["name"].as_str().unwrap();
    assert!(library.starts_with(package), "{library} {package}");
    let looks = finding["evidence"].as_array().unwrap();
    let header = machine.header();
    let is_header = |look: &&Value| look["path"].as_str().unwrap().ends_with(&header);
    let look = looks.iter().find(is_header).unwrap_or_else(|| panic!("{finding:#}"));
    let lineage = look["lineage"].as_array().unwrap();
    let scripts: Vec<_> = lineage.iter().map(|asker| asker["command"].to_string()).collect();
    assert!(scripts.iter().any(|script| script.contains("./configure")), "{scripts:?}");

    let options = ["--format", "json", "--with", &machine.library];
    let answer = Answer::of(build.check(machine, &options).output().unwrap());
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert_eq!(undeclared(&report(&answer)), [""; 0], "{answer:?}");
    assert!(answer.stderr.contains("peek 1.0, with"), "{answer:?}");
}

#[test]
fn the_threshold_decides_on_the_exit_code_and_the_commands_own_code_comes_through() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let never = build.check(machine, &["--fail-on", "never"]).output().unwrap();
    assert_eq!(never.status.code(), Some(0));
    fs::write(build.path().join("configure"), "exit 7\n").unwrap();
    let failed = build.check(machine, &[]).output().unwrap();
    assert_eq!(failed.status.code(), Some(7));
}

#[test]
fn every_form_of_report_tells_of_the_library_and_goes_where_it_is_told() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let file = build.path().join("report");
    for format in ["text", "lines", "json", "sarif", "junit", "html"] {
        let options = ["--format", format, "--output", file.to_str().unwrap()];
        let answer = Answer::of(build.check(machine, &options).output().unwrap());
        assert_eq!((answer.code, &answer.stdout[..]), (Some(1), ""), "{format}: {answer:?}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("undeclared:"), "{format}: {text}");
        assert!(text.contains(&machine.header()), "{format}: {text}");
    }
}

#[test]
fn what_is_suppressed_or_in_the_baseline_does_not_count() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let answer = Answer::of(build.check(machine, &["--format", "json"]).output().unwrap());
    let baseline = build.path().join("baseline.json");
    fs::write(&baseline, &answer.stdout).unwrap();
    let options = ["--format", "json", "--baseline", baseline.to_str().unwrap()];
    let answer = Answer::of(build.check(machine, &options).output().unwrap());
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert_eq!(undeclared(&report(&answer)), [""; 0]);

    let file = build.path().join("suppress.toml");
    let rule = "schema = 1\n[[suppress]]\nid = \"undeclared:*\"\nreason = \"a test\"\n[[suppress]]\nid = \"unowned:/none\"\nreason = \"a test\"\n";
    fs::write(&file, rule).unwrap();
    let options = ["--format", "json", "--suppress", file.to_str().unwrap()];
    let answer = Answer::of(build.check(machine, &options).output().unwrap());
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(
        answer.stderr.contains("line 6: unowned:/none: there is no such finding"),
        "{answer:?}"
    );
}

#[test]
fn a_build_with_all_of_the_host_in_view_is_compared_and_the_sources_stay_as_they_are() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let options = ["--format", "json", "--compare"];
    let answer = Answer::of(build.check(machine, &options).output().unwrap());
    assert_eq!(answer.code, Some(1), "{answer:?}");
    let found = report(&answer);
    let features = found["comparison"]["features"].as_array().unwrap();
    assert_eq!(features.len(), 1, "{found:#}");
    assert_eq!(features[0]["name"], "FOUND");
    assert_eq!(
        (&features[0]["with_host"], &features[0]["with_declared"]),
        (&"0".into(), &"1".into())
    );
    let only = found["comparison"]["only_with_host"].as_array().unwrap();
    assert_eq!(only, &[build.path().join("x").to_str().unwrap()]);
    let mut names: Vec<_> =
        fs::read_dir(build.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["configure", "x.c"]);
}

#[test]
fn the_ebuild_gets_a_patch_that_declares_the_library() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let ebuild = build.path().join("x-1.ebuild");
    fs::write(&ebuild, "EAPI=8\nDEPEND=\"\n\tdev-libs/other\n\"\nRDEPEND=\"${DEPEND}\"\n").unwrap();
    let options = ["--ebuild", ebuild.to_str().unwrap()];
    let answer = Answer::of(build.check(machine, &options).output().unwrap());
    assert!(answer.stdout.contains("\n \tdev-libs/other\n+\t"), "{answer:?}");
    assert_eq!(answer.stdout.matches("\n+\t").count(), 1, "{answer:?}");
}

#[test]
fn what_gentoos_sandbox_refused_gives_the_same_finding() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let answer = Answer::of(build.check(machine, &["--format", "json"]).output().unwrap());
    let found = report(&answer);
    let header = found["findings"][0]["evidence"][0]["path"].as_str().unwrap();
    let log = build.path().join("sandbox.log");
    let record =
        format!("F: open_rd\nS: deny\nP: {header}\nA: {header}\nR: {header}\nC: cc -c x.c \n");
    fs::write(&log, format!("VERSION 1.0\nFORMAT: F - Function called\n\n{record}")).unwrap();
    let mut command = machine.verb("check");
    command.args(["--format", "json", "--sandbox-log"]).arg(&log);
    let answer = Answer::of(command.output().unwrap());
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert_eq!(undeclared(&report(&answer)), undeclared(&found));
}

/// A batch of two packages of the demonstration's database or the machine's.
fn batch(machine: &Machine, results: &Path, list: &Path, script: &str) -> Answer {
    let mut command = hermitage();
    command.arg("check").args(machine.options()).arg("--targets").arg(list);
    command.args(["--closure", "runtime-only", "--allow-unsatisfied", "--jobs", "2"]);
    command.arg("--results").arg(results).args(["--fail-on", "never", "--format", "json"]);
    command.arg("--write").arg(results.join("work/{}"));
    Answer::of(
        command
            .args([
                "--read", "/bin", "--read", "/usr", "--read", "/lib", "--", "/bin/sh", "-c", script,
            ])
            .output()
            .unwrap(),
    )
}

#[test]
fn a_batch_has_a_report_for_each_package_and_goes_on_where_it_was() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let (results, list) = (scratch.path().join("results"), scratch.path().join("list"));
    fs::write(&list, format!("# two\n{}\n\n{} # and again\n", machine.library, machine.library))
        .unwrap();
    let count = scratch.path().join("results/work");
    let script = "echo x >> $0/$HERMITAGE_TARGET/runs";
    let run = || {
        let mut command = script.to_owned();
        command = command.replace("$0", count.to_str().unwrap());
        batch(machine, &results, &list, &command)
    };
    let first = run();
    assert_eq!(first.code, Some(0), "{first:?}");
    let summary: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(summary["packages"].as_array().unwrap().len(), 1, "{summary:#}");
    let runs = || -> Vec<PathBuf> { found(&count, "runs") };
    let [file] = &runs()[..] else { panic!("{:?}", runs()) };
    assert_eq!(fs::read_to_string(file).unwrap(), "x\n");
    // What has a report is not run again; what has none is.
    assert_eq!(run().code, Some(0));
    assert_eq!(fs::read_to_string(file).unwrap(), "x\n");
    let [kept] = &found(&results, ".json")[..] else { panic!("one report") };
    fs::remove_file(kept).unwrap();
    assert_eq!(run().code, Some(0));
    assert_eq!(fs::read_to_string(file).unwrap(), "x\nx\n");
}

/// The files below a directory whose names end so.
fn found(dir: &Path, end: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files.extend(found(&entry.path(), end));
        } else if entry.file_name().to_str().unwrap().ends_with(end) {
            files.push(entry.path());
        }
    }
    files
}

#[test]
fn what_can_not_be_read_is_refused_with_its_place_before_anything_runs() {
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let file = scratch.path().join("file");
    let path = file.to_str().unwrap();
    let refused = |option: &str, content: &str, words: &[&str]| {
        fs::write(&file, content).unwrap();
        let touched = scratch.path().join("touched");
        let command = ["--", "touch", touched.to_str().unwrap()];
        let arguments = ["check", "--system", "none", "--depend", "", option, path];
        call(arguments.into_iter().chain(command)).refused(&[&[path], words].concat());
        assert!(!touched.exists());
    };
    refused(
        "--audit-rules",
        "schema = 1\n[[quiet]]\nid = \"all\"\nreason = \"\"\n",
        &["line 3", "would silence all"],
    );
    refused("--audit-rules", "schema = 1\n[[quite]]\n", &["line 2", "quite"]);
    refused(
        "--audit-rules",
        "schema = 1\n[[role]]\nrole = \"header\"\npaths = [\"x\"]\n",
        &["line 4"],
    );
    refused("--suppress", "schema = 1\n[[suppress]]\nid = \"x\"\n", &["line 2", "reason"]);
    refused("--baseline", "{}", &["schema"]);
    let log = "F: open_rd\nS: deny\nnonsense\n";
    fs::write(&file, log).unwrap();
    let arguments = ["check", "--system", "none", "--depend", "", "--sandbox-log", path];
    call(arguments).refused(&[path, "line"]);
}
