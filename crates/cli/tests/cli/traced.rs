//! A call that can be stopped between any two of its system calls.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

/// Runs a command and asks at each beginning and end of a system call whether it goes on; kills it if not.
/// Returns the exit code of one that came to its end.
#[expect(clippy::zombie_processes, reason = "it is waited for as one that is traced")]
pub(crate) fn traced(command: &Command, mut goes_on: impl FnMut() -> bool) -> Option<i32> {
    // It waits for us in a shell, whose successor it becomes; the shell tells that it is one, for its own start is no concern.
    let mut waiting = Command::new("sh");
    waiting.args(["-c", "echo && read -r go && exec \"$@\" >/dev/null", "sh"]);
    waiting.arg(command.get_program()).args(command.get_args());
    waiting.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    waiting.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = waiting.spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
    let pid = Pid::from_raw(child.id().try_into().unwrap());
    let options =
        Options::PTRACE_O_EXITKILL | Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACEEXEC;
    ptrace::seize(pid, options).unwrap();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let mut is_ours = false;
    loop {
        let signal = match waitpid(pid, None).unwrap() {
            WaitStatus::Exited(_, code) => return Some(code),
            WaitStatus::Signaled(..) => return None,
            WaitStatus::PtraceEvent(..) => {
                is_ours = true;
                None
            }
            WaitStatus::PtraceSyscall(_) => {
                if !goes_on() {
                    nix::sys::signal::kill(pid, Signal::SIGKILL).unwrap();
                }
                None
            }
            WaitStatus::Stopped(_, signal) => Some(signal),
            other => panic!("{other:?}"),
        };
        let resumed =
            if is_ours { ptrace::syscall(pid, signal) } else { ptrace::cont(pid, signal) };
        // One that was killed can't be resumed.
        resumed.or_else(|errno| (errno == nix::Error::ESRCH).then_some(()).ok_or(errno)).unwrap();
    }
}
