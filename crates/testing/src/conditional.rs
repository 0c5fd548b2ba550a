use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

/// A test: its name, which is a sentence, and what it does with what it needs.
pub type Case<T> = (&'static str, fn(&T));

/// Runs the tests, all with the same `needed`; or says why they can't run, which it holds then.
///
/// # Panics
/// When there is no test: that would be a success that tells nothing.
#[must_use = "the exit code is what tells a failure"]
pub fn run<T: Send + Sync + 'static>(needed: Result<T, String>, cases: &[Case<T>]) -> ExitCode {
    assert!(!cases.is_empty(), "a test program has tests");
    let arguments = Arguments::from_args();
    match needed {
        Ok(needed) => {
            let needed = Arc::new(needed);
            let trials = cases.iter().map(|&(name, case)| trial(name, case, &needed)).collect();
            libtest_mimic::run(&arguments, trials).exit_code()
        }
        Err(why) => {
            say(&format!("NOT RUN: {} tests, because {why}", cases.len()));
            if is_ci() {
                say("CI=true: tests that can't run are a failure");
                return ExitCode::FAILURE;
            }
            let trials = cases.iter().map(|&(name, _)| absent(name, &why)).collect();
            libtest_mimic::run(&arguments, trials).exit_code()
        }
    }
}

fn trial<T: Send + Sync + 'static>(name: &str, case: fn(&T), needed: &Arc<T>) -> Trial {
    let needed = Arc::clone(needed);
    Trial::test(name, move || {
        case(&needed);
        Ok(())
    })
}

/// Ignored; and failed, where somebody asks for ignored tests.
fn absent(name: &str, why: &str) -> Trial {
    let why = why.to_owned();
    Trial::test(name, move || Err(why.into())).with_ignored_flag(true)
}

#[allow(clippy::disallowed_methods, reason = "only the environment tells a test that it is CI")]
fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

#[allow(clippy::print_stderr, reason = "stderr is where a test program says what it can't do")]
fn say(line: &str) {
    eprintln!("{line}");
}
