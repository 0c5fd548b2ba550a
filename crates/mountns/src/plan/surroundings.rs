use hermitage_view::paths::is_below;
use serde::{Deserialize, Serialize};

use crate::{ByteString, Error, ErrorKind};

/// What of the machine, besides files, a command is shown in another way than it is, so that it sees the same on each.
///
/// By default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Surroundings {
    /// The number that the user and their group have inside; their own if there is none. Root with another one is in a user
    /// namespace, as everybody else is: what is root's is theirs there, and what is somebody else's nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<u32>,
    /// On how many processors the command may run; it can't find out by asking for its own that there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<u32>,
    /// Whether programs lie at the same addresses each time they are started.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fixed_addresses: bool,
    /// Whether the clocks that count from the machine's start (monotonic, boot time) count from the view's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fresh_clocks: bool,
    /// Whether the names in each directory of the view are listed in order by all backends. It takes the skeleton longer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sorted_listings: bool,
    /// What stands in the place of files and directories of `/proc`; what the kernel does not have is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proc: Vec<Cover>,
}

/// What stands in the place of something in `/proc`, for reading only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The path, below `/proc`.
    pub path: ByteString,
    /// The content of a file; without one it is an empty directory.
    pub content: Option<ByteString>,
}

impl Surroundings {
    /// Whether nothing is shown in another way.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.processors == Some(0) {
            return Err(Error::new(ErrorKind::Value("no processor is left to run on".into())));
        }
        if self.user == Some(u32::MAX) {
            return Err(Error::new(ErrorKind::Value("4294967295 is no user's number".into())));
        }
        let proc = ByteString::from("/proc");
        let outside = self.proc.iter().find(|cover| !is_below(&cover.path, &proc));
        outside.map_or(Ok(()), |cover| Err(Error::at(&cover.path.0, ErrorKind::Overlap)))
    }
}
