//! Batches of `hermitage check`, as users see them.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;

use crate::check::{found, signal};
use crate::killed::{processes, wait_until};
use crate::machine::Machine;
use crate::support::{Answer, hermitage};

/// A batch of packages of the demonstration's database or the machine's.
fn batch(machine: &Machine, results: &Path, list: &Path, script: &str) -> Answer {
    Answer::of(batch_call(machine, results, list, script).output().unwrap())
}

/// The reports of a batch.
fn reports_in(results: &Path) -> Vec<PathBuf> {
    let mut reports = found(results, ".json");
    reports.retain(|path| !path.ends_with("batch.json"));
    reports
}

fn batch_call(machine: &Machine, results: &Path, list: &Path, script: &str) -> Command {
    let mut command = hermitage();
    command.arg("check").args(machine.options()).arg("--targets").arg(list);
    command.args(["--closure", "runtime-only", "--allow-unsatisfied", "--jobs", "2"]);
    command.arg("--results").arg(results).args(["--fail-on", "never", "--format", "json"]);
    command.arg("--write").arg(results.join("work/{}"));
    command.args(["--read", "/bin", "--read", "/usr", "--read", "/lib"]);
    command.args(["--", "/bin/sh", "-c", script]);
    command
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
    let [kept] = &reports_in(&results)[..] else { panic!("one report") };
    fs::remove_file(kept).unwrap();
    assert_eq!(run().code, Some(0));
    assert_eq!(fs::read_to_string(file).unwrap(), "x\nx\n");
}

#[test]
fn a_batch_takes_over_whole_reports_of_the_same_options_and_no_others() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let (results, list) = (scratch.path().join("results"), scratch.path().join("list"));
    fs::write(&list, format!("{}\n", machine.library)).unwrap();
    assert_eq!(batch(machine, &results, &list, "exit 0").code, Some(0));
    let again = batch(machine, &results, &list, "exit 0");
    assert!(again.stderr.contains("1 of 1 packages have a report in"), "{again:?}");

    let [kept] = &reports_in(&results)[..] else { panic!("one report") };
    fs::write(kept, "").unwrap();
    let again = batch(machine, &results, &list, "exit 0");
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(!again.stderr.contains("taken over"), "{again:?}");
    assert!(fs::metadata(kept).unwrap().len() > 0);

    let other = batch(machine, &results, &list, "exit 1");
    other.refused(&["results", "other options or another command", "exit 0"]);
    fs::write(results.join("batch.json"), "{}").unwrap();
    batch(machine, &results, &list, "exit 0").refused(&["not known"]);
    // Of nothing there is nothing to take over.
    fs::remove_file(kept).unwrap();
    assert_eq!(batch(machine, &results, &list, "exit 1").code, Some(1));
}

#[test]
fn a_list_of_packages_is_text() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let (results, list) = (scratch.path().join("results"), scratch.path().join("list"));
    fs::write(&list, b"# one\ndebian/\xff\n").unwrap();
    batch(machine, &results, &list, "exit 0")
        .refused(&[&format!("{}:2:", list.display()), "UTF-8"]);
    assert!(!results.exists());
}

#[test]
fn the_end_of_a_batch_is_the_end_of_its_builds() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let (results, list) = (scratch.path().join("results"), scratch.path().join("list"));
    fs::write(&list, format!("{}\n", machine.library)).unwrap();
    let mark = format!("87654.{}", std::process::id());
    let child = batch_call(machine, &results, &list, &format!("sleep {mark}; exit 0"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Not those who only have it in their script.
    let sleeps = || !processes(&format!("sleep\0{mark}\0")).is_empty();
    wait_until("the build runs", sleeps);
    signal(child.id(), Signal::TERM);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(15), "{output:?}");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("interrupted: the same call goes on"), "{errors}");
    wait_until("the build ends", || !sleeps());
    assert_eq!(reports_in(&results), [""; 0].map(PathBuf::from));
}

#[test]
fn a_batch_of_failed_builds_is_not_green() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let (results, list) = (scratch.path().join("results"), scratch.path().join("list"));
    fs::write(&list, format!("{}\n", machine.library)).unwrap();
    let answer = batch(machine, &results, &list, "exit 2");
    assert_eq!(answer.code, Some(1), "{answer:?}");
    let summary: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(summary["packages"][0]["outcome"]["exited"], 2, "{summary:#}");
}
