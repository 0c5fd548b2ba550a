//! Which class is looked for where, in builds for another root.

use crate::support::{names, needs, package, source};
use hermitage_depgraph::{
    Classes, Closure, DepClass, MemoryPackage, MemorySource, Phase, Query, RootKind, Roots,
    SystemSet, Target,
};

#[test]
fn each_class_is_looked_for_in_its_own_root() {
    let (host, sysroot, root) =
        (source("a/tool-1 | a/lib\na/lib-1"), source("a/lib-2"), source("a/lib-3\na/data-1"));
    let target = Target::given("target")
        .with_dependencies(DepClass::Bdepend, "a/tool")
        .unwrap()
        .with_dependencies(DepClass::Depend, "a/lib")
        .unwrap()
        .with_dependencies(DepClass::Rdepend, "a/data")
        .unwrap();
    let roots = Roots::one(&root).with(RootKind::Sysroot, &sysroot).with(RootKind::Broot, &host);
    let closure = Query::new(target.clone()).resolve(&roots).unwrap();
    let found: Vec<_> = closure.packages().map(|m| (m.root().as_str(), m.cpv().as_str())).collect();
    assert_eq!(found, [("BROOT", "a/lib-1"), ("SYSROOT", "a/lib-2"), ("BROOT", "a/tool-1")]);
    let closure = Query::new(target).phase(Phase::Config).resolve(&roots).unwrap();
    assert_eq!(names(&closure), ["a/data-1"]);
}

#[test]
fn before_eapi_7_depend_is_looked_for_where_is_built_and_what_is_built_against() {
    let (host, sysroot) = (source("a/tool-1\na/both-1"), source("a/lib-1\na/both-1"));
    let target = Target::given("target").with_eapi("6".parse().unwrap());
    let target = target.with_dependencies(DepClass::Depend, "a/tool a/lib a/both a/none").unwrap();
    let roots = Roots::one(&host).with(RootKind::Sysroot, &sysroot);
    let closure = Query::new(target).resolve(&roots).unwrap();
    assert_eq!(names(&closure), ["a/both-1", "a/both-1", "a/lib-1", "a/tool-1"]);
    let missing: Vec<_> = closure.unsatisfied().iter().map(|u| u.text.as_str()).collect();
    assert_eq!(missing, ["a/none"]);
}

#[test]
fn roots_that_share_a_database_hold_each_package_once() {
    let source = source("a/tool-1 | a/lib\na/lib-1");
    let target = needs("a/lib").with_dependencies(DepClass::Bdepend, "a/tool").unwrap();
    let roots = Roots::one(&source).with(RootKind::Broot, &source);
    let closure = Query::new(target).resolve(&roots).unwrap();
    assert_eq!(names(&closure), ["a/lib-1", "a/tool-1"]);
    assert!(closure.packages().all(|member| member.root() == RootKind::Root));
}

/// Version 3 is in ROOT, 2 in SYSROOT and 1 in BROOT; the other package asks for it in every class.
fn each_with_its_own() -> [MemorySource; 3] {
    ["3", "2", "1"].map(|version| {
        let asks = |package: MemoryPackage, class| package.with_dependencies(class, "a/b").unwrap();
        MemorySource::new([
            package(&format!("a/b-{version}")),
            DepClass::ALL.into_iter().fold(package(&format!("a/a-{version}")), asks),
        ])
    })
}

fn resolve(sources: &[MemorySource; 3], query: &Query) -> Closure {
    let [root, sysroot, broot] = sources;
    let roots = Roots::one(root).with(RootKind::Sysroot, sysroot).with(RootKind::Broot, broot);
    query.resolve(&roots).unwrap()
}

fn asks_for(class: DepClass, text: &str) -> Query {
    let target = Target::given("target").with_dependencies(class, text).unwrap();
    Query::new(target).classes(Classes::of(&[class]))
}

#[test]
fn what_a_target_asks_for_is_looked_for_in_one_place_by_its_class() {
    use DepClass::{Bdepend, Depend, Idepend, Pdepend, Rdepend};
    let sources = each_with_its_own();
    for (class, found) in [
        (Depend, "a/b-2"),
        (Bdepend, "a/b-1"),
        (Rdepend, "a/b-3"),
        (Pdepend, "a/b-3"),
        (Idepend, "a/b-1"),
    ] {
        let query = asks_for(class, "a/b").follow(Classes::NONE);
        assert_eq!(names(&resolve(&sources, &query)), [found], "{class}");
    }
}

#[test]
fn what_a_package_runs_with_is_beside_it_and_what_it_is_built_with_is_not() {
    use DepClass::{Bdepend, Depend, Idepend, Pdepend, Rdepend};
    let sources = each_with_its_own();
    for (place, asker) in [(Rdepend, "a/a-3"), (Depend, "a/a-2"), (Bdepend, "a/a-1")] {
        let beside = asker.replace("a/a", "a/b");
        for (class, found) in [
            (Rdepend, beside.as_str()),
            (Pdepend, &beside),
            (Depend, "a/b-2"),
            (Bdepend, "a/b-1"),
            (Idepend, "a/b-1"),
        ] {
            let query = asks_for(place, "a/a").follow(Classes::of(&[class]));
            assert_eq!(names(&resolve(&sources, &query)), [asker, found], "{class} of {asker}");
        }
    }
}

#[test]
fn each_phase_needs_its_own_classes() {
    let source = source("a/depend-1\na/bdepend-1\na/rdepend-1\na/pdepend-1\na/idepend-1");
    let target = DepClass::ALL.into_iter().fold(Target::given("target"), |target, class| {
        let atom = format!("a/{}", class.as_str().to_lowercase());
        target.with_dependencies(class, &atom).unwrap()
    });
    for (phase, found) in [
        (Phase::Build, ["a/bdepend-1", "a/depend-1"]),
        (Phase::Merge, ["a/idepend-1", "a/rdepend-1"]),
        (Phase::Config, ["a/pdepend-1", "a/rdepend-1"]),
    ] {
        let query = Query::new(target.clone()).phase(phase);
        assert_eq!(names(&query.resolve(&Roots::one(&source)).unwrap()), found, "{phase:?}");
    }
}

#[test]
fn system_is_there_to_build_with_and_as_far_as_it_is_there_to_build_against() {
    let sources = [source("a/sed-3"), source("a/sed-2\na/gone-2"), source("a/sed-1\na/make-1")];
    let system = SystemSet::from_list(b"a/sed\na/make\na/gone", "list".as_ref());
    let closure = resolve(&sources, &Query::new(needs("")).system(system));
    let found: Vec<_> = closure.packages().map(|m| (m.root().as_str(), m.cpv().as_str())).collect();
    assert_eq!(
        found,
        [
            ("SYSROOT", "a/gone-2"),
            ("BROOT", "a/make-1"),
            ("BROOT", "a/sed-1"),
            ("SYSROOT", "a/sed-2"),
        ]
    );
    let missing: Vec<_> = closure.unsatisfied().iter().map(|u| (u.root, u.text.as_str())).collect();
    assert_eq!(missing, [(RootKind::Broot, "a/gone")]);
}
