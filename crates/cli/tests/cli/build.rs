//! Real builds, in views of what the machine has.

use std::fs;
use std::path::PathBuf;

use crate::machine::Machine;
use crate::support::{Answer, on, small_system};

#[test]
fn the_demonstration_shows_an_undeclared_library_come_and_go() {
    let demo = &Machine::get().demo;
    let found: Vec<_> = demo.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    let answers: Vec<_> = found.iter().filter_map(|rest| rest.split(' ').next()).collect();
    let builds: Vec<_> =
        answers.into_iter().filter(|answer| matches!(*answer, "yes" | "no")).collect();
    assert_eq!(builds, ["yes", "no", "yes"], "{demo}");
}

#[test]
fn a_build_with_its_packages_declared_succeeds_and_without_one_fails_to_find_exactly_that() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("x.c"), machine.program()).unwrap();
    for backend in ["skeleton", "bind"] {
        for (more, finds) in [
            (&["--with", &machine.library][..], true),
            (&[], false),
            (&["--with", &machine.library, "--withhold", &machine.library], false),
        ] {
            let mut command = machine.run();
            command.args(more).args(["--backend", backend]);
            command.arg("--write").arg(scratch.path()).arg("--chdir").arg(scratch.path());
            command.args(["--", "sh", "-c", "cc -o x x.c \"$0\" && ./x", &machine.link()]);
            let answer = Answer::of(command.output().unwrap());
            if finds {
                assert!(answer.good().starts_with("peek 1.0, with "));
            } else {
                assert_eq!(answer.code, Some(1), "{answer:?}");
                let missing = format!("{}: No such file or directory", machine.header());
                assert_eq!(answer.stderr.matches("error").count(), 1, "{answer:?}");
                assert!(answer.stderr.contains(&missing), "{answer:?}");
            }
        }
    }
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    let machine = Machine::get();
    for (script, code) in
        [("exit 0", 0), ("exit 7", 7), ("exit 125", 125), ("kill -9 $$", 137), ("kill -15 $$", 143)]
    {
        let answer = Answer::of(machine.run().args(["--", "sh", "-c", script]).output().unwrap());
        assert_eq!(answer.code, Some(code), "{script}: {answer:?}");
        assert_eq!(answer.stderr, "", "{script}");
    }
}

#[test]
fn a_saved_plan_is_carried_out_as_it_was_made() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir().unwrap();
    let plan = scratch.path().join("plan.json");
    let mut print = machine.verb("plan");
    let text =
        print.args(["--format", "json", "--env", "MARK=of the plan"]).output().unwrap().stdout;
    fs::write(&plan, text).unwrap();
    let mut command = crate::support::hermitage();
    command.arg("exec").arg("--plan").arg(&plan);
    command.env("MARK", "of the caller").args(["--", "sh", "-c", "echo $MARK"]);
    assert_eq!(Answer::of(command.output().unwrap()).good(), "of the plan\n");
}

#[test]
fn the_same_packages_and_options_give_the_same_plan_byte_for_byte() {
    // Of a system that nobody else changes: a plan has the times of directories in it.
    let system = small_system();
    for format in ["text", "json"] {
        let print = || on(&system, "plan", &["tool", "--format", format]).good();
        assert!(print() == print(), "{format}");
    }
}

#[test]
fn the_environment_is_the_callers_unless_told_otherwise() {
    let machine = Machine::get();
    let script = "echo $A-$B-$C-${TMPDIR-none}";
    let ask = |options: &[&str]| {
        let mut command = machine.run();
        command.env("A", "1").env("B", "2").args(options).args(["--", "sh", "-c", script]);
        Answer::of(command.output().unwrap()).good()
    };
    assert_eq!(ask(&[]), "1-2--none\n");
    assert_eq!(ask(&["--clear-env", "--env", "B", "--env", "C=3"]), "-2-3-none\n");
}

#[test]
fn the_working_directory_is_the_current_one_where_it_is_visible() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir().unwrap();
    let here = fs::canonicalize(scratch.path()).unwrap();
    let ask = |options: &[&str]| {
        let mut command = machine.run();
        command.current_dir(&here).args(options).args(["--", "sh", "-c", "pwd -P"]);
        Answer::of(command.output().unwrap()).good()
    };
    assert_eq!(ask(&[]), "/\n");
    assert_eq!(ask(&["--read", "."]), format!("{}\n", here.display()));
    assert_eq!(ask(&["--read", ".", "--chdir", "/usr"]), "/usr\n");
    // Like all paths it is relative to where the caller is.
    assert_eq!(ask(&["--read", ".", "--chdir", "."]), ask(&["--read", "."]));
    let told = |options: &[&str]| {
        let mut command = machine.run();
        command.current_dir(&here).env("PWD", &here).args(options).args(["--", "printenv", "PWD"]);
        Answer::of(command.output().unwrap()).good()
    };
    assert_eq!(told(&[]), "/\n", "outside's is no longer true");
    assert_eq!(told(&["--env", "PWD=given"]), "given\n");
}

#[test]
fn only_what_is_declared_writable_can_be_written() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir().unwrap();
    for dir in ["read", "write"] {
        fs::create_dir(scratch.path().join(dir)).unwrap();
    }
    let mut command = machine.run();
    command
        .arg("--read")
        .arg(scratch.path().join("read"))
        .arg("--write")
        .arg(scratch.path().join("write"));
    command.args(["--", "sh", "-c", "for d in / /usr /usr/bin /etc \"$0/read\" \"$0/write\" /tmp; do (echo x > $d/made) 2>/dev/null && echo $d; done; true"]);
    let answer = Answer::of(command.arg(scratch.path()).output().unwrap());
    assert_eq!(answer.good(), format!("{}/write\n/tmp\n", scratch.path().display()));
    assert!(scratch.path().join("write/made").exists());
    assert!(!PathBuf::from("/tmp/made").exists());
}
