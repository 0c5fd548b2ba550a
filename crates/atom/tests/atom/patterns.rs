//! Names with `*`, as users write them.

use hermitage_atom::test_support::check;
use hermitage_atom::{Candidate, Cpv, Eapi, ErrorKind, Pattern, VersionRef, strategy};
use proptest::prelude::*;

/// A package in slot 2/5 of the repository "overlay".
struct Slotted(Cpv);

impl Candidate for Slotted {
    fn category(&self) -> &str {
        self.0.category()
    }

    fn package(&self) -> &str {
        self.0.package()
    }

    fn version(&self) -> VersionRef<'_> {
        self.0.version()
    }

    fn slot(&self) -> &'static str {
        "2"
    }

    fn subslot(&self) -> &'static str {
        "5"
    }

    fn repository(&self) -> Option<&str> {
        Some("overlay")
    }
}

fn matches(pattern: &str, package: &str) -> bool {
    Pattern::parse(pattern).unwrap().matches(&Slotted(Cpv::parse(package).unwrap()))
}

#[test]
fn stars_stand_for_any_run_on_their_side_of_the_slash() {
    for pattern in
        ["*/*", "dev-python/*", "*/six", "dev-*/six", "*-python/s*x", "d*p*n/si*x", "*/*six*"]
    {
        assert!(matches(pattern, "dev-python/six-1.16"), "{pattern}");
    }
    for pattern in
        ["dev-ruby/*", "*/si", "*/ix", "python/*", "dev-python/s*y", "*/six*six", "*/*-six"]
    {
        assert!(!matches(pattern, "dev-python/six-1.16"), "{pattern}");
    }
}

#[test]
fn slots_and_repositories_narrow_a_pattern() {
    for pattern in
        ["*/*:2", "*/*:2/5", "*/*::overlay", "a/*:2/5::overlay", ">=a/b-1:2::overlay", "=a/b-1*"]
    {
        assert!(matches(pattern, "a/b-1.2"), "{pattern}");
    }
    for pattern in ["*/*:0", "*/*:2/0", "*/*::gentoo", "a/*:2::gentoo", ">=a/b-2", "=a/b-2*"] {
        assert!(!matches(pattern, "a/b-1.2"), "{pattern}");
    }
}

#[test]
fn a_malformed_pattern_is_refused_with_its_place() {
    for (text, offset, kind) in [
        ("*", 1, ErrorKind::Category),
        ("**/a", 0, ErrorKind::Category),
        ("*/", 2, ErrorKind::Package),
        ("*/a**", 3, ErrorKind::Package),
        ("*/a b", 3, ErrorKind::Package),
        ("-*/a", 0, ErrorKind::Category),
        ("*/a:", 4, ErrorKind::Slot),
        ("*/a:0/", 4, ErrorKind::Slot),
        ("*/a::", 5, ErrorKind::Repository),
        ("*/a[b]", 3, ErrorKind::UseDep),
        ("a/b[", 4, ErrorKind::UseDep),
    ] {
        let error = Pattern::parse(text).unwrap_err();
        assert_eq!((error.offset(), error.kind()), (offset, kind), "{text}");
    }
    assert!(Pattern::parse(">=dev-*/a-1").is_err(), "no versions behind names with *");
}

proptest! {
    #[test]
    fn a_pattern_matches_what_its_definition_says(
        pattern in "[ab*][ab*]{0,6}/[ab*]{1,7}(:0(/0)?)?",
        packages in prop::collection::vec("[ab]{1,6}/[ab]{1,6}-1", 8),
    ) {
        prop_assume!(!pattern.contains("**"));
        prop_assert!(Pattern::parse(&pattern).is_ok());
        check::pattern(format!("{pattern}\n{}", packages.join("\n")).as_bytes());
    }

    #[test]
    fn an_atom_is_a_pattern_that_means_the_same(
        atom in strategy::atom(Eapi::LATEST),
        packages in prop::collection::vec(strategy::cpv(), 8),
    ) {
        prop_assert!(Pattern::parse(&atom).is_ok());
        check::pattern(format!("{atom}\n{}", packages.join("\n")).as_bytes());
    }

    #[test]
    fn any_text_is_a_pattern_or_an_error_with_its_place(text in "[a/*:\\[\\]=<!~ -]{0,12}|\\PC{0,12}") {
        check::pattern(text.as_bytes());
    }
}
