//! Where the command waits until the caller agrees to it.

use std::os::fd::OwnedFd;

use super::pipe;
use crate::kernel::Named as _;
use crate::{Error, ErrorKind};

/// The end of those who wait.
pub(super) struct Gate(OwnedFd);

/// The end of who decides.
pub(super) struct Latch(OwnedFd);

impl Gate {
    pub(super) fn pair() -> Result<(Self, Latch), Error> {
        let (gate, latch) = pipe()?;
        Ok((Self(gate), Latch(latch)))
    }

    /// Waits until it is decided.
    pub(super) fn wait(&self) -> Result<(), Error> {
        let mut answer = [0];
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&self.0, &mut answer));
        match read.named(|| "read(whether to begin)".into())? {
            1 if answer == *YES => Ok(()),
            // Nobody looks at the error: who says no knows it.
            _ => Err(Error::new(ErrorKind::Died)),
        }
    }
}

impl Latch {
    /// Lets those who wait go on, or not. The caller has the other end too, so that nobody's end is a signal.
    pub(super) fn decide(&self, agreed: bool) -> Result<(), Error> {
        let answer = if agreed { YES } else { NO };
        rustix::io::retry_on_intr(|| rustix::io::write(&self.0, answer))
            .map(drop)
            .named(|| "write(whether to begin)".into())
    }
}

const YES: &[u8; 1] = b"y";
const NO: &[u8; 1] = b"n";
