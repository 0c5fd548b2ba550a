//! From edges to reasons.

use super::pick::Picking;
use super::walk::{RawLink, Walk};
use crate::closure::{Choice, Gathered, Link, MemberId, Origin, Reason, Span, Text};
use std::ops::Range;
use std::sync::Arc;

/// The reasons of every package in the order of the packages, given as places among the drafts; `place` leads the other
/// way.
pub(super) fn of(walk: &Walk<'_>, order: &[usize], place: &[MemberId]) -> Vec<Vec<Reason>> {
    let shared = Shared::gather(walk);
    let mut reasons: Vec<_> = counts(walk, place).into_iter().map(Vec::with_capacity).collect();
    // Askers come in the order that reasons have, so that each list is all but sorted.
    for (from, asks) in askers(walk, order) {
        for at in asks {
            let link = shared.link(at, walk.edges[at].link);
            reasons[place[walk.edges[at].to].index()].push(Reason { from, link });
        }
    }
    for list in &mut reasons {
        list.sort();
        list.dedup();
    }
    reasons
}

fn askers<'w>(
    walk: &'w Walk<'_>,
    order: &'w [usize],
) -> impl Iterator<Item = (Origin, Range<usize>)> + 'w {
    let [target, system] = walk.starts.clone();
    let members = order.iter().enumerate().map(|(new, &old)| {
        let asks = walk.drafts[old].asks.clone().unwrap_or_default();
        (Origin::Member(MemberId::new(new)), asks)
    });
    [(Origin::Target, target), (Origin::System, system)].into_iter().chain(members)
}

/// How many edges lead to each package.
fn counts(walk: &Walk<'_>, place: &[MemberId]) -> Vec<usize> {
    let mut counts = vec![0; place.len()];
    for edge in &walk.edges {
        counts[place[edge.to].index()] += 1;
    }
    counts
}

/// The text of all edges in one piece of memory.
struct Shared {
    whole: Arc<str>,
    /// The atom of each edge.
    atoms: Vec<Span>,
    choices: Vec<Arc<Choice>>,
}

impl Shared {
    fn gather(walk: &Walk<'_>) -> Self {
        let mut gathered = Gathered::default();
        let groups: Vec<_> =
            walk.choices.iter().map(|picking| gathered.add(picking.group)).collect();
        let atom = |link| match link {
            RawLink::Itself => "",
            RawLink::System(atom) | RawLink::Dependency { atom, .. } => atom,
        };
        let atoms = walk.edges.iter().map(|edge| gathered.add_str(atom(edge.link))).collect();
        let whole = gathered.done();
        let choice = |(picking, span): (&Picking<'_>, Span)| {
            let group = Text::of(&whole, span);
            Arc::new(Choice { group, branch: picking.branch, of: picking.of })
        };
        let choices = walk.choices.iter().zip(groups).map(choice).collect();
        Self { whole, atoms, choices }
    }

    fn link(&self, edge: usize, link: RawLink<'_>) -> Link {
        let atom = Text::of(&self.whole, self.atoms[edge]);
        match link {
            RawLink::Itself => Link::Itself,
            RawLink::System(_) => Link::System { atom },
            RawLink::Dependency { class, choice, preserved, .. } => {
                let choice = choice.map(|choice| Arc::clone(&self.choices[choice]));
                Link::Dependency { class, atom, choice, preserved }
            }
        }
    }
}
