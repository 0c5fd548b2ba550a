//! Resource limits: those of the command, and those that are in the way of the setup.

use rustix::io::Errno;
use rustix::process::{Resource as Kernel, Rlimit, getrlimit, setrlimit};

use rustix::thread::CapabilitySet;

use crate::kernel::Named as _;
use crate::plan::{Limit, Plan, Resource};
use crate::support::Privilege;
use crate::{Error, ErrorKind};

/// The lowest process ids, which the kernel gives only once (`RESERVED_PIDS`).
const GIVEN_ONCE: u64 = 300;
/// The highest value of `pid_max` (`PID_MAX_LIMIT`).
const HIGHEST_PID: u64 = 1 << 22;
const PID_MAX: &str = "/proc/sys/kernel/pid_max";

/// A limit on the size of files as it was before the setup.
///
/// The setup makes files of the sizes the host's have, without content, and the caller's limit would forbid it.
pub(crate) struct FileSize(Rlimit);

impl FileSize {
    /// Lifts it as far as this process may.
    pub(crate) fn lift() -> Self {
        let before = getrlimit(Kernel::Fsize);
        let none = Rlimit { current: None, maximum: None };
        if setrlimit(Kernel::Fsize, none).is_err() {
            // Without privileges up to the hard limit, which is always allowed. What is too little shows later.
            let soft = Rlimit { current: before.maximum, maximum: before.maximum };
            let _unchanged = setrlimit(Kernel::Fsize, soft);
        }
        Self(before)
    }

    /// Whether [`lift`](Self::lift) will allow files of this size.
    pub(crate) fn can_be(size: u64) -> Result<(), Error> {
        let unbound = rustix::thread::capabilities(None)
            .is_ok_and(|sets| sets.effective.contains(CapabilitySet::SYS_RESOURCE));
        match getrlimit(Kernel::Fsize).maximum {
            Some(hard) if hard < size && !unbound => Err(Error::new(ErrorKind::Value(format!(
                "the hard limit on the size of files (ulimit -H -f) is {hard} bytes, which is too little to set up a view; the soft limit may be as low as it likes"
            )))),
            _ => Ok(()),
        }
    }

    /// Puts it back, for the command.
    pub(super) fn restore(&self) -> Result<(), Error> {
        setrlimit(Kernel::Fsize, self.0).named(|| "setrlimit(RLIMIT_FSIZE, as before)".into())
    }
}

/// Sets a limit for this process and what it starts.
pub(super) fn set(limit: &Limit) -> Result<(), Error> {
    let kernel = match limit.resource {
        Resource::AddressSpace => Kernel::As,
        Resource::Core => Kernel::Core,
        Resource::Cpu => Kernel::Cpu,
        Resource::Data => Kernel::Data,
        Resource::FileSize => Kernel::Fsize,
        Resource::OpenFiles => Kernel::Nofile,
        Resource::Processes => Kernel::Nproc,
        Resource::Stack => Kernel::Stack,
    };
    match setrlimit(kernel, Rlimit { current: limit.soft, maximum: limit.hard }) {
        Err(Errno::PERM) => Err(too_high(limit, getrlimit(kernel).maximum)),
        result => result
            .named(|| format!("setrlimit({}, {:?}, {:?})", limit.resource, limit.soft, limit.hard)),
    }
}

fn too_high(limit: &Limit, most: Option<u64>) -> Error {
    let most = most.map_or_else(|| "none".into(), |most| most.to_string());
    Error::new(ErrorKind::Value(format!(
        "the limit {limit} is above the hard limit hermitage itself was started with, {most}, which only root can raise"
    )))
}

/// Bounds the processes of root, whom the limit for users does not hold (`copy_process` exempts it), by the ids there are.
pub(super) fn bound_processes(plan: &Plan, privilege: Privilege) -> Result<(), Error> {
    let limit = plan.limits.iter().rfind(|limit| limit.resource == Resource::Processes);
    let Some(bound) = limit.and_then(|limit| limit.soft) else { return Ok(()) };
    if privilege == Privilege::User {
        return Ok(());
    }
    // Not to be tried out: before, the file is the whole machine's.
    if !ids_are_counted_by_namespace() {
        return Err(Error::new(ErrorKind::Unsupported {
            what: "a limit on the processes of root".into(),
            reason: "process ids have a limit of their own in each namespace since Linux 6.14; run it as an ordinary user".into(),
        }));
    }
    let highest = bound.saturating_add(GIVEN_ONCE).min(HIGHEST_PID);
    std::fs::write(PID_MAX, highest.to_string()).map_err(|error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        if errno == Errno::INVAL {
            let text = format!("root can't be limited to {bound} processes: the kernel takes no {PID_MAX} below 8 for each processor");
            return Error::new(ErrorKind::Value(text));
        }
        Error::call(format!("write({PID_MAX:?}, \"{highest}\")"), errno)
    })
}

/// Whether the kernel is Linux 6.14 or later.
fn ids_are_counted_by_namespace() -> bool {
    let name = rustix::system::uname();
    let release = name.release().to_bytes();
    let mut parts = release.split(|byte| !byte.is_ascii_digit());
    let mut next = || parts.next().and_then(|part| std::str::from_utf8(part).ok()?.parse().ok());
    let version: (u32, u32) = (next().unwrap_or(0), next().unwrap_or(0));
    version >= (6, 14)
}
