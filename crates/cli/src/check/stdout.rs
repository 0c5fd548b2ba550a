//! The command's output goes to stderr: stdout is for the report.

use std::io;
use std::os::fd::OwnedFd;

use crate::failure::Failure;

/// Holds stdout while stderr is in its place.
#[derive(Debug)]
pub(crate) struct Diverted(OwnedFd);

impl Diverted {
    pub(crate) fn to_stderr() -> Result<Self, Failure> {
        let fail = |error: rustix::io::Errno| Failure::from(io::Error::from(error));
        let kept = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3).map_err(fail)?;
        rustix::stdio::dup2_stdout(io::stderr()).map_err(fail)?;
        Ok(Self(kept))
    }
}

impl Drop for Diverted {
    fn drop(&mut self) {
        // It worked a moment ago with the same descriptors.
        let _ = rustix::stdio::dup2_stdout(&self.0);
    }
}
