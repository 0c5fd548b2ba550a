//! What a closure has to say besides its packages.

use super::member::{Origin, Reason};
use crate::class::DepClass;
use crate::query::RootKind;
use crate::source::SourceError;
use hermitage_atom::{Blocker, Cpv};

/// A dependency that nothing satisfies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsatisfied {
    /// Who asks; [`crate::Closure::chain_of`] tells why that is in the closure.
    pub from: Origin,
    /// The variable it stands in; `None` for a member of @system.
    pub class: Option<DepClass>,
    /// Where it was looked for.
    pub root: RootKind,
    /// The atom, or the whole `||` group, as it was written.
    pub text: String,
    /// The installed packages of the right name, and why each will not do.
    pub rejected: Vec<Rejection>,
}

/// An installed package of the right name that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejection {
    /// The package.
    pub cpv: Cpv,
    /// The atom, as it was written.
    pub atom: String,
    /// Why it will not do.
    pub reason: String,
}

/// A blocker that blocks something that is installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocked {
    /// Who blocks.
    pub from: Origin,
    /// The variable the blocker stands in.
    pub class: DepClass,
    /// `!` or `!!`.
    pub strength: Blocker,
    /// The blocker as it was written.
    pub atom: String,
    /// The blocked package.
    pub cpv: Cpv,
    /// Whether the blocked package is in the closure too.
    pub in_closure: bool,
}

/// A dependency that only `package.provided` satisfies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Provided {
    /// Who asks.
    pub from: Origin,
    /// The variable it stands in; `None` for a member of @system.
    pub class: Option<DepClass>,
    /// The atom as it was written.
    pub atom: String,
    /// The entry of `package.provided`.
    pub cpv: Cpv,
}

/// A dependency string that can't be parsed.
#[derive(Debug)]
pub struct Malformed {
    /// The package that has it.
    pub cpv: Cpv,
    /// The variable.
    pub class: DepClass,
    /// What is wrong with it.
    pub error: SourceError,
}

/// A package that @system would have brought in, but must not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// The package.
    pub cpv: Cpv,
    /// What would have brought it in.
    pub reason: Reason,
}

/// A single file of a package that is not in the closure as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadableFile {
    /// The package that owns it.
    pub cpv: Cpv,
    /// The database the package is in.
    pub root: RootKind,
    /// The file, or a symbolic link on the way to it.
    pub path: Vec<u8>,
    /// The file that can't be started or loaded without it.
    pub needed_by: Vec<u8>,
    /// How that file names it.
    pub reason: LoadReason,
}

/// Why a file can't be started or loaded without another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadReason {
    /// It needs the library of this name.
    Soname(Vec<u8>),
    /// It names this program as its interpreter.
    Interpreter(Vec<u8>),
}
