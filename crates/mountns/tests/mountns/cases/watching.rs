//! What a run tells of itself afterwards.

use hermitage_mountns::{
    Answer, Backend, BackendChoice, Command, Index, ObserverChoice, Plan, PlanOptions, Run,
};

use crate::fixture::Fixture;

fn options(fixture: &Fixture) -> PlanOptions {
    PlanOptions { write: vec!["/data".into()], ..fixture.options() }
}

/// Runs a command that reads three files, waits while somebody outside does what the script says, and ends.
fn changing(fixture: &Fixture, script: &str) -> Vec<String> {
    fixture.file("/data/.keep", b"");
    let seen = ["/seen/kept", "/seen/replaced", "/seen/removed"];
    seen.iter().for_each(|path| fixture.file(path, b"before"));
    let plan = fixture.plan(&seen, &options(fixture));
    let (data, dir) = (fixture.real("/data"), fixture.real("/seen"));
    let outside = format!(
        "cd '{}' && until [ -e '{data}/ready' ]; do sleep 0.01; done; {script}; : > '{data}/go'",
        dir.display(),
        data = data.display()
    );
    let mut outside = std::process::Command::new("sh").args(["-c", &outside]).spawn().unwrap();
    let args = ["--inside", "read-and-wait", "/data/ready", "/data/go"];
    let command = Command::new("inside").args(args).args(seen);
    let run = Run::new(&plan).backend(BackendChoice::Only(fixture.backend));
    let report = run.start(&fixture.support, &command).unwrap();
    assert!(outside.wait().unwrap().success());
    assert_eq!(report.outcome.code(), 0);
    report.changes.iter().map(|change| format!("{}: {}", change.path, change.what)).collect()
}

pub(crate) fn nothing_changed(fixture: &Fixture) {
    let changes = changing(fixture, "echo beside > other");
    assert!(changes.is_empty(), "{changes:?}");
}

pub(crate) fn changed_meanwhile(fixture: &Fixture) {
    let script = "echo after > new && mv new replaced && rm removed";
    let changes = changing(fixture, script);
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(changes[0].starts_with("/seen/removed: "), "{changes:?}");
    assert!(changes[1].starts_with("/seen/replaced: "), "{changes:?}");
}

pub(crate) fn vanished_before_the_first_look(fixture: &Fixture) {
    if fixture.backend != Backend::Served {
        return changed_meanwhile(fixture);
    }
    fixture.file("/seen/file", b"before");
    fixture.file("/data/.keep", b"");
    let plan = fixture.plan(&["/seen/file"], &options(fixture));
    let without = Plan { entries: Vec::new(), ..plan.clone() };
    let index = Index::from_entries(&plan.entries, b"").unwrap();
    std::fs::remove_file(fixture.real("/seen/file")).unwrap();
    let command = Command::new("inside").args(["--inside", "look", "/seen/file"]);
    let run = Run::new(&without).index(index, None);
    let report = run.backend(BackendChoice::Only(Backend::Served));
    let report = report.start(&fixture.support, &command).unwrap();
    let changes: Vec<_> = report.changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(changes, ["/seen/file"]);
}

pub(crate) fn lookups_are_recorded(fixture: &Fixture) {
    fixture.file("/data/shown", b"shown");
    fixture.file("/data/hidden", b"hidden");
    fixture.file("/data/untouched", b"untouched");
    let plan = fixture.plan(&["/data/shown", "/data/untouched"], &fixture.options());
    fixture.file("/top/of/hidden", b"hidden with its top");
    fixture.file("/top/other", b"the same");
    fixture.file("/data/file", b"hidden");
    let looks =
        ["--inside", "look", "/data/shown", "/data/hidden", "/data/hidden", "/nowhere/at/all"];
    let below = [
        "//top/./of/hidden",
        "/top/other",
        "/top/other",
        "/top",
        "/data/file/taken/for/a/directory",
        "/data/file",
    ];
    let looks = looks.into_iter().chain(below);
    let command = Command::new("inside").args(looks);
    let run =
        Run::new(&plan).backend(BackendChoice::Only(fixture.backend)).observe(ObserverChoice::Best);
    let report = run.start(&fixture.support, &command).unwrap();
    assert_eq!(report.outcome.code(), 0);
    let observation = report.observation.unwrap();
    let about = |path: &str| {
        let about = observation.lookups.iter().filter(|lookup| lookup.path == path.into());
        about.map(|lookup| (lookup.answer, lookup.process)).collect::<Vec<_>>()
    };
    // Asked for twice, recorded once.
    let [(Answer::Missing, Some(asker))] = about("/data/hidden")[..] else {
        panic!("{:?}", about("/data/hidden"));
    };
    assert!(matches!(about("/data/shown")[..], [(Answer::Found, Some(_))]));
    assert_eq!(about("/data/untouched"), []);
    // Names directly below the root are recorded too, and of those that the host has what was asked for below.
    assert!(matches!(about("/nowhere")[..], [(Answer::Missing, Some(_)), ..]));
    let tops = observation.lookups.iter().filter(|lookup| lookup.path == "/top".into());
    let asked = tops.map(|lookup| lookup.asked.as_ref().map(ToString::to_string));
    let mut asked: Vec<_> = asked.flatten().collect();
    asked.sort();
    assert_eq!(asked, ["/top/of/hidden", "/top/other"]);
    // That somebody wanted to go through a file is told; that it was wanted itself later, by who is told of repeats.
    let file = observation.lookups.iter().filter(|lookup| lookup.path == "/data/file".into());
    let asked: Vec<_> = file.map(|lookup| lookup.asked.is_some()).collect();
    let repeats = report.observer == Some(hermitage_mountns::Observer::Calls);
    assert_eq!(asked, if repeats { &[true, false][..] } else { &[true] });
    let command = &observation.processes[asker].command;
    assert!(command.contains(&"/data/hidden".into()), "{command:?}");
    assert_eq!(observation.processes[asker].parent, 1);
    let program = observation.processes[asker].program.as_ref().map(ToString::to_string);
    assert!(program.is_some_and(|program| program.ends_with("/inside")), "the program is told");
}

/// An index, and a difference over a base, show what the plan does that they were made from.
pub(crate) fn index_equals_plan(fixture: &Fixture) {
    for name in ["one", "two", "three"] {
        fixture.file(format!("/data/{name}/file"), name.as_bytes());
    }
    fixture.link("/data/link", "one/file");
    let all = ["/data/one/file", "/data/two/file", "/data/link"];
    let plan = fixture.plan(&all, &fixture.options());
    let base = fixture.plan(&["/data/one/file", "/data/three/file"], &fixture.options());
    let base = Index::from_entries(&base.entries, b"").unwrap();
    let alone = Index::from_entries(&plan.entries, b"").unwrap();
    let over = Index::difference(&plan.entries, &base, b"").unwrap();
    let without = Plan { entries: Vec::new(), ..plan.clone() };
    let command = Command::new("inside").args(["--inside", "walk", "/proc", "/dev", "/tmp"]);
    let walk = |run: Run<'_>| {
        let run = run.backend(BackendChoice::Only(fixture.backend));
        let (report, text) = fixture.capture(|| run.start(&fixture.support, &command));
        assert_eq!(report.unwrap().outcome.code(), 0);
        text
    };
    let expected = walk(Run::new(&plan));
    assert!(expected.contains("/data/two/file") && !expected.contains("three"), "{expected}");
    assert_eq!(walk(Run::new(&without).index(alone, None)), expected);
    assert_eq!(walk(Run::new(&without).index(over, Some(base))), expected);
}
