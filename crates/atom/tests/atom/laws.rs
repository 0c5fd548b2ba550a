//! Laws that hold for whatever the strategies come up with.

use hermitage_atom::{
    Atom, AtomRef, DepKind, DepNode, DepSpec, DepSpecRef, Eapi, Nodes, Operator, UseDepKind,
    Version, strategy, test_support::check,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

fn eapi() -> impl Strategy<Value = Eapi> {
    prop::sample::select(Eapi::ALL.to_vec())
}

/// Specifications together with the EAPI and the kind they are made for.
fn any_spec() -> impl Strategy<Value = (String, Eapi, DepKind)> {
    let eapi = eapi();
    eapi.prop_flat_map(|eapi| {
        prop_oneof![
            strategy::spec(eapi, 3).prop_map(move |text| (text, eapi, DepKind::Package)),
            strategy::required_use(eapi, 3).prop_map(move |text| (
                text,
                eapi,
                DepKind::RequiredUse
            )),
        ]
    })
}

/// Versions compared the long way round: taken apart into lists, which are then compared.
mod model {
    use hermitage_atom::{Suffix, Version};
    use std::cmp::Ordering;

    fn integer(digits: &str) -> (usize, String) {
        let digits = digits.trim_start_matches('0');
        (digits.len(), digits.to_owned())
    }

    fn component(a: &str, b: &str) -> Ordering {
        if a.starts_with('0') || b.starts_with('0') {
            a.trim_end_matches('0').cmp(b.trim_end_matches('0'))
        } else {
            integer(a).cmp(&integer(b))
        }
    }

    /// Having no suffix comes between `_rc` and `_p`.
    fn rank(suffix: Option<&(Suffix, &str)>) -> (u8, (usize, String)) {
        let rank = match suffix.map(|(suffix, _)| suffix) {
            Some(Suffix::Alpha) => 0,
            Some(Suffix::Beta) => 1,
            Some(Suffix::Pre) => 2,
            Some(Suffix::Rc) => 3,
            None => 4,
            Some(Suffix::P) => 5,
        };
        (rank, integer(suffix.map_or("", |(_, number)| number)))
    }

    #[allow(clippy::many_single_char_names, reason = "two of everything")]
    pub(super) fn compare(a: &Version, b: &Version) -> Ordering {
        let (a, b) = (a.as_ref(), b.as_ref());
        let (x, y): (Vec<_>, Vec<_>) = (a.components().collect(), b.components().collect());
        let first = integer(x[0]).cmp(&integer(y[0]));
        let later = x.iter().zip(&y).skip(1).map(|(a, b)| component(a, b)).find(|o| o.is_ne());
        let numbers = later.unwrap_or(x.len().cmp(&y.len()));
        let (s, t): (Vec<_>, Vec<_>) = (a.suffixes().collect(), b.suffixes().collect());
        let suffixes = (0..s.len().max(t.len()))
            .map(|at| rank(s.get(at)).cmp(&rank(t.get(at))))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal);
        let revision =
            integer(a.revision().unwrap_or("")).cmp(&integer(b.revision().unwrap_or("")));
        first.then(numbers).then(a.letter().cmp(&b.letter())).then(suffixes).then(revision)
    }
}

fn hash(version: &Version) -> u64 {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    hasher.finish()
}

fn check_bytes(bytes: &[u8]) {
    check::atom(bytes);
    check::dep_spec(bytes);
    check::version(bytes);
}

fn evaluated_is_free_of_conditions(nodes: Nodes<'_>) -> bool {
    nodes.into_iter().all(|node| match node {
        DepNode::UseConditional { .. } => false,
        DepNode::Atom(atom) => !atom.has_conditional_use_deps(),
        DepNode::AllOf(members)
        | DepNode::AnyOf(members)
        | DepNode::ExactlyOneOf(members)
        | DepNode::AtMostOneOf(members) => evaluated_is_free_of_conditions(members),
        _ => true,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn versions_are_ordered_as_the_model_says((a, b) in strategy::version_pair()) {
        let (a, b) = (Version::parse(&a).unwrap(), Version::parse(&b).unwrap());
        prop_assert_eq!(a.cmp(&b), model::compare(&a, &b), "{} and {}", a, b);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&a), Ordering::Equal);
        if a == b {
            prop_assert_eq!(hash(&a), hash(&b), "{} and {}", a, b);
        }
    }

    #[test]
    fn the_order_of_versions_is_transitive(
        (a, b) in strategy::version_pair(),
        (c, d) in strategy::version_pair(),
    ) {
        let mut versions: Vec<Version> =
            [a, b, c, d].iter().map(|text| Version::parse(text).unwrap()).collect();
        versions.sort();
        for (at, low) in versions.iter().enumerate() {
            prop_assert!(versions[at..].iter().all(|high| low <= high), "{:?}", versions);
        }
    }

    #[test]
    fn an_atom_prints_as_it_was_parsed((eapi, text) in eapi().prop_flat_map(|eapi| (Just(eapi), strategy::atom(eapi)))) {
        let atom = Atom::parse(&text, eapi).expect("a legal atom");
        prop_assert_eq!(atom.to_string(), &*text);
        // What an EAPI allows, every later one does.
        for later in Eapi::ALL.into_iter().filter(|later| *later >= eapi) {
            prop_assert!(Atom::parse(&text, later).is_ok(), "{} in EAPI {}", text, later);
        }
        let bare = atom.as_ref().without_blocker();
        prop_assert_eq!(bare.to_string(), text.trim_start_matches('!'));
        prop_assert_eq!((bare.cp(), bare.version(), bare.slot()), (atom.cp(), atom.version(), atom.slot()));
        let uses: Vec<String> = atom.use_deps().map(|dep| dep.to_string()).collect();
        let brackets = format!("[{}]", uses.join(","));
        prop_assert!(uses.is_empty() || text.ends_with(&brackets));
    }

    #[test]
    fn an_atom_matches_as_its_parts_do(
        text in strategy::atom(Eapi::LATEST),
        package in strategy::candidate(),
    ) {
        use hermitage_atom::Candidate as _;
        let atom = Atom::parse(&text, Eapi::LATEST).unwrap();
        let version = package.version();
        let in_range = match (atom.operator(), atom.version()) {
            (Some(operator), Some(bound)) => {
                let order = model::compare(&version.to_version(), &bound.to_version());
                match operator {
                    Operator::Less => order.is_lt(),
                    Operator::LessEqual => order.is_le(),
                    Operator::Equal => order.is_eq(),
                    Operator::GreaterEqual => order.is_ge(),
                    Operator::Greater => order.is_gt(),
                    Operator::Approximate => {
                        let base = |text: &str| Version::parse(text).unwrap();
                        model::compare(&base(version.base()), &base(bound.base())).is_eq()
                    }
                    Operator::EqualGlob => version.has_prefix(bound),
                }
            }
            _ => true,
        };
        let uses = atom.use_deps().all(|dep| {
            let known = package.has_flag(dep.flag);
            let on = if known { package.is_enabled(dep.flag) } else { dep.default == Some(true) };
            (known || dep.default.is_some())
                && match dep.kind {
                    UseDepKind::Enabled => on,
                    UseDepKind::Disabled => !on,
                    _ => true,
                }
        });
        let named = atom.cp().as_str() == format!("{}/{}", package.category(), package.package());
        let beyond = in_range
            && atom.slot().is_none_or(|slot| slot == package.slot())
            && atom.subslot().is_none_or(|subslot| subslot == package.subslot());
        prop_assert_eq!(atom.matches(&package).is_ok(), named && beyond && uses);
        prop_assert_eq!(atom.matches_ignoring_use(&package).is_ok(), named && beyond);
        prop_assert_eq!(atom.as_ref().matches_beyond_name(&package).is_ok(), beyond);
    }

    #[test]
    fn atoms_that_one_package_matches_intersect(
        first in strategy::atom(Eapi::LATEST),
        second in strategy::atom(Eapi::LATEST),
        package in strategy::candidate(),
    ) {
        let (first, second) =
            (Atom::parse(&first, Eapi::LATEST).unwrap(), Atom::parse(&second, Eapi::LATEST).unwrap());
        let meet = first.as_ref().intersects(second.as_ref());
        prop_assert_eq!(meet, second.as_ref().intersects(first.as_ref()));
        if first.matches(&package).is_ok() && second.matches(&package).is_ok() {
            prop_assert!(meet, "{} and {}", first, second);
        }
    }

    #[test]
    fn versions_in_two_ranges_prove_that_they_intersect(
        (low, high) in strategy::version_pair(),
        version in strategy::version(),
        first in 0..7_usize,
        second in 0..7_usize,
    ) {
        let atom = |operator: usize, version: &str| {
            let (before, after) =
                [("<", ""), ("<=", ""), ("=", ""), ("=", "*"), ("~", ""), (">=", ""), (">", "")][operator];
            Atom::parse(&format!("{before}a/b-{version}{after}"), Eapi::V0).unwrap()
        };
        let (first, second) = (atom(first, &low), atom(second, &high));
        for text in [&version, &low, &high] {
            let version = Version::parse(text).unwrap();
            if first.matches_version(version.as_ref()) && second.matches_version(version.as_ref()) {
                prop_assert!(first.as_ref().intersects(second.as_ref()), "{} {} {}", first, second, text);
            }
        }
    }

    #[test]
    fn a_specification_prints_as_it_was_parsed((text, eapi, kind) in any_spec()) {
        let spec = DepSpec::parse(&text, eapi, kind).expect("a legal specification");
        prop_assert_eq!(spec.to_string(), &*text);
        let spread = text.replace(' ', " \n\t ");
        prop_assert_eq!(DepSpecRef::parse_ref(&spread, eapi, kind).unwrap().to_string(), text);
    }

    #[test]
    fn evaluation_and_simplification_keep_the_meaning(
        (text, eapi, kind) in any_spec(),
        flags in strategy::use_set(),
        installed in prop::collection::btree_set(strategy::cp(), 0..4),
    ) {
        let spec = DepSpec::parse(&text, eapi, kind).unwrap();
        let holds = |leaf: &DepNode<'_>| match leaf {
            DepNode::Atom(atom) => installed.contains(atom.cp().as_str()) == atom.blocker().is_none(),
            DepNode::Flag { flag, enabled } => flags.contains(*flag) == *enabled,
            _ => false,
        };
        let satisfied = spec.is_satisfied(&flags, holds);
        let evaluated = spec.evaluate(&flags);
        prop_assert!(evaluated_is_free_of_conditions(evaluated.nodes()));
        for (what, other) in [
            ("evaluated", evaluated.clone()),
            ("simplified", spec.simplify()),
            ("evaluated, simplified", evaluated.simplify()),
            ("simplified, evaluated", spec.simplify().evaluate(&flags)),
        ] {
            prop_assert_eq!(other.is_satisfied(&flags, holds), satisfied, "{}: {}", what, other);
        }
        prop_assert_eq!(evaluated.evaluate(&flags).to_string(), evaluated.to_string());
        let simple = spec.simplify();
        prop_assert_eq!(simple.simplify().to_string(), simple.to_string());
    }

    #[test]
    fn selection_of_everything_keeps_all_atoms(text in strategy::spec(Eapi::V8, 3)) {
        let spec = DepSpec::parse(&text, Eapi::V8, DepKind::Package).unwrap();
        let all: Vec<&str> = spec.atoms().map(AtomRef::as_str).collect();
        let selected = spec.select(|_, _| true);
        prop_assert_eq!(selected.atoms().map(AtomRef::as_str).collect::<Vec<_>>(), all);
    }

    #[test]
    fn almost_valid_bytes_never_panic(bytes in strategy::almost_valid(Eapi::LATEST, 2)) {
        check_bytes(&bytes);
    }

    #[test]
    fn legal_texts_pass_the_checks(
        atom in strategy::atom(Eapi::LATEST),
        (spec, _, _) in any_spec(),
        (low, high) in strategy::version_pair(),
    ) {
        check::atom(atom.as_bytes());
        check::dep_spec(spec.as_bytes());
        check::version(format!("{low}\n{high}").as_bytes());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        check_bytes(&bytes);
    }
}

/// What a strategy should reach, and a test for it.
type Class = (&'static str, fn(&str) -> bool);

fn reaches(strategy: impl Strategy<Value = String>, classes: &[Class]) {
    let mut runner = TestRunner::deterministic();
    let values: Vec<String> =
        (0..2_000).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    for (class, is) in classes {
        let hits = values.iter().filter(|value| is(value)).count();
        assert!(hits >= 5, "{hits} of 2000 values are {class}");
    }
}

#[test]
fn the_strategies_reach_the_interesting_cases() {
    reaches(
        strategy::version(),
        &[
            ("beyond 64 bits", |v| v.split(|c: char| !c.is_ascii_digit()).any(|n| n.len() > 20)),
            ("later components with a leading zero", |v| v.contains(".0")),
            ("with a letter", |v| Version::parse(v).unwrap().as_ref().letter().is_some()),
            ("with two suffixes", |v| Version::parse(v).unwrap().as_ref().suffixes().count() == 2),
            ("with revision 0", |v| v.ends_with("-r0")),
            ("_p", |v| v.contains("_p")),
        ],
    );
    reaches(
        strategy::version_pair().prop_map(|(a, b)| format!("{a} {b}")),
        &[
            ("equal but not the same", |pair| {
                let (a, b) = pair.split_once(' ').unwrap();
                a != b && Version::parse(a).unwrap() == Version::parse(b).unwrap()
            }),
            ("prefix and longer", |pair| {
                pair.split_once(' ').is_some_and(|(a, b)| a != b && b.starts_with(a))
            }),
        ],
    );
    reaches(
        strategy::atom(Eapi::V8),
        &[
            ("globs", |atom| atom.contains('*') && !atom.contains(":*")),
            ("sub-slots with an operator", |atom| {
                Atom::parse(atom, Eapi::V8)
                    .is_ok_and(|a| a.subslot().is_some() && a.slot_operator().is_some())
            }),
            ("USE dependencies with a default", |atom| atom.contains("(+)")),
            ("conditional USE dependencies", |atom| atom.contains("?]") || atom.contains("=]")),
            ("strong blockers", |atom| atom.starts_with("!!")),
            ("names that look like versions", |atom| {
                atom.contains("/a-1xy") || atom.contains("/a-r1")
            }),
        ],
    );
    reaches(
        strategy::spec(Eapi::V8, 3),
        &[
            ("three levels deep", |spec| depth(spec) == 3),
            ("conditions in ||", |spec| spec.contains("|| ( a? (") || spec.contains("|| ( !a? (")),
            ("|| in ||", |spec| spec.contains("|| ( || (")),
            ("empty", str::is_empty),
        ],
    );
    reaches(
        strategy::required_use(Eapi::V8, 2),
        &[("??", |spec| spec.contains("??")), ("empty ||", |spec| spec.contains("|| ( )"))],
    );
    for depth_wanted in 0..4 {
        let mut runner = TestRunner::deterministic();
        let strategy = strategy::spec(Eapi::V8, depth_wanted);
        let depths: BTreeSet<usize> =
            (0..300).map(|_| depth(&strategy.new_tree(&mut runner).unwrap().current())).collect();
        assert_eq!(depths.last().copied(), Some(depth_wanted as usize));
    }
}

fn depth(spec: &str) -> usize {
    spec.split(' ')
        .scan(0, |open, word| {
            *open += usize::from(word == "(");
            *open -= usize::from(word == ")");
            Some(*open)
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn almost_valid_bytes_are_sometimes_valid_and_mostly_not() {
    let mut runner = TestRunner::deterministic();
    let strategy = strategy::almost_valid(Eapi::V8, 2);
    let valid = (0..2_000)
        .filter(|_| {
            let bytes = strategy.new_tree(&mut runner).unwrap().current();
            DepSpecRef::parse_bytes(&bytes, Eapi::V8, DepKind::Package).is_ok()
        })
        .count();
    assert!((100..1_800).contains(&valid), "{valid} of 2000 are valid");
}

#[test]
fn packages_and_atoms_of_the_strategies_meet() {
    let mut runner = TestRunner::deterministic();
    let strategy = (strategy::atom(Eapi::V8), strategy::candidate());
    let mut outcomes = BTreeSet::new();
    for _ in 0..20_000 {
        let (text, package) = strategy.new_tree(&mut runner).unwrap().current();
        let atom = Atom::parse(&text, Eapi::V8).unwrap();
        let outcome = format!("{:?}", atom.matches(&package));
        outcomes.insert(outcome.split('(').take(2).collect::<Vec<_>>().join("("));
    }
    for reason in ["Ok(", "Err(Name)", "Err(Version)", "Err(Slot)", "Err(Subslot)"] {
        assert!(outcomes.contains(reason), "{reason} is not among {outcomes:?}");
    }
    for reason in ["Err(MissingFlag", "Err(FlagOff", "Err(FlagOn"] {
        assert!(outcomes.contains(reason), "{reason} is not among {outcomes:?}");
    }
}
