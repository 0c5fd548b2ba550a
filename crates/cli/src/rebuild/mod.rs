//! `hermitage rebuild`: does a build depend on what it should not depend on?

mod bisect;
mod build;
mod cause;
mod circumstances;
mod clock;
mod condition;
mod diffoscope;
mod report;
mod tree;

pub(crate) use condition::Condition;

use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::ValueEnum as _;
use hermitage_mountns::{Outcome, PrivateMemory};

use crate::args::{ComparisonArgs, RebuildArgs};
use crate::check::{Swept, stdout::Diverted};
use crate::failure::Failure;
use crate::plan::{self, Worked};
use crate::pure;
use crate::source::absolute;
use crate::timing::Timings;
use crate::verbs::Context;
use build::{Built, Workshop};
use diffoscope::{Diffoscope, MOST_FILES};
use report::{Held, Report, Told, Varied};
use tree::{Difference, DifferenceKind};

/// The results differ; hermitage itself did not fail.
const DIFFERS: u8 = 1;
/// So that the clocks of two builds, in whole seconds, are never the same.
const APART: Duration = Duration::from_millis(1100);

/// Runs the command twice, and prints how what it leaves differs.
pub(crate) fn rebuild(mut args: RebuildArgs, context: &Context) -> Result<u8, Failure> {
    context.complete(&mut args.closure, &mut args.view, &mut args.run);
    pure::tell(&args.run, context.reporter);
    refuse_held(&args)?;
    let mut timings = Timings::start();
    let RebuildArgs { target, closure, view, run, .. } = &args;
    let worked = plan::work(target, closure, view, run, context.reporter, &mut timings)?;
    let results = results(&args.comparison, &worked)?;
    let store = Store::open(&worked, &args)?;
    let (varied, held) = chosen(&args, &worked, store.obstacle.as_deref());
    let mut report = {
        let _stdout = Diverted::to_stderr()?;
        let workshop = Workshop::open(&worked, &args, context, store.directory.path())?;
        compared(&workshop, &varied, &results)?
    };
    timings.step("builds");
    let plan = &worked.plan;
    let tell = |&condition: &Condition| {
        let [first, second] = circumstances::values(condition, plan);
        Varied { condition, first, second }
    };
    report.varied = varied.iter().map(tell).collect();
    report.held = held;
    report.print(args.comparison.format)?;
    timings.finish(args.start.timings.as_deref(), context.reporter)?;
    Ok(if report.identical { 0 } else { DIFFERS })
}

/// Where copies of the sources are made, in memory where that is wanted and possible.
struct Store {
    // The mount goes before what it is mounted on.
    _memory: Option<PrivateMemory>,
    directory: Swept,
    /// Why it is not in memory, though that was wanted.
    obstacle: Option<String>,
}

impl Store {
    fn open(worked: &Worked, args: &RebuildArgs) -> Result<Self, Failure> {
        let place = worked.visible.host_root.join("var/tmp");
        let directory = Swept::new(&place)
            .map_err(|error| Failure::file(&place, "no copy can be made here", &error))?;
        let memory = match () {
            () if !wants(args, Condition::Order) => Ok(None),
            () if args.comparison.pretend_without_memory => Err("as it was pretended".to_owned()),
            () => PrivateMemory::at(directory.path()).map(Some).map_err(|error| error.to_string()),
        };
        let obstacle = memory.as_ref().err().cloned();
        Ok(Self { _memory: memory.unwrap_or_default(), directory, obstacle })
    }
}

/// What can't be asked for together.
fn refuse_held(args: &RebuildArgs) -> Result<(), Failure> {
    let held = args.comparison.vary.iter().find(|condition| condition.is_held_by_pure());
    match held.filter(|_| args.run.pure) {
        Some(condition) => Err(Failure::new(format!(
            "--vary {}: with --pure it is the same for every build",
            condition.name()
        ))
        .advise("Without --pure you are told whether the build depends on it.")),
        None => Ok(()),
    }
}

fn wants(args: &RebuildArgs, condition: Condition) -> bool {
    let ComparisonArgs { vary, keep, .. } = &args.comparison;
    let wanted = vary.is_empty() || vary.contains(&condition);
    wanted && !keep.contains(&condition) && !(args.run.pure && condition.is_held_by_pure())
}

/// The conditions that are varied, and why the others are not.
fn chosen(
    args: &RebuildArgs,
    worked: &Worked,
    memory: Option<&str>,
) -> (Vec<Condition>, Vec<Held>) {
    let (mut varied, mut held) = (Vec::new(), Vec::new());
    for &condition in Condition::value_variants() {
        let reason = if args.run.pure && condition.is_held_by_pure() {
            let by = if condition == Condition::Packages { "the view" } else { "--pure" };
            Some(format!("the same for every build, by {by}"))
        } else if !wants(args, condition) {
            Some("not to be varied".into())
        } else {
            circumstances::obstacle(condition, &worked.plan, memory)
        };
        match reason {
            Some(reason) => held.push(Held { condition, reason }),
            None => varied.push(condition),
        }
    }
    (varied, held)
}

/// Builds twice and compares; and more often where that is asked for.
fn compared(
    workshop: &Workshop<'_>,
    varied: &[Condition],
    results: &[PathBuf],
) -> Result<Report, Failure> {
    let first = workshop.build(&[])?;
    if first.outcome != Outcome::Exited(0) {
        let code = first.outcome.code();
        return Err(Failure::new(format!(
            "the command ends with exit code {code}, so there is nothing to compare"
        ))
        .advise("Make it work with \"hermitage run\" first."));
    }
    if let Some(rest) = first.started.elapsed().ok().and_then(|past| APART.checked_sub(past)) {
        thread::sleep(rest);
    }
    let second = workshop.build(varied)?;
    exist(&[&first, &second], results)?;
    let times = workshop.args.comparison.times;
    let differences = first.compare(&second, results, times)?;
    let told = told(workshop, &first, &second, differences);
    let codes = [first.outcome.code(), second.outcome.code()];
    let mut report = Report::new(codes, results, told);
    if workshop.args.comparison.bisect && !report.identical {
        // What it left is compared; it takes up room.
        drop(second);
        bisect::bisect(workshop, &first, varied, results, &mut report)?;
    }
    Ok(report)
}

/// What is to be compared: paths inside.
fn results(args: &ComparisonArgs, worked: &Worked) -> Result<Vec<PathBuf>, Failure> {
    let written = &worked.visible.write;
    if written.is_empty() {
        return Err(Failure::new("nothing is writable, so there is nothing to compare")
            .advise("Give the sources with --write DIR."));
    }
    if args.result.is_empty() {
        return Ok(written.clone());
    }
    let results = args.result.iter().map(|path| absolute(path));
    let results = results.collect::<Result<Vec<_>, _>>()?;
    let goes_up = |path: &Path| path.components().any(|part| part == Component::ParentDir);
    let is_in = |path: &Path| written.iter().any(|tree| path.starts_with(tree)) && !goes_up(path);
    let lost = results.iter().find(|path| !is_in(path));
    match lost {
        Some(path) => {
            Err(Failure::new(format!("--result {}: the build can't write there", path.display()))
                .advise("It has to be below what --write shows, without \"..\" on the way."))
        }
        None => Ok(results),
    }
}

/// A path that is nowhere is more likely a mistake than a result.
fn exist(builds: &[&Built], results: &[PathBuf]) -> Result<(), Failure> {
    let there = |path: &Path| builds.iter().any(|b| b.outside(path).symlink_metadata().is_ok());
    match results.iter().find(|path| !there(path)) {
        Some(path) => Err(Failure::new(format!(
            "{}: no build has left it, so there is nothing to compare",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// Differences with what they are probably due to, and what diffoscope says.
fn told(
    workshop: &Workshop<'_>,
    first: &Built,
    second: &Built,
    differences: Vec<Difference>,
) -> Vec<Told> {
    let worked = workshop.worked;
    let detective = cause::detective(first, second, &worked.plan, &worked.visible.write);
    let diffoscope = Diffoscope::find();
    let mut asked = 0;
    let tell = |difference: Difference| {
        let causes = detective.causes(&difference);
        let path = difference.path.as_path();
        let is_content = matches!(difference.kind, DifferenceKind::Content { .. });
        let verdict = diffoscope.as_ref().filter(|_| is_content && asked < MOST_FILES);
        let verdict = verdict.map(|diffoscope| {
            asked += 1;
            diffoscope.verdict(&first.outside(path), &second.outside(path))
        });
        Told { difference, causes, diffoscope: verdict }
    };
    differences.into_iter().map(tell).collect()
}
