use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Layout;
use super::filesystem::Names;
use super::host::{Host, Owners};
use super::journal::Journal;
use crate::attendant::Attendant;
use crate::host::HostTree;
use crate::index::Tree;
use crate::observation::{Change, Observation};
use crate::plan::Plan;
use crate::post::Post;
use crate::support::Privilege;
use crate::{Error, ErrorKind};

/// One thread that answers and one that can while the first is looking at the host: with one, each answer waits for
/// a processor to wake up.
const THREADS: usize = 2;

/// The server, seen from the caller.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) attendant: Attendant,
    pub(crate) layout: Arc<Layout>,
    /// Whether it is of interest who looks for what.
    pub(crate) observes: bool,
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
        let disk = HostTree::new(&plan.host_root.0);
        let mut layout = Layout::of(tree, &disk)?;
        layout.find_devices(tree, &disk)?;
        let layout = Arc::new(layout);
        let attendant = Attendant::start(life, |post| {
            let owners = Owners::of(privilege, plan.surroundings.user);
            let host = Host { tree: tree.clone(), disk, owners };
            main(host, Arc::clone(&layout), observe, post)
        })?;
        Ok(Self { attendant, layout, observes: observe })
    }

    /// The end by which the view's set-up gives its descriptors.
    pub(crate) fn post(&self) -> &Post {
        self.attendant.post()
    }

    /// Ends the server and takes what it has to say.
    pub(crate) fn finish(self) -> Result<Summary, Error> {
        self.attendant.finish(ErrorKind::ServerDied)
    }
}

/// The server itself, until everything is over.
fn main(host: Host, layout: Arc<Layout>, observe: bool, post: &Post) -> Option<Summary> {
    let host = Arc::new(host);
    let journal = Arc::new(Journal::new(observe));
    let names = Names::new(Arc::clone(&host), layout, Arc::clone(&journal));
    // First the device, then the view's /proc, then nothing more: everything is over.
    let Ok(Some(device)) = post.receive() else { return Some(Summary::default()) };
    let served = std::thread::Builder::new().spawn(move || serve(names, device));
    let _serving = served.ok()?;
    while let Ok(Some(proc)) = post.receive() {
        journal.begin(proc);
        // Whoever waits for it and is gone does not miss it.
        let _told = post.confirm();
    }
    let (observation, changes) = journal.close(&host);
    Some(Summary { observation, changes })
}

fn serve(names: Names, device: OwnedFd) {
    let mut config = fuser::Config::default();
    config.n_threads = Some(THREADS);
    // When it fails, the device is closed, and whoever waits for an answer gets an error.
    if let Ok(session) = fuser::Session::from_fd(names, device, fuser::SessionACL::All, config) {
        drop(session.run());
    }
}
