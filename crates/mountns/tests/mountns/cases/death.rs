use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command as Process};
use std::time::{Duration, Instant};

use hermitage_mountns::{
    Backend, BackendChoice, Command, ErrorKind, Observer, ObserverChoice, PlanOptions, Run,
};
use rustix::process::{Pid, Signal};

use crate::fixture::{Fixture, listing};

/// The exit code of a caller whose run told that its observer was killed.
const OBSERVER_DIED: i32 = 42;

/// A process that stands for hermitage: it calls `run` and is there to be killed.
pub(crate) struct Caller {
    pub(crate) process: Child,
    /// A word in the command line of it, of its forks, and of the command inside.
    pub(crate) mark: String,
    started: PathBuf,
}

/// Starts a process in a group of its own that runs a verb in a view, with the mark as argument.
pub(crate) fn start_caller(fixture: &Fixture, verb: &str) -> Caller {
    let dir = tempfile::Builder::new()
        .prefix("mountns-mark-")
        .tempdir_in(fixture.dir.path())
        .unwrap()
        .keep();
    let mark = dir.to_str().unwrap().to_owned();
    let mut process = Process::new(std::env::current_exe().unwrap());
    process.args(["--case", "caller", fixture.backend.name(), &mark, verb]).process_group(0);
    let started = dir.join("started");
    Caller { process: process.spawn().unwrap(), mark, started }
}

/// What that process does.
pub(crate) fn caller(fixture: &Fixture, mark: &str, verb: &str) {
    // Not to outlive the case when that fails.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    // Enough files for the stages of the setup to take some time.
    let paths: Vec<_> =
        (0..500).map(|number| format!("/data/{}/file-{number}", number % 7)).collect();
    paths.iter().for_each(|path| fixture.file(path, path.as_bytes()));
    let host = PathBuf::from(mark);
    let real = fixture.real("/mark");
    fs::create_dir(&real).unwrap();
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    let options = PlanOptions { write: vec!["/mark".into()], ..fixture.options() };
    let plan = fixture.plan(&paths, &options);
    fs::write(host.join("planned"), real.to_str().unwrap()).unwrap();
    // The mark stands in the arguments, by which the command is found among the processes.
    let command = Command::new("inside").args(["--inside", "sleep", "/mark/started", mark]);
    let outcome = match verb {
        "observed" => {
            let choice = ObserverChoice::Only(Observer::Calls);
            let run = Run::new(&plan).backend(BackendChoice::Only(fixture.backend));
            let ended = run.observe(choice).start(&fixture.support, &command).unwrap_err();
            let by_it = matches!(ended.kind(), ErrorKind::ObserverDied);
            std::process::exit(if by_it { OBSERVER_DIED } else { 1 })
        }
        _ => fixture.run(&plan, &command).unwrap(),
    };
    // Not a return: the exit code tells how the command ended.
    fs::remove_dir_all(fixture.dir.path()).unwrap();
    std::process::exit(outcome.code());
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The host's directory of the caller, once it has made its plan.
fn planned(caller: &Caller) -> Option<PathBuf> {
    let planned = fs::read_to_string(PathBuf::from(&caller.mark).join("planned")).ok()?;
    (!planned.is_empty()).then(|| PathBuf::from(planned))
}

pub(crate) fn wait_for_mark(caller: &Caller) {
    wait_for("the plan", || planned(caller).is_some());
    let started = planned(caller).unwrap().join("started");
    wait_for("the command inside", || started.exists());
    let _ = &caller.started;
}

/// The processes that carry the mark in their command line.
fn carriers(mark: &str) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.unwrap();
        let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        line.windows(mark.len()).any(|part| part == mark.as_bytes()).then_some(pid)
    });
    processes.collect()
}

pub(crate) fn assert_gone(mark: &str) {
    wait_for("the end of all processes", || carriers(mark).is_empty());
}

pub(crate) fn killed_caller(fixture: &Fixture) {
    let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap();
    let before = mounts();
    // Some in the middle of the setup, by the time passed since the plan was made, and some in the command.
    for delay in [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 30] {
        let mut caller = start_caller(fixture, "sleep");
        wait_for("the plan", || planned(&caller).is_some());
        std::thread::sleep(Duration::from_millis(delay));
        kill_and_look(&mut caller);
    }
    let mut caller = start_caller(fixture, "sleep");
    wait_for_mark(&caller);
    assert!(carriers(&caller.mark).len() >= 4, "caller, supervisor, init, command");
    kill_and_look(&mut caller);
    assert_eq!(mounts(), before);
}

fn kill_and_look(caller: &mut Caller) {
    let host = planned(caller).unwrap().parent().unwrap().to_owned();
    let before = listing(&host);
    caller.process.kill().unwrap();
    caller.process.wait().unwrap();
    assert_gone(&caller.mark);
    let after = listing(&host);
    let started = host.join("mark");
    let differing: Vec<_> = after
        .iter()
        .filter(|line| !before.contains(line))
        .filter(|line| !line.contains(started.to_str().unwrap()))
        .collect();
    assert!(differing.is_empty(), "left behind: {differing:?}");
    fs::remove_dir_all(&host).unwrap();
    fs::remove_dir_all(&caller.mark).unwrap();
}

/// The caller's children are the supervisor and, where there is one, the server of the view.
pub(crate) fn killed_child(fixture: &Fixture) {
    let children = if fixture.backend == Backend::Served { 2 } else { 1 };
    for number in 0..children {
        let mut caller = start_caller(fixture, "sleep");
        wait_for_mark(&caller);
        let found = self::children(&caller);
        assert_eq!(found.len(), children, "{found:?}");
        rustix::process::kill_process(found[number], Signal::KILL).unwrap();
        let status = caller.process.wait().unwrap();
        // The caller's unwrap fails: `run` gave an error and did not hang.
        assert_eq!(status.code(), Some(101));
        assert_gone(&caller.mark);
    }
}

/// The observer is the caller's second to last child: before the supervisor, after the server if there is one.
pub(crate) fn killed_observer(fixture: &Fixture) {
    let mut caller = start_caller(fixture, "observed");
    wait_for_mark(&caller);
    let children = children(&caller);
    let [.., observer, _] = children[..] else { panic!("{children:?}") };
    rustix::process::kill_process(observer, Signal::KILL).unwrap();
    assert_eq!(caller.process.wait().unwrap().code(), Some(OBSERVER_DIED));
    assert_gone(&caller.mark);
}

fn children(caller: &Caller) -> Vec<Pid> {
    let id = caller.process.id();
    let text = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    text.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect()
}
