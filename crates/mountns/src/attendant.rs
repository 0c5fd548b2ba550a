//! A process beside a run, that lives as long as the run does and has something to say in the end.

use std::io::{Read as _, Seek as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::MemfdFlags;
use rustix::process::{Pid, PidfdFlags, WaitOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::Named as _;
use crate::post::Post;
use crate::process::FileSize;
use crate::sys::{self, Fork};
use crate::{Error, ErrorKind};

/// More than any summary takes, in bytes.
const LARGEST_SUMMARY: u64 = 64 << 20;

/// The process, seen from the caller.
#[derive(Debug)]
pub(crate) struct Attendant {
    pid: Pid,
    pidfd: OwnedFd,
    /// The end for those who set the view up; when all copies are closed, the process sums up and ends.
    post: Post,
    summary: OwnedFd,
}

impl Attendant {
    /// Forks the process, which does `main` and writes what that returns; none is a failure.
    ///
    /// `life` tells it whether the caller is still there. It stays in the namespaces of the caller.
    pub(crate) fn start<T: Serialize>(
        life: BorrowedFd<'_>,
        main: impl FnOnce(&Post) -> Option<T>,
    ) -> Result<Self, Error> {
        FileSize::can_be(LARGEST_SUMMARY)?;
        let (post, ours) = Post::pair()?;
        let summary = rustix::fs::memfd_create("summary", MemfdFlags::CLOEXEC)
            .named(|| "memfd_create(\"summary\")".into())?;
        match sys::fork() {
            Ok(Fork::Parent(pid)) => {
                let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())
                    .named(|| format!("pidfd_open({pid:?})"))?;
                Ok(Self { pid, pidfd, post, summary })
            }
            Ok(Fork::Child) => {
                drop(post);
                // The summary is a file too, and no one's but ours.
                FileSize::lift();
                sys::block_signals();
                if crate::process::die_with_parent(life).is_err() {
                    sys::exit_now(1);
                }
                // Others may wait to see descriptors closed, such as a pipe that was kept for the command.
                sys::close_all_but(&[ours.as_fd(), summary.as_fd()]);
                let told = main(&ours).is_some_and(|told| write(summary, &told));
                sys::exit_now(i32::from(!told))
            }
            Err(errno) => Err(Error::call("fork()", errno)),
        }
    }

    /// The end by which it is given descriptors.
    pub(crate) fn post(&self) -> &Post {
        &self.post
    }

    /// Becomes readable when the process has ended.
    pub(crate) fn pidfd(&self) -> &OwnedFd {
        &self.pidfd
    }

    /// Has it sum up and end, whoever else could still give it something.
    pub(crate) fn dismiss(&self) {
        self.post.close();
    }

    /// Ends it and takes what it has to say; `died` is what is wrong when it was ended from outside.
    pub(crate) fn finish<T: DeserializeOwned>(self, died: ErrorKind) -> Result<T, Error> {
        drop(self.post);
        let ended = rustix::io::retry_on_intr(|| {
            rustix::process::waitpid(Some(self.pid), WaitOptions::empty())
        })
        .named(|| "waitpid(the process beside the run)".into())?;
        let well = ended.is_some_and(|(_, status)| status.exit_status() == Some(0));
        if !well {
            return Err(Error::new(died));
        }
        let mut file = std::fs::File::from(self.summary);
        let mut text = Vec::new();
        file.rewind()
            .and_then(|()| file.read_to_end(&mut text))
            .map_err(|error| Error::new(ErrorKind::Json(error.to_string())))?;
        serde_json::from_slice(&text)
            .map_err(|error| Error::new(ErrorKind::Json(error.to_string())))
    }
}

fn write(summary: OwnedFd, told: &impl Serialize) -> bool {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(std::fs::File::from(summary));
    serde_json::to_writer(&mut file, told).is_ok() && file.flush().is_ok()
}
