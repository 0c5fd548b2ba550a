//! From drafts to a closure: sorted, each reason once.

use super::walk::{Draft, Walk};
use super::{loadable, reasons};
use crate::closure::{Blocked, Closure, Member, MemberId, Origin, Reason};
use crate::error::Error;
use crate::policy::Policy;
use crate::query::{RootKind, Roots};
use crate::table::PackageId;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::OnceLock;

pub(super) fn finish(mut walk: Walk<'_>) -> Result<Closure, Error> {
    let Walk { query, roots, .. } = walk;
    let order = sorted(roots, &walk.drafts);
    let mut place = vec![MemberId::new(0); walk.drafts.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = MemberId::new(new);
    }
    let reasons = reasons::of(&mut walk, &order, &place);
    let members: Vec<_> = order
        .iter()
        .zip(reasons)
        .map(|(&old, reasons)| member(roots, &walk.drafts[old], place[old], reasons))
        .collect();

    let unsatisfied = settled(walk.unsatisfied, &place, |u| &mut u.from);
    let provided = settled(walk.provided, &place, |p| &mut p.from);
    let withheld = settled(walk.withheld, &place, |w| &mut w.reason.from);
    let blocked = blocked(walk.blocked, &members, &place);
    let mut malformed = walk.malformed;
    malformed.sort_by(|a, b| (&a.cpv, a.class).cmp(&(&b.cpv, b.class)));

    let files = if query.policy == Policy::DirectLoadable {
        loadable::files(roots, &members)?
    } else {
        Vec::new()
    };
    let label = query.target.label().to_owned();
    Ok(Closure {
        label,
        members,
        unsatisfied,
        blocked,
        provided,
        malformed,
        withheld,
        files,
        graph: OnceLock::new(),
    })
}

/// The places of the drafts in the order of their names, versions and databases.
fn sorted(roots: &Roots<'_>, drafts: &[Draft]) -> Vec<usize> {
    let mut order: Vec<_> = (0..drafts.len()).collect();
    order.sort_unstable_by(|&a, &b| in_order(roots, &drafts[a], &drafts[b]));
    order
}

/// Packages of one database are sorted already.
fn in_order(roots: &Roots<'_>, a: &Draft, b: &Draft) -> Ordering {
    if a.root == b.root {
        return a.package.cmp(&b.package);
    }
    let cpv = |draft: &Draft| roots.source(draft.root).packages().get(draft.package).cpv().as_ref();
    let (one, other) = (cpv(a), cpv(b));
    one.cmp(&other).then_with(|| one.as_str().cmp(other.as_str())).then_with(|| a.root.cmp(&b.root))
}

fn member(roots: &Roots<'_>, draft: &Draft, id: MemberId, reasons: Vec<Reason>) -> Member {
    let [level, system_level] = draft.levels;
    Member {
        id,
        cpv: roots.source(draft.root).packages().get(draft.package).cpv().clone(),
        root: draft.root,
        package: draft.package,
        holding: draft.holding,
        looked_through: draft.looked_through,
        level,
        system_level,
        reasons,
    }
}

fn blocked(
    hits: Vec<(RootKind, PackageId, Blocked)>,
    members: &[Member],
    place: &[MemberId],
) -> Vec<Blocked> {
    if hits.is_empty() {
        return Vec::new();
    }
    let there: BTreeSet<_> = members.iter().map(|m| (m.root, m.package)).collect();
    let hits = hits.into_iter().map(|(root, package, mut hit)| {
        hit.in_closure = there.contains(&(root, package));
        hit
    });
    settled(hits.collect(), place, |hit| &mut hit.from)
}

/// Replaces the places among the drafts by those among the members, and sorts.
fn settled<T: Ord>(
    mut items: Vec<T>,
    place: &[MemberId],
    origin: fn(&mut T) -> &mut Origin,
) -> Vec<T> {
    for item in &mut items {
        let origin = origin(item);
        *origin = moved(*origin, place);
    }
    items.sort();
    items.dedup();
    items
}

fn moved(origin: Origin, place: &[MemberId]) -> Origin {
    match origin {
        Origin::Member(id) => Origin::Member(place[id.index()]),
        other => other,
    }
}
