use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use rustix::process::{PidfdFlags, PidfdGetfdFlags};

use crate::failure::Failure;

/// The descriptors above the standard ones that we were started with, but for directories: these would lead out of the view.
pub(super) fn inherited() -> Vec<RawFd> {
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let numbers = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // The one we list them with is among them, and is a directory.
    let mut numbers: Vec<RawFd> =
        numbers.filter(|&number| number > 2 && is_plain(number)).collect();
    numbers.sort_unstable();
    numbers
}

fn is_plain(number: RawFd) -> bool {
    std::fs::metadata(format!("/proc/self/fd/{number}")).is_ok_and(|meta| !meta.is_dir())
}

/// A descriptor of our own by its number, for the same open file. To open it anew in `/proc` would ask for rights that whoever
/// dropped privileges after opening it does not have.
fn duplicate(number: RawFd) -> Result<OwnedFd, Errno> {
    let ourselves = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty())?;
    rustix::process::pidfd_getfd(ourselves, number, PidfdGetfdFlags::empty())
}

/// How a phase tells Portage that it went well: by a number on a descriptor, before it ends, after which its exit code counts
/// no more. We stand in between, so that the last word is ours.
#[derive(Debug)]
pub(super) struct StatusLine {
    /// Portage's descriptor.
    real: File,
    number: RawFd,
    /// What the phase writes to and what we read from.
    inside: OwnedFd,
    answer: OwnedFd,
}

impl StatusLine {
    /// None when there is no such descriptor, as before Portage 3.0.79: then the exit code counts.
    pub(super) fn open(number: Option<&str>) -> Result<Option<Self>, Failure> {
        let Some(number) = number.and_then(|text| text.parse::<RawFd>().ok()) else {
            return Ok(None);
        };
        let failed = |errno: Errno| {
            Failure::new(format!("PORTAGE_EBUILD_EXIT_FD={number}: can't be used: {errno}"))
        };
        let real = File::from(duplicate(number).map_err(failed)?);
        let (answer, inside) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(failed)?;
        Ok(Some(Self { real, number, inside, answer }))
    }

    /// The number of Portage's descriptor, which is not for the phase.
    pub(super) fn replaced(&self) -> RawFd {
        self.number
    }

    /// The number of the descriptor that the phase gets instead.
    pub(super) fn inside(&self) -> RawFd {
        self.inside.as_raw_fd()
    }

    /// Passes on what the phase said, now that all of it has ended.
    pub(super) fn pass_on(self) -> io::Result<()> {
        drop(self.inside);
        let mut said = Vec::new();
        File::from(self.answer).read_to_end(&mut said)?;
        let mut real = self.real;
        real.write_all(&said)
    }

    /// Says that the phase has failed, whatever it said itself: the first number counts.
    pub(super) fn fail(mut self) -> io::Result<()> {
        self.real.write_all(b"1\n")
    }
}
