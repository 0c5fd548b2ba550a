//! Counts how recorded answers compare with ours.

use crate::differences::{DIFFERENCES, Difference};
use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};

/// The count for one oracle file.
pub(crate) struct Tally {
    file: String,
    cases: usize,
    agreed: usize,
    listed: BTreeMap<usize, usize>,
    outside: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            cases: 0,
            agreed: 0,
            listed: BTreeMap::new(),
            outside: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    /// Counts a case; `case` is how [`DIFFERENCES`] names it.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "nearly every caller has just made the values"
    )]
    pub(crate) fn check<T: PartialEq + Debug>(&mut self, case: &str, ours: T, recorded: T) {
        self.cases += 1;
        if ours == recorded {
            self.agreed += 1;
            return;
        }
        let listed = |difference: &Difference| {
            difference.file == self.file && difference.cases.contain(case)
        };
        match DIFFERENCES.iter().position(listed) {
            Some(index) => *self.listed.entry(index).or_default() += 1,
            None => self.wrong.push(format!("{case}: ours {ours:?}, recorded {recorded:?}")),
        }
    }

    /// Counts a case that asks for a function this crate does not have.
    pub(crate) fn outside(&mut self, function: &str) {
        self.cases += 1;
        *self.outside.entry(function.to_owned()).or_default() += 1;
    }
}

/// Prints the table, and fails on unlisted disagreements and on listed ones that no longer exist.
pub(crate) fn conclude(tallies: &[Tally]) {
    eprint!("{}", table(tallies));
    let wrong: Vec<String> = tallies
        .iter()
        .flat_map(|tally| tally.wrong.iter().map(|wrong| format!("{}: {wrong}", tally.file)))
        .collect();
    assert!(wrong.is_empty(), "{} unlisted:\n{}", wrong.len(), wrong.join("\n"));
    for (index, difference) in DIFFERENCES.iter().enumerate() {
        let hits: usize = tallies.iter().filter_map(|tally| tally.listed.get(&index)).sum();
        assert_eq!(hits, difference.count, "listed differences of {difference:?}");
    }
}

fn table(tallies: &[Tally]) -> String {
    let mut text = "| file | cases | agreed | listed | outside |\n".to_owned();
    for tally in tallies {
        let listed: usize = tally.listed.values().sum();
        let outside: usize = tally.outside.values().sum();
        let (cases, agreed) = (tally.cases, tally.agreed);
        writeln!(text, "| {} | {cases} | {agreed} | {listed} | {outside} |", tally.file)
            .expect("writing to a string");
        for (function, count) in &tally.outside {
            writeln!(text, "|   outside: {count} x {function} |").expect("writing to a string");
        }
        for (index, count) in &tally.listed {
            let reason = DIFFERENCES[*index].reason;
            writeln!(text, "|   listed: {count} x {reason} |").expect("writing to a string");
        }
    }
    text
}
