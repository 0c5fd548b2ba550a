//! What is legal, by EAPI and by variable, and where an error is.

use hermitage_atom::{Atom, DepKind, DepSpec, Eapi, ErrorKind, MAX_DEPTH};

#[test]
fn what_is_legal_depends_on_the_eapi() {
    let since = [
        ("cat/pkg", Eapi::V0),
        ("!=cat/pkg-1*", Eapi::V0),
        ("cat/pkg:1", Eapi::V1),
        ("!!cat/pkg", Eapi::V2),
        ("cat/pkg[a,-b,c?,!d=]", Eapi::V2),
        ("cat/pkg[a(+)]", Eapi::V4),
        ("cat/pkg:1/2", Eapi::V5),
        ("cat/pkg:=", Eapi::V5),
        ("cat/pkg:*", Eapi::V5),
        ("cat/pkg:1=", Eapi::V5),
    ];
    for (text, first) in since {
        for eapi in Eapi::ALL {
            let parsed = Atom::parse(text, eapi);
            assert_eq!(parsed.is_ok(), eapi >= first, "{text} in EAPI {eapi}");
            if let Err(error) = parsed {
                assert_eq!(error.kind(), ErrorKind::NotInEapi, "{error}");
            }
        }
    }
    assert_eq!(Atom::parse("cat/pkg::x", Eapi::V8).unwrap_err().kind(), ErrorKind::NotHere);
}

/// Whether an EAPI has a feature.
type Has = fn(Eapi) -> bool;

#[test]
fn each_feature_is_there_since_its_eapi() {
    let since: [(Has, Eapi); 13] = [
        (Eapi::has_slot_deps, Eapi::V1),
        (Eapi::has_use_deps, Eapi::V2),
        (Eapi::has_strong_blockers, Eapi::V2),
        (Eapi::has_src_uri_arrows, Eapi::V2),
        (Eapi::has_use_dep_defaults, Eapi::V4),
        (Eapi::has_required_use, Eapi::V4),
        (Eapi::has_subslots, Eapi::V5),
        (Eapi::has_slot_operators, Eapi::V5),
        (Eapi::has_at_most_one_of, Eapi::V5),
        (|eapi| !eapi.empty_group_matches(), Eapi::V7),
        (Eapi::has_bdepend, Eapi::V7),
        (Eapi::has_idepend, Eapi::V8),
        (Eapi::has_selective_uri_restrictions, Eapi::V8),
    ];
    for (row, (has, first)) in since.into_iter().enumerate() {
        for eapi in Eapi::ALL {
            assert_eq!(has(eapi), eapi >= first, "row {row} in EAPI {eapi}");
        }
    }
}

#[test]
fn what_is_legal_depends_on_the_variable() {
    use DepKind::{License, Package, RequiredUse, SrcUri, Words};
    let refused = |text: &str, eapi, kind| {
        DepSpec::parse(text, eapi, kind).err().map(|error| (error.offset(), error.kind()))
    };
    for (group, kinds) in [
        ("||", &[Package, RequiredUse, License][..]),
        ("^^", &[RequiredUse]),
        ("??", &[RequiredUse]),
        ("a?", &[Package, RequiredUse, License, SrcUri, Words]),
    ] {
        for kind in [Package, RequiredUse, License, SrcUri, Words] {
            let leaf = if kind == Package { "a/b" } else { "b" };
            let refused = refused(&format!("{leaf} {group} ( {leaf} )"), Eapi::LATEST, kind);
            let expected = (!kinds.contains(&kind)).then_some((leaf.len() + 1, ErrorKind::NotHere));
            assert_eq!(refused, expected, "{group} in {kind:?}");
        }
    }
    let arrow = "https://a/b.tar -> c.tar";
    for eapi in Eapi::ALL {
        let expected = (eapi < Eapi::V2).then_some((16, ErrorKind::NotInEapi));
        assert_eq!(refused(arrow, eapi, SrcUri), expected, "EAPI {eapi}");
    }
    let printed = DepSpec::parse(arrow, Eapi::LATEST, SrcUri).unwrap().to_string();
    assert_eq!(printed, arrow);
    assert_eq!(refused("a/b -> c", Eapi::LATEST, Package), Some((4, ErrorKind::Category)));
}

#[test]
fn groups_have_to_be_well_formed() {
    let wrong = [
        ("( a/b", ErrorKind::Group),
        ("a/b )", ErrorKind::Group),
        ("|| a/b", ErrorKind::Group),
        ("a? a/b", ErrorKind::Group),
        ("|| ( )", ErrorKind::Group),
        ("?? ( a/b )", ErrorKind::NotHere),
        ("^^ ( a/b )", ErrorKind::NotHere),
        ("? ( a/b )", ErrorKind::UseDep),
        ("|| (a/b )", ErrorKind::Group),
    ];
    for (text, kind) in wrong {
        let error = DepSpec::parse(text, Eapi::V8, DepKind::Package).unwrap_err();
        assert_eq!(error.kind(), kind, "{text}: {error}");
    }
    let required =
        |text, eapi| DepSpec::parse(text, eapi, DepKind::RequiredUse).map_err(|e| e.kind());
    assert!(required("?? ( a b ) ^^ ( c d ) || ( )", Eapi::V5).is_ok());
    assert_eq!(required("?? ( a b )", Eapi::V4).unwrap_err(), ErrorKind::NotInEapi);
    let nested = |depth| format!("{}a/b{}", "( ".repeat(depth), " )".repeat(depth));
    assert!(DepSpec::parse(&nested(MAX_DEPTH), Eapi::V8, DepKind::Package).is_ok());
    let error = DepSpec::parse(&nested(MAX_DEPTH + 1), Eapi::V8, DepKind::Package).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooDeep);
}
