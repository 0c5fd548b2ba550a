//! Tables for people.

use std::fmt::Write as _;

use super::{Measured, Report};
use crate::bench::row::{Outcome, Row};
use crate::bench::stats::Summary;
use crate::bench::table::{Align, Table};
use crate::bench::units;

/// All tables and what has to be known about them.
pub(super) fn of(report: &Report) -> String {
    let mut text = String::new();
    for measured in &report.measured {
        text.push_str(&headline(measured));
        text.push_str(&making(report, measured).render());
        text.push('\n');
        text.push_str(&inside(measured).render());
        text.push('\n');
    }
    text.push_str(&notes(report));
    text
}

fn headline(measured: &Measured) -> String {
    let count = units::count;
    let mut text = format!(
        "== {}: {} files, {} directories, {} links\n",
        measured.title,
        count(measured.files),
        count(measured.directories),
        count(measured.links)
    );
    if let Some(origin) = measured.origin {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "of them {} that the commands need, {} more that packages installed here, {} empty ones made up",
            count(origin.tools),
            count(origin.packages),
            count(origin.made_up)
        );
    }
    text
}

/// What it takes until a command runs, and after it.
fn making(report: &Report, measured: &Measured) -> Table {
    let steps = steps(measured);
    let mut table = Table::new("").column("the view", Align::Left);
    for step in &steps {
        table = table.column(step, Align::Right);
    }
    let mut columns = vec![("set-up", "set-up"), ("teardown", "teardown")];
    if report.cold {
        columns.extend([("cold set-up", "cold.set-up"), ("cold total", "cold.whole")]);
    }
    columns.push(("total", "whole"));
    for (heading, _) in &columns {
        table = table.column(heading, Align::Right);
    }
    for heading in ["least", "most", "CPU", "memory", "kernel"] {
        table = table.column(heading, Align::Right);
    }
    for row in &measured.rows {
        let time = |name: &str| cell(row.figure(name), |summary| units::duration(summary.median));
        let mut cells = vec![row.name.clone()];
        cells.extend(steps.iter().map(|step| time(&format!("step.{step}"))));
        cells.extend(columns.iter().map(|(_, name)| time(name)));
        cells.push(cell(row.figure("whole"), |summary| units::duration(summary.min)));
        cells.push(cell(row.figure("whole"), |summary| units::duration(summary.max)));
        cells.push(time("whole.cpu"));
        cells.push(cell(row.figure("peak"), |summary| units::size(summary.median)));
        cells.push(cell(row.figure("kernel"), |summary| grown(summary.min)));
        if row.outcome == Outcome::Measured {
            table.row(cells);
        } else {
            table.remark(&row.name, why(report, measured, row));
        }
    }
    table
}

/// What commands take inside.
fn inside(measured: &Measured) -> Table {
    const TIMED: [(&str, &str); 4] = [
        ("true", "true.first"),
        ("gcc, first", "gcc.first"),
        ("gcc", "gcc"),
        ("configure", "configure"),
    ];
    const RATIOS: [(&str, &str); 4] = [
        ("gcc", "gcc"),
        ("its CPU", "gcc.cpu"),
        ("configure", "configure"),
        ("its CPU", "configure.cpu"),
    ];
    let mut table = Table::new("").column("inside", Align::Left);
    for (heading, _) in TIMED {
        table = table.column(heading, Align::Right);
    }
    for (heading, _) in RATIOS {
        table = table.column(&format!("{heading}, x"), Align::Right);
    }
    table = table.column("first open", Align::Right).column("open", Align::Right);
    let plain = measured.plain();
    for row in measured.rows.iter().filter(|row| row.outcome == Outcome::Measured) {
        let time = |name: &str| cell(row.figure(name), |summary| units::duration(summary.median));
        let ratio = |name: &str| {
            let ratio = plain.and_then(|plain| row.ratio(name, plain));
            cell(ratio, |summary| units::ratio(summary.median))
        };
        let mut cells = vec![row.name.clone()];
        cells.extend(TIMED.iter().map(|(_, name)| time(name)));
        cells.extend(RATIOS.iter().map(|(_, name)| ratio(name)));
        cells.extend([time("open.first"), time("open")]);
        table.row(cells);
        for problem in &row.problems {
            table.note(format!("{}: {problem}", row.name));
        }
    }
    table
}

fn cell(summary: Option<Summary>, text: impl Fn(Summary) -> String) -> String {
    summary.map_or_else(|| "-".to_owned(), text)
}

/// Other programs free memory meanwhile: what is not positive is lost in that.
fn grown(bytes: f64) -> String {
    if bytes > 0.0 { units::size(bytes) } else { "~ 0".into() }
}

/// The steps that any candidate tells of, in order.
fn steps(measured: &Measured) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for step in measured.rows.iter().flat_map(|row| &row.steps) {
        if !steps.contains(step) {
            steps.push(step.clone());
        }
    }
    steps
}

/// Why there are no figures.
pub(super) fn why(report: &Report, measured: &Measured, row: &Row) -> String {
    match &row.outcome {
        Outcome::Measured => String::new(),
        Outcome::Absent => "not installed".into(),
        Outcome::Refused(why) => format!("does not do it: {why}"),
        Outcome::TimedOut => {
            let limit = format!("more than {} s (--timeout)", report.timeout);
            match report.estimate(row, measured) {
                Some(estimate) => format!(
                    "{limit}; about {}, going on as before, with the power {:.1} of the number of files",
                    units::duration(estimate.set_up),
                    estimate.exponent
                ),
                None => limit,
            }
        }
    }
}

fn notes(report: &Report) -> String {
    let rounds = report.rounds;
    let cold = if report.cold {
        "cold: the kernel had forgotten all files, names and inodes; otherwise caches were warm."
    } else {
        "Caches were warm; --cold measures with cold ones, too."
    };
    format!(
        "\
Medians of {rounds} rounds in turn, of fewer where a run takes long; least and most are those of the total.
Before set-up: reading lists and planning as `run` does it, or reading a saved plan.
set-up: from the plan, for other programs from their start, to the first instruction in the view.
teardown: from the last instruction in the view until all is gone. total: a whole call for `true`.
CPU: user and system time of all its processes, servers included. memory: the most one of them had resident.
kernel: by how much the kernel's own memory grew, that of the whole machine, the least of all rounds.
x: in proportion to the same without a view, round by round. open: opening and closing a file again and again;
first: each for the first time in the view. firejail hides only beside what is visible; landlock hides nothing.
{cold}
{}
",
        report.machine.describe()
    )
}
