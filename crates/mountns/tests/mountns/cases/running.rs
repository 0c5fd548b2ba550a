use std::path::Path;
use std::time::{Duration, Instant};

use hermitage_mountns::{BackendChoice, Command, Limit, Outcome, Plan, PlanOptions, Resource, Run};

use crate::cases::death;
use crate::fixture::{Fixture, listing};

pub(crate) fn outcomes(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    for code in [0, 1, 125, 126, 127, 255] {
        let (outcome, _) = fixture.inside(&plan, &["exit", &code.to_string()]);
        assert_eq!(outcome, Outcome::Exited(code));
        assert_eq!(outcome.code(), code);
    }
    for signal in [9, 15, 6, 10, 2] {
        let (outcome, _) = fixture.inside(&plan, &["die", &signal.to_string()]);
        assert_eq!(outcome, Outcome::Signaled(signal));
        assert_eq!(outcome.code(), 128 + signal);
    }
}

pub(crate) fn orphans_end(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let start = Instant::now();
    let (outcome, _) = fixture.inside(&plan, &["orphan"]);
    assert_eq!(outcome, Outcome::Exited(0));
    assert!(start.elapsed() < Duration::from_secs(20));
}

pub(crate) fn working_directory(fixture: &Fixture) {
    fixture.file("/build/deep/file", b"1");
    let cwd = |cwd: &str| PlanOptions { cwd: cwd.into(), ..fixture.options() };
    let plan = fixture.plan(&["/build/deep/file"], &cwd("/build/deep"));
    assert_eq!(fixture.inside(&plan, &["cwd"]).1, "/build/deep\n");
    assert!(plan.may_be_directory(b"/build/deep"));
    assert!(!plan.may_be_directory(b"/build/deep/file"));
    assert!(!plan.may_be_directory(b"/elsewhere"));
    assert_eq!(fixture.inside(&fixture.plan(&[], &cwd("/")), &["cwd"]).1, "/\n");
    std::fs::create_dir(fixture.real("/elsewhere")).unwrap();
    let plan = fixture.plan(&[], &cwd("/elsewhere"));
    let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
    assert_eq!(error.to_string(), "chdir(\"/elsewhere\"): ENOENT");
}

pub(crate) fn mask_and_limits(fixture: &Fixture) {
    let limit = |resource, bound| Limit { resource, soft: Some(bound), hard: Some(bound) };
    let limits = vec![limit(Resource::OpenFiles, 99), limit(Resource::Core, 0)];
    let options = PlanOptions { umask: 0o027, limits, ..fixture.options() };
    let plan = fixture.plan(&[], &options);
    let (_, text) = fixture.inside(&plan, &["cat", "/proc/self/limits"]);
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let words = line("Max open files").split_whitespace().map(String::from).collect::<Vec<_>>();
    assert_eq!(words[3..5], ["99", "99"]);
    let (_, text) = fixture.inside(&plan, &["status"]);
    assert!(text.contains("Umask:\t0027"), "{text}");
}

pub(crate) fn signals_are_passed_on(fixture: &Fixture) {
    let mut caller = death::start_caller(fixture, "sleep");
    death::wait_for_mark(&caller);
    // What a terminal does on Ctrl-C: to the whole process group; the caller ignores it while it waits.
    let group = i32::try_from(caller.process.id()).unwrap();
    let group = rustix::process::Pid::from_raw(group).unwrap();
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    let status = caller.process.wait().unwrap();
    assert_eq!(status.code(), Some(128 + 2));
    death::assert_gone(&caller.mark);
}

pub(crate) fn no_growth(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let count = |path: &str| std::fs::read_dir(Path::new(path)).unwrap().count();
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let left = || (count("/proc/self/fd"), mounts(), listing(fixture.dir.path()));
    fixture.inside(&plan, &["exit", "0"]);
    let (before, memory) = (left(), resident());
    for _ in 0..50 {
        fixture.inside(&plan, &["exit", "0"]);
    }
    let none_left = rustix::process::wait(rustix::process::WaitOptions::NOHANG);
    assert_eq!(none_left.unwrap_err(), rustix::io::Errno::CHILD);
    assert_eq!(left(), before);
    let grown = resident().saturating_sub(memory);
    assert!(grown < 256 << 10, "{grown} bytes more than before");
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

pub(crate) fn declined(fixture: &Fixture) {
    std::fs::create_dir(fixture.real("/out")).unwrap();
    let options = PlanOptions { write: vec!["/out".into()], ..fixture.options() };
    let plan = fixture.plan(&[], &options);
    let command = Command::new("inside").args(["--inside", "touch", "/out/new"]);
    let start = |plan, answer| {
        let run = Run::new(plan).backend(BackendChoice::Only(fixture.backend));
        // What has been asked is asked by this process, so that it can tell what it found.
        let mut asked = 0;
        let report = run.start_if(&fixture.support, &command, || {
            asked += 1;
            answer
        });
        (report, asked)
    };
    let (report, asked) = start(&plan, false);
    assert_eq!((report.unwrap(), asked), (None, 1));
    assert!(!fixture.real("/out/new").exists());
    // What can't be set up is of no interest then.
    let lacking = Plan { cwd: "/nowhere".into(), ..plan.clone() };
    assert_eq!(start(&lacking, false).0.unwrap(), None);
    assert!(start(&lacking, true).0.is_err());
    let (report, asked) = start(&plan, true);
    assert_eq!((report.unwrap().unwrap().outcome, asked), (Outcome::Exited(0), 1));
    assert!(fixture.real("/out/new").exists());
}
