//! What a build reached for.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal};
use serde_json::Value;

use crate::killed::wait_until;
use crate::machine::Machine;
use crate::support::{Answer, call};

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
}

#[test]
fn a_failed_command_is_told_everywhere_and_nothing_is_unused_then() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let failing = |script: &str, format: &str, declared: bool| {
        fs::write(build.path().join("configure"), script).unwrap();
        let unused: &[&str] = if declared { &["--bdepend", &machine.library] } else { &[] };
        let options = [&["--format", format], unused].concat();
        Answer::of(build.check(machine, &options).output().unwrap())
    };
    let unused = |report: &Value| report.to_string().contains("unused:");
    let sound = failing("exit 0\n", "json", true);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert_eq!(report(&sound)["outcome"]["exited"], 0);
    assert!(unused(&report(&sound)), "{sound:?}");

    let failed = failing("exit 7\n", "json", true);
    assert_eq!(failed.code, Some(7), "{failed:?}");
    assert!(failed.stderr.contains("hermitage: the command failed with exit code 7"), "{failed:?}");
    assert_eq!(report(&failed)["outcome"]["exited"], 7);
    assert!(!unused(&report(&failed)), "{failed:?}");
    // Its code, and not that of findings.
    let failed = failing("cc -E x.c; exit 3\n", "text", false);
    assert_eq!(failed.code, Some(3), "{failed:?}");
    assert!(failed.stdout.contains("undeclared:"), "{failed:?}");
    assert!(failed.stdout.contains("what is declared and unused is not told"), "{failed:?}");
    assert!(failed.stdout.lines().last().unwrap().contains("the command failed with exit code 3"));
    let killed = failing("kill -9 $$\n", "json", true);
    assert_eq!(killed.code, Some(137), "{killed:?}");
    assert_eq!(report(&killed)["outcome"]["signaled"], 9);
}

/// Starts `check` on a script that runs until a file appears; `told` gets the process, and the place where the script runs.
fn while_it_runs(options: &[&str], told: impl FnOnce(u32, &Path)) -> (Output, PathBuf) {
    let machine = Machine::get();
    let build = Build::new(machine);
    let mark = format!("runs-{}", build.path().file_name().unwrap().to_str().unwrap());
    let script = format!("trap '' INT\ntouch {mark}\nwhile ! test -e stop; do sleep .05; done\n");
    fs::write(build.path().join("configure"), script).unwrap();
    let mut command = build.check(machine, options);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut place = PathBuf::new();
    wait_until("the command runs", || {
        let copies =
            fs::read_dir("/var/tmp").unwrap().flatten().map(|entry| entry.path().join("0"));
        let mut places = copies.chain([build.path().to_owned()]);
        places.find(|place| place.join(&mark).exists()).map(|found| place = found).is_some()
    });
    told(child.id(), &place);
    (child.wait_with_output().unwrap(), place)
}

pub(crate) fn signal(process: u32, signal: Signal) {
    let pid = Pid::from_raw(process.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

#[test]
fn an_interrupted_build_makes_no_report() {
    let (output, _) = while_it_runs(&[], |process, place| {
        signal(process, Signal::INT);
        // The command may take its time, and end well.
        fs::write(place.join("stop"), "").unwrap();
    });
    let answer = Answer::of(output);
    assert_eq!((answer.code, &answer.stdout[..]), (Some(130), ""), "{answer:?}");
    assert!(answer.stderr.contains("hermitage: interrupted"), "{answer:?}");

    let (output, _) = while_it_runs(&[], |process, _| signal(process, Signal::TERM));
    assert_eq!(output.status.signal(), Some(15), "{output:?}");
    assert_eq!(output.stdout, b"");
    assert!(String::from_utf8_lossy(&output.stderr).contains("hermitage: interrupted"));
}

#[test]
fn the_copies_of_a_comparison_go_away_with_it() {
    let gone = |place: &Path| {
        let copies = place.parent().unwrap();
        assert!(copies.starts_with("/var/tmp"), "{copies:?}");
        assert!(copies.to_str().unwrap().contains("hermitage-compare-"), "{copies:?}");
        wait_until("the copies go away", || !copies.exists());
    };
    let (output, place) = while_it_runs(&["--compare"], |process, place| {
        signal(process, Signal::INT);
        fs::write(place.join("stop"), "").unwrap();
    });
    let answer = Answer::of(output);
    assert_eq!((answer.code, &answer.stdout[..]), (Some(130), ""), "{answer:?}");
    gone(&place);
    for end in [Signal::TERM, Signal::KILL] {
        let (output, place) = while_it_runs(&["--compare"], |process, place| {
            // What can't be written to can't be removed from.
            fs::create_dir_all(place.join("deep/er")).unwrap();
            fs::set_permissions(place.join("deep"), fs::Permissions::from_mode(0o500)).unwrap();
            signal(process, end);
        });
        assert_eq!(output.status.signal(), Some(end.as_raw()), "{output:?}");
        gone(&place);
    }
}

#[test]
fn what_can_not_be_copied_is_no_ground_for_a_comparison() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let touched = build.path().join("touched");
    fs::write(build.path().join("configure"), "touch touched\n").unwrap();
    let socket = build.path().join("socket");
    let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let answer = Answer::of(build.check(machine, &["--compare"]).output().unwrap());
    answer.refused(&[socket.to_str().unwrap(), "neither a file"]);
    assert!(!touched.exists());
}

#[test]
fn nothing_runs_for_a_report_that_can_not_be_written() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let touched = build.path().join("touched");
    fs::write(build.path().join("configure"), "touch touched\n").unwrap();
    for file in ["/nonexistent/report", "/proc/report", build.path().to_str().unwrap()] {
        let answer = Answer::of(build.check(machine, &["--output", file]).output().unwrap());
        answer.refused(&[file, "the report can't be written"]);
        assert!(!touched.exists(), "{file}");
    }
    let link = build.path().join("link");
    let (file, null) = (build.path().join("file"), "/dev/null");
    fs::write(&file, "before").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for file in [null, link.to_str().unwrap()] {
        let answer = Answer::of(build.check(machine, &["--output", file]).output().unwrap());
        assert_eq!((answer.code, &answer.stdout[..]), (Some(0), ""), "{answer:?}");
    }
    assert!(!fs::metadata(null).unwrap().is_file());
    assert!(link.is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains("0 errors"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    let hidden = fs::read_dir(build.path()).unwrap().flatten().map(|entry| entry.file_name());
    assert_eq!(hidden.filter(|name| name.to_str().unwrap().starts_with('.')).count(), 0);
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
fn a_reader_that_goes_away_does_not_change_the_exit_code() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = build.check(machine, &[]);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap());
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.stderr.contains("whoever read the report went away"), "{answer:?}");
}

#[test]
fn what_was_looked_for_is_told_though_nothing_was_installed() {
    let machine = Machine::get();
    let build = Build::new(machine);
    let image = build.path().join("image");
    let options = ["--image", image.to_str().unwrap()];
    for (ending, code) in [("exit 3", 3), (":", 125)] {
        fs::write(build.path().join("configure"), format!("cc -E x.c\n{ending}\n")).unwrap();
        let answer = Answer::of(build.check(machine, &options).output().unwrap());
        assert_eq!(answer.code, Some(code), "{answer:?}");
        assert!(answer.stdout.contains("undeclared:"), "{answer:?}");
        assert!(answer.stdout.contains("what was installed can't be read"), "{answer:?}");
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

/// The same command as a user who is not allowed everything, and who owns this tree.
fn unprivileged(command: &Command, tree: &Path) -> Command {
    const NOBODY: u32 = 65534;
    if !rustix::process::geteuid().is_root() {
        let mut same = Command::new(command.get_program());
        same.args(command.get_args());
        return same;
    }
    for path in found(tree, "").iter().map(PathBuf::as_path).chain([tree]) {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut other = Command::new("setpriv");
    other.args(["--reuid=65534", "--regid=65534", "--clear-groups", "env", "-u", "HOME"]);
    other.args(["XDG_CONFIG_HOME=/nonexistent", "LC_ALL=C"]);
    other.arg(command.get_program()).args(command.get_args());
    other
}

#[test]
fn a_directory_of_the_sources_that_may_not_be_read_is_left_out_and_told() {
    let machine = Machine::get();
    let build = Build::new(machine);
    fs::write(build.path().join("configure"), "exit 0\n").unwrap();
    let mut command = unprivileged(&build.check(machine, &["--format", "json"]), build.path());
    let locked = build.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
    let answer = Answer::of(command.stdin(Stdio::null()).output().unwrap());
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(answer.code, Some(0), "{answer:?}");
    let warning = report(&answer)["warnings"][0].as_str().unwrap().to_owned();
    assert!(warning.starts_with(locked.to_str().unwrap()), "{warning}");
}

/// The files below a directory whose names end so.
pub(crate) fn found(dir: &Path, end: &str) -> Vec<PathBuf> {
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
