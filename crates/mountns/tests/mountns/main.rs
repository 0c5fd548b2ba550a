//! Every kernel test runs on every backend, as an ordinary user and, when started as root, as root too.
//!
//! A namespace can only be entered by a process with one thread, so each case is a process: this binary calls itself
//! again with `--case NAME BACKEND`. Inside a view it runs once more as the command, with `--inside VERB`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::needless_for_each,
    missing_docs,
    reason = "a test program: it reports, and a failure ends the process of the case"
)]

mod attacks;
mod cases;
mod fixture;
mod index;
mod inside;
mod looks;
mod pure;
mod raw;

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use hermitage_mountns::{Backend, Support};

/// Who nobody is everywhere.
const NOBODY: u32 = 65534;
/// A case that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().collect();
    let rest: Vec<&str> = args.iter().skip(2).map(String::as_str).collect();
    match args.get(1).map(String::as_str) {
        Some("--inside") => inside::main(&rest),
        Some("--case") => cases::main(&rest),
        Some("--probe") => probe(),
        Some("--list") => ExitCode::SUCCESS,
        filter => all(filter.filter(|filter| !filter.starts_with("--"))),
    }
}

/// Prints the abilities, one to a line; fails when a backend is missing.
fn probe() -> ExitCode {
    let abilities = Support::probe().abilities();
    let absent: Vec<_> = abilities.iter().filter(|ability| ability.absent.is_some()).collect();
    for ability in &absent {
        eprintln!("    {}: {}", ability.name, ability.absent.as_deref().unwrap_or_default());
    }
    if absent.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn all(filter: Option<&str>) -> ExitCode {
    let wanted = |name: &str| filter.is_none_or(|filter| name.contains(filter));
    let (mut passed, mut failed, mut skipped) = (0, Vec::new(), Vec::new());
    for (name, test) in pure::TESTS.iter().chain(index::TESTS).filter(|(name, _)| wanted(name)) {
        match std::panic::catch_unwind(test) {
            Ok(()) => passed += 1,
            Err(_panic) => failed.push((*name).to_owned()),
        }
    }
    // A directory that everybody can reach, unlike perhaps the one the tests were built in.
    let dir = tempfile::Builder::new().prefix("mountns-test-").tempdir().unwrap();
    let exe = dir.path().join("mountns");
    std::fs::copy(std::env::current_exe().unwrap(), &exe).unwrap();
    open_to_all(dir.path());
    let root = rustix::process::geteuid().is_root();
    let users: &[Option<u32>] = if root { &[None, Some(NOBODY)] } else { &[None] };
    for user in users {
        let label = if user.is_none() && root { "root" } else { "user" };
        if !as_user(&exe, *user).arg("--probe").status().unwrap().success() {
            skipped.push(format!("all as {label}: not every backend works here"));
        }
        for (name, _) in cases::CASES.iter().filter(|(name, _)| wanted(name)) {
            for backend in Backend::ALL {
                let title = format!("{name} [{backend}, {label}]");
                let mut case = as_user(&exe, *user);
                case.args(["--case", name, backend.name()]);
                let start = Instant::now();
                let code = finish(&mut case);
                println!("{:5} ms  {title}", start.elapsed().as_millis());
                match code {
                    Some(0) => passed += 1,
                    Some(cases::CANNOT_RUN) => skipped.push(title),
                    _ => {
                        eprintln!("    in: {title}");
                        failed.push(title);
                    }
                }
            }
        }
    }
    report(passed, &failed, &skipped)
}

/// The exit code of a case, none when it does not end in time.
fn finish(case: &mut Command) -> Option<i32> {
    let mut process = case.spawn().unwrap();
    let start = Instant::now();
    while start.elapsed() < LONGEST {
        if let Some(status) = process.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    eprintln!("    not finished after {LONGEST:?}");
    process.kill().unwrap();
    process.wait().unwrap().code()
}

fn report(passed: u32, failed: &[String], skipped: &[String]) -> ExitCode {
    failed.iter().for_each(|name| println!("  FAILED: {name}"));
    skipped.iter().for_each(|name| eprintln!("NOT RUN  {name}: this machine can't"));
    let strict = std::env::var("CI").is_ok_and(|value| value == "true");
    let good = failed.is_empty() && (skipped.is_empty() || !strict);
    // The line that the standard harness ends with, so that whoever adds up counts adds these too.
    println!(
        "test result: {}. {passed} passed; {} failed; {} ignored; 0 measured; 0 filtered out",
        if good { "ok" } else { "FAILED" },
        failed.len(),
        skipped.len()
    );
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn as_user(exe: &Path, user: Option<u32>) -> Command {
    let mut command = Command::new(exe);
    command.stdin(Stdio::null()).current_dir("/");
    if let Some(id) = user {
        command.uid(id).gid(id);
    }
    command
}

fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}
