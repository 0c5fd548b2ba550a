//! Whether two atoms leave room for a package that is both.

use super::{AtomRef, Operator, UseDepKind};
use crate::version::VersionRef;

impl AtomRef<'_> {
    /// Whether some package, real or not, could match both atoms; blockers are looked at as what they block.
    ///
    /// It is exact for names, slots, repositories and resolved USE dependencies. Version ranges are taken to have no
    /// gaps: between any two versions there is another one.
    pub fn intersects(self, other: AtomRef<'_>) -> bool {
        self.cp() == other.cp()
            && meet(self.slot(), other.slot())
            && meet(self.subslot(), other.subslot())
            && meet(self.repo(), other.repo())
            && !contradict(self, other)
            && versions_meet(self, other)
    }
}

fn meet(a: Option<&str>, b: Option<&str>) -> bool {
    a.is_none() || b.is_none() || a == b
}

fn contradict(a: AtomRef<'_>, b: AtomRef<'_>) -> bool {
    a.use_deps().any(|x| {
        let opposite = match x.kind {
            UseDepKind::Enabled => UseDepKind::Disabled,
            UseDepKind::Disabled => UseDepKind::Enabled,
            _ => return false,
        };
        b.use_deps().any(|y| y.flag == x.flag && y.kind == opposite)
    })
}

fn versions_meet(a: AtomRef<'_>, b: AtomRef<'_>) -> bool {
    let (Some(first), Some(second)) = (range(a), range(b)) else { return true };
    match (first.0, second.0) {
        (Operator::EqualGlob, _) => glob_meets(first.1, second),
        (_, Operator::EqualGlob) => glob_meets(second.1, first),
        (Operator::Equal, _) => b.matches_version(first.1),
        (_, Operator::Equal) => a.matches_version(second.1),
        (Operator::Approximate, _) => approximate_meets(first.1, second),
        (_, Operator::Approximate) => approximate_meets(second.1, first),
        _ => bounds_meet(first, second),
    }
}

type Range<'a> = (Operator, VersionRef<'a>);

fn range(atom: AtomRef<'_>) -> Option<Range<'_>> {
    Some((atom.operator()?, atom.version()?))
}

/// Two of `<`, `<=`, `>=`, `>`: they look the same way, or there is room between the bounds.
fn bounds_meet(first: Range<'_>, second: Range<'_>) -> bool {
    let upward = |range: Range<'_>| matches!(range.0, Operator::Greater | Operator::GreaterEqual);
    let inclusive =
        |range: Range<'_>| matches!(range.0, Operator::LessEqual | Operator::GreaterEqual);
    let (lower, upper) = if upward(first) { (first, second) } else { (second, first) };
    upward(first) == upward(second)
        || lower.1 < upper.1
        || (lower.1 == upper.1 && inclusive(lower) && inclusive(upper))
}

/// `=glob*` and anything but `=`.
fn glob_meets(glob: VersionRef<'_>, (operator, bound): Range<'_>) -> bool {
    let inside = bound.may_have_prefix(glob);
    // Nothing can follow a revision, so such a glob takes one version only; any other takes some below and some above.
    let both_sides = inside && glob.revision().is_none();
    match operator {
        Operator::Equal => inside,
        Operator::EqualGlob => inside || glob.may_have_prefix(bound),
        Operator::Approximate if glob.revision().is_some() => glob.cmp_base(bound).is_eq(),
        Operator::Approximate => VersionRef::trusted(bound.base()).may_have_prefix(glob),
        Operator::Less => both_sides || glob < bound,
        Operator::LessEqual => both_sides || glob <= bound,
        Operator::Greater => both_sides || glob > bound,
        Operator::GreaterEqual => both_sides || glob >= bound,
    }
}

/// `~version` and one of `~`, `<`, `<=`, `>=`, `>`.
fn approximate_meets(version: VersionRef<'_>, (operator, bound): Range<'_>) -> bool {
    let order = version.cmp_base(bound);
    match operator {
        Operator::Less => VersionRef::trusted(version.base()) < bound,
        Operator::LessEqual => order.is_le(),
        Operator::Greater | Operator::GreaterEqual => order.is_ge(),
        Operator::Equal | Operator::EqualGlob | Operator::Approximate => order.is_eq(),
    }
}
