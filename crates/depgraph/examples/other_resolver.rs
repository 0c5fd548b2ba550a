//! Property-tests a resolver that is not ours: one built on the crate `pubgrub`.
//!
//! Every generated database of installed packages is translated into pubgrub's terms. Where our closure finds
//! nothing missing, pubgrub has to choose exactly the same packages; where pubgrub finds no solution, our closure has to
//! report what is missing.
//!
//! Run it with `cargo run -p hermitage-depgraph --features test-support --example other_resolver`.
#![allow(clippy::print_stdout, reason = "an example shows what it did")]

use hermitage_depgraph::test_support::{
    Model, ModelDep, ModelPackage, databases, dependencies, oracle,
};
use hermitage_depgraph::{BranchPolicy, DepClass, Policy, Query, Roots, Target};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use pubgrub::{OfflineDependencyProvider, Ranges, resolve};
use std::cell::Cell;
use std::collections::BTreeSet;

type Provider = OfflineDependencyProvider<String, Ranges<u32>>;

/// Adds a pubgrub package whose versions are the ways to satisfy a dependency, the preferred one highest. It is named
/// after the dependency and the flag of whoever has it.
fn add_dependency(
    provider: &mut Provider,
    model: &Model,
    dependency: &ModelDep,
    on: bool,
) -> String {
    let name = format!("{on} {dependency}");
    let choices: Vec<Vec<String>> = match dependency {
        ModelDep::Atom(atom) => {
            let mut found: Vec<_> = model.packages.iter().filter(|p| atom.matches(p)).collect();
            found.sort_by_key(|package| package.version);
            found.into_iter().map(|package| vec![package.cpv()]).collect()
        }
        ModelDep::AllOf(all) => vec![add_all(provider, model, all, on)],
        ModelDep::When(state, all) if *state == on => vec![add_all(provider, model, all, on)],
        ModelDep::Blocker(_) | ModelDep::When(..) => vec![Vec::new()],
        ModelDep::AnyOf(members) => {
            let add = |member| vec![add_dependency(provider, model, member, on)];
            members.iter().rev().map(add).collect()
        }
    };
    for (version, needs) in (0_u32..).zip(choices) {
        provider.add_dependencies(name.clone(), version, any_of(needs));
    }
    name
}

fn add_all(provider: &mut Provider, model: &Model, all: &[ModelDep], on: bool) -> Vec<String> {
    all.iter().map(|dependency| add_dependency(provider, model, dependency, on)).collect()
}

fn any_of(names: Vec<String>) -> impl Iterator<Item = (String, Ranges<u32>)> {
    names.into_iter().map(|name| (name, Ranges::full()))
}

/// What the other resolver chooses, `None` when it finds no solution.
fn chosen(model: &Model, target: &[ModelDep]) -> Option<BTreeSet<String>> {
    let mut provider = Provider::new();
    let needs = add_all(&mut provider, model, target, false);
    provider.add_dependencies("target".to_owned(), 0_u32, any_of(needs));
    for package in &model.packages {
        let on = package.flag == Some(true);
        let mut needs = Vec::new();
        for class in [DepClass::Rdepend, DepClass::Pdepend] {
            needs.extend(add_all(&mut provider, model, package.dependencies(class), on));
        }
        provider.add_dependencies(package.cpv(), 0_u32, any_of(needs));
    }
    let solution = resolve(&provider, "target".to_owned(), 0_u32).ok()?;
    let installed: BTreeSet<_> = model.packages.iter().map(ModelPackage::cpv).collect();
    Some(
        solution
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| installed.contains(name))
            .collect(),
    )
}

/// Blockers and conditions mean nothing to the translation inside of `||`, so such databases are left out.
fn is_translatable(dependencies: &[ModelDep]) -> bool {
    dependencies.iter().all(|dependency| match dependency {
        ModelDep::AnyOf(members) => {
            members.iter().all(|m| {
                !matches!(m, ModelDep::Blocker(_) | ModelDep::When(..) | ModelDep::AllOf(_))
            }) && is_translatable(members)
        }
        ModelDep::AllOf(members) | ModelDep::When(_, members) => is_translatable(members),
        ModelDep::Atom(_) | ModelDep::Blocker(_) => true,
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (compared, refused) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config {
        cases: 500,
        failure_persistence: None,
        max_global_rejects: 1 << 20,
        ..Config::default()
    });
    runner.run(&(databases(), dependencies()), |(model, target)| {
        let mut all = model.packages.iter().flat_map(|p| p.dependencies.values()).chain([&target]);
        if !all.all(|dependencies| is_translatable(dependencies)) {
            return Err(TestCaseError::reject("not translatable"));
        }
        let text: Vec<_> = target.iter().map(ToString::to_string).collect();
        let ours = Target::given("target").with_dependencies(DepClass::Depend, &text.join(" "));
        let ours = ours.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let source = model.source();
        let closure = Query::new(ours).resolve(&Roots::one(&source));
        let closure = closure.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let theirs = chosen(&model, &target);
        if closure.unsatisfied().is_empty() {
            let ours: BTreeSet<_> = closure.packages().map(|m| m.cpv().to_string()).collect();
            assert_eq!(Some(&ours), theirs.as_ref(), "the resolvers disagree");
            let answer =
                oracle::closure(&model, &target, Policy::DirectRuntime, BranchPolicy::First);
            assert_eq!(ours, answer.packages, "the oracle disagrees");
            compared.set(compared.get() + 1);
        } else if theirs.is_none() {
            refused.set(refused.get() + 1);
        }
        Ok(())
    })?;
    println!(
        "{} closures are the same, {} databases are refused by both",
        compared.get(),
        refused.get()
    );
    Ok(())
}
