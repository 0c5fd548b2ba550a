use std::io::{Read as _, Seek as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::MemfdFlags;
use rustix::process::{Pid, PidfdFlags, WaitOptions};
use serde::{Deserialize, Serialize};

use super::filesystem::Names;
use super::host::{Host, Owners};
use super::journal::Journal;
use super::{Layout, Post};
use crate::host::HostTree;
use crate::index::Tree;
use crate::kernel::Named as _;
use crate::observation::{Change, Observation};
use crate::plan::Plan;
use crate::process::FileSize;
use crate::support::Privilege;
use crate::sys::{self, Fork};
use crate::{Error, ErrorKind};

/// One thread that answers and one that can while the first is looking at the host: with one, each answer waits for
/// a processor to wake up.
const THREADS: usize = 2;

/// More than any summary takes, in bytes.
const LARGEST_SUMMARY: u64 = 64 << 20;

/// The server, seen from the caller.
#[derive(Debug)]
pub(crate) struct Server {
    pid: Pid,
    pidfd: OwnedFd,
    /// The end for those who set the view up; when all copies are closed, the server sums up and ends.
    post: Post,
    summary: OwnedFd,
    pub(crate) layout: Arc<Layout>,
}

/// What the server has to say in the end.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) observation: Observation,
    pub(crate) changes: Vec<Change>,
}

impl Server {
    /// Forks the server. `life` tells it whether the caller is still there.
    pub(crate) fn start(
        tree: &Tree,
        plan: &Plan,
        privilege: Privilege,
        observe: bool,
        life: BorrowedFd<'_>,
    ) -> Result<Self, Error> {
        FileSize::can_be(LARGEST_SUMMARY)?;
        let host = HostTree::new(&plan.host_root.0);
        let mut layout = Layout::of(tree, &host)?;
        layout.find_devices(tree, &host)?;
        let layout = Arc::new(layout);
        let (post, ours) = Post::pair()?;
        let summary = rustix::fs::memfd_create("summary", MemfdFlags::CLOEXEC)
            .named(|| "memfd_create(\"summary\")".into())?;
        match sys::fork() {
            Ok(Fork::Parent(pid)) => {
                let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())
                    .named(|| format!("pidfd_open({pid:?})"))?;
                Ok(Self { pid, pidfd, post, summary, layout })
            }
            Ok(Fork::Child) => {
                drop(post);
                // The summary is a file too, and no one's but ours.
                FileSize::lift();
                let owners = Owners::of(privilege, plan.surroundings.user);
                let host = Host { tree: tree.clone(), disk: host, owners };
                main(host, layout, observe, &ours, summary, life)
            }
            Err(errno) => Err(Error::call("fork()", errno)),
        }
    }

    /// The end by which the view's set-up gives its descriptors.
    pub(crate) fn post(&self) -> &Post {
        &self.post
    }

    /// Becomes readable when the server has ended.
    pub(crate) fn pidfd(&self) -> &OwnedFd {
        &self.pidfd
    }

    /// Has the server sum up and end, whoever else could still give it something.
    pub(crate) fn dismiss(&self) {
        self.post.close();
    }

    /// Ends the server and takes what it has to say.
    pub(crate) fn finish(self) -> Result<Summary, Error> {
        drop(self.post);
        let ended = rustix::io::retry_on_intr(|| {
            rustix::process::waitpid(Some(self.pid), WaitOptions::empty())
        })
        .named(|| "waitpid(the server of the view)".into())?;
        let well = ended.is_some_and(|(_, status)| status.exit_status() == Some(0));
        if !well {
            return Err(Error::new(ErrorKind::ServerDied));
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

/// The server itself, to the end of the process.
fn main(
    host: Host,
    layout: Arc<Layout>,
    observe: bool,
    post: &Post,
    summary: OwnedFd,
    life: BorrowedFd<'_>,
) -> ! {
    sys::block_signals();
    if crate::process::die_with_parent(life).is_err() {
        sys::exit_now(1);
    }
    // Others may wait to see descriptors closed, such as a pipe that was kept for the command.
    sys::close_all_but(&[post.as_fd(), summary.as_fd()]);
    let host = Arc::new(host);
    let journal = Arc::new(Journal::new(observe));
    let names = Names::new(Arc::clone(&host), layout, Arc::clone(&journal));
    // First the device, then the view's /proc, then nothing more: everything is over.
    let Ok(Some(device)) = post.receive() else { sys::exit_now(0) };
    let served = std::thread::Builder::new().spawn(move || serve(names, device));
    let Ok(_serving) = served else { sys::exit_now(1) };
    while let Ok(Some(proc)) = post.receive() {
        journal.begin(proc);
    }
    let (observation, changes) = journal.close(&host);
    let told = serde_json::to_writer(
        std::io::BufWriter::new(std::fs::File::from(summary)),
        &Summary { observation, changes },
    );
    sys::exit_now(i32::from(told.is_err()))
}

fn serve(names: Names, device: OwnedFd) {
    let mut config = fuser::Config::default();
    config.n_threads = Some(THREADS);
    // When it fails, the device is closed, and whoever waits for an answer gets an error.
    if let Ok(session) = fuser::Session::from_fd(names, device, fuser::SessionACL::All, config) {
        drop(session.run());
    }
}
