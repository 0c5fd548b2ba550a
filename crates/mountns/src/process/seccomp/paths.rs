//! The calls that look at a path, with each machine's number for them, and the filter that tells a listener of them.
//!
//! Calls that change what a path names are not among them: in a view there is nothing to change, and before its writable
//! places somebody has looked.

use std::os::fd::OwnedFd;

use super::bpf::{Program, Verdict};
use super::calls::{NONE, Table};
use super::{ABIS, Abi, X32_BIT, unknown_machine};
use crate::kernel::Named as _;
use crate::{Error, sys};

/// A call that looks at a path.
#[derive(Debug)]
pub(super) struct PathCall {
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "for people, and for the test of the numbers")
    )]
    pub(super) name: &'static str,
    shape: Shape,
    numbers: [u32; 6],
}

/// Where a call's arguments are, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The path; the descriptor that it is relative to, if any, is the argument before it.
    pub(crate) path: usize,
    /// Whether there is such a descriptor.
    pub(crate) relative: bool,
    /// What says whether a last link is followed.
    pub(crate) flags: Flags,
    /// Whether the file is to be executed.
    pub(crate) executes: bool,
}

/// What says whether a last component that is a link is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flags {
    /// It is.
    Follow,
    /// It is not.
    Stay,
    /// An argument with flags of open(2).
    Open(usize),
    /// An argument that points to a `struct open_how`.
    How(usize),
    /// An argument with `AT_` flags.
    At(usize),
}

impl PathCall {
    pub(super) const fn number(&self, table: Table) -> Option<u32> {
        let number = self.numbers[table as usize];
        if number == NONE { None } else { Some(number) }
    }
}

const fn call(name: &'static str, flags: Flags, numbers: [u32; 6]) -> PathCall {
    PathCall { name, shape: Shape { path: 0, relative: false, flags, executes: false }, numbers }
}

const fn at(name: &'static str, flags: Flags, numbers: [u32; 6]) -> PathCall {
    PathCall { name, shape: Shape { path: 1, relative: true, flags, executes: false }, numbers }
}

const fn executing(name: &'static str, flags: Flags, numbers: [u32; 6]) -> PathCall {
    PathCall { name, shape: Shape { path: 0, relative: false, flags, executes: true }, numbers }
}

/// The calls; x86-64, x86, arm, the table of the newer machines, PowerPC, s390.
#[rustfmt::skip]
pub(super) const PATH_CALLS: &[PathCall] = &[
    call("open",       Flags::Open(1), [2,      5,    5, NONE,    5,    5]),
    call("creat",      Flags::Follow,  [85,     8,    8, NONE,    8,    8]),
    at("openat",       Flags::Open(2), [257,  295,  322,   56,  286,  288]),
    at("openat2",      Flags::How(2),  [437; 6]),
    call("stat",       Flags::Follow,  [4,    106,  106, NONE,  106,  106]),
    call("lstat",      Flags::Stay,    [6,    107,  107, NONE,  107,  107]),
    call("stat64",     Flags::Follow,  [NONE, 195,  195, NONE,  195,  NONE]),
    call("lstat64",    Flags::Stay,    [NONE, 196,  196, NONE,  196,  NONE]),
    at("newfstatat",   Flags::At(3),   [262, NONE, NONE,   79,  291,  293]),
    at("fstatat64",    Flags::At(3),   [NONE, 300,  327, NONE,  291, NONE]),
    at("statx",        Flags::At(2),   [332,  383,  397,  291,  383,  379]),
    call("access",     Flags::Follow,  [21,    33,   33, NONE,   33,   33]),
    at("faccessat",    Flags::Follow,  [269,  307,  334,   48,  298,  300]),
    at("faccessat2",   Flags::At(3),   [439; 6]),
    call("readlink",   Flags::Stay,    [89,    85,   85, NONE,   85,   85]),
    at("readlinkat",   Flags::Stay,    [267,  305,  332,   78,  296,  298]),
    executing("execve", Flags::Follow, [59,    11,   11,  221,   11,   11]),
    PathCall {
        name: "execveat",
        shape: Shape { path: 1, relative: true, flags: Flags::At(4), executes: true },
        numbers: [322, 358, 387, 281, 362, 354],
    },
    call("chdir",      Flags::Follow,  [80,    12,   12,   49,   12,   12]),
    call("statfs",     Flags::Follow,  [137,   99,   99,   43,   99,   99]),
    call("statfs64",   Flags::Follow,  [NONE, 268,  266, NONE,  252,  265]),
    call("getxattr",   Flags::Follow,  [191,  229,  229,    8,  212,  227]),
    call("lgetxattr",  Flags::Stay,    [192,  230,  230,    9,  213,  228]),
    call("listxattr",  Flags::Follow,  [194,  232,  232,   11,  215,  230]),
    call("llistxattr", Flags::Stay,    [195,  233,  233,   12,  216,  231]),
];

/// Calls of x32 that have numbers of their own.
const X32: [(u32, &str); 2] = [(520, "execve"), (545, "execveat")];

const AT_EMPTY_PATH: u32 = 0x1000;
const AT_FDCWD: u32 = (-100_i32).cast_unsigned();

/// Whether calls can be told of on this machine.
pub(crate) fn check_listener() -> Result<(), Error> {
    if ABIS.is_empty() { Err(unknown_machine()) } else { Ok(()) }
}

/// Has this process, and those it starts, wait with each call that looks at a path until the listener was told of it.
pub(crate) fn listen() -> Result<OwnedFd, Error> {
    sys::seccomp_listener(program(ABIS).instructions())
        .named(|| "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER)".into())
}

/// Where the arguments of a call are that a listener was told of.
pub(crate) fn shape(architecture: u32, number: u32) -> Option<Shape> {
    let (_, table) = *ABIS.iter().find(|(known, _)| *known == architecture)?;
    let plain = if table == Table::X86_64 { number & !X32_BIT } else { number };
    let own = X32.iter().find(|(own, _)| table == Table::X86_64 && *own == plain);
    let found = PATH_CALLS.iter().find(|call| match own {
        Some((_, name)) => call.name == *name,
        None => call.number(table) == Some(plain),
    });
    found.map(|call| call.shape)
}

pub(super) fn program(abis: &[Abi]) -> Program {
    let mut program = Program::default();
    program.load_architecture();
    for &(architecture, table) in abis {
        program.when_equal(architecture, |program| one_table(program, table));
    }
    program.give(Verdict::Allow);
    program
}

fn one_table(program: &mut Program, table: Table) {
    program.load_number();
    if table == Table::X86_64 {
        program.and(!X32_BIT);
        for (number, _) in X32 {
            program.when_equal(number, |program| program.give(Verdict::Tell));
        }
    }
    for call in PATH_CALLS {
        let Some(number) = call.number(table) else { continue };
        program.when_equal(number, |program| tell(program, call.shape));
    }
    program.give(Verdict::Allow);
}

/// Looks at a descriptor are no looks at a path, and glibc's `fstat` is one (2.33 to 2.38): half of all calls.
fn tell(program: &mut Program, shape: Shape) {
    if let (Flags::At(flags), false) = (shape.flags, shape.executes) {
        program.load_argument(u32::try_from(flags).unwrap_or_default());
        program.when_any(AT_EMPTY_PATH, |program| {
            program.load_argument(0);
            program.when_equal(AT_FDCWD, |program| program.give(Verdict::Tell));
            program.give(Verdict::Allow);
        });
    }
    program.give(Verdict::Tell);
}
