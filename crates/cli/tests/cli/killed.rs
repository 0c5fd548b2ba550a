//! `kill -9` of hermitage leaves nothing behind.

use std::fs;
use std::time::{Duration, Instant};

use crate::machine::Machine;

/// Processes that have this among their arguments.
pub(crate) fn processes(mark: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let line = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("cmdline")).ok();
    entries.filter_map(line).filter(|line| line.contains(mark)).collect()
}

pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn leaves_nothing(backend: &str) {
    let machine = Machine::get();
    let temporary = tempfile::tempdir().unwrap();
    // Without a home the cache would be among the temporary files.
    let cache = tempfile::tempdir().unwrap();
    let write = tempfile::tempdir().unwrap();
    let ready = write.path().join("ready");
    let mark = format!("98765.{}{}", std::process::id(), backend.len());
    let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap().lines().count();
    let mounts_before = mounts();
    let mut command = machine.run();
    command
        .env("TMPDIR", temporary.path())
        .env("XDG_CACHE_HOME", cache.path())
        .args(["--backend", backend])
        .arg("--write")
        .arg(write.path());
    command.args(["--", "sh", "-c", "sleep \"$1\" & echo > \"$0\"; wait"]).arg(&ready).arg(&mark);
    let mut child = command.spawn().unwrap();
    wait_until("the command starts", || ready.exists());
    assert!(!processes(&mark).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("every process of the run ends", || processes(&mark).is_empty());
    assert_eq!(mounts(), mounts_before);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "no temporary files");
}

#[test]
fn a_killed_run_in_a_skeleton_view_leaves_nothing() {
    leaves_nothing("skeleton");
}

#[test]
fn a_killed_run_in_a_bind_view_leaves_nothing() {
    leaves_nothing("bind");
}
