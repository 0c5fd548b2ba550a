use std::io;

use super::{Algorithm, Content, Record};
use crate::{Host, Kind};

/// A file that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// Its canonical path, as seen from the host's root.
    pub path: &'a [u8],
    /// What the packages of the view recorded of it.
    pub records: &'a [Record],
}

/// What there is to be told of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Permission bits with setuid, setgid and sticky.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
    /// What tells its content from others.
    pub content: Content,
}

/// Knows modes, sizes and contents of files.
pub trait Contents: Sync {
    /// Looks at a regular file.
    ///
    /// The content is of the kind that [`Sought::algorithm`] says, or [`Content::Closed`].
    ///
    /// # Errors
    /// When there is no regular file at this path, or it can't be read for another reason than that it is closed to us.
    fn look(&self, file: &Sought<'_>) -> io::Result<Seen>;
}

impl Sought<'_> {
    /// How its content is told from others.
    pub fn algorithm(&self) -> Algorithm {
        if self.records.is_empty() { Algorithm::Sha256 } else { Algorithm::Md5 }
    }

    /// Its content as it was recorded, for a file of this time in seconds; none when no record is of this time, or when
    /// those that are disagree.
    pub fn recorded(&self, seconds: i64) -> Option<Content> {
        let mut fitting = self.records.iter().filter(|record| record.seconds == seconds);
        let first = fitting.next()?;
        fitting.all(|other| other.md5 == first.md5).then_some(Content::Md5(first.md5))
    }
}

/// The files of a host.
#[derive(Clone, Copy)]
pub struct HostContents<'h> {
    host: &'h dyn Host,
    believe: bool,
}

impl<'h> HostContents<'h> {
    /// Reads every file.
    pub fn new(host: &'h dyn Host) -> Self {
        Self { host, believe: false }
    }

    /// Reads no file whose record is of the same time.
    #[must_use]
    pub fn believing(self) -> Self {
        Self { believe: true, ..self }
    }
}

impl std::fmt::Debug for HostContents<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostContents").field("believe", &self.believe).finish_non_exhaustive()
    }
}

impl Contents for HostContents<'_> {
    fn look(&self, file: &Sought<'_>) -> io::Result<Seen> {
        let meta = self.host.lstat(file.path)?;
        let meta = meta.filter(|meta| meta.kind == Kind::File).ok_or(io::ErrorKind::NotFound)?;
        let recorded = file.recorded(meta.mtime.sec).filter(|_| self.believe);
        let content = match recorded {
            Some(content) => content,
            None => match self.host.read_file(file.path) {
                Ok(bytes) => file.algorithm().of_bytes(&bytes),
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Content::Closed,
                Err(error) => return Err(error),
            },
        };
        Ok(Seen { mode: meta.mode, size: meta.size, content })
    }
}
