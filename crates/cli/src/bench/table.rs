//! A table in plain text.

use std::fmt::Write as _;

/// On which side of a column its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Columns with headings, rows of as many cells, and notes below.
///
/// A row of one cell is a remark that runs across the columns after the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    title: String,
    columns: Vec<(String, Align)>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Clone, Debug)]
enum Row {
    Cells(Vec<String>),
    /// A name, and why there are no figures.
    Remark(String, String),
}

impl Table {
    /// A table without columns and rows.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds a column; before any row.
    #[must_use]
    pub(crate) fn column(mut self, heading: &str, align: Align) -> Self {
        self.columns.push((heading.to_owned(), align));
        self
    }

    /// Adds a row with a cell for each column; cells that are not given are empty.
    pub(crate) fn row(&mut self, mut cells: Vec<String>) {
        cells.resize(self.columns.len(), String::new());
        self.rows.push(Row::Cells(cells));
    }

    /// Adds a row that tells why there are no figures.
    pub(crate) fn remark(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.rows.push(Row::Remark(name.into(), text.into()));
    }

    /// Adds a sentence below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The text, each line ended by a line break.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        if !self.title.is_empty() {
            let _ = writeln!(text, "{}", self.title);
        }
        let widths = self.widths();
        let headings = self.columns.iter().map(|(heading, _)| heading.as_str());
        self.line(&mut text, headings, &widths);
        for row in &self.rows {
            match row {
                Row::Cells(cells) => {
                    self.line(&mut text, cells.iter().map(String::as_str), &widths);
                }
                Row::Remark(name, remark) => {
                    let first = widths.first().copied().unwrap_or_default();
                    let _ = writeln!(text, "{}  {remark}", pad(name, first, Align::Left));
                }
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "{note}");
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let cells = |row: &Row, at: usize| match row {
            Row::Cells(cells) => width(&cells[at]),
            Row::Remark(name, _) => {
                if at == 0 {
                    width(name)
                } else {
                    0
                }
            }
        };
        let column = |(at, (heading, _)): (usize, &(String, Align))| {
            self.rows.iter().map(|row| cells(row, at)).fold(width(heading), usize::max)
        };
        self.columns.iter().enumerate().map(column).collect()
    }

    fn line<'t>(&self, text: &mut String, cells: impl Iterator<Item = &'t str>, widths: &[usize]) {
        let cells = cells.zip(widths).zip(&self.columns);
        let padded = cells.map(|((cell, &width), &(_, align))| pad(cell, width, align));
        let line = padded.collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn pad(cell: &str, to: usize, align: Align) -> String {
    let space = " ".repeat(to.saturating_sub(width(cell)));
    match align {
        Align::Left => format!("{cell}{space}"),
        Align::Right => format!("{space}{cell}"),
    }
}

/// Columns of a terminal: none of the characters used here is a wide one.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::{Align, Table};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new("30,000 files")
            .column("", Align::Left)
            .column("set-up", Align::Right)
            .column("open", Align::Right);
        table.row(vec!["skeleton".into(), "158 ms".into(), "3.60 µs".into()]);
        table.row(vec!["no view".into(), "1.00 ms".into()]);
        table.remark("bubblewrap", "at most 9,000 arguments");
        table.note("medians of 5 rounds");
        let expected = "\
30,000 files
             set-up     open
skeleton     158 ms  3.60 µs
no view     1.00 ms
bubblewrap  at most 9,000 arguments
medians of 5 rounds
";
        assert_eq!(table.render(), expected);
    }
}
