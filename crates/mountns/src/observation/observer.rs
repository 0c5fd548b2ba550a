//! Who watches a run.

use serde::{Deserialize, Serialize};

use crate::{Backend, Error, ErrorKind};

/// How it is found out what a run looks for.
///
/// Neither tells of what lies below declared trees, fresh file systems, `/proc` and `/dev`: that is not of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Observer {
    /// The server of [`Backend::Served`] notes the names that the kernel asks it for: it costs next to nothing. The root is a
    /// file system of the server's then, not a tmpfs.
    Lookups,
    /// The kernel tells of every system call that looks at a path (to open, examine, execute it or go there), and the call waits
    /// until it is noted: works with every backend, takes time with every call, and tells what was executed.
    ///
    /// It decides nothing: the kernel reads the path once more when the call goes on. So what is noted is what was in the
    /// caller's memory before, and a program that changes it in between can look for what is not noted; it finds what the
    /// view has and no more. Not seen are calls on descriptors, calls that change files (the view can't be changed), paths
    /// through the links of `/proc`, and what comes by `io_uring` where [`SystemCalls::Any`](crate::SystemCalls::Any) allows
    /// it. Calls that can't be looked into are counted in [`Observation::untold`](crate::Observation::untold).
    Calls,
}

/// Whether and how it is found out what a run looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ObserverChoice {
    /// It is not.
    #[default]
    None,
    /// Where that costs next to nothing: [`Observer::Lookups`] with [`Backend::Served`], nothing with the others.
    Free,
    /// In any case: [`Observer::Lookups`] with [`Backend::Served`], [`Observer::Calls`] with the others.
    Best,
    /// So or not at all.
    Only(Observer),
}

impl Observer {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Lookups, Self::Calls];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lookups => "lookups",
            Self::Calls => "calls",
        }
    }
}

impl ObserverChoice {
    /// What it comes to with a backend.
    pub(crate) fn with(self, backend: Backend) -> Result<Option<Observer>, Error> {
        match (self, backend) {
            (Self::Free | Self::Best | Self::Only(Observer::Lookups), Backend::Served) => {
                Ok(Some(Observer::Lookups))
            }
            (Self::Best | Self::Only(Observer::Calls), _) => Ok(Some(Observer::Calls)),
            (Self::None | Self::Free, _) => Ok(None),
            (Self::Only(Observer::Lookups), _) => Err(Error::new(ErrorKind::Unsupported {
                what: "a record of look-ups".into(),
                reason: format!(
                    "the view is made by backend {backend}, and only served has one; observe calls instead"
                ),
            })),
        }
    }
}
