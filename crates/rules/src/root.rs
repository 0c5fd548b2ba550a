use crate::hide::Step;

/// Something that must be in a root directory before a consumer mounts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootEntry {
    /// The path inside.
    pub path: Vec<u8>,
    /// What is to be there.
    pub kind: RootKind,
}

/// What a [`RootEntry`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A directory.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Symlink {
        /// The target as stored.
        target: Vec<u8>,
    },
    /// A file: the view's own, or an empty one that a mount covers.
    File {
        /// Permission bits.
        mode: u32,
        /// The content.
        content: Vec<u8>,
    },
}

impl RootEntry {
    /// What a step needs in the root directory.
    pub(crate) fn of(step: &Step<'_>) -> Option<Self> {
        let kind = match step {
            Step::Dir { mode, .. } => RootKind::Dir { mode: *mode },
            Step::Tree { .. } | Step::Fresh { .. } => RootKind::Dir { mode: 0o755 },
            Step::Link { target, .. } => RootKind::Symlink { target: target.to_vec() },
            Step::Data { mode, content, .. } => {
                RootKind::File { mode: *mode, content: content.to_vec() }
            }
            Step::File { .. } | Step::Device { .. } => {
                RootKind::File { mode: 0o644, content: Vec::new() }
            }
            // Its place is in what is mounted before.
            Step::Within { .. } => return None,
        };
        Some(Self { path: step.path().to_vec(), kind })
    }
}
