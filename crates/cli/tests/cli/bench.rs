//! Every backend and every other program gets a row, with figures or with the reason why there are none.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Answer, hermitage, small_system};

const OWN: [&str; 4] = ["served", "skeleton", "bind", "landlock"];
const PEERS: [&str; 4] = ["bubblewrap", "nsjail", "firejail", "systemd-nspawn"];

/// The scratch directories that are there: of the disk's, and of those in memory.
fn left(place: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let names = |place: &Path| fs::read_dir(place).unwrap().flatten().map(name).collect::<Vec<_>>();
    names(place).into_iter().filter(|name| name.starts_with("hermitage-bench.")).collect()
}

fn scratch() -> tempfile::TempDir {
    // Not in /tmp, which is another directory inside.
    tempfile::Builder::new().prefix("hermitage-test").tempdir_in("/var/tmp").unwrap()
}

fn bench(scratch: &Path, arguments: &[&str]) -> Answer {
    let mut command = hermitage();
    command.arg("bench").arg("--scratch").arg(scratch).args(["--rounds", "1"]).args(arguments);
    Answer::of(command.output().unwrap())
}

#[test]
fn every_candidate_has_a_row_with_figures_or_a_reason() {
    let scratch = scratch();
    let chart = scratch.path().join("chart.svg");
    let answer = bench(
        scratch.path(),
        &[
            "--files",
            "200",
            "--timeout",
            "120",
            "--format",
            "json",
            "--chart",
            chart.to_str().unwrap(),
        ],
    );
    let report: Value = serde_json::from_str(&answer.good()).unwrap();
    assert_eq!(report["schema"], 1);
    let view = &report["views"][0];
    assert!(view["files"].as_u64().unwrap() >= 200, "{view}");
    let rows = view["candidates"].as_array().unwrap();
    let by_name: BTreeMap<_, _> =
        rows.iter().map(|row| (row["name"].as_str().unwrap(), row)).collect();
    assert_eq!(by_name.len(), rows.len(), "no name stands for two");
    for name in OWN.iter().chain(&PEERS).chain(&["no view"]) {
        let of_it: Vec<_> =
            by_name.iter().filter(|(row, _)| row.split(',').next() == Some(*name)).collect();
        assert!(!of_it.is_empty(), "{name} is not in {rows:?}");
        for (name, row) in of_it {
            check(name, row);
        }
    }
    let drawn = fs::read_to_string(&chart).unwrap();
    assert!(drawn.contains(">no view</text>"), "{drawn}");
    assert_eq!(left(scratch.path()), Vec::<String>::new());
}

fn check(name: &str, row: &Value) {
    let figure = |name: &str| row["figures"][name]["median"].as_f64();
    if row["outcome"] != "measured" {
        assert!(
            row["outcome"] != "refused" || !row["reason"].as_str().unwrap().is_empty(),
            "{row}"
        );
        // What is ours works here, or says what it lacks; the other tests tell which it must be.
        assert!(name != "no view", "{row}");
        return;
    }
    for time in ["set-up", "teardown", "whole", "open", "open.first", "true.first"] {
        assert!(figure(time).is_some_and(|time| time > 0.0), "{time} of {row}");
    }
    assert_eq!(row["problems"], Value::Array(Vec::new()), "{row}");
    assert!(
        figure("gcc").is_some() && figure("configure").is_some(),
        "the tests need a compiler: {row}"
    );
    if row["kind"] == "own" {
        assert!(!row["steps"].as_array().unwrap().is_empty(), "{row}");
    }
    if name == "no view" {
        assert_eq!(row["ratios"]["whole"]["median"], 1.0);
    }
}

#[test]
fn what_is_asked_for_alone_is_measured_alone() {
    let scratch = scratch();
    let text = bench(scratch.path(), &["--files", "1", "--only", "nsjail"]).good();
    assert!(text.contains("\nno view ") && text.contains("\nnsjail "), "{text}");
    for other in ["skeleton", "bind", "bubblewrap"] {
        assert!(!text.contains(&format!("\n{other} ")), "{text}");
    }
    bench(scratch.path(), &["--only", "magic"]).refused(&["--only magic", "served", "bubblewrap"]);
    let answer = bench(scratch.path(), &["--files", "1,many"]);
    assert_eq!(answer.code, Some(125), "{answer:?}");
    assert!(answer.stderr.contains("\"all\""), "{answer:?}");
}

#[test]
fn an_interrupted_measurement_leaves_nothing() {
    let scratch = scratch();
    let mut command = hermitage();
    command.args(["bench", "--rounds", "1000", "--files", "200", "--scratch"]).arg(scratch.path());
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    // The first sample has been started.
    while !left(scratch.path())
        .iter()
        .any(|name| scratch.path().join(name).join("plan.json").exists())
    {
        assert!(started.elapsed() < Duration::from_secs(60));
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(left(scratch.path()), Vec::<String>::new());
}

#[test]
fn digests_are_timed_beside_sha256sum() {
    let system = small_system();
    let cache = tempfile::tempdir().unwrap();
    let timed = |format: &str| {
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", cache.path()).args(["bench", "digest", "--rounds", "2"]);
        command.args(["app-misc/tool", "--closure", "runtime-only", "--system", "none", "--root"]);
        Answer::of(command.arg(system.root()).args(["--format", format]).output().unwrap()).good()
    };
    let report: Value = serde_json::from_str(&timed("json")).unwrap();
    assert_eq!((&report["files"], &report["bytes"]), (&2.into(), &0.into()), "{report}");
    let ways = report["ways"].as_array().unwrap();
    assert_eq!(ways.len(), 3, "{report}");
    assert!(ways.iter().all(|way| way["whole"]["rounds"] == 2), "{report}");
    assert_eq!(ways[2]["to_sha256sum"]["median"], 1.0, "{report}");
    let text = timed("text");
    assert!(text.contains("a view of 2 files") && text.contains("sha256sum"), "{text}");
}
