//! Becomes the command.

use std::convert::Infallible;
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;

use super::{limits, seccomp, surroundings};
use crate::kernel::Named as _;
use crate::plan::{Plan, Session};
use crate::post::Post;
use crate::{ByteString, Command, Error, ErrorKind, calls, sys};

/// Searched when the plan's environment has no `PATH`, as execvp(3) does.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// Sets up what is a process's own, and executes the command.
///
/// `observer` is told of its calls from the first one on, that which executes it.
pub(super) fn exec(
    plan: &Plan,
    command: &Command,
    observer: Option<&Post>,
) -> Result<Infallible, Error> {
    if plan.session == Session::New {
        rustix::process::setsid().named(|| "setsid()".into())?;
    }
    plan.limits.iter().try_for_each(limits::set)?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(plan.umask));
    rustix::process::chdir(plan.cwd.as_path()).named(|| format!("chdir({:?})", plan.cwd))?;
    surroundings::take_on(plan)?;
    seccomp::install(plan)?;
    observer.map_or(Ok(()), calls::attach)?;
    keep_only(&command.keep_fds)?;
    sys::default_sigpipe();
    sys::unblock_signals();
    let argv = arguments(command)?;
    let env = plan.env.iter().map(|variable| {
        ByteString([&variable.name.0[..], b"=", &variable.value.0].concat()).to_c()
    });
    let env = env.collect::<Result<Vec<_>, _>>()?;
    Err(search(plan, command.program.as_bytes(), &argv, &env))
}

/// Leaves the standard descriptors and the named ones open across the exec.
fn keep_only(fds: &[i32]) -> Result<(), Error> {
    sys::close_on_exec_from(3).named(|| "close_range(3, CLOSE_RANGE_CLOEXEC)".into())?;
    fds.iter()
        .try_for_each(|&fd| sys::keep_on_exec(fd).named(|| format!("fcntl({fd}, F_SETFD, 0)")))
}

fn arguments(command: &Command) -> Result<Vec<CString>, Error> {
    let all = [&command.program].into_iter().chain(&command.args);
    all.map(|arg| ByteString::from(arg.as_os_str()).to_c()).collect()
}

/// Tries every place the program may be at; returns why none of them could be executed.
fn search(plan: &Plan, program: &[u8], argv: &[CString], env: &[CString]) -> Error {
    let (argv, env) = (refs(argv), refs(env));
    let mut refused = None;
    for candidate in candidates(plan, program) {
        let Ok(path) = CString::new(candidate.clone()) else { continue };
        let errno = sys::execve(&path, &argv, &env);
        let exists = rustix::fs::accessat(CWD, &path, Access::EXISTS, AtFlags::empty()).is_ok();
        match errno {
            Errno::NOENT | Errno::NOTDIR if !exists => {}
            Errno::ACCESS => refused = Some((candidate, errno)),
            // It is there: then what is not there is its interpreter or dynamic loader.
            _ => return refusal(&candidate, errno),
        }
    }
    match refused {
        Some((path, errno)) => refusal(&path, errno),
        None => Error::at(program, ErrorKind::CommandNotFound),
    }
}

fn refusal(path: &[u8], errno: Errno) -> Error {
    match errno {
        Errno::NOENT => Error::at(path, ErrorKind::InterpreterNotFound),
        errno => Error::at(path, ErrorKind::CommandNotExecutable { errno: errno.raw_os_error() }),
    }
}

fn candidates(plan: &Plan, program: &[u8]) -> Vec<Vec<u8>> {
    if program.contains(&b'/') || program.is_empty() {
        return vec![program.to_vec()];
    }
    let path = plan.env.iter().find(|variable| variable.name.0 == b"PATH");
    let path = path.map_or(DEFAULT_PATH, |variable| &variable.value.0);
    let dirs = path.split(|&byte| byte == b':').map(|dir| if dir.is_empty() { b"." } else { dir });
    dirs.map(|dir| OsStr::from_bytes(dir).as_bytes())
        .map(|dir| [dir, b"/", program].concat())
        .collect()
}

fn refs(strings: &[CString]) -> Vec<&std::ffi::CStr> {
    strings.iter().map(CString::as_c_str).collect()
}
