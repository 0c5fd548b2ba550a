//! Atoms, and packages for them to match.

use super::names::{cp, cpv, flag, repository, slot, use_set};
use super::versions::version;
use crate::{Candidate, Cpv, Eapi, VersionRef};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// An atom that is legal in the EAPI.
pub fn atom(eapi: Eapi) -> impl Strategy<Value = String> + Clone {
    let uses = sometimes(eapi.has_use_deps(), vec(use_dep(eapi), 1..4));
    let slots = sometimes(eapi.has_slot_deps(), slot_dep(eapi));
    (prop_oneof![8 => Just(""), 1 => Just("!"), 1 => Just(strong(eapi))], bare(), slots, uses)
        .prop_map(|(blocker, bare, slot, uses)| {
            let slot = slot.map(|slot| format!(":{slot}")).unwrap_or_default();
            let uses = uses.map(|uses| format!("[{}]", uses.join(","))).unwrap_or_default();
            format!("{blocker}{bare}{slot}{uses}")
        })
}

fn sometimes<S>(legal: bool, strategy: S) -> BoxedStrategy<Option<S::Value>>
where
    S: Strategy + 'static,
    S::Value: Clone + 'static,
{
    if legal { option::weighted(0.4, strategy).boxed() } else { Just(None).boxed() }
}

fn strong(eapi: Eapi) -> &'static str {
    if eapi.has_strong_blockers() { "!!" } else { "!" }
}

/// `category/package`, or with an operator and a version.
fn bare() -> impl Strategy<Value = String> + Clone {
    let operator = prop::sample::select(vec!["<", "<=", "=", "~", ">=", ">"]);
    prop_oneof![
        3 => cp(),
        3 => (operator, cp(), version()).prop_map(|(op, cp, version)| format!("{op}{cp}-{version}")),
        1 => (cp(), version()).prop_map(|(cp, version)| format!("={cp}-{version}*")),
    ]
}

fn slot_dep(eapi: Eapi) -> BoxedStrategy<String> {
    if !eapi.has_slot_operators() {
        return slot().boxed();
    }
    prop_oneof![
        2 => slot(),
        1 => (slot(), slot()).prop_map(|(slot, subslot)| format!("{slot}/{subslot}")),
        1 => slot().prop_map(|slot| format!("{slot}=")),
        1 => (slot(), slot()).prop_map(|(slot, subslot)| format!("{slot}/{subslot}=")),
        1 => Just("=".to_owned()),
        1 => Just("*".to_owned()),
    ]
    .boxed()
}

fn use_dep(eapi: Eapi) -> impl Strategy<Value = String> + Clone {
    let defaults = if eapi.has_use_dep_defaults() { vec!["", "(+)", "(-)"] } else { vec![""] };
    let form = prop::sample::select(vec![
        ("", ""),
        ("-", ""),
        ("", "?"),
        ("!", "?"),
        ("", "="),
        ("!", "="),
    ]);
    (form, flag(), prop::sample::select(defaults))
        .prop_map(|((before, after), flag, default)| format!("{before}{flag}{default}{after}"))
}

/// A package with slot, flags and repository.
#[derive(Clone, Debug)]
pub struct Package {
    cpv: Cpv,
    slot: String,
    subslot: String,
    iuse: BTreeSet<String>,
    uses: BTreeSet<String>,
    repository: Option<String>,
}

impl Candidate for Package {
    fn category(&self) -> &str {
        self.cpv.category()
    }

    fn package(&self) -> &str {
        self.cpv.package()
    }

    fn version(&self) -> VersionRef<'_> {
        self.cpv.version()
    }

    fn slot(&self) -> &str {
        &self.slot
    }

    fn subslot(&self) -> &str {
        &self.subslot
    }

    fn has_flag(&self, flag: &str) -> bool {
        self.iuse.contains(flag)
    }

    fn is_enabled(&self, flag: &str) -> bool {
        self.uses.contains(flag)
    }

    fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }
}

/// A package that atoms of [`atom`] have a chance to match: it is made of the same names.
///
/// Its enabled flags need not all be in its `IUSE_EFFECTIVE`, as those of a real one need not.
pub fn candidate() -> impl Strategy<Value = Package> {
    (cpv(), slot(), slot(), use_set(), use_set(), option::of(repository())).prop_filter_map(
        "not a package",
        |(cpv, slot, subslot, iuse, uses, repository)| {
            let cpv = Cpv::parse(&cpv).ok()?;
            Some(Package { cpv, slot, subslot, iuse, uses, repository })
        },
    )
}
