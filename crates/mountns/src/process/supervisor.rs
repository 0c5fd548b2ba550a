//! Enters the namespaces, forks their process 1, and passes signals on to it.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::process::{Pid, WaitOptions};
use rustix::thread::UnshareFlags;

use super::{Setting, die_with_parent, fail, init, pipe, surroundings};
use crate::Error;
use crate::kernel::Named as _;
use crate::plan::{Network, Plan, Session};
use crate::support::Privilege;
use crate::sys::{self, Fork};

pub(super) fn main(setting: &Setting<'_>, life: &OwnedFd, report: OwnedFd) -> ! {
    sys::block_signals();
    match start(setting, life, &report) {
        Ok((child, held)) => {
            drop(report);
            // Others may wait to see descriptors closed, such as a kept pipe. What is held tells init that we live.
            sys::close_all_but(&[held.as_fd()]);
            watch(child, setting.job.plan.session)
        }
        Err(error) => fail(&report, error),
    }
}

fn start(setting: &Setting<'_>, life: &OwnedFd, report: &OwnedFd) -> Result<(Pid, OwnedFd), Error> {
    die_with_parent(life.as_fd())?;
    enter_namespaces(setting.job.plan, setting.job.privilege)?;
    surroundings::fresh_clocks(setting.job.plan)?;
    let (init_life, held) = pipe()?;
    match sys::fork() {
        Ok(Fork::Child) => {
            drop(held);
            init::main(setting, &init_life, report)
        }
        Ok(Fork::Parent(pid)) => Ok((pid, held)),
        Err(errno) => Err(Error::call("fork()", errno)),
    }
}

fn enter_namespaces(plan: &Plan, privilege: Privilege) -> Result<(), Error> {
    if privilege == Privilege::User {
        enter_user_namespace(plan.surroundings.user)?;
    }
    let mut spaces = vec![
        (UnshareFlags::NEWNS, "CLONE_NEWNS"),
        (UnshareFlags::NEWPID, "CLONE_NEWPID"),
        (UnshareFlags::NEWIPC, "CLONE_NEWIPC"),
        (UnshareFlags::NEWUTS, "CLONE_NEWUTS"),
        (UnshareFlags::NEWCGROUP, "CLONE_NEWCGROUP"),
    ];
    if plan.network == Network::Loopback {
        spaces.push((UnshareFlags::NEWNET, "CLONE_NEWNET"));
    }
    for (flag, name) in spaces {
        sys::unshare(flag).named(|| format!("unshare({name})"))?;
    }
    if plan.network == Network::Loopback {
        sys::loopback_up().named(|| "ioctl(SIOCSIFFLAGS, lo, IFF_UP)".into())?;
    }
    rustix::system::sethostname(&plan.hostname.0)
        .named(|| format!("sethostname({:?})", plan.hostname))?;
    // What the kernel starts with. The namespace was made with the host's.
    rustix::system::setdomainname(b"(none)").named(|| "setdomainname(\"(none)\")".into())
}

/// Maps the caller to itself, or to `user`: mapping to 0 would break chgrp, and more than one id is not to be
/// had without help.
pub(crate) fn enter_user_namespace(user: Option<u32>) -> Result<(), Error> {
    let uid = rustix::process::geteuid().as_raw();
    let gid = rustix::process::getegid().as_raw();
    sys::unshare(UnshareFlags::NEWUSER).named(|| "unshare(CLONE_NEWUSER)".into())?;
    write_proc("/proc/self/setgroups", "deny")?;
    write_proc("/proc/self/uid_map", &format!("{} {uid} 1", user.unwrap_or(uid)))?;
    write_proc("/proc/self/gid_map", &format!("{} {gid} 1", user.unwrap_or(gid)))
}

pub(super) fn write_proc(path: &str, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|error| {
        let errno = rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO);
        Error::call(format!("write({path:?}, {text:?})"), errno)
    })
}

/// Passes signals on to init until it ends.
///
/// The terminal sends to its whole foreground process group, so in a shared session the command has them already.
fn watch(init: Pid, session: Session) -> ! {
    loop {
        let signal = sys::next_signal();
        let pid = init.as_raw_nonzero().get();
        match signal {
            libc::SIGCHLD => {
                let ended = rustix::process::waitpid(Some(init), WaitOptions::NOHANG);
                if !matches!(ended, Ok(None)) {
                    sys::exit_now(0);
                }
            }
            libc::SIGTSTP if session == Session::New => {
                sys::send_signal(pid, libc::SIGTSTP);
                // Stopped along with the caller; the shell's SIGCONT wakes both.
                sys::send_signal(rustix::process::getpid().as_raw_nonzero().get(), libc::SIGSTOP);
            }
            _ if session == Session::Shared && from_terminal(signal) => {}
            signal => sys::send_signal(pid, signal),
        }
    }
}

fn from_terminal(signal: i32) -> bool {
    matches!(
        signal,
        libc::SIGINT
            | libc::SIGQUIT
            | libc::SIGTSTP
            | libc::SIGWINCH
            | libc::SIGCONT
            | libc::SIGTTIN
            | libc::SIGTTOU
    )
}
