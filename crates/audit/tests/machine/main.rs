//! With a browser, and with the schema of SARIF as its standard has it: they are the judges of what is written.
//!
//! A test that lacks its judge is counted as ignored, and a line on stderr says why.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test panics to fail, looks for programs on the search path and reports on stderr"
)]

mod browser;
mod pages;
mod sarif;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut trials = trials(&browser::find(), pages::CASES);
    trials.extend(self::trials(&sarif::find(), sarif::CASES));
    let mut arguments = Arguments::from_args();
    // Some measure time, and a browser keeps several processors busy.
    arguments.test_threads = Some(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test: its name, which is a sentence, and what it does with its judge.
type Case<T> = (&'static str, fn(&T));

fn trials<T: Clone + Send + 'static>(judge: &Result<T, String>, cases: &[Case<T>]) -> Vec<Trial> {
    if let Err(why) = judge {
        eprintln!("NOT RUN: {} tests, because {why}", cases.len());
    }
    let trial = |&(name, case): &Case<T>| {
        let judge = judge.clone();
        let is_ignored = judge.is_err();
        let run = move || {
            case(&judge?);
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(is_ignored)
    };
    cases.iter().map(trial).collect()
}
