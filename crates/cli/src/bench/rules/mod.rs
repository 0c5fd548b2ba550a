//! `hermitage bench rules`: what a long list of rules costs those that take it.

mod consumer;
mod report;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use hermitage_rules::Survey;
use hermitage_view::{RealHost, View, ViewBuilder};

use super::progress::Progress;
use super::stats::Summary;
use super::within::{self, Within};
use crate::args::{BenchRulesArgs, FileCount};
use crate::failure::Failure;
use crate::verbs::Context;

use consumer::{Consumer, Prepared};

/// The numbers of rules that are measured unless others are asked for.
const USUAL: [usize; 6] = [10, 100, 1_000, 3_000, 10_000, 100_000];
/// How many files a directory holds that is half visible.
const PER_DIRECTORY: usize = 200;

/// What came of one consumer with so many rules.
#[derive(Debug)]
struct Row {
    consumer: &'static str,
    rules: usize,
    figures: Result<Figures, String>,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, serde::Serialize)]
struct Figures {
    /// The whole of a command that does nothing, from before the rules are set up.
    set_up: Summary,
    /// Opening and closing a file that is visible.
    open: Summary,
    /// Starting a program within, and waiting for its end.
    process: Summary,
}

pub(super) fn rules(args: &BenchRulesArgs, context: &Context) -> Result<u8, Failure> {
    let progress = Progress::new(!context.reporter.tells_notes());
    let mut counts: Vec<usize> = if args.rules.is_empty() {
        USUAL.to_vec()
    } else {
        let count = |count: &FileCount| match count {
            FileCount::Some(count) => Ok(*count),
            FileCount::All => Err(Failure::new("--rules all: a number of rules is wanted")),
        };
        args.rules.iter().map(count).collect::<Result<_, _>>()?
    };
    counts.sort_unstable();
    counts.dedup();
    let scratch = tempfile::Builder::new()
        .prefix("hb.")
        .tempdir_in("/var/tmp")
        .map_err(|error| Failure::file(Path::new("/var/tmp"), "can't be used", &error))?;
    let base = scratch.path().canonicalize();
    let base = base.map_err(|error| Failure::file(scratch.path(), "can't be found", &error))?;
    let mut rows = Vec::new();
    for count in counts {
        let host = RealHost::new("/");
        let place = base.join(count.to_string());
        let stage = Stage::new(&host, &place, count)?;
        let survey = Survey::new(&stage.view, &host);
        for consumer in Consumer::all() {
            progress.say(format_args!("{} with {count} rules", consumer.name));
            let figures = consumer
                .prepare(&survey, &base)
                .and_then(|prepared| stage.measure(&prepared, args.common.rounds));
            rows.push(Row { consumer: consumer.name, rules: count, figures });
        }
        // Not left until the end: with all of them there would be more to deny.
        fs::remove_dir_all(&place)
            .map_err(|error| Failure::file(&place, "can't be removed", &error))?;
    }
    progress.end();
    report::publish(&rows, &args.common)
}

/// A view for which so many files must be named, and what runs in it.
struct Stage {
    view: View,
    shown: PathBuf,
    executable: PathBuf,
    nothing: PathBuf,
}

impl Stage {
    fn new(host: &RealHost, place: &Path, count: usize) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::file(place, "can't be filled", &error);
        let executable = std::env::current_exe().and_then(|path| path.canonicalize());
        let executable = executable.map_err(failed)?;
        let nothing = within::nothing()?;
        let mut builder = ViewBuilder::new(host);
        let mut shown = place.to_owned();
        fs::create_dir(place).map_err(failed)?;
        for number in 0..count {
            let dir = place.join((number / PER_DIRECTORY).to_string());
            if number % PER_DIRECTORY == 0 {
                fs::create_dir(&dir).map_err(failed)?;
            }
            shown = dir.join(number.to_string());
            fs::write(&shown, "").map_err(failed)?;
            fs::write(dir.join(format!("{number}h")), "").map_err(failed)?;
            builder.extra(shown.as_os_str().as_encoded_bytes());
        }
        builder.extra(executable.as_os_str().as_encoded_bytes());
        builder.provided("/dev").provided("/proc").extra_tree("/usr").extra_tree("/etc");
        for more in ["/bin", "/sbin", "/lib", "/lib64"] {
            if Path::new(more).exists() {
                builder.extra_tree(more);
            }
        }
        // What the consumers load into every program.
        for consumer in Consumer::all() {
            if let Some(prefix) = consumer.prefix().filter(|prefix| !prefix.starts_with("/usr")) {
                builder.extra_tree(prefix.as_os_str().as_encoded_bytes());
            }
        }
        Ok(Self { view: builder.build()?, shown, executable, nothing })
    }

    fn measure(&self, prepared: &Prepared, rounds: u32) -> Result<Figures, String> {
        let mut samples = [Vec::new(), Vec::new(), Vec::new()];
        let words = [
            self.executable.as_os_str(),
            OsStr::new("bench"),
            OsStr::new("within"),
            self.shown.as_os_str(),
            self.nothing.as_os_str(),
        ];
        for _ in 0..rounds {
            let (_, took) = prepared.run(&[self.nothing.as_os_str()])?;
            let (output, _) = prepared.run(&words)?;
            let found: Within =
                serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
            samples[0].push(crate::timing::milliseconds(took));
            samples[1].push(found.open);
            samples[2].push(found.process);
        }
        let summary = |samples: &[f64]| Summary::of(samples).ok_or("no round was measured");
        let [set_up, open, process] = &samples;
        Ok(Figures { set_up: summary(set_up)?, open: summary(open)?, process: summary(process)? })
    }
}
