use std::path::PathBuf;

use super::{Capability, Limit, Network, Session, Surroundings, SystemCalls, Tmpfs};
use crate::ByteString;

/// What a plan holds besides the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// Trees and files of the host to show whole, read-only.
    pub read: Vec<PathBuf>,
    /// Trees and files of the host that may be written to.
    pub write: Vec<PathBuf>,
    /// Fresh file systems; `/tmp` and `/dev/shm` by default.
    pub tmpfs: Vec<Tmpfs>,
    /// What of the network is reachable.
    pub network: Network,
    /// The host name inside.
    pub hostname: ByteString,
    /// The whole environment of the command.
    pub env: Vec<(ByteString, ByteString)>,
    /// The working directory inside; `/` by default.
    pub cwd: ByteString,
    /// The file mode creation mask; 022 by default.
    pub umask: u32,
    /// Resource limits.
    pub limits: Vec<Limit>,
    /// How the command relates to the terminal.
    pub session: Session,
    /// Capabilities a command of real root keeps.
    pub capabilities: Vec<Capability>,
    /// Which system calls the command may make.
    pub system_calls: SystemCalls,
    /// Whether directories may be bound whole, as [`Plan::collapse`](super::Plan::collapse) says.
    pub collapse: bool,
    /// What is shown in another way than it is.
    pub surroundings: Surroundings,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            read: Vec::new(),
            write: Vec::new(),
            tmpfs: vec![Tmpfs::shared("/tmp"), Tmpfs::shared("/dev/shm")],
            network: Network::Loopback,
            hostname: "hermitage".into(),
            env: Vec::new(),
            cwd: "/".into(),
            umask: 0o022,
            limits: Vec::new(),
            session: Session::New,
            capabilities: Vec::new(),
            system_calls: SystemCalls::Build,
            collapse: false,
            surroundings: Surroundings::default(),
        }
    }
}

impl Tmpfs {
    /// One that everybody may write to, with the sticky bit and the kernel's size limit.
    pub fn shared(path: &str) -> Self {
        Self { path: path.into(), mode: 0o1777, size: None }
    }
}
