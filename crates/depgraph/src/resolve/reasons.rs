//! From edges to reasons.

use super::walk::Walk;
use crate::closure::{Link, MemberId, Origin, Reason};
use std::mem;
use std::ops::Range;

/// The reasons of every package in the order of the packages, given as places among the drafts; `place` leads the other
/// way. They are taken out of the edges.
pub(super) fn of(walk: &mut Walk<'_>, order: &[usize], place: &[MemberId]) -> Vec<Vec<Reason>> {
    let mut reasons: Vec<_> = counts(walk, place).into_iter().map(Vec::with_capacity).collect();
    // Askers come in the order that reasons have, so that each list is all but sorted.
    for (from, asks) in askers(walk, order) {
        for edge in &mut walk.edges[asks] {
            let link = mem::replace(&mut edge.link, Link::Itself);
            reasons[place[edge.to].index()].push(Reason { from, link });
        }
    }
    for list in &mut reasons {
        list.sort();
        list.dedup();
    }
    reasons
}

fn askers(walk: &Walk<'_>, order: &[usize]) -> Vec<(Origin, Range<usize>)> {
    let [target, system] = walk.starts.clone();
    let members = order.iter().enumerate().map(|(new, &old)| {
        let asks = walk.drafts[old].asks.clone().unwrap_or_default();
        (Origin::Member(MemberId::new(new)), asks)
    });
    [(Origin::Target, target), (Origin::System, system)].into_iter().chain(members).collect()
}

/// How many edges lead to each package.
fn counts(walk: &Walk<'_>, place: &[MemberId]) -> Vec<usize> {
    let mut counts = vec![0; place.len()];
    for edge in &walk.edges {
        counts[place[edge.to].index()] += 1;
    }
    counts
}
