//! `hermitage bench digest`: what the name of a view costs, remembered and found out anew, beside `sha256sum` on the same files.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use hermitage_mountns::ByteString;
use serde::Deserialize;

use super::progress::Progress;
use super::report::Machine;
use super::stats::Summary;
use super::table::{Align, Table};
use super::units;
use crate::args::{BenchDigestArgs, TextOrJson, Words};
use crate::failure::Failure;
use crate::output::Output;
use crate::source::outside;
use crate::verbs::Context;

/// What is timed: a name, and the words after `hermitage digest`; none is `sha256sum`.
const WAYS: [(&str, Option<&[&str]>); 3] = [
    ("remembered", Some(&[])),
    ("everything read anew (--verify)", Some(&["--verify"])),
    ("sha256sum", None),
];

/// The files of a view.
struct Files {
    /// Their paths, each with a NUL behind it.
    list: File,
    count: usize,
    bytes: u64,
}

/// As much of a saved description as matters here.
#[derive(Deserialize)]
struct Described {
    paths: Vec<DescribedPath>,
}

#[derive(Deserialize)]
struct DescribedPath {
    path: ByteString,
    is: String,
}

pub(super) fn digest(args: &BenchDigestArgs, context: &Context) -> Result<u8, Failure> {
    let mut words = Words::default();
    args.view.words(&mut words);
    args.closure.words(&mut words);
    args.target.words(&mut words);
    let root = args.closure.source.root.as_deref().unwrap_or(Path::new("/"));
    let progress = Progress::new(!context.reporter.tells_notes());
    progress.say(format_args!("which files"));
    let mut files = Files::of(&words.0, root)?;
    let mut samples = [const { Vec::new() }; WAYS.len()];
    for round in 1..=args.rounds {
        for ((name, options), samples) in WAYS.iter().zip(&mut samples) {
            progress.say(format_args!("round {round}: {name}"));
            let mut command = match options {
                Some(options) => hermitage(&words.0, options)?,
                None => files.summed()?,
            };
            samples.push(timed(command.stdout(Stdio::null()), name)?);
        }
    }
    progress.end();
    let summaries = samples.each_ref().map(|samples| Summary::of(samples));
    let ratios = samples.each_ref().map(|own| Summary::of_ratios(own, &samples[WAYS.len() - 1]));
    let mut out = Output::new();
    match args.format {
        TextOrJson::Text => out.raw(table(&files, &summaries, &ratios).as_bytes())?,
        TextOrJson::Json => out.json(&serde_json::json!({
            "schema": 1,
            "machine": Machine::here(),
            "files": files.count,
            "bytes": files.bytes,
            "ways": WAYS.iter().zip(summaries.iter().zip(&ratios)).map(|((name, _), (whole, ratio))| {
                serde_json::json!({ "name": name, "whole": whole, "to_sha256sum": ratio })
            }).collect::<Vec<_>>(),
        }))?,
    }
    out.finish()?;
    Ok(0)
}

impl Files {
    /// Asks the command itself, which then remembers their sums.
    fn of(words: &[OsString], root: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("no list of files: {error}"));
        let output = hermitage(words, &["--format", "json"])?.stderr(Stdio::inherit()).output();
        let output = output.map_err(failed)?;
        if !output.status.success() {
            return Err(Failure::new("there is no digest to be timed"));
        }
        let described: Described =
            serde_json::from_slice(&output.stdout).map_err(|error| Failure::caused(&error))?;
        let mut list = tempfile::tempfile().map_err(failed)?;
        let (mut count, mut bytes) = (0, 0);
        for DescribedPath { path, .. } in described.paths.iter().filter(|path| path.is == "file") {
            let place = outside(root, path.as_path());
            // What is made for the view is nowhere, and what is closed to us nobody sums up.
            let Ok(meta) = File::open(&place).and_then(|file| file.metadata()) else { continue };
            (count, bytes) = (count + 1, bytes + meta.len());
            list.write_all(&[place.as_os_str().as_bytes(), b"\0"].concat()).map_err(failed)?;
        }
        Ok(Self { list, count, bytes })
    }

    /// `sha256sum` on as many processors as there are.
    fn summed(&mut self) -> Result<Command, Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("the list of files: {error}"));
        self.list.rewind().map_err(failed)?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let mut command = Command::new("xargs");
        command.args(["-0", "-n", "200", "-P", &processors.to_string(), "sha256sum"]);
        command.stdin(self.list.try_clone().map_err(failed)?);
        Ok(command)
    }
}

fn hermitage(words: &[OsString], options: &[&str]) -> Result<Command, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("this program can't be found: {error}")))?;
    let mut command = Command::new(program);
    command.args(["--quiet", "digest"]).args(options).args(words).stdin(Stdio::null());
    Ok(command)
}

/// How many milliseconds a command takes.
fn timed(command: &mut Command, name: &str) -> Result<f64, Failure> {
    let began = Instant::now();
    let status = command.status();
    let took = began.elapsed().as_secs_f64() * 1e3;
    match status {
        Ok(status) if status.success() => Ok(took),
        Ok(status) => Err(Failure::new(format!("{name}: {status}"))),
        Err(error) => Err(Failure::new(format!("{name} can't be run: {error}"))),
    }
}

fn table(
    files: &Files,
    summaries: &[Option<Summary>; WAYS.len()],
    ratios: &[Option<Summary>; WAYS.len()],
) -> String {
    let (count, bytes) = (files.count, files.bytes);
    // Sizes are shown with three digits.
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let title = format!("a view of {} files, {}", units::count(count), units::size(bytes as f64));
    let mut table = Table::new(title).column("digest", Align::Left);
    for heading in ["median", "least", "most", "to sha256sum"] {
        table = table.column(heading, Align::Right);
    }
    for ((name, _), (whole, ratio)) in WAYS.iter().zip(summaries.iter().zip(ratios)) {
        let Some(Summary { median, min, max, .. }) = whole else { continue };
        let mut cells = vec![(*name).to_owned()];
        cells.extend([median, min, max].map(|time| units::duration(*time)));
        cells.push(ratio.map_or_else(String::new, |ratio| units::ratio(ratio.median)));
        table.row(cells);
    }
    table.note(Machine::here().describe());
    table.render()
}
