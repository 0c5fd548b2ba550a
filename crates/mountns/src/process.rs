//! The processes of a run: the caller, a supervisor, the init process of the view, the command.
//!
//! The supervisor is forked first and enters the new namespaces, so the caller stays where it is; the first
//! process it forks is process 1 of the new pid namespace. Each dies with its parent by a signal the kernel sends,
//! and with process 1 ends everything in the namespace, so that killing the caller with SIGKILL leaves nothing.

mod cage;
mod exec;
mod gate;
mod init;
mod limits;
pub(crate) mod plain;
pub(crate) mod seccomp;
mod supervisor;
mod surroundings;

pub(crate) use limits::FileSize;
pub(crate) use supervisor::enter_user_namespace;

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags};
use rustix::pipe::PipeFlags;
use rustix::process::{Pid, Signal, WaitOptions};

use crate::attendant::Attendant;
use crate::calls::Watch;
use crate::index::Tree;
use crate::kernel::Named as _;
use crate::observation::{Observation, Observer};
use crate::plan::Plan;
use crate::served::{Server, Summary};
use crate::support::{Backend, Privilege};
use crate::sys::{self, Fork};
use crate::{Command, Error, ErrorKind, Outcome, wire};
use gate::Gate;

/// What to do in the view.
pub(crate) enum Payload<'a> {
    /// Execute a command.
    Command(&'a Command),
    /// Call a function, which decides whether the view is as it should be.
    Check(&'a dyn Fn() -> Result<(), Error>),
}

/// Everything the forked processes need to know.
pub(crate) struct Job<'a> {
    pub(crate) plan: &'a Plan,
    /// What is visible, for [`Backend::Served`].
    pub(crate) tree: Option<&'a Tree>,
    pub(crate) backend: Backend,
    pub(crate) privilege: Privilege,
    /// How to record what is looked for; look-ups only with [`Backend::Served`].
    pub(crate) observer: Option<Observer>,
    pub(crate) payload: Payload<'a>,
}

/// What the processes inside have besides the job.
struct Setting<'a> {
    job: &'a Job<'a>,
    server: Option<&'a Server>,
    watch: Option<&'a Watch>,
    gate: &'a Gate,
}

/// How a job ended.
pub(crate) struct Finished {
    pub(crate) outcome: Outcome,
    /// What the server had to say, if there was one.
    pub(crate) summary: Option<Summary>,
    /// What the observer of calls has noted, if there was one.
    pub(crate) calls: Option<Observation>,
}

/// Carries out a job and waits for its end; `agree` decides, while the view is being made, whether it is to begin at all.
/// None when it is not.
pub(crate) fn carry_out(
    job: &Job<'_>,
    agree: impl FnOnce() -> bool,
) -> Result<Option<Finished>, Error> {
    let (life, held) = pipe()?;
    // Before any pipe whose end somebody waits for exists: the server lives longer than the command.
    let lookups = job.observer == Some(Observer::Lookups);
    let server = job
        .tree
        .filter(|_| job.backend == Backend::Served)
        .map(|tree| Server::start(tree, job.plan, job.privilege, lookups, life.as_fd()));
    let server = server.transpose()?;
    let calls = job.observer == Some(Observer::Calls);
    let watch = calls.then(|| Watch::start(job.plan, job.privilege, life.as_fd())).transpose()?;
    let mut agreed = None;
    let agree = || *agreed.insert(agree());
    let outcome = run_inside(job, server.as_ref(), watch.as_ref(), agree, life, held);
    let calls = watch.map(Watch::finish).transpose();
    let summary = server.map(Server::finish).transpose();
    if agreed == Some(false) {
        return Ok(None);
    }
    // What was ended because of it has less to tell.
    if outcome.as_ref().is_err_and(|error| *error.kind() == ErrorKind::Died) {
        calls?;
        summary?;
        return outcome.map(|_never| None);
    }
    Ok(Some(Finished { outcome: outcome?, summary: summary?, calls: calls? }))
}

fn run_inside(
    job: &Job<'_>,
    server: Option<&Server>,
    watch: Option<&Watch>,
    agree: impl FnOnce() -> bool,
    life: OwnedFd,
    held: OwnedFd,
) -> Result<Outcome, Error> {
    let (gate, latch) = Gate::pair()?;
    let setting = Setting { job, server, watch, gate: &gate };
    let main = |life: &OwnedFd, report| supervisor::main(&setting, life, report);
    supervised(life, held, main, |answer, supervisor| {
        latch.decide(agree())?;
        let beside = server.map(|server| &server.attendant);
        let beside: Vec<_> = beside.into_iter().chain(watch.map(|watch| &watch.0)).collect();
        wait_for_any(&answer, &beside, supervisor);
        let outcome = wire::receive(answer);
        // They sum up while the namespaces are taken down.
        for attendant in &beside {
            attendant.dismiss();
        }
        outcome
    })
}

/// Forks a supervisor, which does `main` and reports; `wait` waits for its answer.
///
/// `life` is the supervisor's line to the caller, who holds `held`.
fn supervised(
    life: OwnedFd,
    held: OwnedFd,
    main: impl FnOnce(&OwnedFd, OwnedFd),
    wait: impl FnOnce(OwnedFd, Pid) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    let (answer, report) = pipe()?;
    let ignored = sys::ignore_interrupts();
    let supervisor = match sys::fork() {
        Ok(Fork::Child) => {
            drop((held, answer));
            ignored.restore();
            main(&life, report);
            // Should it ever come back: not as a double of the caller.
            sys::exit_now(1)
        }
        Ok(Fork::Parent(pid)) => pid,
        Err(errno) => {
            ignored.restore();
            return Err(Error::call("fork()", errno));
        }
    };
    drop((life, report));
    let outcome = wait(answer, supervisor);
    drop(held);
    // Reaped in any case; what it has to say came through the pipe.
    let _reaped = rustix::io::retry_on_intr(|| {
        rustix::process::waitpid(Some(supervisor), WaitOptions::empty())
    });
    ignored.restore();
    outcome
}

/// Waits for an answer, or for the end of a process beside the view: without it the command sees a broken view, or its calls
/// fail, so it is ended.
fn wait_for_any(answer: &OwnedFd, beside: &[&Attendant], supervisor: Pid) {
    if beside.is_empty() {
        return;
    }
    let ends = beside.iter().map(|attendant| attendant.pidfd());
    let mut fds: Vec<_> =
        [answer].into_iter().chain(ends).map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
    let polled = rustix::io::retry_on_intr(|| rustix::event::poll(&mut fds, None));
    if polled.is_ok() && fds[0].revents().is_empty() {
        let _ended_too = rustix::process::kill_process(supervisor, Signal::KILL);
    }
}

fn pipe() -> Result<(OwnedFd, OwnedFd), Error> {
    rustix::pipe::pipe_with(PipeFlags::CLOEXEC).named(|| "pipe2(O_CLOEXEC)".into())
}

/// Has the kernel kill this process when its parent ends, or ends it at once when the parent is gone already.
///
/// `life` is the reading end of a pipe whose writing end only the parent holds.
pub(crate) fn die_with_parent(life: BorrowedFd<'_>) -> Result<(), Error> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .named(|| "prctl(PR_SET_PDEATHSIG, SIGKILL)".into())?;
    let mut fds = [PollFd::new(&life, PollFlags::IN)];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    rustix::event::poll(&mut fds, Some(&now)).named(|| "poll(life line)".into())?;
    if fds[0].revents().is_empty() { Ok(()) } else { sys::exit_now(1) }
}

/// Reports a failure to the caller and ends the process.
fn fail(report: &OwnedFd, error: Error) -> ! {
    wire::send(report.as_fd(), &wire::Message::Failed(error));
    sys::exit_now(125)
}
