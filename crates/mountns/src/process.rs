//! The processes of a run: the caller, a supervisor, the init process of the view, the command.
//!
//! The supervisor is forked first and enters the new namespaces, so the caller stays where it is; the first
//! process it forks is process 1 of the new pid namespace. Each dies with its parent by a signal the kernel sends,
//! and with process 1 ends everything in the namespace, so that killing the caller with SIGKILL leaves nothing.

mod cage;
mod exec;
mod init;
mod supervisor;

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags};
use rustix::pipe::PipeFlags;
use rustix::process::{Signal, WaitOptions};

use crate::kernel::Named as _;
use crate::plan::Plan;
use crate::support::{Backend, Privilege};
use crate::sys::{self, Fork};
use crate::{Command, Error, Outcome, wire};

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
    pub(crate) backend: Backend,
    pub(crate) privilege: Privilege,
    pub(crate) payload: Payload<'a>,
}

/// Carries out a job and waits for its end.
pub(crate) fn carry_out(job: &Job<'_>) -> Result<Outcome, Error> {
    let (life, held) = pipe()?;
    let (answer, report) = pipe()?;
    let ignored = sys::ignore_interrupts();
    let supervisor = match sys::fork() {
        Ok(Fork::Child) => {
            drop((held, answer));
            ignored.restore();
            supervisor::main(job, &life, report);
        }
        Ok(Fork::Parent(pid)) => pid,
        Err(errno) => {
            ignored.restore();
            return Err(Error::call("fork()", errno));
        }
    };
    drop((life, report));
    let outcome = wire::receive(answer);
    drop(held);
    // Reaped in any case; what it has to say came through the pipe.
    let _reaped = rustix::io::retry_on_intr(|| {
        rustix::process::waitpid(Some(supervisor), WaitOptions::empty())
    });
    ignored.restore();
    outcome
}

fn pipe() -> Result<(OwnedFd, OwnedFd), Error> {
    rustix::pipe::pipe_with(PipeFlags::CLOEXEC).named(|| "pipe2(O_CLOEXEC)".into())
}

/// Has the kernel kill this process when its parent ends, or ends it at once when the parent is gone already.
///
/// `life` is the reading end of a pipe whose writing end only the parent holds.
fn die_with_parent(life: BorrowedFd<'_>) -> Result<(), Error> {
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
