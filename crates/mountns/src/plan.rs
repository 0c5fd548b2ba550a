//! What is to be shown and run, as data.

mod build;
mod check;
mod limits;
mod options;
mod surroundings;
mod text;

pub(crate) use build::special_kind;
pub use limits::parse_size;
pub use options::PlanOptions;
pub use surroundings::{Cover, Surroundings};

use serde::{Deserialize, Serialize};

use crate::ByteString;

/// The schema number that this version writes and reads.
pub const SCHEMA: u32 = 1;

/// Everything a build may see and how it is run, as data that can be printed, saved, read back and carried out.
///
/// 1. The first entry is `/`; every other entry's parent is a [`EntryKind::Dir`] entry before it.
/// 2. Entries are in path order, without duplicates, in canonical form.
/// 3. Every bind, every tmpfs, `/proc` and `/dev` have an entry to be mounted on.
///
/// [`Plan::check`] tells whether they hold; [`crate::run`] calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The number of the data's form, [`SCHEMA`].
    pub schema: u32,
    /// The directory of the host whose files are shown; paths of entries start there.
    pub host_root: ByteString,
    /// The visible paths.
    pub entries: Vec<Entry>,
    /// Whole trees and single files of the host, mounted over the entries.
    pub binds: Vec<Bind>,
    /// Fresh, empty, writable file systems.
    pub tmpfs: Vec<Tmpfs>,
    /// What of the network is reachable.
    pub network: Network,
    /// The host name inside.
    pub hostname: ByteString,
    /// The whole environment of the command.
    pub env: Vec<Variable>,
    /// The working directory inside.
    pub cwd: ByteString,
    /// The file mode creation mask.
    pub umask: u32,
    /// Resource limits; what is not listed is inherited.
    pub limits: Vec<Limit>,
    /// How the command relates to the terminal.
    pub session: Session,
    /// Capabilities a command of real root keeps; without effect for an ordinary user, who never keeps any.
    pub capabilities: Vec<Capability>,
    /// Which system calls the command may make; a plan that does not say gets the default.
    #[serde(default)]
    pub system_calls: SystemCalls,
    /// Whether [`Backend::Bind`](crate::Backend::Bind) may bind a directory whole when all that is in it on the host is
    /// visible anyway: that is fewer mounts, and what is created there later is seen as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub collapse: bool,
    /// What is shown in another way than it is, so that a command sees the same on each machine.
    #[serde(default, skip_serializing_if = "Surroundings::is_default")]
    pub surroundings: Surroundings,
}

/// One visible path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The canonical path, seen from the root of the view.
    pub path: ByteString,
    /// What it is.
    #[serde(flatten)]
    pub kind: EntryKind,
}

/// What a visible path is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EntryKind {
    /// A directory that shows the entries below it and nothing else.
    ///
    /// It has no time of its own: the host's changes whenever something hidden comes or goes in it, which
    /// would tell of what must not be seen and make two plans of one view differ. Inside, every directory
    /// was last modified one second after the epoch.
    Dir {
        /// Permission bits with set-group-id and sticky (`mode & 03777`).
        mode: u32,
    },
    /// The host's regular file of the same path.
    File {
        /// Permission bits with setuid and setgid, as the host has them.
        mode: u32,
        /// Size in bytes.
        size: u64,
        /// Time of modification.
        mtime: Timestamp,
    },
    /// A symbolic link.
    Symlink {
        /// The target as stored.
        target: ByteString,
    },
    /// A file that is not the host's.
    Synthetic {
        /// Permission bits.
        mode: u32,
        /// The content.
        content: ByteString,
    },
    /// A device of the host (not usable: the view is mounted `nodev`), or a fresh pipe or dead socket.
    Special {
        /// Which.
        node: SpecialKind,
        /// Permission bits.
        mode: u32,
    },
}

/// The kinds of special files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpecialKind {
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// A Unix socket.
    Socket,
}

/// Seconds and nanoseconds since 1970-01-01, serialised as a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(pub i64, pub u32);

/// Something of the host that is shown whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// The path on the host, without the host root before it.
    pub source: ByteString,
    /// The path in the view.
    pub destination: ByteString,
    /// Whether it may be written to.
    pub access: Access,
}

/// What may be done with a bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Reading only.
    Read,
    /// Reading and writing.
    Write,
}

/// A fresh file system in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tmpfs {
    /// The path in the view.
    pub path: ByteString,
    /// Permission bits, the sticky bit included.
    pub mode: u32,
    /// Size limit in bytes; none is the kernel's default, half of the memory.
    pub size: Option<u64>,
}

/// What of the network is reachable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// A loopback device and nothing else.
    #[default]
    Loopback,
    /// The host's network, abstract sockets included.
    Host,
}

/// How the command relates to the terminal of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Session {
    /// A session of its own without controlling terminal; Ctrl-C and Ctrl-Z are passed on to it.
    #[default]
    New,
    /// The caller's session and process group: job control works in an interactive shell, and the command can
    /// send signals to the processes of the caller's process group.
    Shared,
}

/// Which system calls a command may make.
///
/// What the filter refuses fails with EPERM, or as if the kernel were built without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SystemCalls {
    /// As [`Build`](Self::Build), and none by the tables of other architectures: 32-bit programs do not run.
    Native,
    /// Everything but what no build needs: mounts, namespaces, keyrings, `io_uring`, `bpf`, modules, clocks and the like,
    /// and, unless the network is the host's, sockets of families that know no namespaces.
    #[default]
    Build,
    /// As [`Build`](Self::Build), and mounts and namespaces: a build that itself runs containers can.
    Nested,
    /// All but pushing characters into a terminal.
    Any,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The name.
    pub name: ByteString,
    /// The value.
    pub value: ByteString,
}

/// A resource limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Which resource.
    pub resource: Resource,
    /// The soft limit; none is unlimited.
    pub soft: Option<u64>,
    /// The hard limit; none is unlimited.
    pub hard: Option<u64>,
}

/// The resources that can be limited, as in setrlimit(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Resource {
    /// Address space in bytes.
    AddressSpace,
    /// Size of a core dump in bytes.
    Core,
    /// Processor time in seconds.
    Cpu,
    /// Data segment in bytes.
    Data,
    /// Size of a written file in bytes.
    FileSize,
    /// Open files.
    OpenFiles,
    /// Processes and threads: an ordinary user's inside alone; root's with up to 300 more, since Linux 6.14.
    Processes,
    /// Stack in bytes.
    Stack,
}

/// Capabilities that a build as real root may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Capability {
    /// Change owners.
    Chown,
    /// Pass over permission bits.
    DacOverride,
    /// Act as a file's owner.
    Fowner,
    /// Keep setuid and setgid bits when writing.
    Fsetid,
    /// Change group ids.
    Setgid,
    /// Change user ids.
    Setuid,
    /// Set file capabilities.
    Setfcap,
}

impl Capability {
    /// What an install phase of a package manager needs to own files.
    pub const OWNERSHIP: [Self; 6] =
        [Self::Chown, Self::DacOverride, Self::Fowner, Self::Fsetid, Self::Setgid, Self::Setuid];
}
