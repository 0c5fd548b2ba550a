//! `hermitage bench` without a subject: making views.

use std::path::PathBuf;

use super::candidate;
use super::files::{self, MadeUp, Tools};
use super::interrupt::Running;
use super::measure::{self, Settings};
use super::progress::Progress;
use super::report::{Measured, Report};
use super::scratch::Scratch;
use super::subject::{self, Options, Subject};
use super::units;
use crate::args::{BenchViewsArgs, FileCount, SourceArgs};
use crate::failure::Failure;
use crate::report::Reporter;
use crate::source::Machine;
use crate::verbs::Context;

/// The sizes of views that are measured unless others are asked for.
const USUAL: [FileCount; 4] = [
    FileCount::Some(1_000),
    FileCount::Some(10_000),
    FileCount::Some(30_000),
    FileCount::Some(90_000),
];

/// Measures, and prints what came of it.
pub(super) fn views(mut args: BenchViewsArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    check(&args)?;
    let running = Running::watch()?;
    let progress = Progress::new(!context.reporter.tells_notes());
    let scratch = Scratch::below(args.scratch.as_deref())?;
    let source = scratch.place("source.c");
    subject::write_source(&source)?;
    let tools = Tools::find(&scratch.executable(), &source, &scratch.work());
    let bench = Bench {
        args: &args,
        scratch: &scratch,
        tools,
        running,
        progress,
        reporter: context.reporter,
    };
    let measured = if args.target.is_given() { vec![bench.target()?] } else { bench.sizes()? };
    bench.progress.end();
    let report = Report::new(measured, &args.common, &args);
    drop(bench);
    // Before anything is printed: whoever reads it may go away, and then so do we.
    drop(scratch);
    report.publish(&args.common)
}

/// Refuses what could only fail later.
fn check(args: &BenchViewsArgs) -> Result<(), Failure> {
    let own = candidate::own().into_iter().map(|own| own.backend);
    let mut known: Vec<_> =
        own.chain(candidate::peers().into_iter().map(|(name, _)| name)).collect();
    known.dedup();
    if let Some(unknown) = args.only.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure::new(format!("--only {unknown}: there are {}", known.join(", "))));
    }
    if args.cold && !rustix::process::geteuid().is_root() {
        return Err(Failure::new(
            "--cold: the kernel forgets what it knows of files for root alone",
        ));
    }
    Ok(())
}

struct Bench<'a> {
    args: &'a BenchViewsArgs,
    scratch: &'a Scratch,
    tools: Tools,
    running: Running,
    progress: Progress,
    reporter: Reporter,
}

impl Bench<'_> {
    /// What the user wants to build.
    fn target(&self) -> Result<Measured, Failure> {
        let mut options = Options {
            target: self.args.target.clone(),
            closure: self.args.closure.clone(),
            view: self.args.view.clone(),
        };
        let machine = Machine::open(&options.closure.source, self.reporter)?;
        if machine.places().len() == 1 && options.closure.source.db.is_none() {
            // It may have been imported into the cache, and what is measured has a cache of its own.
            options.closure.source.db =
                Some(machine.places()[0].packages.database().dir().to_owned());
        }
        let title =
            self.args.target.target.clone().unwrap_or_else(|| "the dependencies given".into());
        let subject = self.subject(title, options)?;
        self.measure(&subject, Vec::new())
    }

    /// Views of so many files each.
    fn sizes(&self) -> Result<Vec<Measured>, Failure> {
        let packages = self.packages()?;
        let mut made_up = MadeUp::below(self.scratch.place("made-up"));
        let wanted = if self.args.files.is_empty() { &USUAL[..] } else { &self.args.files };
        let count = |count: &FileCount| match count {
            FileCount::Some(count) => *count,
            FileCount::All => packages.len(),
        };
        let mut counts: Vec<_> = wanted.iter().map(count).collect();
        counts.sort_unstable();
        counts.dedup();
        let mut size = |hopeless: &mut Vec<String>, count| {
            self.running.check()?;
            self.progress.say(format_args!("choosing {} files", units::count(count)));
            let files =
                files::choose(count, &self.tools, &packages, &mut made_up).map_err(|error| {
                    Failure::file(&self.scratch.place("made-up"), "can't be filled", &error)
                })?;
            let title = format!("{} files", units::count(files.regular.len()));
            let mut subject = self.subject(title, Options::of_files(&files, self.scratch)?)?;
            subject.origin = Some(files.origin);
            let measured = self.measure(&subject, hopeless.clone())?;
            hopeless.extend(measured.late());
            Ok(measured)
        };
        let mut hopeless = Vec::new();
        counts.into_iter().map(|count| size(&mut hopeless, count)).collect()
    }

    /// The files of the machine's packages; without any, all are made up, as the table says.
    fn packages(&self) -> Result<Vec<PathBuf>, Failure> {
        let source: &SourceArgs = &self.args.closure.source;
        match Machine::open(source, self.reporter) {
            Ok(machine) => files::of_machine(&machine),
            Err(failure) if source.db.is_none() && source.root.is_none() => {
                self.reporter.warning(format_args!("no package's files are used: {failure}"));
                Ok(Vec::new())
            }
            Err(failure) => Err(failure),
        }
    }

    fn subject(&self, title: String, options: Options) -> Result<Subject<'_>, Failure> {
        let limit = f64::from(self.args.common.timeout) * 1e3;
        // What the view lacks and the like is not what is asked here.
        Subject::new(
            self.scratch,
            title,
            options,
            &self.tools,
            limit,
            Reporter::new(crate::report::Verbosity::Quiet),
        )
    }

    fn measure(&self, subject: &Subject<'_>, hopeless: Vec<String>) -> Result<Measured, Failure> {
        let settings = Settings {
            hopeless,
            rounds: self.args.common.rounds,
            only: self.args.only.clone(),
            cold: self.args.cold,
        };
        let rows = measure::measure(subject, &settings, &self.running, &self.progress)?;
        Ok(Measured::new(subject, rows))
    }
}
