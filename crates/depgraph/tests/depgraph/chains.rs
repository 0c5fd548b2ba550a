//! Why a package is there.

use crate::support::{ask, cpv, needs, source};
use hermitage_depgraph::{Closure, Query, SystemSet};

fn why(closure: &Closure, package: &str) -> String {
    closure.why(&cpv(package)).unwrap().to_string()
}

#[test]
fn why_gives_the_shortest_chain() {
    let source = source("a/a-1 | a/b\na/b-1 | a/c\na/c-1 | a/a\na/d-1 | a/c");
    let closure = ask(&source, &Query::new(needs("a/a a/d")));
    assert_eq!(
        closure.why(&cpv("a/c-1")).unwrap().to_string(),
        "target --DEPEND a/d--> a/d-1 --RDEPEND a/c--> a/c-1"
    );
    assert!(closure.why(&cpv("a/x-1")).is_none());
    let cycles = closure.cycles();
    assert_eq!(cycles.len(), 1);
    assert_eq!(cycles[0].len(), 3);
}

#[test]
fn a_chain_that_ends_in_nothing_names_every_package_on_the_way() {
    let source = source("a/a-1 | a/b\na/b-1 | >=a/c-2[x]\na/c-1");
    let closure = ask(&source, &Query::new(needs("a/a")));
    let [missing] = closure.unsatisfied() else { panic!("one dependency is missing") };
    assert_eq!(missing.text, ">=a/c-2[x]");
    assert_eq!(missing.rejected[0].reason, "the version is outside of the range");
    let chain = closure.chain_of(missing.from).to_string();
    assert_eq!(chain, "target --DEPEND a/a--> a/a-1 --RDEPEND a/b--> a/b-1");
}

#[test]
fn the_shortest_chain_is_found_wherever_the_longer_ones_begin() {
    let before = source("a/a-1 | a/b\na/b-1 | a/x\na/x-1\na/z-1 | a/x");
    let after = source("a/a-1 | a/x\na/w-1 | a/x\na/x-1\na/y-1 | a/w\na/z-1 | a/y");
    for (source, direct) in [(before, "a/z"), (after, "a/a")] {
        let closure = ask(&source, &Query::new(needs("a/a a/z")));
        assert_eq!(
            why(&closure, "a/x-1"),
            format!("target --DEPEND {direct}--> {direct}-1 --RDEPEND a/x--> a/x-1")
        );
    }
}

#[test]
fn each_step_of_a_chain_tells_how_it_was_asked_for_by_the_one_before() {
    let source = source("a/a-1 | >=a/x-1\na/w-1 | a/a\na/x-1\na/z-1 | a/x a/w");
    let closure = ask(&source, &Query::new(needs("a/z")));
    assert_eq!(closure.find(&cpv("a/x-1")).unwrap().reasons().len(), 2);
    assert_eq!(why(&closure, "a/x-1"), "target --DEPEND a/z--> a/z-1 --RDEPEND a/x--> a/x-1");
}

#[test]
fn of_chains_of_the_same_length_the_one_whose_packages_sort_first_is_given() {
    let source = source("a/b-1 | a/x\na/a-1 | a/x\na/x-1");
    let closure = ask(&source, &Query::new(needs("a/b a/a")));
    assert_eq!(why(&closure, "a/x-1"), "target --DEPEND a/a--> a/a-1 --RDEPEND a/x--> a/x-1");
}

#[test]
fn a_chain_starts_at_the_target_even_where_one_from_system_is_shorter() {
    let source = source("a/a-1 | a/x\na/x-1");
    let system = SystemSet::from_list(b"a/x", "list".as_ref());
    let closure = ask(&source, &Query::new(needs("a/a")).system(system));
    assert_eq!(why(&closure, "a/x-1"), "target --DEPEND a/a--> a/a-1 --RDEPEND a/x--> a/x-1");
}
