//! What a source keeps of earlier queries changes no later answer.

use crate::closure_json;
use hermitage_atom::{Cpv, DepSpec};
use hermitage_depgraph::test_support::{databases, targets};
use hermitage_depgraph::{
    BranchPolicy, Classes, DepClass, Holding, MemoryPackage, MemorySource, PackageId, PackageTable,
    Policy, Query, RootKind, Roots, Source, SourceError, Target,
};
use proptest::prelude::*;
use std::cell::Cell;

/// The same packages, without answers; it counts what is asked of it.
struct Forgetful<'a> {
    source: &'a MemorySource,
    asked: Cell<usize>,
}

impl<'a> Forgetful<'a> {
    fn new(source: &'a MemorySource) -> Self {
        Self { source, asked: Cell::new(0) }
    }
}

impl Source for Forgetful<'_> {
    fn packages(&self) -> &PackageTable {
        self.source.packages()
    }

    fn dependencies(&self, package: PackageId, class: DepClass) -> Result<&DepSpec, SourceError> {
        self.asked.set(self.asked.get() + 1);
        self.source.dependencies(package, class)
    }

    fn holding(&self, package: PackageId) -> Result<Holding, SourceError> {
        self.source.holding(package)
    }
}

/// Counts what is asked of a source that keeps answers.
struct Counting<'a>(Forgetful<'a>);

impl Source for Counting<'_> {
    fn packages(&self) -> &PackageTable {
        self.0.packages()
    }

    fn dependencies(&self, package: PackageId, class: DepClass) -> Result<&DepSpec, SourceError> {
        self.0.dependencies(package, class)
    }

    fn answers(&self) -> Option<&hermitage_depgraph::Answers> {
        self.0.source.answers()
    }
}

/// Every question that two switches of a query make out of one.
fn questions(query: &Query) -> Vec<Query> {
    let provided = || [Cpv::parse("gone/gone-1").unwrap()];
    let mut questions = Vec::new();
    for policy in [Policy::Direct, Policy::DirectRuntime, Policy::RuntimeOnly] {
        for branch in [BranchPolicy::First, BranchPolicy::All] {
            let query = query.clone().policy(policy).branch(branch);
            questions.extend([
                query.clone().follow(Classes::ALL),
                query.clone().provided(provided()),
                query,
            ]);
        }
    }
    questions
}

proptest! {
    #[test]
    fn whatever_was_asked_before_the_answer_is_the_same(
        (model, questions) in (databases(), targets(DepClass::Depend)).prop_flat_map(|(model, target)| {
            (Just(model), Just(questions(&Query::new(target.1))).prop_shuffle())
        }),
        other in databases(),
    ) {
        let (source, other) = (model.source(), other.source());
        for query in questions {
            let anew = Forgetful::new(&source);
            for (kept, anew) in [
                (Roots::one(&source), Roots::one(&anew)),
                (
                    Roots::one(&source).with(RootKind::Broot, &other),
                    Roots::one(&anew).with(RootKind::Broot, &other),
                ),
            ] {
                let (kept, anew) = (query.resolve(&kept).unwrap(), query.resolve(&anew).unwrap());
                prop_assert_eq!(closure_json(&kept), closure_json(&anew));
            }
        }
    }
}

#[test]
fn a_source_that_keeps_answers_is_asked_for_its_dependencies_once() {
    let package = |cpv: &str, rdepend: &str| {
        let package = MemoryPackage::parse(cpv).unwrap();
        package.with_dependencies(DepClass::Rdepend, rdepend).unwrap()
    };
    let source = MemorySource::new([package("a/a-1", "|| ( a/c a/b )"), package("a/b-1", "a/a")]);
    let target = Target::given("target").with_dependencies(DepClass::Depend, "a/a").unwrap();
    let query = Query::new(target);
    let asked = |query: &Query| {
        let counting = Counting(Forgetful::new(&source));
        query.resolve(&Roots::one(&counting)).unwrap();
        counting.0.asked.get()
    };
    // Two packages with two classes each.
    assert_eq!([asked(&query), asked(&query)], [4, 0]);
    assert_eq!(asked(&query.clone().follow(Classes::INSTALLED)), 2);
    // What is provided takes the first branch, and a/b is not needed.
    assert_eq!(asked(&query.provided([Cpv::parse("a/c-1").unwrap()])), 2);
    assert_eq!(
        source.clone().answers().map(|answers| format!("{answers:?}")).unwrap(),
        "Answers { kept: 0 }"
    );
}
