//! Examples by hand: what is legal, what is not and where, what matches, what is satisfied.

use hermitage_atom::{
    Atom, AtomRef, Blocker, Candidate, Cpv, DepKind, DepNode, DepSpec, Eapi, ErrorKind, Mismatch,
    Operator, SlotOperator, UseDepKind, Version, VersionRef,
};

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn atom(text: &str) -> Atom {
    Atom::parse_permissive(text).unwrap()
}

fn spec(text: &str, eapi: Eapi) -> DepSpec {
    DepSpec::parse(text, eapi, DepKind::Package).unwrap()
}

#[test]
fn versions_follow_the_order_of_pms() {
    let ascending = [
        "0",
        "0.0",
        "0.01",
        "0.1",
        "1_alpha_beta",
        "1_alpha",
        "1_alpha1",
        "1_beta",
        "1_pre",
        "1_rc",
        "1_rc_p",
        "1",
        "1-r1",
        "1-r2",
        "1-r10",
        "1_p_alpha",
        "1_p",
        "1_p1",
        "1_p1_p",
        "1a",
        "1b",
        "1.0",
        "1.01",
        "1.1",
        "1.2",
        "1.10",
        "2",
        "10",
        "99999999999999999999999",
    ];
    for pair in ascending.windows(2) {
        assert!(version(pair[0]) < version(pair[1]), "{} < {}", pair[0], pair[1]);
    }
    for (a, b) in [("1", "01"), ("1.0", "1.00"), ("1", "1-r0"), ("1_p", "1_p0"), ("1.010", "1.01")]
    {
        assert_eq!(version(a), version(b));
    }
}

#[test]
fn a_glob_ends_at_a_component() {
    let takes =
        |glob: &str, candidate: &str| atom(glob).matches_version(version(candidate).as_ref());
    for candidate in ["1", "1.0", "1.2.3", "1a", "1_rc1", "1-r1", "01.5", "1_p"] {
        assert!(takes("=a/b-1*", candidate), "=1* takes {candidate}");
    }
    for candidate in ["10", "100", "2", "0.1", "11.0"] {
        assert!(!takes("=a/b-1*", candidate), "=1* takes {candidate}");
    }
    assert!(takes("=a/b-1.1*", "1.1-r1") && !takes("=a/b-1.1*", "1.10"));
    assert!(takes("=a/b-1_pre*", "1_pre1") && !takes("=a/b-1_p*", "1_pre1"));
    assert!(takes("=a/b-1-r1*", "1-r1") && !takes("=a/b-1-r1*", "1-r11"));
    assert!(takes("=a/b-0*", "0.5") && !takes("=a/b-0*", "1"));
}

#[test]
fn each_operator_takes_its_range() {
    let table = [
        ("<a/b-2", "1", "2"),
        ("<=a/b-2", "2-r0", "2-r1"),
        ("=a/b-2", "2-r0", "2-r1"),
        ("~a/b-2", "2-r7", "2.0"),
        ("~a/b-2-r3", "2-r1", "2_p"),
        (">=a/b-2", "2", "2_rc1"),
        (">a/b-2", "2-r1", "2-r0"),
        ("a/b", "0", ""),
    ];
    for (text, inside, outside) in table {
        assert!(atom(text).matches_version(version(inside).as_ref()), "{text} takes {inside}");
        if !outside.is_empty() {
            assert!(
                !atom(text).matches_version(version(outside).as_ref()),
                "{text} takes {outside}"
            );
        }
    }
}

#[test]
fn an_atom_is_taken_apart() {
    let full = atom("!!>=cat-x/foo-bar-1.2-r3:2/2.1=::gentoo[a,-b(+),c(-)?,!d=]");
    assert_eq!(full.blocker(), Some(Blocker::Strong));
    assert_eq!(full.operator(), Some(Operator::GreaterEqual));
    assert_eq!((full.category(), full.package()), ("cat-x", "foo-bar"));
    assert_eq!(full.version().map(VersionRef::as_str), Some("1.2-r3"));
    assert_eq!((full.slot(), full.subslot()), (Some("2"), Some("2.1")));
    assert_eq!(full.slot_operator(), Some(SlotOperator::Equal));
    assert_eq!(full.repo(), Some("gentoo"));
    let uses: Vec<_> = full.use_deps().map(|dep| (dep.flag, dep.kind, dep.default)).collect();
    assert_eq!(
        uses,
        [
            ("a", UseDepKind::Enabled, None),
            ("b", UseDepKind::Disabled, Some(true)),
            ("c", UseDepKind::EnabledIf, Some(false)),
            ("d", UseDepKind::Opposite, None),
        ]
    );
    let any = atom("cat/pkg:*");
    assert_eq!(
        (any.slot(), any.subslot(), any.slot_operator()),
        (None, None, Some(SlotOperator::Any))
    );
    let bound = atom("cat/pkg:=");
    assert_eq!((bound.slot(), bound.slot_operator()), (None, Some(SlotOperator::Equal)));
    assert_eq!(atom("cat/pkg:0").slot_operator(), None);
}

#[test]
fn an_error_names_the_place_and_what_was_expected_there() {
    let table = [
        ("", 0, ErrorKind::Category),
        ("pkg", 3, ErrorKind::Category),
        ("-cat/pkg", 0, ErrorKind::Category),
        ("cat/", 4, ErrorKind::Package),
        ("cat/+pkg", 4, ErrorKind::Package),
        ("cat/pkg-1", 7, ErrorKind::Package),
        ("=cat/pkg", 8, ErrorKind::Version),
        (">=cat/pkg-1-r04.3", 15, ErrorKind::PrefixRevision),
        ("=cat/pkg-1-2", 8, ErrorKind::Package),
        (">cat/pkg-1*", 10, ErrorKind::Operator),
        ("cat/pkg:", 8, ErrorKind::Slot),
        ("cat/pkg:0/", 10, ErrorKind::Slot),
        ("cat/pkg:0*", 9, ErrorKind::Slot),
        ("cat/pkg[", 8, ErrorKind::UseDep),
        ("cat/pkg[a", 9, ErrorKind::UseDep),
        ("cat/pkg[!a]", 10, ErrorKind::UseDep),
        ("cat/pkg[-a?]", 10, ErrorKind::UseDep),
        ("cat/pkg[a(*)]", 9, ErrorKind::UseDep),
        ("cat/pkg[a]:0", 10, ErrorKind::Trailing),
        ("cat/pkg::-x", 9, ErrorKind::Repository),
        ("cat/p\u{e9}", 5, ErrorKind::Trailing),
    ];
    for (text, offset, kind) in table {
        let error = Atom::parse_permissive(text).unwrap_err();
        assert_eq!((error.offset(), error.kind()), (offset, kind), "{text}: {error}");
    }
    let text = "a/b || ( c/d =e/f )";
    let error = DepSpec::parse(text, Eapi::V8, DepKind::Package).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"=e/f\" at byte 17: expected a package name followed by a version"
    );
    assert_eq!((error.word(), error.input()), ("=e/f", text));
}

#[test]
fn an_error_quotes_no_control_characters() {
    let error = Atom::parse_permissive("a/b\u{1b}[31m\u{9b}\u{e9}\u{7f}").unwrap_err();
    assert_eq!(error.word(), "a/b\u{1b}[31m\u{9b}\u{e9}\u{7f}");
    assert_eq!(
        error.to_string(),
        "\"a/b\\u{1b}[31m\\u{9b}\u{e9}\\u{7f}\" at byte 3: expected the end of the atom"
    );
}

#[test]
fn evaluation_keeps_alternatives_apart() {
    let evaluate = |text, flags: &[&str]| spec(text, Eapi::V8).evaluate(flags).to_string();
    assert_eq!(evaluate("x? ( a/b c/d ) e/f", &["x"]), "a/b c/d e/f");
    assert_eq!(evaluate("x? ( a/b ) !x? ( c/d )", &[]), "c/d");
    assert_eq!(evaluate("|| ( x? ( a/b c/d ) e/f )", &["x"]), "|| ( ( a/b c/d ) e/f )");
    assert_eq!(evaluate("|| ( x? ( a/b ) e/f )", &["x"]), "|| ( a/b e/f )");
    assert_eq!(evaluate("|| ( x? ( a/b ) e/f )", &[]), "|| ( e/f )");
    assert_eq!(evaluate("|| ( x? ( a/b ) )", &[]), "|| ( )");
    assert_eq!(evaluate("a/b[x?,!y?,z=,!w=,v]", &["x", "z"]), "a/b[x,-y,z,w,v]");
    assert_eq!(evaluate("a/b:1=[x(+)?]", &[]), "a/b:1=");
    assert_eq!(evaluate("!x? ( a/b[x(-)=] )", &[]), "a/b[-x(-)]");
}

#[test]
fn an_empty_any_of_is_satisfied_up_to_eapi_6() {
    for eapi in Eapi::ALL {
        let lost = spec("|| ( x? ( a/b ) )", eapi);
        let nobody = |_: &DepNode<'_>| false;
        assert_eq!(lost.is_satisfied(&["y"], nobody), eapi <= Eapi::V6, "EAPI {eapi}");
        assert_eq!(
            lost.evaluate(&["y"]).is_satisfied(&["y"], nobody),
            eapi <= Eapi::V6,
            "EAPI {eapi}"
        );
        assert!(!lost.is_satisfied(&["x"], nobody));
        assert_eq!(lost.evaluate(&["y"]).simplify().is_empty(), eapi <= Eapi::V6);
        // A condition that does not apply is no member, so it can't be the one that is satisfied.
        assert!(!spec("|| ( x? ( a/b ) c/d )", eapi).is_satisfied(&["y"], nobody));
    }
}

#[test]
fn groups_that_have_lost_their_members_are_decided_by_the_eapi() {
    for eapi in Eapi::ALL.into_iter().filter(|eapi| eapi.has_at_most_one_of()) {
        for (group, satisfied) in [("||", eapi <= Eapi::V6), ("^^", eapi <= Eapi::V6), ("??", true)]
        {
            for members in ["", "x? ( y ) ", "x? ( y ) !z? ( y ) "] {
                let text = format!("{group} ( {members})");
                let spec = DepSpec::parse(&text, eapi, DepKind::RequiredUse).unwrap();
                assert_eq!(spec.allows(&["z"]), satisfied, "{text} in EAPI {eapi}");
                let evaluated = spec.evaluate(&["z"]);
                assert_eq!(evaluated.allows(&["z"]), satisfied, "{evaluated} in EAPI {eapi}");
            }
        }
    }
}

#[test]
fn required_use_is_decided_by_flags() {
    let table: [(&str, &[&str], bool); 12] = [
        ("|| ( a b )", &[], false),
        ("|| ( a b )", &["b"], true),
        ("^^ ( a b )", &["a", "b"], false),
        ("^^ ( a b )", &["a"], true),
        ("?? ( a b )", &[], true),
        ("?? ( a b )", &["a", "b"], false),
        ("a? ( b !c )", &["a", "b"], true),
        ("a? ( b !c )", &["a", "b", "c"], false),
        ("!a? ( b )", &[], false),
        ("^^ ( a? ( b ) c )", &["c"], true),
        ("^^ ( ( ) a )", &["a"], false),
        ("|| ( ( a b ) c )", &["a", "c"], true),
    ];
    for (text, flags, allowed) in table {
        let spec = DepSpec::parse(text, Eapi::V8, DepKind::RequiredUse).unwrap();
        assert_eq!(spec.allows(flags), allowed, "{text} with {flags:?}");
    }
}

/// `cat/pkg-1:2/3::repo` with `on` enabled, `off` disabled, and no other flag.
struct Installed(Cpv);

impl Candidate for Installed {
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
        "3"
    }

    fn has_flag(&self, flag: &str) -> bool {
        matches!(flag, "on" | "off")
    }

    fn is_enabled(&self, flag: &str) -> bool {
        // What is enabled without being in IUSE does not count.
        matches!(flag, "on" | "stray")
    }

    fn repository(&self) -> Option<&'static str> {
        Some("repo")
    }
}

#[test]
fn a_match_or_the_reason_why_not() {
    let installed = Installed(Cpv::parse("cat/pkg-1").unwrap());
    let table = [
        ("cat/pkg", Ok(())),
        ("cat/other", Err(Mismatch::Name)),
        ("other/pkg", Err(Mismatch::Name)),
        (">cat/pkg-1", Err(Mismatch::Version)),
        ("!=cat/pkg-1", Ok(())),
        ("cat/pkg:2", Ok(())),
        ("cat/pkg:2/3=", Ok(())),
        ("cat/pkg:=", Ok(())),
        ("cat/pkg:*", Ok(())),
        ("cat/pkg:1", Err(Mismatch::Slot)),
        ("cat/pkg:1=", Err(Mismatch::Slot)),
        ("cat/pkg:2/4", Err(Mismatch::Subslot)),
        ("cat/pkg::repo", Ok(())),
        ("cat/pkg::else", Err(Mismatch::Repository)),
        ("cat/pkg[on,-off]", Ok(())),
        ("cat/pkg[off]", Err(Mismatch::FlagOff("off"))),
        ("cat/pkg[-on]", Err(Mismatch::FlagOn("on"))),
        ("cat/pkg[none]", Err(Mismatch::MissingFlag("none"))),
        ("cat/pkg[-none]", Err(Mismatch::MissingFlag("none"))),
        ("cat/pkg[stray]", Err(Mismatch::MissingFlag("stray"))),
        ("cat/pkg[none(+)]", Ok(())),
        ("cat/pkg[-none(+)]", Err(Mismatch::FlagOn("none"))),
        ("cat/pkg[none(-)]", Err(Mismatch::FlagOff("none"))),
        ("cat/pkg[-none(-)]", Ok(())),
        // A default is for packages that lack the flag, and for those only.
        ("cat/pkg[off(+)]", Err(Mismatch::FlagOff("off"))),
        ("cat/pkg[-on(-)]", Err(Mismatch::FlagOn("on"))),
        ("cat/pkg[off?]", Ok(())),
        ("cat/pkg[none?]", Err(Mismatch::MissingFlag("none"))),
    ];
    for (text, expected) in table {
        assert_eq!(atom(text).matches(&installed), expected, "{text}");
    }
    // Nobody knows where a bare name and version came from.
    let unknown = Cpv::parse("cat/pkg-1").unwrap();
    assert_eq!(atom("cat/pkg::repo").matches(&unknown), Err(Mismatch::Repository));
}

#[test]
fn prefix_revisions_are_told_from_other_mistakes() {
    for text in ["sys-devel/gcc-4.2.4-r01.4", "a/b-1-r00.1"] {
        assert_eq!(Cpv::parse(text).unwrap_err().kind(), ErrorKind::PrefixRevision);
    }
    assert_eq!(Version::parse("1-r00.1").unwrap_err().kind(), ErrorKind::PrefixRevision);
    assert_eq!(Cpv::parse("a/b-1-r1.x").unwrap_err().kind(), ErrorKind::Version);
    assert_eq!(Cpv::parse("a/b").unwrap_err().kind(), ErrorKind::Version);
    assert_eq!(Cpv::parse("a/b-1-1").unwrap_err().kind(), ErrorKind::Package);
}

#[test]
fn packages_sort_by_category_name_and_version() {
    let mut packages: Vec<Cpv> = ["a-b/x-1", "a/y-10", "a/y-9", "a/x-b-1", "a/x-2"]
        .iter()
        .map(|text| Cpv::parse(text).unwrap())
        .collect();
    packages.sort();
    let sorted: Vec<&str> = packages.iter().map(Cpv::as_str).collect();
    assert_eq!(sorted, ["a/x-2", "a/x-b-1", "a/y-9", "a/y-10", "a-b/x-1"]);
}

#[test]
fn parsed_atoms_point_into_the_text() {
    let text = String::from("a/b x? ( >=c/d-1[e] )");
    let spec = DepSpec::parse_ref(&text, Eapi::V8, DepKind::Package).unwrap();
    let second: AtomRef<'_> = spec.atoms().nth(1).unwrap();
    assert!(std::ptr::eq(second.as_str(), &raw const text[9..19]));
    let copy = second.to_atom();
    assert_eq!((copy.as_ref(), copy.to_string()), (second, ">=c/d-1[e]".to_owned()));
}

#[test]
fn of_an_endless_word_only_what_is_around_the_place_is_quoted() {
    let text = format!("a/b {}\u{e9}{}", "c".repeat(100_000), "d".repeat(100_000));
    for text in [text.as_str(), &format!("a/b a/{}!{}", "c".repeat(100_000), "d".repeat(100_000))] {
        let error = DepSpec::parse(text, Eapi::V8, DepKind::Package).unwrap_err();
        let message = error.to_string();
        assert!(message.len() < 700, "{} bytes", message.len());
        let word = text.split(' ').nth(1).unwrap();
        let quoted = message.split('"').nth(1).unwrap().replace("...", "");
        assert!(word.contains(&quoted) && quoted.len() > 200, "{message}");
        assert_eq!(error.word(), word);
    }
}
