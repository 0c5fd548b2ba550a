//! What a command looked for, whoever watched it.

use serde::{Deserialize, Serialize};

use crate::Text;

/// Something that can tell what a command looked for.
///
/// A log of look-ups that the file system kept, a supervisor of system calls, and the log of another sandbox give the same
/// [`Trace`]; [`Trace`] itself is one, for whoever has it already.
pub trait Source {
    /// Everything that was looked for, in the order of the first look.
    fn trace(self) -> Trace;
}

impl Source for Trace {
    fn trace(self) -> Trace {
        self
    }
}

/// What a command looked for, in the order of the first look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The phase of the build, if it has one, such as `compile`.
    pub phase: Option<String>,
    /// How the command ended; `None` where that is not known.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Who watched, where that is known.
    #[serde(default)]
    pub observer: Option<Observer>,
    /// What was not seen, so that findings may be missing: a sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The looks.
    pub accesses: Vec<Access>,
    /// Who looked.
    pub processes: Vec<Process>,
}

/// Who watched a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Observer {
    /// The file system, which was asked for names.
    Lookups,
    /// A supervisor, who was told of system calls.
    Calls,
    /// gentoo/sandbox, in its log.
    SandboxLog,
}

impl Observer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lookups, Self::Calls, Self::SandboxLog];

    /// By what it was seen, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lookups => "look-ups",
            Self::Calls => "system calls",
            Self::SandboxLog => "sandbox.log",
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// With this exit code.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
}

impl Outcome {
    /// Whether it did what it was to do, as far as its exit code tells.
    pub fn is_success(self) -> bool {
        self == Self::Exited(0)
    }
}

impl std::fmt::Display for Outcome {
    /// What a command did, such as "failed with exit code 2".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(0) => f.write_str("succeeded"),
            Self::Exited(code) => write!(f, "failed with exit code {code}"),
            Self::Signaled(signal) => write!(f, "was ended by signal {signal}"),
        }
    }
}

/// One look at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The path as it was asked for; the resolved one where that is all that is known.
    pub asked: Text,
    /// The path with symbolic links followed but for its last component. Where a directory on the way is missing, the
    /// path of that directory; what was meant is below it then, if `asked` is.
    pub path: Text,
    /// What the answer was.
    pub answer: Answer,
    /// Who asked first, as an index into [`Trace::processes`]. Without one it was whoever started the command, or nobody knows: the
    /// file counts as used, but not as used for the wrong purpose.
    pub process: Option<usize>,
}

/// The answer to a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Answer {
    /// It is there.
    Found,
    /// It is not there, or hidden.
    Missing,
    /// It was refused.
    Denied,
    /// The names in it were listed.
    Listed,
    /// It was executed.
    Executed,
}

impl Answer {
    /// All answers.
    pub const ALL: [Self; 5] =
        [Self::Found, Self::Missing, Self::Denied, Self::Listed, Self::Executed];

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Denied => "denied",
            Self::Listed => "listed",
            Self::Executed => "executed",
        }
    }

    /// Whether whoever asked got what they asked for.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Found | Self::Listed | Self::Executed)
    }
}

/// A process, as it was when it asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number; 0 where it is not known.
    pub pid: u32,
    /// Its parent's.
    pub parent: u32,
    /// The file that it executed.
    pub program: Option<Text>,
    /// Its arguments.
    pub command: Vec<Text>,
}

impl Process {
    /// What the program is called: the name of the file that is executed, or of the first argument.
    pub fn name(&self) -> &[u8] {
        self.program.as_ref().or_else(|| self.command.first()).map_or(b"", Text::name)
    }

    /// The script that an interpreter runs.
    pub(crate) fn script(&self) -> Option<&Text> {
        let name = self.name();
        let is_interpreter =
            is_shell(name) || name.starts_with(b"python") || name.starts_with(b"perl");
        // Options of the script's first line come before it; one that takes a value leaves it unknown.
        let mut words = self.command.iter().skip(1).filter(|_| is_interpreter);
        let first =
            words.find(|word| !matches!(word.as_bytes(), b"-w" | b"-e" | b"-u" | b"-I" | b"-s"))?;
        (!first.as_bytes().starts_with(b"-")).then_some(first)
    }

    /// Whether it is a shell that does what one line says, for another program.
    pub(crate) fn is_line_of_shell(&self) -> bool {
        is_shell(self.name()) && self.command.iter().take(3).any(|word| word.as_bytes() == b"-c")
    }

    /// The arguments as one line, cut off after `width` characters.
    pub fn line(&self, width: usize) -> String {
        let words: Vec<_> = self.command.iter().map(ToString::to_string).collect();
        let line = words.join(" ");
        match line.char_indices().nth(width) {
            Some((at, _)) => format!("{}...", &line[..at]),
            None => line,
        }
    }
}

fn is_shell(name: &[u8]) -> bool {
    [&b"sh"[..], b"bash", b"dash", b"ksh", b"zsh", b"busybox"].contains(&name)
}

impl Trace {
    /// The process of an access.
    pub fn process(&self, access: &Access) -> Option<&Process> {
        self.processes.get(access.process?)
    }

    /// A process and its ancestors as far as they are known, itself first.
    pub fn lineage(&self, process: usize) -> Vec<&Process> {
        self.ancestry(process).into_iter().map(|at| &self.processes[at]).collect()
    }

    /// The same by their places.
    pub(crate) fn ancestry(&self, process: usize) -> Vec<usize> {
        let mut line = Vec::new();
        let mut at = Some(process);
        // Numbers are used again, so that a parent is looked for among the earlier ones first.
        while let Some(index) = at.filter(|_| line.len() < 64) {
            let Some(process) = self.processes.get(index) else { break };
            line.push(index);
            let is_parent = |&other: &usize| {
                other != index && process.parent != 0 && self.processes[other].pid == process.parent
            };
            at = (0..index).rev().find(is_parent);
        }
        line
    }
}
