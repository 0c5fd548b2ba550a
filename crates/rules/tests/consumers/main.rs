//! With the real consumers: each accepts what is written for it, and shows what the view shows.
//!
//! A test whose consumer is not there is counted as ignored, and a line on stderr says so. Under `CI=true` that is a failure if
//! the consumer is one that can be installed: `HERMITAGE_SANDBOX` names gentoo/sandbox's program, `HERMITAGE_NSJAIL` nsjail's, `HERMITAGE_SYD`
//! syd's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test panics to fail, reads its settings from the environment and reports on stderr"
)]

mod bash;
mod bwrap;
mod fixture;
mod landlock;
mod nsjail;
mod nspawn;
mod oci;
mod sandbox;
mod syd;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A test: its name as a sentence, what it needs, and what it does with it.
type Case = (&'static str, Need, fn(&Path));

/// What a test can't do without.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// A kernel with Landlock.
    Landlock,
    /// A program on the search path.
    Program(&'static str),
    /// The same, and to be root, which a run of the tests as root is.
    ProgramAndRoot(&'static str),
    /// A program that no distribution at hand has, whose path a variable names.
    Variable(&'static str),
    /// The same, and to be root, who can make directories outside of those for temporary files.
    VariableAndRoot(&'static str),
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let cases: Vec<Case> = [
        bash::CASES,
        bwrap::CASES,
        landlock::CASES,
        nsjail::CASES,
        nspawn::CASES,
        oci::CASES,
        sandbox::CASES,
        syd::CASES,
    ]
    .concat();
    let (mut trials, mut absent) = (Vec::new(), false);
    for (name, need, case) in cases {
        let found = find(need);
        if let Err(why) = &found {
            eprintln!("NOT RUN: \"{name}\", because {why}");
            absent |= matches!(need, Need::Landlock | Need::Program(_));
        }
        let is_ignored = found.is_err();
        let run = move || {
            case(&found?);
            Ok(())
        };
        trials.push(Trial::test(name, run).with_ignored_flag(is_ignored));
    }
    if absent && is_ci {
        eprintln!("CI=true: tests that can't run are a failure");
        return ExitCode::FAILURE;
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Where what is needed is, or why it is not there.
fn find(need: Need) -> Result<PathBuf, String> {
    let found = match need {
        Need::Landlock if has_landlock() => Ok(PathBuf::new()),
        Need::Landlock => Err("the kernel does not enforce it".into()),
        Need::Program(name) | Need::ProgramAndRoot(name) => {
            on_path(name).ok_or(format!("{name} is not installed"))
        }
        Need::Variable(name) | Need::VariableAndRoot(name) => std::env::var_os(name)
            .map(PathBuf::from)
            .ok_or(format!("{name} does not say where the program is")),
    };
    let needs_root = matches!(need, Need::ProgramAndRoot(_) | Need::VariableAndRoot(_));
    match found {
        Ok(_) if needs_root && !rustix::process::geteuid().is_root() => Err("it needs root".into()),
        found => found,
    }
}

/// A program on the search path.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let is_program = |path: &PathBuf| {
        path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(is_program)
}

/// Whether the kernel makes a set of rules of the kind that is used.
fn has_landlock() -> bool {
    use ::landlock::{
        ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    };
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    ruleset.handle_access(AccessFs::from_all(ABI::V5)).and_then(Ruleset::create).is_ok()
}
