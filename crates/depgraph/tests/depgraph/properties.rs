use crate::closure_json;
use hermitage_atom::{Candidate as _, Cpv};
use hermitage_depgraph::profile::{ProfileStack, Repositories};
use hermitage_depgraph::test_support::{
    Model, ModelDep, ModelPackage, ProfileLine, check, databases, dependencies, profile_stacks,
    targets,
};
use hermitage_depgraph::{
    BranchPolicy, Classes, DepClass, MemorySource, Package, Policy, Query, Roots, SystemSet, Target,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use std::path::Path;

fn policies() -> impl Strategy<Value = (Policy, BranchPolicy)> {
    let policy = prop::sample::select(&Policy::ALL[..]);
    (policy, prop_oneof![Just(BranchPolicy::First), Just(BranchPolicy::All)])
}

fn resolve(source: &MemorySource, query: &Query) -> hermitage_depgraph::Closure {
    query.resolve(&Roots::one(source)).unwrap()
}

fn names(source: &MemorySource, query: &Query) -> BTreeSet<String> {
    resolve(source, query).packages().map(|member| member.cpv().to_string()).collect()
}

proptest! {
    #![proptest_config(Config { cases: 512, ..Config::default() })]

    #[test]
    fn a_closure_is_what_the_naive_oracle_says(
        model in databases(),
        dependencies in dependencies(),
        (policy, branch) in policies(),
    ) {
        check::closure(&model, &dependencies, policy, branch);
    }

    #[test]
    fn a_closure_does_not_depend_on_the_order_of_packages(
        (model, shuffled) in databases().prop_flat_map(|model| {
            let packages = Just(model.packages.clone()).prop_shuffle();
            (Just(model), packages.prop_map(|packages| Model { packages }))
        }),
        (_, target) in targets(DepClass::Depend),
        (policy, branch) in policies(),
    ) {
        let system: SystemSet = [hermitage_atom::Atom::parse_permissive("dev-libs/a").unwrap()].into_iter().collect();
        let query = Query::new(target).policy(policy).branch(branch).system(system);
        let (one, other) = (model.source(), shuffled.source());
        prop_assert_eq!(closure_json(&resolve(&one, &query)), closure_json(&resolve(&other, &query)));
    }

    #[test]
    fn more_of_anything_never_means_fewer_packages(
        model in databases(),
        (_, target) in targets(DepClass::Depend),
    ) {
        let source = model.source();
        let query = Query::new(target);
        let first = names(&source, &query);
        let direct = names(&source, &query.clone().policy(Policy::Direct));
        let all = names(&source, &query.clone().branch(BranchPolicy::All));
        let followed = names(&source, &query.clone().follow(Classes::ALL));
        let system = [hermitage_atom::Atom::parse_permissive("dev-libs/b").unwrap()];
        let with_system = names(&source, &query.clone().system(system.into_iter().collect()));
        for larger in [&all, &followed, &with_system] {
            prop_assert!(first.is_subset(larger));
        }
        prop_assert!(direct.is_subset(&first));
    }

    #[test]
    fn what_is_withheld_from_system_is_there_only_for_the_target(
        model in databases(),
        (_, target) in targets(DepClass::Depend),
    ) {
        let source = model.source();
        let atom = |text: &str| hermitage_atom::Atom::parse_permissive(text).unwrap();
        let system: SystemSet = ["dev-libs/a", "dev-libs/b"].map(atom).into_iter().collect();
        let query = Query::new(target);
        let alone = names(&source, &query);
        let query = query.system(system).without([atom("dev-libs/c"), atom("sys-libs/a")]);
        let closure = resolve(&source, &query);
        for member in closure.packages() {
            let withheld = ["dev-libs/c", "sys-libs/a"].contains(&member.cpv().cp().as_str());
            prop_assert!(!withheld || alone.contains(member.cpv().as_str()));
        }
        for withheld in closure.withheld() {
            prop_assert!(closure.find(&withheld.cpv).is_none());
        }
    }

    #[test]
    fn a_profile_stack_adds_up_as_its_definition_says(model in profile_stacks()) {
        let stack =
            ProfileStack::load(&model.files(), Path::new(&model.directory()), &Repositories::new());
        let set = stack.unwrap().system_set();
        let mut ours: Vec<_> = set.atoms().map(hermitage_atom::Atom::as_str).collect();
        ours.sort_unstable();
        prop_assert_eq!(ours, model.system());
        prop_assert!(set.rejected().is_empty());
    }

    #[test]
    fn a_package_has_just_the_flags_it_was_given(
        first in prop::collection::btree_set("[a-c]{1,3}", 0..20),
        second in prop::collection::btree_set("[a-c]{1,3}", 0..20),
        asked in "[a-c]{1,3}",
    ) {
        let package = Package::new(Cpv::parse("a/b-1").unwrap()).with_use(&first).with_iuse(&second);
        prop_assert_eq!(package.is_enabled(&asked), first.contains(&asked));
        let has = first.contains(&asked) || second.contains(&asked);
        prop_assert_eq!(package.has_flag(&asked), has);
        for flag in &first {
            prop_assert!(package.is_enabled(flag) && package.has_flag(flag));
        }
        prop_assert!(package.enabled().eq(&first));
    }

    #[test]
    fn whatever_the_bytes_of_profile_files_they_are_read_or_refused(input: Vec<u8>) {
        check::profile_files(&input);
    }

    #[test]
    fn almost_valid_profile_files_are_read_or_refused(
        lines in prop::collection::vec("[-*#]{0,3}([:.]{1,2}/)?(sys-apps/sed|-\\*|=a/b-1|5)[\\[\\]:=]?", 0..5),
    ) {
        check::profile_files(lines.join("\n").as_bytes());
    }

    #[test]
    fn whatever_the_bytes_of_a_cache_entry_it_is_read_or_refused(input: Vec<u8>) {
        check::md5_cache(&input);
    }

    #[test]
    fn an_almost_valid_cache_entry_is_read_or_refused(
        lines in prop::collection::vec("(EAPI|DEPEND|IUSE|_md5_|A B)=?[0-9x/? ()|-]{0,12}", 0..5),
    ) {
        check::md5_cache(lines.join("\n").as_bytes());
    }
}

fn any_dep(dependencies: &[ModelDep], wanted: &dyn Fn(&ModelDep) -> bool) -> bool {
    dependencies.iter().any(|dependency| {
        wanted(dependency)
            || match dependency {
                ModelDep::AnyOf(members)
                | ModelDep::AllOf(members)
                | ModelDep::When(_, members) => any_dep(members, wanted),
                ModelDep::Atom(_) | ModelDep::Blocker(_) => false,
            }
    })
}

fn has_dep(model: &Model, wanted: &dyn Fn(&ModelDep) -> bool) -> bool {
    let of = |p: &ModelPackage| p.dependencies.values().any(|deps| any_dep(deps, wanted));
    model.packages.iter().any(of)
}

/// A `||` with a group that comes to nothing where a condition does not apply, and another branch.
fn has_idle_branch(dep: &ModelDep) -> bool {
    let idle = |dep: &ModelDep| matches!(dep, ModelDep::AllOf(all) if all.iter().all(|m| matches!(m, ModelDep::When(..))));
    matches!(dep, ModelDep::AnyOf(members) if members.len() > 1 && members.iter().any(idle))
}

#[test]
fn the_databases_hold_every_interesting_case() {
    let mut runner = TestRunner::deterministic();
    let mut seen = [0; 11];
    for _ in 0..300 {
        let model = databases().new_tree(&mut runner).unwrap().current();
        let source = model.source();
        let everything: Vec<_> = model.packages.iter().map(|p| format!("={}", p.cpv())).collect();
        let target =
            Target::given("all").with_dependencies(DepClass::Depend, &everything.join(" "));
        let closure = resolve(&source, &Query::new(target.unwrap()));
        let slots =
            |p: &ModelPackage| model.packages.iter().filter(|q| q.name == p.name).count() > 1;
        let cases = [
            !closure.cycles().is_empty(),
            model.packages.iter().any(slots),
            closure.packages().any(|m| m.is_looked_through() && m.cpv().category() == "virtual"),
            closure.packages().any(|m| m.is_looked_through() && m.cpv().category() == "dev-libs"),
            !closure.unsatisfied().is_empty(),
            closure.unsatisfied().is_empty() && closure.packages().len() > 2,
            !closure.blocked().is_empty(),
            has_dep(&model, &|dep| matches!(dep, ModelDep::AnyOf(members) if members.len() > 1)),
            has_dep(&model, &|dep| matches!(dep, ModelDep::When(..))),
            has_dep(&model, &has_idle_branch),
            model.packages.iter().any(|p| !p.dependencies(DepClass::Depend).is_empty()),
        ];
        for (count, case) in seen.iter_mut().zip(cases) {
            *count += usize::from(case);
        }
    }
    assert!(seen.iter().all(|count| *count >= 10), "some case is rare: {seen:?}");
}

#[test]
fn the_profile_stacks_hold_every_interesting_case() {
    let mut runner = TestRunner::deterministic();
    let mut seen = [0; 4];
    for _ in 0..300 {
        let model = profile_stacks().new_tree(&mut runner).unwrap().current();
        let lines = || model.nodes.iter().flat_map(|node| &node.lines);
        let cases = [
            model.nodes.iter().any(|node| node.parents.len() > 1),
            lines().any(|line| *line == ProfileLine::Clear),
            lines().any(|line| matches!(line, ProfileLine::Remove(_))),
            !model.system().is_empty(),
        ];
        for (count, case) in seen.iter_mut().zip(cases) {
            *count += usize::from(case);
        }
    }
    assert!(seen.iter().all(|count| *count >= 30), "some case is rare: {seen:?}");
}
