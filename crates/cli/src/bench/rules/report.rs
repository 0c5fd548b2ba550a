//! The table, the JSON and the chart of what rules cost.

use serde_json::json;

use super::Row;
use crate::args::{BenchCommonArgs, TextOrJson};
use crate::bench::chart::{self, Axis, Chart, Mark, Point, Quantity, Series, Weight};
use crate::bench::table::{Align, Table};
use crate::bench::units;
use crate::failure::Failure;
use crate::output::Output;

/// Prints it, and writes the chart if there is to be one.
pub(super) fn publish(rows: &[Row], args: &BenchCommonArgs) -> Result<u8, Failure> {
    if let Some(path) = &args.chart {
        std::fs::write(path, chart::render(&draw(rows, args.rounds)))
            .map_err(|error| Failure::file(path, "the chart can't be written", &error))?;
    }
    let mut out = Output::new();
    match args.format {
        TextOrJson::Text => out.raw(table(rows, args.rounds).as_bytes())?,
        TextOrJson::Json => out.json(&json(rows, args.rounds))?,
    }
    out.finish()?;
    Ok(0)
}

fn table(rows: &[Row], rounds: u32) -> String {
    let mut table = Table::new("what a list of rules costs; a rule for each of so many files")
        .column("", Align::Left)
        .column("rules", Align::Right)
        .column("set-up and end", Align::Right)
        .column("an open", Align::Right)
        .column("a process", Align::Right);
    for row in rows {
        let count = units::count(row.rules);
        match &row.figures {
            Ok(figures) => table.row(vec![
                row.consumer.to_owned(),
                count,
                units::duration(figures.set_up.median),
                units::duration(figures.open.median),
                units::duration(figures.process.median),
            ]),
            Err(why) => table.remark(row.consumer, format!("{count}: {why}")),
        }
    }
    table.note(format!("medians of {rounds} rounds"));
    table.render()
}

fn json(rows: &[Row], rounds: u32) -> serde_json::Value {
    let row = |row: &Row| match &row.figures {
        Ok(figures) => {
            json!({ "consumer": row.consumer, "rules": row.rules, "milliseconds": figures })
        }
        Err(why) => json!({ "consumer": row.consumer, "rules": row.rules, "problem": why }),
    };
    json!({ "schema": 1, "rounds": rounds, "rows": rows.iter().map(row).collect::<Vec<_>>() })
}

#[allow(clippy::cast_precision_loss, reason = "they fit into memory")]
fn draw(rows: &[Row], rounds: u32) -> Chart {
    let mut series: Vec<Series> = Vec::new();
    for row in rows {
        let Ok(figures) = &row.figures else { continue };
        let open = figures.open;
        let point = Point {
            x: row.rules as f64,
            y: open.median,
            range: (open.min, open.max),
            mark: Mark::Measured,
        };
        match series.iter_mut().find(|series| series.name == row.consumer) {
            Some(series) => series.points.push(point),
            None => series.push(Series {
                name: row.consumer.to_owned(),
                weight: match row.consumer {
                    "no rules" => Weight::Base,
                    "gentoo/sandbox" => Weight::Strong,
                    _ => Weight::Light,
                },
                points: vec![point],
            }),
        }
    }
    let problem = |row: &Row| {
        Some(format!("{}, {}: {}", row.consumer, row.rules, row.figures.as_ref().err()?))
    };
    Chart {
        title: "Opening a file under a long list of rules".into(),
        subtitle: format!("open and close, medians of {rounds} rounds"),
        x: Axis { label: "rules".into(), quantity: Quantity::Count },
        y: Axis { label: "an open".into(), quantity: Quantity::Duration },
        series,
        notes: rows.iter().filter_map(problem).collect(),
    }
}
