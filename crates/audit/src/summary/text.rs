use std::fmt::{self, Write as _};

use super::{Often, Row, Summary};
use crate::format::Shown;
use crate::report::{Kind, Severity};

/// How many of the packages that are most often wrong are named.
const NAMED: usize = 10;

pub(super) fn text(summary: &Summary) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, summary);
    text
}

fn write(to: &mut String, summary: &Summary) -> fmt::Result {
    let kinds: Vec<Kind> = summary.kinds().into_iter().collect();
    let mut table = vec![titles(&kinds)];
    table.extend(summary.packages.iter().map(|row| cells(row, &kinds)));
    write_table(to, &table)?;
    write_often(to, "most often used without being declared", &summary.declared_too_rarely)?;
    write_often(to, "most often declared and not used", &summary.declared_too_often)?;
    for failed in &summary.failed {
        writeln!(to, "not checked: {}: {}", Shown(&failed.target), Shown(&failed.why))?;
    }
    writeln!(to, "{}", summary.conclusion())
}

fn titles(kinds: &[Kind]) -> Vec<String> {
    let mut titles = ["package", "too little", "too much", "error", "warning", "note"]
        .map(str::to_owned)
        .to_vec();
    titles.extend(kinds.iter().map(|kind| kind.as_str().to_owned()));
    titles.extend(["suppressed", "command"].map(str::to_owned));
    titles
}

fn cells(row: &Row, kinds: &[Kind]) -> Vec<String> {
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    let mut numbers = vec![row.too_little, row.too_much];
    numbers.extend(severities.map(|severity| row.severity(severity)));
    numbers.extend(kinds.iter().map(|kind| row.kind(*kind)));
    numbers.push(row.suppressed);
    let mut cells = vec![Shown(&row.target).to_string()];
    cells.extend(numbers.iter().map(ToString::to_string));
    cells.push(row.ending());
    cells
}

/// Names to the left, numbers to the right.
fn write_table(to: &mut String, table: &[Vec<String>]) -> fmt::Result {
    let width =
        |column: usize| table.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table[0].len()).map(width).collect();
    for cells in table {
        write!(to, "{:<1$}", cells[0], widths[0])?;
        for (cell, width) in cells.iter().zip(&widths).skip(1) {
            write!(to, "  {cell:>width$}")?;
        }
        writeln!(to)?;
    }
    writeln!(to)
}

fn write_often(to: &mut String, title: &str, all: &[Often]) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    let named = all.iter().take(NAMED);
    let mut names: Vec<String> =
        named.map(|often| format!("{} ({})", Shown(&often.package), often.targets.len())).collect();
    if all.len() > NAMED {
        names.push(format!("and {} more", all.len() - NAMED));
    }
    writeln!(to, "{title}: {}", names.join(", "))
}
