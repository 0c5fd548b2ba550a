//! `rules` and `run --backend landlock`, on the machine's own packages.

use std::fs;

use crate::machine::Machine;
use crate::support::{Answer, call};

fn answer(verb: &str, arguments: &[&str]) -> Answer {
    Answer::of(Machine::get().verb(verb).args(arguments).output().unwrap())
}

#[test]
fn every_format_is_written_the_same_twice_and_says_what_it_is_worth() {
    for format in ["sandbox", "landlock", "nsjail"] {
        let first = answer("rules", &["--format", format]);
        let second = answer("rules", &["--format", format]).good();
        assert!(first.stderr.contains("hermitage: fidelity: "), "{format}: {}", first.stderr);
        let text = first.good();
        assert!(text.contains("/usr/bin/") && text == second, "{format}");
    }
}

#[test]
fn require_exact_fails_where_something_is_only_refused_and_not_where_all_is_hidden() {
    answer("rules", &["--format", "landlock", "--require-exact"]).refused(&[
        "--require-exact",
        "wider",
        "/proc",
    ]);
    answer("rules", &["--format", "nsjail", "--require-exact"]).good();
}

#[test]
fn what_has_a_root_directory_is_written_as_a_bundle() {
    answer("rules", &["--format", "oci"]).refused(&["a root directory", "--bundle"]);
    for (format, file) in [("oci", "config.json"), ("nspawn", "rootfs.nspawn")] {
        let scratch = tempfile::tempdir().unwrap();
        let bundle = scratch.path().join("bundle");
        let dir = bundle.to_str().unwrap();
        assert_eq!(answer("rules", &["--format", format, "--bundle", dir]).good(), "");
        let text = fs::read_to_string(bundle.join(file)).unwrap();
        assert!(text.contains("/usr/bin/"), "{format}");
        assert!(bundle.join("rootfs/usr/bin").is_dir(), "{format}");
        // A second one in its place would mix the two.
        answer("rules", &["--format", format, "--bundle", dir]).refused(&["can't be made"]);
    }
}

#[test]
fn an_option_of_another_format_is_a_mistake() {
    answer("rules", &["--format", "nsjail", "--form", "deny"]).refused(&["--form", "nsjail"]);
    answer("rules", &["--format", "sandbox", "--rootless"]).refused(&["--rootless"]);
}

#[test]
fn the_help_says_how_each_output_is_used() {
    let help = call(["help", "rules"]).good();
    for words in ["--settings=trusted", "syd -P", "crun run", "--args 9", "xargs -0"] {
        assert!(help.contains(words), "{words:?} is not in {help}");
    }
}

#[test]
fn landlock_refuses_what_is_not_declared_and_says_what_it_cannot_hide() {
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let secret = scratch.path().join("secret");
    fs::write(&secret, "x").unwrap();
    let secret = secret.to_str().unwrap();
    let run = |command: &[&str]| {
        // Without directories that an ordinary user may not search, which end a search otherwise.
        let path = "--env=PATH=/usr/bin:/bin";
        let options = ["--backend", "landlock", path, "--chdir", "/", "--"];
        answer("run", &[&options, command].concat())
    };
    let script = format!("test -e {secret} && ! read x <{secret}; echo $?; exit 7");
    let ran = run(&["sh", "-c", &script]);
    assert_eq!((ran.code, &*ran.stdout), (Some(7), "0\n"), "{ran:?}");
    assert_eq!(ran.stderr.matches("hides nothing").count(), 1, "{ran:?}");
    assert_eq!(run(&["no-such-program"]).code, Some(127));
    fs::copy("/usr/bin/true", secret).unwrap();
    assert_eq!(run(&[secret]).code, Some(126));
    assert_eq!(run(&["sh", "-c", "kill -9 $$"]).code, Some(137));
}

#[test]
fn what_a_command_under_landlock_leaves_behind_is_ended_with_it() {
    let script = "sleep 1234 & echo $!; (setsid sleep 1234 & echo $!)";
    let ran = answer("run", &["--backend", "landlock", "--chdir", "/", "--", "sh", "-c", script]);
    for pid in ran.good().lines() {
        let left = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        assert!(!left.starts_with("sleep"), "{pid}");
    }
}

#[test]
fn a_plan_is_not_for_landlock() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("plan.json");
    let plan = answer("plan", &["--format", "json"]).good();
    fs::write(&file, plan).unwrap();
    call(["exec", "--plan", file.to_str().unwrap(), "--backend", "landlock", "--", "true"])
        .refused(&["needs rules"]);
}
