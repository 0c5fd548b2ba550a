//! The `hermitage` command.
//!
//! Thin on purpose: [`args`] says what can be asked for, [`config`] fills in what the user always wants, [`source`],
//! [`target`], [`closure`], [`visible`] and [`plan`] each call one library, and `verbs` print or run the result.
#![forbid(unsafe_code)]

mod again;
mod args;
mod bench;
mod cache;
mod called;
mod check;
mod closure;
mod config;
mod copies;
mod demo;
mod destination;
mod digest;
mod failure;
mod import;
mod memo;
mod output;
mod plan;
mod portage;
mod prepare;
mod pure;
mod rebuild;
mod report;
mod repository;
mod source;
mod target;
mod timing;
mod usage;
mod verbs;
mod visible;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, CommonArgs};
use failure::{Failure, harmless};
use report::{Reporter, Verbosity};

fn main() -> ExitCode {
    endure_limits();
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(asked) = portage::asked_of_sandbox(&arguments) {
        return portage::stand_in(asked);
    }
    if let [_, verb, directory] = &arguments[..]
        && verb == check::SWEEP
    {
        return check::sweep(directory.as_ref());
    }
    // Its options are not ours to look at.
    if let [_, verb, rest @ ..] = &arguments[..]
        && verb == "emerge"
    {
        return ended(portage::emerge(rest));
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::tell(error, &arguments),
    };
    ended(verbs::carry_out(cli))
}

/// Where a file may not grow (`ulimit -f`), writing to it fails; it does not end us in the middle of what we do. What we start
/// has the signal as it is by default.
fn endure_limits() {
    let unused = std::sync::Arc::default();
    // It can't be refused for a signal that a program may handle.
    let _registered = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, unused);
}

fn ended(result: Result<u8, Failure>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    if !failure.is_silent() {
        // Nobody is left to tell when this fails.
        let _ = writeln!(std::io::stderr(), "hermitage: {}", harmless(&failure.to_string()));
    }
    ExitCode::from(failure.code())
}

fn reporter(common: &CommonArgs) -> Reporter {
    Reporter::new(match (common.quiet, common.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    })
}
