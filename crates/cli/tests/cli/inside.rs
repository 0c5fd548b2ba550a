//! What a walk from the inside finds is what `files` says, on every backend.

use std::collections::BTreeSet;

use crate::machine::Machine;

/// The paths of a listing that is separated by NULs.
fn paths(bytes: &[u8]) -> BTreeSet<String> {
    let paths = bytes.split(|&byte| byte == 0).filter(|path| !path.is_empty());
    paths.map(|path| path.escape_ascii().to_string()).collect()
}

fn walk_equals_files(backend: &str) {
    let machine = Machine::get();
    let listed = machine.verb("files").args(["--format", "null"]).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let mut command = machine.run();
    command.args(["--backend", backend, "--", "find", "/"]);
    // What is fresh is not the view's: only the directories themselves are.
    command
        .args("( -path /proc -o -path /dev -o -path /tmp ) -print0 -prune -o -print0".split(' '));
    let walked = command.output().unwrap();
    let errors = String::from_utf8_lossy(&walked.stderr);
    assert!(errors.lines().all(|line| line.ends_with(": Permission denied")), "{errors}");
    let (listed, walked) = (paths(&listed.stdout), paths(&walked.stdout));
    assert!(listed.len() > 1000, "{} paths", listed.len());
    let hidden: Vec<_> = listed.difference(&walked).collect();
    let extra: Vec<_> = walked.difference(&listed).collect();
    assert!(
        hidden.is_empty() && extra.is_empty(),
        "listed but hidden: {hidden:?}; visible but not listed: {extra:?}"
    );
}

#[test]
fn a_walk_inside_a_served_view_finds_what_files_lists() {
    walk_equals_files("served");
}

#[test]
fn a_walk_inside_a_skeleton_view_finds_what_files_lists() {
    walk_equals_files("skeleton");
}

#[test]
fn a_walk_inside_a_bind_view_finds_what_files_lists() {
    walk_equals_files("bind");
}

#[test]
fn inside_are_fresh_proc_dev_and_tmp_and_nothing_of_other_processes() {
    let machine = Machine::get();
    let secret = tempfile::Builder::new().prefix("hermitage-secret").tempfile_in("/tmp").unwrap();
    let mut command = machine.run();
    command.args([
        "--",
        "sh",
        "-c",
        "ls /tmp; ls -d /proc/[0-9]* | wc -l; ls /dev/null /dev/fd/0; cat /proc/net/dev | wc -l",
    ]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("hermitage-secret"), "{text}");
    let numbers: Vec<u32> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert!(numbers[0] < 10, "a pid namespace of its own: {text}");
    // Two lines of heading, and the loopback device.
    assert_eq!(numbers[1], 3, "{text}");
    drop(secret);
}
