use crate::closure_json;
use crate::support::{ask, atom, cpv, names, needs, package, source};
use hermitage_atom::{Blocker, Pattern};
use hermitage_depgraph::profile::{Disk, ProfileStack, Repositories};
use hermitage_depgraph::{
    BranchPolicy, DepClass, ErrorKind, Holding, Link, Md5Cache, MemoryPackage, MemorySource,
    Policy, Query, Source as _, SystemSet, Target,
};

#[test]
fn direct_stops_at_what_is_declared_and_direct_runtime_goes_on() {
    let source = source("a/a-1 | a/b\na/b-1 | a/c\na/c-1\na/unrelated-1");
    let query = Query::new(needs("a/a"));
    assert_eq!(names(&ask(&source, &query.clone().policy(Policy::Direct))), ["a/a-1"]);
    let closure = ask(&source, &query);
    assert_eq!(names(&closure), ["a/a-1", "a/b-1", "a/c-1"]);
    let levels: Vec<_> = closure.packages().map(hermitage_depgraph::Member::level).collect();
    assert_eq!(levels, [Some(1), Some(2), Some(3)]);
    assert!(closure.find(&cpv("a/b-1")).unwrap().is_indirect());
}

#[test]
fn packages_that_own_nothing_are_looked_through_without_counting_a_level() {
    let source = MemorySource::new([
        package("virtual/v-1 | app-alternatives/w"),
        package("app-alternatives/w-1 | a/links"),
        package("a/links-1 | a/meta").with_holding(Holding::Links),
        package("a/meta-1 | a/real").with_holding(Holding::Nothing),
        package("a/real-1 | a/library"),
        package("a/library-1"),
    ]);
    let closure = ask(&source, &Query::new(needs("virtual/v")).policy(Policy::Direct));
    assert_eq!(
        names(&closure),
        ["a/links-1", "a/meta-1", "a/real-1", "app-alternatives/w-1", "virtual/v-1"]
    );
    assert!(closure.packages().all(hermitage_depgraph::Member::is_direct));
    let closure = ask(&source, &Query::new(needs("virtual/v")));
    assert_eq!(closure.find(&cpv("a/library-1")).unwrap().level(), Some(2));
}

#[test]
fn a_level_is_the_fewest_steps_through_whatever_is_looked_through() {
    let source = source("a/a-1 | a/b\na/b-1 | a/y\nvirtual/v-1 | a/x\na/x-1 | a/y\na/y-1");
    let closure = ask(&source, &Query::new(needs("a/a virtual/v")));
    let levels: Vec<_> =
        closure.packages().map(|m| (m.cpv().package(), m.level().unwrap())).collect();
    assert_eq!(levels, [("a", 1), ("b", 2), ("x", 1), ("y", 2), ("v", 1)]);
}

#[test]
fn the_first_satisfied_branch_is_taken_or_all_of_them_and_the_reason_says_which() {
    let source = source("a/b-1\na/c-1:0\na/c-2:2");
    let query = Query::new(needs("|| ( a/a a/b ( a/b a/c ) )"));
    let first = ask(&source, &query);
    assert_eq!(names(&first), ["a/b-1"]);
    let Link::Dependency { choice: Some(choice), .. } =
        &first.packages().next().unwrap().reasons()[0].link
    else {
        panic!("it was chosen from a group")
    };
    assert_eq!((choice.branch, choice.of), (2, 3));
    assert_eq!(choice.group, "|| ( a/a a/b ( a/b a/c ) )");
    let all = ask(&source, &query.branch(BranchPolicy::All));
    assert_eq!(names(&all), ["a/b-1", "a/c-1", "a/c-2"]);
    // A branch whose condition does not apply is none.
    let closure = ask(&source, &Query::new(needs("|| ( x? ( a/c ) a/b )")));
    let Link::Dependency { choice: Some(choice), .. } =
        &closure.packages().next().unwrap().reasons()[0].link
    else {
        panic!("it was chosen from a group")
    };
    assert_eq!((choice.branch, choice.of), (1, 1));
}

#[test]
fn an_empty_any_of_is_satisfied_before_eapi_7_only() {
    let empty = |eapi: &str| {
        let eapi = eapi.parse().unwrap();
        let target = Target::given("target").with_eapi(eapi);
        let target = target.with_dependencies(DepClass::Depend, "|| ( x? ( a/a ) )").unwrap();
        ask(&source(""), &Query::new(target)).unsatisfied().len()
    };
    assert_eq!((empty("6"), empty("7")), (0, 1));
}

#[test]
fn what_nothing_satisfies_is_listed_with_the_chain_that_asks_and_why_others_will_not_do() {
    let source = source("a/a-1 | >=a/b-2[x]\na/b-1");
    let closure = ask(&source, &Query::new(needs("a/a")));
    let [missing] = closure.unsatisfied() else { panic!("one dependency is missing") };
    assert_eq!(missing.text, ">=a/b-2[x]");
    assert_eq!(closure.chain_of(missing.from).to_string(), "target --DEPEND a/a--> a/a-1");
    assert_eq!(missing.rejected[0].cpv, cpv("a/b-1"));
    assert_eq!(missing.rejected[0].reason, "the version is outside of the range");
}

#[test]
fn two_packages_that_need_each_other_are_a_cycle_and_one_that_needs_itself_is_none() {
    let source = source("a/a-1 | a/b\na/b-1 | a/a a/c\na/c-1 | a/c a/d\na/d-1");
    let closure = ask(&source, &Query::new(needs("a/a")));
    let of = |text| closure.find(&cpv(text)).unwrap().id();
    assert_eq!(closure.cycles(), [vec![of("a/a-1"), of("a/b-1")]]);
}

#[test]
fn patterns_keep_whole_categories_out_of_the_system() {
    let source = source("a/a-1 | b/b c/c\nb/b-1\nc/c-1\nb/d-1");
    let system = SystemSet::from_list(b"a/a\nb/d", "set".as_ref());
    let query = Query::new(needs("")).system(system);
    let without = |text: &str| query.clone().without([Pattern::parse(text).unwrap()]);
    assert_eq!(names(&ask(&source, &without("b/*"))), ["a/a-1", "c/c-1"]);
    assert!(names(&ask(&source, &without("*/*"))).is_empty());
}

#[test]
fn blockers_of_installed_packages_are_reported_and_pull_nothing_in() {
    let source = source("a/a-1 | !!<a/b-2 !a/gone\na/b-1");
    let closure = ask(&source, &Query::new(needs("a/a")));
    assert_eq!(names(&closure), ["a/a-1"]);
    let [blocked] = closure.blocked() else { panic!("one package is blocked") };
    assert_eq!((blocked.atom.as_str(), blocked.in_closure), ("!!<a/b-2", false));
    assert_eq!((blocked.strength, &blocked.cpv), (Blocker::Strong, &cpv("a/b-1")));
    let closure = ask(&source, &Query::new(needs("a/b !a/b")));
    let [blocked] = closure.blocked() else { panic!("one package is blocked") };
    assert_eq!((blocked.strength, blocked.in_closure), (Blocker::Weak, true));
}

#[test]
fn system_comes_in_by_its_own_reason_and_can_be_subtracted_from() {
    let source = source("a/gcc-1 | a/gmp a/zlib\na/gmp-1\na/zlib-1\na/sed-1\na/app-1 | a/gmp");
    let system = SystemSet::from_list(b"a/gcc\na/sed\na/absent\n", "list".as_ref());
    let query = Query::new(needs("a/app")).system(system);
    let closure = ask(&source, &query);
    assert_eq!(names(&closure), ["a/app-1", "a/gcc-1", "a/gmp-1", "a/sed-1", "a/zlib-1"]);
    assert!(closure.find(&cpv("a/gcc-1")).unwrap().is_system());
    assert_eq!(closure.unsatisfied()[0].text, "a/absent");
    assert_eq!(closure.why(&cpv("a/zlib-1")).unwrap().start, "@system");

    let closure = ask(&source, &query.without([atom("a/zlib"), atom("a/gmp"), atom("a/sed")]));
    assert_eq!(names(&closure), ["a/app-1", "a/gcc-1", "a/gmp-1"]);
    let withheld: Vec<_> = closure.withheld().iter().map(|w| w.cpv.as_str()).collect();
    assert_eq!(withheld, ["a/sed-1", "a/zlib-1"]);
}

#[test]
fn what_is_taken_out_of_the_system_may_be_missing() {
    let system = SystemSet::from_list(b">=a/absent-2\na/gone:2\n", "list".as_ref());
    let missing = |without: &[&str]| {
        let without = without.iter().map(|text| Pattern::parse(text).unwrap());
        let query = Query::new(needs("")).system(system.clone()).without(without);
        let closure = ask(&source(""), &query);
        closure.unsatisfied().iter().map(|missing| missing.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        missing(&["a/other", "=a/absent-2", "a/gone:1", "a/*:2"]),
        [">=a/absent-2", "a/gone:2"]
    );
    assert_eq!(missing(&["a/absent"]), ["a/gone:2"]);
    assert_eq!(missing(&[">=a/absent-2"]), ["a/gone:2"]);
    assert!(missing(&["a/*"]).is_empty());
}

#[test]
fn a_package_that_is_provided_satisfies_and_is_not_there() {
    let closure = ask(&source(""), &Query::new(needs(">=a/a-1")).provided([cpv("a/a-2")]));
    assert!(closure.unsatisfied().is_empty());
    assert_eq!(closure.packages().len(), 0);
    assert_eq!(closure.provided()[0].cpv, cpv("a/a-2"));
    // Neither another version nor another package, nor where one is installed.
    for (provided, missing) in [("a/a-0", 1), ("a/b-2", 1), ("a/a-1-r3", 0)] {
        let query = Query::new(needs(">=a/a-1")).provided([cpv(provided)]);
        assert_eq!(ask(&source(""), &query).unsatisfied().len(), missing, "{provided}");
        assert_eq!(names(&ask(&source("a/a-1"), &query)), ["a/a-1"]);
        assert!(ask(&source("a/a-1"), &query).provided().is_empty());
    }
}

#[test]
fn a_package_that_keeps_the_libraries_of_its_old_subslot_still_satisfies() {
    let program = "a/program-1 | a/lib:0/1=";
    let with = |lib: MemoryPackage| MemorySource::new([package(program), lib]);
    let kept = with(package("a/lib-2:0/2").with_preserved("/usr/lib64/lib.so.1"));
    let closure = ask(&kept, &Query::new(needs("a/program")));
    assert_eq!(names(&closure), ["a/lib-2", "a/program-1"]);
    let reason = &closure.packages().next().unwrap().reasons()[0];
    assert!(matches!(reason.link, Link::Dependency { preserved: true, .. }));
    let lacks = |source: &MemorySource, depend: &str| {
        ask(source, &Query::new(needs(depend))).unsatisfied().len() == 1
    };
    let dropped = with(package("a/lib-2:0/2"));
    assert!(lacks(&dropped, "a/program"));
    // Only who was built against a sub-slot goes on with its libraries, and they are those of its slot.
    assert!(lacks(&kept, "a/lib:0/1"));
    assert!(lacks(&kept, "a/lib:1/1="));
    assert!(lacks(&kept, ">=a/lib-3:0/1="));
}

#[test]
fn the_runtime_closure_of_an_installed_package_starts_with_itself() {
    let source = source("a/a-1 | a/b\na/b-1");
    let target = Target::installed(&source, &atom("a/a")).unwrap();
    let closure = ask(&source, &Query::new(target).policy(Policy::RuntimeOnly));
    assert_eq!(
        serde_json::to_string(&closure.report()).unwrap(),
        r#"{"schema":1,"packages":[{"cpv":"a/a-1","why":[{"from":"a/a-1"}]},{"cpv":"a/b-1","why":[{"from":"a/a-1","class":"RDEPEND","atom":"a/b"}]}]}"#
    );
    assert!(!closure_json(&closure).is_empty());
}

#[test]
fn an_atom_that_means_no_package_or_several_is_refused() {
    let source = source("a/a-1:0\na/a-2:2\nb/c-1");
    let kind = |text| Target::installed(&source, &atom(text)).unwrap_err().kind().clone();
    let matches = vec!["a/a-1".to_owned(), "a/a-2".to_owned()];
    assert_eq!(kind("a/a"), ErrorKind::Ambiguous { matches });
    assert_eq!(kind("a/c"), ErrorKind::NoSuchPackage { similar: vec!["b/c-1".to_owned()] });
    assert!(Target::installed(&source, &atom("a/a:2")).is_ok());
}

#[test]
fn a_cache_entry_is_evaluated_with_the_flags_that_are_given() {
    let entry =
        Md5Cache::parse(b"DEPEND=a/a x? ( a/b[y?] )\nEAPI=7\nBDEPEND=a/c\nIUSE=+x y\n_md5_=0\n")
            .unwrap();
    assert_eq!(entry.default_use().collect::<Vec<_>>(), ["x"]);
    let source = source("a/a-1\na/b-1\na/c-1");
    let with = |flags: &[&str]| {
        let target = Target::from_cache("entry", &entry, flags).unwrap();
        let closure = ask(&source, &Query::new(target));
        (names(&closure).join(" "), closure.unsatisfied().len())
    };
    assert_eq!(with(&[]), ("a/a-1 a/c-1".to_owned(), 0));
    assert_eq!(with(&["x"]), ("a/a-1 a/b-1 a/c-1".to_owned(), 0));
    assert_eq!(with(&["x", "y"]), ("a/a-1 a/c-1".to_owned(), 1));
    // What is no variable in an EAPI says nothing, whatever it holds.
    for (eapi, found) in [("6", "a/a-1"), ("7", "a/a-1 a/c-1")] {
        let entry = format!("DEPEND=a/a\nEAPI={eapi}\nBDEPEND=a/c\nIDEPEND=a/d\n");
        let entry = Md5Cache::parse(entry.as_bytes()).unwrap();
        let target = Target::from_cache("entry", &entry, [""; 0]).unwrap();
        assert!(target.dependencies(DepClass::Idepend).is_none());
        assert_eq!(names(&ask(&source, &Query::new(target))).join(" "), found, "EAPI {eapi}");
    }
    assert!(Md5Cache::parse(b"no equals sign").is_err());
    assert!(Md5Cache::parse(b"EAPI=banana").is_err());
}

#[test]
fn a_dependency_string_that_can_not_be_read_names_its_class() {
    let error = Target::given("target").with_dependencies(DepClass::Bdepend, "a/b )").unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Dependency { class: DepClass::Bdepend });
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn names_are_quoted_without_control_characters() {
    let escape = "a/\u{1b}[31m\n";
    let shown = r"a/\u{1b}[31m\n";
    let given = Target::given(escape).with_dependencies(DepClass::Depend, "a/a").unwrap();
    let closure = ask(&source("a/a-1"), &Query::new(given));
    let why = closure.why(&cpv("a/a-1")).unwrap();
    assert_eq!(why.to_string(), format!("{shown} --DEPEND a/a--> a/a-1"));

    let profile = std::path::Path::new(escape);
    let errors: [Box<dyn std::error::Error>; 4] = [
        Box::new(needs("").with_dependencies(DepClass::Depend, escape).unwrap_err()),
        Box::new(MemoryPackage::parse(escape).unwrap_err()),
        Box::new(escape.parse::<Policy>().unwrap_err()),
        Box::new(ProfileStack::load(&Disk, profile, &Repositories::new()).unwrap_err()),
    ];
    for error in errors {
        assert!(error.to_string().contains(shown), "{error}");
    }
}

#[test]
fn the_order_of_packages_of_a_source_is_by_name_and_version() {
    let source = source("a/b-10\na/b-9\na/a-1\na-b/a-1");
    let order: Vec<_> = source.packages().iter().map(|(_, p)| p.cpv().as_str()).collect();
    assert_eq!(order, ["a/a-1", "a/b-9", "a/b-10", "a-b/a-1"]);
}

#[test]
fn the_highest_version_of_any_slot_is_taken_and_its_neighbours_are_not() {
    let source = source("a/a-1.9:1\na/a-1.10:1\na/a-2:2\na/a-10:10");
    let first = |depend| names_of(&source, depend, BranchPolicy::First);
    assert_eq!(first("a/a"), ["a/a-10"]);
    assert_eq!(first("a/a:1"), ["a/a-1.10"]);
    assert_eq!(first("<a/a-10"), ["a/a-2"]);
    assert_eq!(names_of(&source, "a/a:1", BranchPolicy::All), ["a/a-1.9", "a/a-1.10"]);
}

fn names_of(source: &MemorySource, depend: &str, branch: BranchPolicy) -> Vec<String> {
    let closure = ask(source, &Query::new(needs(depend)).branch(branch));
    names(&closure).into_iter().map(str::to_owned).collect()
}

#[test]
fn packages_that_need_each_other_are_there_once_and_make_one_cycle() {
    let source = source("a/a-1 | a/b\na/b-1 | a/c\na/c-1 | a/a virtual/v\nvirtual/v-1 | virtual/v");
    let closure = ask(&source, &Query::new(needs("a/b")));
    assert_eq!(names(&closure), ["a/a-1", "a/b-1", "a/c-1", "virtual/v-1"]);
    let cycles: Vec<_> = closure.cycles().iter().map(Vec::len).collect();
    assert_eq!(cycles, [3]);
    let levels: Vec<_> = closure.packages().map(hermitage_depgraph::Member::level).collect();
    assert_eq!(levels, [Some(3), Some(1), Some(2), Some(3)]);
}

#[test]
fn conditions_in_brackets_are_those_of_the_package_that_asks() {
    let with = |cpv: &str, on: &[&str], off: &[&str]| {
        package(cpv).map(|package| package.with_use(on).with_iuse(off))
    };
    for (written, on_fits, off_fits) in [
        ("a/b[x?]", true, false),
        ("a/b[!x?]", true, true),
        ("a/b[x=]", true, false),
        ("a/b[!x=]", false, true),
        ("a/b[-x]", false, true),
        ("a/b[gone(+)?]", true, true),
        ("a/b[gone(-)=]", true, true),
    ] {
        for (flags, fits) in [((&["x"][..], &[][..]), on_fits), ((&[][..], &["x"][..]), off_fits)] {
            let asks = with("a/a-1", &["x"], &[]);
            let asks = asks.with_dependencies(DepClass::Rdepend, written).unwrap();
            let source = MemorySource::new([asks, with("a/b-1", flags.0, flags.1)]);
            let closure = ask(&source, &Query::new(needs("a/a")));
            assert_eq!(closure.unsatisfied().is_empty(), fits, "{written} {flags:?}");
        }
    }
}
