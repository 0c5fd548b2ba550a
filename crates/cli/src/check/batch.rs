//! Many packages in a row, for tinderboxes: one result file each, and a summary.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hermitage_audit::{Failed, Report, Severity, Summary};
use hermitage_depgraph::{RootKind, Source as _};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Watch;
use super::origin::Origin;
use super::print::print_summary;
use super::{FINDINGS, threshold};
use crate::again;
use crate::args::{BatchArgs, CheckArgs};
use crate::destination::Destination;
use crate::failure::{FAILED, Failure};
use crate::source::Machine;
use crate::target;
use crate::verbs::Context;

/// Options that are the batch's own, and how many words each takes.
const OWN: [(&str, usize); 7] = [
    ("--all", 0),
    ("--targets", 1),
    ("--jobs", 1),
    ("--results", 1),
    ("--format", 1),
    ("--output", 1),
    ("--fail-on", 1),
];

/// Checks every package that has no result yet, then sums up.
pub(super) fn run(args: &CheckArgs, results: &Path, context: &Context) -> Result<u8, Failure> {
    let destination = Destination::of(args.audit.output.as_deref(), "the report")?;
    let targets = targets(args, context)?;
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words = again::without(&words, &OWN);
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("hermitage does not find itself: {error}")))?;
    let open: Vec<&String> =
        targets.iter().filter(|name| report(results, name).is_none()).collect();
    let done = targets.len() - open.len();
    Origin::of(args, &words, context)?.claim(results, done == 0)?;
    if done > 0 {
        context.reporter.note(format_args!(
            "{done} of {} packages have a report in {}, which is taken over",
            targets.len(),
            results.display()
        ));
    }
    let _watch = Watch::start(
        "interrupted: the same call goes on with the packages that have no report yet",
    )?;
    let next = AtomicUsize::new(0);
    let bar = bar(open.len());
    let work = || -> Result<(), Failure> {
        while let Some(name) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            bar.set_message((*name).clone());
            one(&program, &words, name, results)?;
            bar.inc(1);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..args.batch.jobs.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(Failure::new("a worker of the batch panicked")))
        })
    })?;
    bar.finish_and_clear();
    sum_up(args, &targets, results, destination, context)
}

/// The packages, by name and version, each once.
fn targets(args: &CheckArgs, context: &Context) -> Result<Vec<String>, Failure> {
    let machine = Machine::open(&args.closure.source, context.reporter)?;
    let packages = machine.place(RootKind::Root).packages.packages();
    let BatchArgs { all, targets, .. } = &args.batch;
    let mut names = Vec::new();
    if *all {
        names.extend(packages.iter().map(|(_, package)| package.cpv().to_string()));
    }
    if let Some(path) = targets {
        let text = fs::read(path)
            .map_err(|error| Failure::file(path, "the list of packages can't be read", &error))?;
        for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
            let line = std::str::from_utf8(line).map_err(|error| {
                Failure::new(format!("{}:{}: not UTF-8: {error}", path.display(), at + 1))
            })?;
            let name = line.split('#').next().unwrap_or_default().trim();
            if name.is_empty() {
                continue;
            }
            let named = target::only(name, "A line names one installed package.", &machine);
            let (_, id) = named.map_err(|failure| {
                Failure::new(format!("{}:{}: {failure}", path.display(), at + 1))
            })?;
            names.push(packages.get(id).cpv().to_string());
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Where the report of a package is, when there is one.
fn result(results: &Path, name: &str) -> PathBuf {
    results.join(format!("{name}.json"))
}

/// The report of a package, if it has one. What is no report is none: it is made anew.
fn report(results: &Path, name: &str) -> Option<Report> {
    serde_json::from_slice(&fs::read(result(results, name)).ok()?).ok()
}

/// Checks one package in a process of its own; its report appears whole or not at all.
fn one(program: &Path, words: &[OsString], name: &str, results: &Path) -> Result<(), Failure> {
    let log = results.join(format!("{name}.log"));
    let unwritable = |error| Failure::file(&log, "the result can't be written", &error);
    fs::create_dir_all(log.parent().unwrap_or(results)).map_err(unwritable)?;
    let output = File::create(&log).map_err(unwritable)?;
    let words: Vec<OsString> = words.iter().map(|word| filled(word, name)).collect();
    make_writable(&words)?;
    let verb = words.iter().position(|word| word == "check").map_or(0, |at| at + 1);
    let mut command = Command::new(program);
    command.args(&words[..verb]).arg(format!("={name}"));
    command.arg("--batch-of").arg(std::process::id().to_string());
    command.args(["--format", "json", "--fail-on", "never"]);
    command.arg("--output").arg(result(results, name));
    command.args(&words[verb..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
    command.env("HERMITAGE_TARGET", name);
    // That the command fails is in the report; that hermitage does leaves none, whatever the code.
    command.status().map(drop).map_err(unwritable)
}

/// A word with `{}` replaced by the package's name.
fn filled(word: &OsStr, name: &str) -> OsString {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let Some(at) = rest.windows(2).position(|window| window == b"{}") {
        bytes.extend_from_slice(&rest[..at]);
        bytes.extend_from_slice(name.as_bytes());
        rest = &rest[at + 2..];
    }
    bytes.extend_from_slice(rest);
    OsString::from_vec(bytes)
}

/// Each package may have a directory of its own to build in, which need not exist before.
fn make_writable(words: &[OsString]) -> Result<(), Failure> {
    let options = words.iter().take_while(|word| *word != "--");
    let values = options.clone().zip(options.skip(1)).filter(|(option, _)| *option == "--write");
    for (_, dir) in values {
        let dir = PathBuf::from(dir);
        fs::create_dir_all(&dir)
            .map_err(|error| Failure::file(&dir, "the directory can't be made", &error))?;
    }
    Ok(())
}

fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        Some(u64::try_from(length).unwrap_or(u64::MAX)),
        ProgressDrawTarget::stderr(),
    );
    let style = ProgressStyle::with_template("{pos}/{len} {wide_bar} {eta} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn sum_up(
    args: &CheckArgs,
    targets: &[String],
    results: &Path,
    destination: Destination,
    context: &Context,
) -> Result<u8, Failure> {
    let mut reports: Vec<Report> = Vec::new();
    let mut failures = Vec::new();
    for name in targets {
        if let Some(report) = report(results, name) {
            reports.push(report);
            continue;
        }
        // Then hermitage failed, and the log says why.
        let why = last_line(&results.join(format!("{name}.log")));
        context.reporter.warning(format_args!("{name}: could not be checked: {why}"));
        failures.push(Failed { target: name.clone(), why });
    }
    let failed = !failures.is_empty();
    let summary = Summary::of(&reports).failed(failures);
    print_summary(&summary, &reports, &args.audit, destination, context.reporter)?;
    let is_bad = |severity: Severity| reports.iter().any(|report| report.count(severity) > 0);
    Ok(match threshold(&args.audit) {
        _ if failed => FAILED,
        // There are as many codes as builds; theirs stand in the reports.
        _ if summary.commands_failed() > 0 => FINDINGS,
        Some(severity) if is_bad(severity) => FINDINGS,
        _ => 0,
    })
}

/// What hermitage said in the end: its own messages begin with its name.
fn last_line(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let own = text.lines().rev().find_map(|line| line.strip_prefix("hermitage: "));
    own.map_or_else(|| format!("see {}", log.display()), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{OWN, filled};
    use crate::again::without;

    #[test]
    fn the_batchs_own_options_are_taken_out() {
        let words =
            ["check", "--all", "--jobs", "2", "--results=x", "--write", "d", "--", "a", "--all"];
        let words: Vec<_> = words.iter().map(Into::into).collect();
        assert_eq!(without(&words, &OWN), ["check", "--write", "d", "--", "a", "--all"]);
    }

    #[test]
    fn braces_are_the_package() {
        assert_eq!(filled("/b/{}/{}x".as_ref(), "a/b-1"), "/b/a/b-1/a/b-1x");
        assert_eq!(filled("{".as_ref(), "a"), "{");
    }
}
