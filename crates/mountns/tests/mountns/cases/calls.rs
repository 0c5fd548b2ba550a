//! What the observer of calls sees, and that it changes nothing.

use hermitage_mountns::{
    Answer, BackendChoice, ByteString, Command, Observation, Observer, ObserverChoice, Plan,
    PlanOptions, Run, SystemCalls, Untold, UntoldReason,
};

use crate::fixture::Fixture;

/// Runs a verb and gives what was seen and what it printed.
fn observed(fixture: &Fixture, plan: &Plan, args: &[&str]) -> (Observation, String) {
    let choice = ObserverChoice::Only(Observer::Calls);
    let run = Run::new(plan).backend(BackendChoice::Only(fixture.backend)).observe(choice);
    let command = Command::new("inside").args(["--inside"]).args(args);
    let (report, text) = fixture.capture(|| run.start(&fixture.support, &command));
    let report = report.unwrap();
    assert_eq!(report.outcome.code(), 0);
    assert_eq!(report.observer, Some(Observer::Calls));
    (report.observation.unwrap(), text)
}

fn furnished(fixture: &Fixture) -> Plan {
    fixture.file("/data/shown", b"shown");
    fixture.file("/data/secret", b"secret");
    fixture.mode("/data/secret", 0);
    fixture.file("/data/dir/deeper/file", b"deep");
    fixture.link("/data/link", "dir");
    fixture.link("/data/run", "/bin/inside");
    fixture.link("/data/dangling", "dir/../nowhere");
    fixture.link("/data/to-untouched", "untouched");
    fixture.file("/data/untouched", b"untouched");
    for (path, interpreter) in [("/data/script", "/bin/inside"), ("/data/dir/script", "run")] {
        fixture.file(path, format!("#!{interpreter} --inside\n").as_bytes());
        fixture.mode(path, 0o755);
    }
    let shown = [
        "/data/shown",
        "/data/secret",
        "/data/dir/deeper/file",
        "/data/link",
        "/data/dangling",
        "/data/run",
        "/data/to-untouched",
        "/data/untouched",
        "/data/script",
        "/data/dir/script",
    ];
    fixture.plan(&shown, &fixture.options())
}

/// Names that are not there, by the calls that look for them.
const MISSING: [&[u8]; 25] = [
    b"/data/dir/by-chdir",
    b"/data/by-dots",
    b"/data/dir/deeper/by-link-cwd",
    b"/data/dir/by-slashes",
    b"/data/dir/by-link",
    b"/data/nowhere",
    b"/data/dir/by-openat",
    b"/data/dir/by-openat2",
    b"/data/dir/by-root",
    b"/data/dir/by-statx",
    b"/data/dir/by-access",
    b"/data/dir/by-readlinkat",
    b"/data/by-chdir-itself",
    b"/data/by-statfs",
    b"/data/by-xattr",
    b"/data/by-page-end",
    b"/data/\xff\xfe by bytes\n",
    b"/data/by-long",
    b"/data/by-thread",
    b"/data/by-fork",
    b"/data/by-undumpable",
    b"/data/by-killed",
    b"/data/dir/by-killed",
    b"/data/by-spawn",
    b"/data/by-execve",
];

/// The same by calls that newer machines don't have, and by those of other tables.
#[cfg(target_arch = "x86_64")]
const OLDER: [&[u8]; 7] = [
    b"/data/by-open",
    b"/data/by-stat",
    b"/data/by-lstat",
    b"/data/by-old-access",
    b"/data/by-readlink",
    b"/data/by-32-bit",
    b"/data/by-x32",
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: [&[u8]; 0] = [];

/// What is there, and what came of it beside that.
const OTHERS: [(&str, &[Answer]); 12] = [
    ("/data", &[Answer::Found]),
    ("/data/link", &[Answer::Found]),
    ("/data/dangling", &[Answer::Found]),
    ("/data/run", &[Answer::Found]),
    ("/data/to-untouched", &[Answer::Found]),
    ("/data/untouched", &[]),
    ("/data/dir", &[Answer::Found, Answer::Listed]),
    ("/data/secret", &[Answer::Found, Answer::Denied]),
    ("/data/shown", &[Answer::Found, Answer::Denied]),
    ("/data/script", &[Answer::Found, Answer::Executed]),
    ("/data/dir/script", &[Answer::Found, Answer::Executed]),
    ("/bin/inside", &[Answer::Found, Answer::Executed]),
];

/// Each look once, at the path it leads to, with what came of it and who looked first; and nothing that nobody looked for.
pub(crate) fn seen(fixture: &Fixture) {
    let plan = furnished(fixture);
    let (observation, printed) = observed(fixture, &plan, &["look-every-way"]);
    let answers = |path: &ByteString| -> Vec<Answer> {
        let about = observation.lookups.iter().filter(|lookup| lookup.path == *path);
        about.map(|lookup| lookup.answer).collect()
    };
    let expected: Vec<ByteString> =
        MISSING.iter().chain(&OLDER).map(|path| (*path).into()).collect();
    for path in &expected {
        assert_eq!(answers(path), [Answer::Missing], "{path}");
    }
    for (path, wanted) in OTHERS {
        assert_eq!(answers(&path.into()), wanted, "{path}");
    }
    let below = |path: &ByteString| path.0.starts_with(b"/data/");
    let missing = observation.lookups.iter().filter(|lookup| lookup.answer == Answer::Missing);
    let others: Vec<_> = missing
        .map(|lookup| lookup.path.clone())
        .filter(|path| below(path) && !expected.contains(path))
        .collect();
    assert_eq!(others, []);
    for lookup in observation.lookups.iter().filter(|lookup| below(&lookup.path)) {
        let process = lookup.process.map(|at| &observation.processes[at]);
        let process = process.unwrap_or_else(|| panic!("nobody looked for {}", lookup.path));
        // One that is killed while it is noted has no arguments any more.
        if lookup.path.0.ends_with(b"/by-killed") && process.command.is_empty() {
            continue;
        }
        let by_spawn = lookup.path == "/data/by-spawn".into();
        let verb = if by_spawn { "look" } else { "look-every-way" };
        assert_eq!(process.command.get(2), Some(&verb.into()), "{}", lookup.path);
    }
    assert_eq!(observation.untold, []);
    // Nothing comes out otherwise than without.
    assert_eq!(printed, fixture.inside(&plan, &["look-every-way"]).1);
}

/// Where the mounts are others, paths lead elsewhere.
pub(crate) fn untold(fixture: &Fixture) {
    let options = PlanOptions { system_calls: SystemCalls::Any, ..fixture.options() };
    let plan = fixture.plan(&[], &options);
    let (observation, _) = observed(fixture, &plan, &["look-elsewhere", "/here", "/there"]);
    let is_seen = |path: &str| observation.lookups.iter().any(|one| one.path == path.into());
    assert!(is_seen("/here") && !is_seen("/there"));
    let [Untold { reason, process: Some(process), calls }] = observation.untold[..] else {
        panic!("{:?}", observation.untold);
    };
    assert_eq!((reason, calls), (UntoldReason::Place, 2));
    assert_eq!(observation.processes[process].command[2], "look-elsewhere".into());
}
