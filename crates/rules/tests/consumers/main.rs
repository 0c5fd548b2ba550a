//! With the real consumers: each accepts what is written for it, and shows what the view shows.
//!
//! A test whose consumer is not installed is counted as ignored, and a line on stderr says so; under `CI=true` that is a failure.
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
mod oci;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A test: its name as a sentence, the program (or `landlock`, a kernel with that) it needs, and what it does with it.
type Case = (&'static str, &'static str, fn(&Path));

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let cases: Vec<Case> = [bash::CASES, bwrap::CASES, landlock::CASES, oci::CASES].concat();
    let (mut trials, mut absent) = (Vec::new(), false);
    for (name, program, case) in cases {
        let path = find(program);
        if path.is_none() {
            eprintln!("NOT RUN: \"{name}\", because {program} is not installed");
            absent = true;
        }
        let is_ignored = path.is_none();
        let run = move || {
            case(path.as_deref().unwrap());
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

/// A program on the search path.
fn find(program: &str) -> Option<PathBuf> {
    if program == "landlock" {
        return has_landlock().then(PathBuf::new);
    }
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
