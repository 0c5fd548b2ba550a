//! What stands where.

use std::collections::BTreeMap;

use super::chain::{Step, steps};
use super::subject;
use crate::{Kind, Report};

/// How many packages stand side by side.
const ACROSS: usize = 3;

/// Longer ways are not drawn.
const LONGEST: usize = 32;

/// The findings of a kind.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) kind: Kind,
    /// How many findings.
    pub(super) findings: usize,
    pub(super) chips: Vec<Chip>,
    /// Pairs of chips, the one that needs and the one that is needed.
    pub(super) edges: Vec<(usize, usize)>,
}

/// A package in the picture.
#[derive(Clone, Debug)]
pub(super) struct Chip {
    pub(super) name: String,
    /// How many findings are about it; none about one that is only on the way.
    pub(super) findings: usize,
    /// Why it is there, where it is on a way.
    pub(super) why: String,
    pub(super) column: usize,
    pub(super) row: usize,
}

impl Lane {
    pub(super) fn rows(&self) -> usize {
        self.chips.iter().map(|chip| chip.row + 1).max().unwrap_or(0)
    }

    pub(super) fn columns(&self) -> usize {
        self.chips.iter().map(|chip| chip.column + 1).max().unwrap_or(0)
    }
}

/// The lanes of a report, by kind.
pub(super) fn lanes(report: &Report) -> Vec<Lane> {
    Kind::ALL.into_iter().filter_map(|kind| lane(report, kind)).collect()
}

fn lane(report: &Report, kind: Kind) -> Option<Lane> {
    let mut alone: BTreeMap<String, usize> = BTreeMap::new();
    let mut ways = Ways::default();
    let mut count = 0;
    for finding in report.findings.iter().filter(|finding| finding.kind == kind) {
        count += 1;
        match &steps(&finding.chain)[..] {
            [on_the_way @ .., last] if on_the_way.len() < LONGEST => {
                ways.add(on_the_way, &Step { package: &subject(finding), ..*last });
            }
            _ => *alone.entry(subject(finding)).or_default() += 1,
        }
    }
    let mut lane = Lane { kind, findings: count, chips: Vec::new(), edges: Vec::new() };
    let row = ways.place(&mut lane);
    lane.chips.extend(alone.into_iter().enumerate().map(|(at, (name, findings))| Chip {
        name,
        findings,
        why: String::new(),
        column: at % ACROSS,
        row: row + at / ACROSS,
    }));
    (count > 0).then_some(lane)
}

/// Ways that have their beginnings in common.
#[derive(Default)]
struct Ways {
    next: BTreeMap<String, Ways>,
    why: String,
    findings: usize,
}

impl Ways {
    fn add(&mut self, on_the_way: &[Step<'_>], last: &Step<'_>) {
        let mut at = self;
        for step in on_the_way.iter().chain([last]) {
            at = at.next.entry(step.package.to_owned()).or_default();
            step.why.clone_into(&mut at.why);
        }
        at.findings += 1;
    }

    /// Places what follows, and gives the first row below it.
    fn place(&self, lane: &mut Lane) -> usize {
        let mut row = 0;
        let mut open: Vec<Open<'_>> = self.children(None, 0);
        while let Some(Open { name, ways, parent, column }) = open.pop() {
            let at = lane.chips.len();
            lane.edges.extend(parent.map(|parent| (parent, at)));
            lane.chips.push(Chip {
                name: name.to_owned(),
                findings: ways.findings,
                why: ways.why.clone(),
                column,
                row,
            });
            // Where a way ends, the next one begins in a row of its own.
            if ways.next.is_empty() {
                row += 1;
            }
            open.extend(ways.children(Some(at), column + 1));
        }
        row
    }

    /// What follows, the last one first.
    fn children(&self, parent: Option<usize>, column: usize) -> Vec<Open<'_>> {
        let open = self.next.iter().rev();
        open.map(|(name, ways)| Open { name, ways, parent, column }).collect()
    }
}

/// A package that is still to be placed.
struct Open<'a> {
    name: &'a str,
    ways: &'a Ways,
    parent: Option<usize>,
    column: usize,
}
