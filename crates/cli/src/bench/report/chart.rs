//! The time it takes to set up a view, against the number of its files.

use super::{Measured, Report};
use crate::bench::candidate::Kind;
use crate::bench::chart::{Axis, Chart, Mark, Point, Quantity, Series, Weight};
use crate::bench::row::{Outcome, Row};

pub(super) fn of(report: &Report) -> Chart {
    Chart {
        title: "Until the first instruction in a view of so many files".into(),
        subtitle: format!(
            "medians of {} rounds, least to greatest as a bar; {}",
            report.rounds,
            report.machine.describe()
        ),
        x: Axis { label: "files in the view".into(), quantity: Quantity::Count },
        y: Axis { label: "set-up".into(), quantity: Quantity::Duration },
        series: names(report).into_iter().map(|name| series(report, name)).collect(),
        notes: notes(report),
    }
}

/// Those with a point, in the order of the tables. A saved plan is set up like a fresh one.
fn names(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in report.measured.iter().flat_map(|measured| &measured.rows) {
        let drawn = row.figure("set-up").is_some() || row.outcome == Outcome::TimedOut;
        if drawn && !row.name.contains("saved plan") && !names.contains(&row.name.as_str()) {
            names.push(&row.name);
        }
    }
    names
}

fn series(report: &Report, name: &str) -> Series {
    let mut kind = Kind::Plain;
    let mut points = Vec::new();
    for measured in &report.measured {
        let Some(row) = measured.rows.iter().find(|row| row.name == name) else { continue };
        kind = row.kind;
        points.extend(point(report, measured, row));
    }
    let weight = match kind {
        Kind::Plain => Weight::Base,
        Kind::Own => Weight::Strong,
        Kind::Peer => Weight::Light,
    };
    Series { name: name.to_owned(), weight, points }
}

fn point(report: &Report, measured: &Measured, row: &Row) -> Option<Point> {
    let x = measured.size();
    if let Some(summary) = row.figure("set-up") {
        let range = (summary.min, summary.max);
        return Some(Point { x, y: summary.median, range, mark: Mark::Measured });
    }
    if row.outcome != Outcome::TimedOut {
        return None;
    }
    let limit = f64::from(report.timeout) * 1e3;
    Some(match report.estimate(row, measured) {
        Some(estimate) => {
            // It is known to be more than that.
            let y = estimate.set_up.max(limit);
            Point { x, y, range: (y, y), mark: Mark::Estimated }
        }
        None => Point { x, y: limit, range: (limit, limit), mark: Mark::AtLeast },
    })
}

fn notes(report: &Report) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let mut marks = Vec::new();
    for measured in &report.measured {
        for row in &measured.rows {
            let note = match &row.outcome {
                Outcome::Measured => continue,
                Outcome::TimedOut => {
                    marks.push(report.estimate(row, measured).is_some());
                    continue;
                }
                Outcome::Absent => format!("{}: not installed", row.name),
                Outcome::Refused(why) => format!("{}, {}: {why}", row.name, measured.title),
            };
            // What was refused once is refused for all larger views.
            let known = notes.iter().any(|note| note.starts_with(&row.name));
            if !known && !row.name.contains("saved plan") {
                notes.push(note);
            }
        }
    }
    if marks.contains(&true) {
        notes.push("open circle: not waited for, estimated from the smaller views".into());
    }
    if marks.contains(&false) {
        notes.push(format!(
            "open circle with an arrow: more than the {} s that were waited",
            report.timeout
        ));
    }
    notes
}
