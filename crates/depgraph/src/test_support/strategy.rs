//! Strategies of databases.

use super::model::{Model, ModelAtom, ModelDep, ModelPackage, Range, spec, target};
use crate::class::DepClass;
use crate::source::Holding;
use crate::target::Target;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Few names, so that packages do depend on each other, in circles too.
const NAMES: [&str; 7] = [
    "dev-libs/a",
    "dev-libs/b",
    "dev-libs/c",
    "dev-libs/a-b",
    "sys-libs/a",
    "virtual/v",
    "app-alternatives/w",
];

/// A name that no package has.
const MISSING: &str = "gone/gone";

/// Databases of up to 14 packages. In half of them every dependency is satisfied; in the others some are missing.
pub fn databases() -> impl Strategy<Value = Model> {
    (vec(packages(), 0..14), any::<bool>()).prop_map(|(mut packages, consistent)| {
        // A system has one package of a name in a slot, and one of a name and version.
        packages.sort_by_key(|p| (p.name, p.slot));
        packages.dedup_by_key(|p| (p.name, p.slot));
        packages.sort_by_key(|p| (p.name, p.version));
        packages.dedup_by_key(|p| (p.name, p.version));
        if consistent {
            satisfy(&mut packages);
        }
        Model { packages }
    })
}

/// Makes every atom that nothing matches ask for some installed package instead.
fn satisfy(packages: &mut [ModelPackage]) {
    let installed = packages.to_vec();
    for (place, package) in packages.iter_mut().enumerate() {
        for dependency in package.dependencies.values_mut().flatten() {
            satisfy_one(dependency, &installed, place);
        }
    }
}

fn satisfy_one(dependency: &mut ModelDep, installed: &[ModelPackage], place: usize) {
    match dependency {
        ModelDep::Atom(atom) if installed.iter().any(|package| atom.matches(package)) => {}
        ModelDep::Atom(atom) => {
            let other = &installed[(place + atom.name.len()) % installed.len()];
            *atom = ModelAtom { name: other.name, range: Range::Any, slot: None, flag: None };
        }
        ModelDep::Blocker(_) => {}
        ModelDep::AnyOf(members) | ModelDep::AllOf(members) | ModelDep::When(_, members) => {
            for member in members {
                satisfy_one(member, installed, place);
            }
        }
    }
}

fn packages() -> impl Strategy<Value = ModelPackage> {
    let names = prop::sample::select(&NAMES[..]);
    let holding = prop_oneof![
        6 => Just(Holding::Files),
        1 => Just(Holding::Links),
        1 => Just(Holding::Nothing),
    ];
    let seldom = || prop_oneof![5 => Just(Vec::new()), 1 => dependencies()];
    let classes = (
        prop_oneof![1 => Just(Vec::new()), 3 => dependencies()],
        prop_oneof![3 => Just(Vec::new()), 1 => dependencies()],
        seldom(),
        // What a package was built with is no longer needed: a trap for who follows all there is.
        seldom(),
        seldom(),
    );
    (names, 1..5_u8, 0..3_u8, option::of(any::<bool>()), holding, classes).prop_map(
        |(name, version, slot, flag, holding, (rdepend, pdepend, idepend, depend, bdepend))| {
            ModelPackage {
                name,
                version,
                slot,
                flag,
                holding,
                dependencies: BTreeMap::from([
                    (DepClass::Rdepend, rdepend),
                    (DepClass::Pdepend, pdepend),
                    (DepClass::Idepend, idepend),
                    (DepClass::Depend, depend),
                    (DepClass::Bdepend, bdepend),
                ]),
            }
        },
    )
}

/// Targets with dependencies of one class, in both forms.
pub fn targets(class: DepClass) -> impl Strategy<Value = (Vec<ModelDep>, Target)> {
    dependencies().prop_map(move |dependencies| {
        let target = target(class, &dependencies);
        (dependencies, target)
    })
}

/// The dependencies of one class: up to three, with groups up to three deep.
pub fn dependencies() -> impl Strategy<Value = Vec<ModelDep>> {
    let leaf = prop_oneof![
        12 => atoms().prop_map(ModelDep::Atom),
        1 => atoms().prop_map(ModelDep::Blocker),
    ];
    let dependency = leaf.prop_recursive(3, 12, 3, |inner| {
        let some = || vec(inner.clone(), 1..4);
        let when = |(on, member)| ModelDep::When(on, vec![member]);
        // A group that comes to nothing when the condition does not apply, and then is no branch.
        let idle = (any::<bool>(), inner.clone()).prop_map(when);
        let idle = idle.prop_map(|when| ModelDep::AllOf(vec![when]));
        let branch = prop_oneof![8 => inner.clone(), 1 => idle];
        prop_oneof![
            3 => vec(branch, 1..4).prop_map(ModelDep::AnyOf),
            1 => some().prop_map(ModelDep::AllOf),
            1 => (any::<bool>(), some()).prop_map(|(on, members)| ModelDep::When(on, members)),
        ]
    });
    // What prints the same is the same: nothing is gained by a dependency that stands there twice.
    vec(dependency, 0..4).prop_map(|mut all| {
        let mut seen = Vec::new();
        all.retain(|dep| {
            let text = spec(std::slice::from_ref(dep));
            let new = !seen.contains(&text);
            seen.push(text);
            new
        });
        all
    })
}

fn atoms() -> impl Strategy<Value = ModelAtom> {
    let name = prop_oneof![15 => prop::sample::select(&NAMES[..]), 1 => Just(MISSING)];
    let range = prop_oneof![
        5 => Just(Range::Any),
        2 => (1..5_u8).prop_map(Range::AtLeast),
        1 => (1..5_u8).prop_map(Range::Below),
        1 => (1..5_u8).prop_map(Range::Exactly),
    ];
    let slot = option::weighted(0.2, 0..3_u8);
    let flag = option::weighted(0.15, any::<bool>());
    (name, range, slot, flag).prop_map(|(name, range, slot, flag)| ModelAtom {
        name,
        range,
        slot,
        flag,
    })
}
