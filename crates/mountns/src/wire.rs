//! What the processes of a run tell the caller, through one pipe.

use std::io::{Read as _, Write as _};
use std::os::fd::{BorrowedFd, OwnedFd};

use crate::{Error, ErrorKind};

/// A message of the run.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Message {
    /// Something failed, before or in place of the command.
    Failed(Error),
    /// The command ended.
    Ended(crate::Outcome),
}

/// Sends one message; nobody being there to read it is not an error worth anything.
pub(crate) fn send(pipe: BorrowedFd<'_>, message: &Message) {
    let mut text = serde_json::to_vec(message).unwrap_or_default();
    text.push(b'\n');
    if let Ok(fd) = pipe.try_clone_to_owned() {
        drop(std::fs::File::from(fd).write_all(&text));
    }
}

/// Reads until every writer is gone: the first failure decides, else the end of the command.
pub(crate) fn receive(pipe: OwnedFd) -> Result<crate::Outcome, Error> {
    let mut text = Vec::new();
    let read = std::fs::File::from(pipe).read_to_end(&mut text);
    let mut outcome = Err(Error::new(ErrorKind::Died));
    if read.is_err() {
        return outcome;
    }
    for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(Message::Failed(error)) => return Err(error),
            Ok(Message::Ended(ended)) => outcome = Ok(ended),
            Err(error) => return Err(Error::new(ErrorKind::Json(error.to_string()))),
        }
    }
    outcome
}
