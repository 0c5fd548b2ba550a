//! What the kernel and the machine's settings offer, found out once by trying.

mod probe;
mod reason;

use crate::{Error, ErrorKind};

/// How a view is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// One bind mount per file: works everywhere, linear, at most `fs.mount-max` files.
    Bind,
    /// Overlays with the host's directories as data-only layers, and a metadata tree in a tmpfs.
    Skeleton,
    /// The same overlays, the metadata answered out of an index by a process of our own: the cost hardly grows with the
    /// number of files, and what is looked for can be recorded.
    Served,
}

impl Backend {
    /// Every backend, the preferred one first.
    pub const ALL: [Self; 3] = [Self::Served, Self::Skeleton, Self::Bind];

    /// The name used on command lines and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Skeleton => "skeleton",
            Self::Served => "served",
        }
    }
}

impl std::fmt::Display for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Backend {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|backend| backend.name() == name);
        found.ok_or_else(|| {
            Error::new(ErrorKind::Value(format!("there is no backend called {name:?}")))
        })
    }
}

/// Which backend to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackendChoice {
    /// The first of [`Backend::ALL`] that works here.
    #[default]
    Best,
    /// This one or none.
    Only(Backend),
}

/// With which rights the mounts are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Real root, or root of the user namespace one is in already: no further user namespace, owners are kept.
    Root,
    /// An ordinary user, in a user namespace where only the caller's own id exists.
    User,
}

/// Whether one ability is there, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// What it is called, such as `user namespace` or `backend skeleton`.
    pub name: String,
    /// The system call that failed and the setting that decides it; none when the ability is there.
    pub absent: Option<String>,
}

/// What this machine offers to this user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    privilege: Privilege,
    backends: Vec<(Backend, Option<String>)>,
    abilities: Vec<Ability>,
}

impl Support {
    /// Tries everything, each in a forked process that mounts one file and reads it.
    pub fn probe() -> Self {
        probe::probe(&Backend::ALL)
    }

    /// Tries one backend after the other, the preferred one first, until one works; the others count as absent.
    pub fn first() -> Self {
        probe::first(&Backend::ALL)
    }

    /// Takes for granted that `backend` works, and tries nothing: [`Run::start`](crate::Run::start) fails before the
    /// command has run when it does not.
    pub fn untested(backend: Backend) -> Self {
        let (privilege, backends) = (probe::privilege(), vec![(backend, None)]);
        Self { privilege, backends, abilities: Vec::new() }
    }

    /// The same, as if `backend` did not work: for tests of what then happens.
    #[must_use]
    pub fn without(mut self, backend: Backend) -> Self {
        for (name, absent) in &mut self.backends {
            if *name == backend {
                *absent = Some("switched off by the caller".into());
            }
        }
        self
    }

    /// With which rights mounts are made.
    pub fn privilege(&self) -> Privilege {
        self.privilege
    }

    /// Everything that was tried, in a fixed order: namespaces first, then backends.
    pub fn abilities(&self) -> Vec<Ability> {
        let backends = self.backends.iter().map(|(backend, absent)| Ability {
            name: format!("backend {backend}"),
            absent: absent.clone(),
        });
        self.abilities.iter().cloned().chain(backends).collect()
    }

    /// The backend a choice comes to.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] with the reason, when the wanted one or every one is absent.
    pub fn select(&self, choice: BackendChoice) -> Result<Backend, Error> {
        let wanted = |&&(backend, _): &&(Backend, _)| {
            matches!(choice, BackendChoice::Best) || choice == BackendChoice::Only(backend)
        };
        let candidates: Vec<_> = self.backends.iter().filter(wanted).collect();
        match candidates.iter().find(|(_, absent)| absent.is_none()) {
            Some((backend, _)) => Ok(*backend),
            None => Err(unsupported(&candidates)),
        }
    }
}

fn unsupported(tried: &[&(Backend, Option<String>)]) -> Error {
    let names: Vec<_> = tried.iter().map(|(backend, _)| backend.name()).collect();
    // The last one needs the least, so its reason is what stands in the way of all.
    let reason = tried.last().and_then(|(_, absent)| absent.clone()).unwrap_or_default();
    Error::new(ErrorKind::Unsupported { what: format!("backend {}", names.join(" or ")), reason })
}
