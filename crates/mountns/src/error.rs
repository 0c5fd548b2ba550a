use std::fmt;

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::ByteString;

/// Why a plan could not be made, read or carried out, and at which path.
#[derive(Debug, Serialize, Deserialize)]
pub struct Error {
    place: Option<ByteString>,
    kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { place: None, kind }
    }

    pub(crate) fn at(place: &[u8], kind: ErrorKind) -> Self {
        Self { place: Some(place.into()), kind }
    }

    /// A system call that failed, written as the call with its arguments.
    pub(crate) fn call(call: impl fmt::Display, errno: Errno) -> Self {
        Self::new(ErrorKind::Call { call: call.to_string(), errno: errno.raw_os_error() })
    }

    /// Names the file it is about, if nothing more exact is named.
    pub(crate) fn placed(mut self, path: &std::path::Path) -> Self {
        self.place.get_or_insert_with(|| path.into());
        self
    }

    /// The path of the host or of the view the error is about.
    pub fn place(&self) -> Option<&[u8]> {
        self.place.as_ref().map(ByteString::as_bytes)
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "\"{place}\": {}", self.kind),
            None => write!(f, "{}", self.kind),
        }
    }
}

impl std::error::Error for Error {}

/// The kinds of [`Error`].
#[derive(Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A system call failed.
    #[error("{call}: {}", errno_name(*errno))]
    Call {
        /// The call with its arguments.
        call: String,
        /// The error number.
        errno: i32,
    },
    /// The host's entry is not what the plan says it was.
    #[error("changed since the plan was made: {what} was {planned}, is {found}")]
    Changed {
        /// Which fact differs: type, size, time of modification.
        what: String,
        /// What the plan says.
        planned: String,
        /// What the host says.
        found: String,
    },
    /// The command has run, and a file that it could see did not stay what it was.
    #[error("changed while the command ran, so its result can't be trusted: {0}")]
    ChangedMeanwhile(String),
    /// A path to be shown does not exist.
    #[error("does not exist")]
    Missing,
    /// A path that has to be absolute and canonical is not.
    #[error("not an absolute path without \".\", \"..\" and doubled slashes")]
    NotCanonical,
    /// The path is in the plan twice.
    #[error("listed twice")]
    Duplicate,
    /// The entries of the plan are not in path order.
    #[error("out of order: a path stands before one that sorts after it")]
    Unsorted,
    /// The directory the path is in is not one of the plan's directories.
    #[error("its parent is not a directory of the plan")]
    NoParent,
    /// Something is to be mounted where the plan has no fitting entry.
    #[error("can't be mounted on: the plan has {0} there")]
    BadMountPoint(String),
    /// Two mounts of the plan are in each other's way.
    #[error("is provided, and can't be given from the host as well")]
    Overlap,
    /// The path or text holds a NUL byte.
    #[error("holds a NUL byte")]
    Nul,
    /// The text holds a backslash that starts no known escape.
    #[error("a backslash must be followed by a backslash or by x and two hexadecimal digits")]
    Escape,
    /// The plan is of another schema.
    #[error("schema {found}, but only schema {known} is known")]
    Schema {
        /// The number in the plan.
        found: u32,
        /// The number this version writes.
        known: u32,
    },
    /// The text is not a plan.
    #[error("not a plan: {0}")]
    Json(String),
    /// A file or bytes that should be an index can't be used as one.
    #[error("not a usable index: {0}")]
    Index(String),
    /// A value of the plan is out of range.
    #[error("{0}")]
    Value(String),
    /// The view has a node of a kind this version can't show.
    #[error("of a kind that can't be shown")]
    UnknownNode,
    /// The kernel or the machine's settings don't offer what is needed.
    #[error("{what} is not to be had here: {reason}")]
    Unsupported {
        /// The ability or backend.
        what: String,
        /// Why it is absent, and which setting decides it.
        reason: String,
    },
    /// The command is not in the view.
    #[error("the command is not in the view")]
    CommandNotFound,
    /// The command is in the view and can't be executed.
    #[error("the command can't be executed: {}", errno_name(*errno))]
    CommandNotExecutable {
        /// The error number of execve.
        errno: i32,
    },
    /// The command is in the view, but what its first line or its ELF header names to run it is not.
    #[error("its interpreter or dynamic loader is not in the view")]
    InterpreterNotFound,
    /// The process that answers for the view's names ended before the command did.
    #[error(
        "the server of the view was ended from outside, so what the command saw can't be trusted"
    )]
    ServerDied,
    /// The process that notes what is looked for ended before the command did.
    #[error(
        "the observer of the command was ended from outside, so what it looked for is not known, and from then on its calls failed"
    )]
    ObserverDied,
    /// The processes that carry out the plan ended without a result.
    #[error("the init process of the view was ended from outside")]
    Died,
}

/// The symbolic name of an error number.
pub(crate) fn errno_name(errno: i32) -> String {
    const NAMES: &[(i32, &str)] = &[
        (libc::EPERM, "EPERM"),
        (libc::ENOENT, "ENOENT"),
        (libc::EINTR, "EINTR"),
        (libc::EIO, "EIO"),
        (libc::ENXIO, "ENXIO"),
        (libc::E2BIG, "E2BIG"),
        (libc::ENOEXEC, "ENOEXEC"),
        (libc::EBADF, "EBADF"),
        (libc::EAGAIN, "EAGAIN"),
        (libc::ENOMEM, "ENOMEM"),
        (libc::EACCES, "EACCES"),
        (libc::EBUSY, "EBUSY"),
        (libc::EEXIST, "EEXIST"),
        (libc::ENODEV, "ENODEV"),
        (libc::ENOTDIR, "ENOTDIR"),
        (libc::EISDIR, "EISDIR"),
        (libc::EINVAL, "EINVAL"),
        (libc::ENFILE, "ENFILE"),
        (libc::EMFILE, "EMFILE"),
        (libc::ETXTBSY, "ETXTBSY"),
        (libc::EFBIG, "EFBIG, the limit on the size of files (ulimit -f) is too low for it"),
        (libc::ENOSPC, "ENOSPC"),
        (libc::EROFS, "EROFS"),
        (libc::EUSERS, "EUSERS"),
        (libc::ENAMETOOLONG, "ENAMETOOLONG"),
        (libc::ENOSYS, "ENOSYS"),
        (libc::ELOOP, "ELOOP"),
        (libc::ENODATA, "ENODATA"),
        (libc::EOPNOTSUPP, "EOPNOTSUPP"),
        (libc::ESTALE, "ESTALE"),
    ];
    let known = NAMES.iter().find(|(number, _)| *number == errno);
    known.map_or_else(|| format!("errno {errno}"), |(_, name)| (*name).to_owned())
}
