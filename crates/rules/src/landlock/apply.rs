//! Rules made the kernel's.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, LandlockStatus, PathBeneath, RestrictionStatus, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus,
};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};

use super::{Grant, Rules};
use crate::error::Place;
use crate::{Error, ErrorKind};

/// What is handled: all of the file system that rules can be about. What came later is refused by no rule, and allowed by all.
const KNOWN: ABI = ABI::V5;

/// What came of applying rules.
#[derive(Debug)]
pub struct Enforcement {
    /// How many rules are in force.
    pub applied: usize,
    /// The rules that are not, because their path could not be opened: access is refused there.
    pub unopened: Vec<Unopened>,
    /// What the running kernel can't refuse, so that it stays allowed everywhere; empty from Linux 6.10 on.
    pub uncontrolled: Vec<&'static str>,
}

impl Enforcement {
    /// Whether every rule is in force and everything else is refused.
    pub fn is_full(&self) -> bool {
        self.unopened.is_empty() && self.uncontrolled.is_empty()
    }
}

/// A rule that could not be applied.
#[derive(Debug)]
pub struct Unopened {
    /// The path.
    pub path: PathBuf,
    /// Why. `ELOOP` when a component has become a symbolic link, `ENOTDIR` or `EISDIR` when the path has become something else.
    pub source: io::Error,
}

impl Rules {
    /// Restricts the calling thread, and the programs and threads it starts from now on, for good. Other threads stay as they are.
    ///
    /// # Errors
    /// When the kernel has no Landlock, or refuses: then nothing is restricted.
    pub fn apply(&self) -> Result<Enforcement, Error> {
        let mut ruleset = Ruleset::default()
            .handle_access(AccessFs::from_all(KNOWN))
            .and_then(Ruleset::create)
            .map_err(refused)?;
        let (mut applied, mut unopened) = (0, Vec::new());
        for rule in &self.rules {
            match open(&rule.path, rule.grant) {
                Ok(fd) => {
                    let beneath = PathBeneath::new(fd, rule.grant.access());
                    ruleset = ruleset.add_rule(beneath).map_err(refused)?;
                    applied += 1;
                }
                Err(errno) => unopened.push(Unopened {
                    path: OsStr::from_bytes(&rule.path).into(),
                    source: errno.into(),
                }),
            }
        }
        let status = ruleset.restrict_self().map_err(refused)?;
        Ok(Enforcement { applied, unopened, uncontrolled: uncontrolled(&status)? })
    }
}

impl Grant {
    fn access(self) -> BitFlags<AccessFs> {
        let read = AccessFs::Execute | AccessFs::ReadFile;
        match self {
            Self::ListTree => AccessFs::ReadDir.into(),
            Self::ReadFile => read,
            Self::ReadTree => read | AccessFs::ReadDir,
            Self::UseDevice => AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev,
            Self::WriteFile => read | AccessFs::WriteFile | AccessFs::Truncate,
            Self::WriteTree => AccessFs::from_all(KNOWN),
        }
    }

    fn is_tree(self) -> bool {
        matches!(self, Self::ListTree | Self::ReadTree | Self::WriteTree)
    }
}

/// Opens exactly what was surveyed: a rule through a symbolic link would allow something else, and so would one for a file that
/// has become a directory.
fn open(path: &[u8], grant: Grant) -> rustix::io::Result<OwnedFd> {
    // With O_NOFOLLOW too, the link itself would be opened.
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let fd = rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)?;
    let found = FileType::from_raw_mode(rustix::fs::fstat(&fd)?.st_mode);
    match (grant.is_tree(), found == FileType::Directory) {
        (true, false) => Err(rustix::io::Errno::NOTDIR),
        (false, true) => Err(rustix::io::Errno::ISDIR),
        _ => Ok(fd),
    }
}

/// What this kernel's version of Landlock knows nothing of.
fn uncontrolled(status: &RestrictionStatus) -> Result<Vec<&'static str>, Error> {
    let LandlockStatus::Available { effective_abi, .. } = status.landlock else {
        return Err(Error::new(Place::Output("landlock"), ErrorKind::NotEnforced));
    };
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err(Error::new(Place::Output("landlock"), ErrorKind::NotEnforced));
    }
    let later = [(ABI::V3, "truncate"), (ABI::V5, "ioctl of devices")];
    Ok(later.into_iter().filter(|(abi, _)| effective_abi < *abi).map(|(_, what)| what).collect())
}

fn refused(error: RulesetError) -> Error {
    Error::new(Place::Output("landlock"), ErrorKind::Landlock(Box::new(error)))
}
