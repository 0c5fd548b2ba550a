//! Versions: the mapping keeps dpkg's order and loses nothing.

use std::cmp::Ordering;

use hermitage_vdb::dpkg::{DebianVersion, pms_base, pms_version};
use hermitage_vdb::hermitage_atom::Version;
use proptest::prelude::*;

fn parse(text: &str) -> DebianVersion<'_> {
    DebianVersion::parse(text).unwrap()
}

/// The law: valid PMS, ordered as dpkg orders, and different for different text.
fn check(left: &str, right: &str) {
    let (left, right) = (parse(left), parse(right));
    let bases = [left, right].map(|version| Version::parse(&pms_base(version)).unwrap());
    assert_eq!(bases[0].cmp(&bases[1]), left.cmp(&right), "{left} {right} {bases:?}");
    let whole = [left, right].map(|version| Version::parse(&pms_version(version)).unwrap());
    if left != right {
        assert_eq!(whole[0].cmp(&whole[1]), left.cmp(&right), "{left} {right} {whole:?}");
    }
    if left.as_str() != right.as_str() {
        assert_ne!(whole[0].cmp(&whole[1]), Ordering::Equal, "{left} {right} {whole:?}");
    }
}

/// In ascending order, with every kind of place that a version can differ in.
const ASCENDING: [&str; 40] = [
    "~1",
    "0~~",
    "0~",
    "0",
    "0.~~",
    "0.~",
    "0.0~",
    "0.0",
    "1~~",
    "1~~a",
    "1~",
    "1~0.1-1",
    "1~a",
    "1-~~",
    "1-~",
    "1-~a",
    "1-0~a",
    "1",
    "1-0+b1",
    "1-1~",
    "1-1",
    "1-1.1",
    "1-997",
    "1-998",
    "1-1000",
    "1-a",
    "1a",
    "1a-1",
    "1a.1",
    "1z",
    "1+",
    "1+-1",
    "1+x",
    "1-1-1",
    "1.~",
    "1.0",
    "1.2",
    "1.99999999",
    "1.a",
    "1.+",
];
const HIGH: [&str; 11] = [
    "99999997",
    "99999998",
    "99999998.1",
    "99999999",
    "100000000",
    "v1",
    "1:0",
    "1:99999998",
    "1:a",
    "2:0",
    "10:0",
];

#[test]
fn versions_in_ascending_order_map_to_ascending_versions() {
    let all: Vec<&str> = ASCENDING.into_iter().chain(HIGH).collect();
    for (at, left) in all.iter().enumerate() {
        for right in &all[at..] {
            let expected = if left == right { Ordering::Equal } else { Ordering::Less };
            assert_eq!(parse(left).cmp(&parse(right)), expected, "{left} {right}");
            check(left, right);
        }
    }
}

#[test]
fn usual_versions_are_mapped_as_documented() {
    let cases = [
        ("2.36-9", "2.36_p9"),
        ("1:5.2-1", "100000000.5.2_p1"),
        ("12.4+b8", "12.4_p6237_p_p8"),
        ("1.0~rc1-2", "1.0_beta5338_p_p1_p2"),
        ("1.2.dfsg-1", "1.2.99999999_p3941_p5442_p_p0_p1"),
        ("2.06-13", "2.6_p13-r1001"),
        ("20230311", "20230311"),
    ];
    for (debian, expected) in cases {
        assert_eq!(pms_version(parse(debian)), expected);
    }
}

#[test]
fn what_dpkg_calls_equal_differs_in_the_revision_only() {
    for group in [
        &["1.2", "0:1.2", "00:1.2", "1.02", "1.2-0", "1.2-00", "01.2", "1.0002"][..],
        &["1.0", "1.", "1.00", "1.000"],
        &["1a", "1a0", "1a00"],
        &["1-0000000000", "1", "1-00"],
    ] {
        for left in group {
            for right in group {
                assert_eq!(parse(left), parse(right));
                check(left, right);
            }
        }
    }
}

#[test]
fn what_dpkg_refuses_is_refused() {
    for text in ["", "-1", "1-", ":1", "a:1", "1:", "1_2", "1-a:b", "1 2", "1-1_", "é"] {
        assert!(DebianVersion::parse(text).is_none(), "{text:?}");
    }
}

/// Few characters and special numbers, so that generated versions share beginnings.
fn version() -> impl Strategy<Value = String> {
    let piece = || {
        prop_oneof![
            4 => prop_oneof![Just("0"), Just("1"), Just("2"), Just("01"), Just("00")],
            4 => prop_oneof![Just("."), Just("~"), Just("+"), Just("a"), Just("bc"), Just("Z")],
            // Numbers about those that the mapping reserves.
            1 => prop_oneof![Just("99999997"), Just("99999998"), Just("99999999"), Just("998"), Just("999")],
        ]
    };
    let part = move || prop::collection::vec(piece(), 1..6).prop_map(|pieces| pieces.concat());
    let epoch = prop_oneof![4 => Just(""), 1 => Just("0:"), 1 => Just("1:"), 1 => Just("12:")];
    (epoch, part(), prop::option::of(part()), prop::option::of(part()), any::<bool>()).prop_map(
        |(epoch, upstream, more, revision, colon)| {
            // A colon or a hyphen in the upstream part needs an epoch or a revision after it.
            let more = more.map_or_else(String::new, |more| match (epoch, &revision) {
                ("", None) => more,
                ("", Some(_)) => format!("-{more}"),
                _ if colon => format!(":{more}"),
                _ => more,
            });
            let revision = revision.map_or_else(String::new, |revision| format!("-{revision}"));
            format!("{epoch}{upstream}{more}{revision}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_two_versions_keep_their_order(left in version(), right in version()) {
        check(&left, &right);
    }
}
