//! Versions, with the cases in which they are hard to compare.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// The digits of a number.
fn number() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        6 => "[0-9]",
        2 => "[1-9][0-9]{1,2}",
        // Leading and trailing zeros: they count in some components and not in others.
        2 => "0{1,2}[0-9]{0,2}0{0,2}",
        // Beyond what 64 bits hold.
        1 => "[1-9][0-9]{18,24}",
    ]
}

fn suffix() -> impl Strategy<Value = String> + Clone {
    let name = prop::sample::select(vec!["alpha", "beta", "pre", "rc", "p"]);
    // A suffix without a number equals one with the number 0.
    (name, option::weighted(0.6, number()))
        .prop_map(|(name, number)| format!("_{name}{}", number.unwrap_or_default()))
}

/// A version, with or without a revision.
pub fn version() -> impl Strategy<Value = String> + Clone {
    let parts = (
        vec(number(), 1..4),
        option::weighted(0.2, "[a-z]"),
        vec(suffix(), 0..3),
        option::weighted(0.3, number()),
    );
    parts.prop_map(|(numbers, letter, suffixes, revision)| {
        let revision = revision.map(|number| format!("-r{number}")).unwrap_or_default();
        let letter = letter.unwrap_or_default();
        format!("{}{letter}{}{revision}", numbers.join("."), suffixes.concat())
    })
}

/// Two versions that are likely to be close: one is the other with a little change, or the same written otherwise.
pub fn version_pair() -> impl Strategy<Value = (String, String)> {
    let change = prop::sample::select(vec![
        "", "0", "1", ".0", ".00", "a", "_alpha", "_p", "_rc1", "-r0", "-r1",
    ]);
    let near = (version(), change).prop_map(|(version, change)| {
        let (base, revision) = version.split_once("-r").unwrap_or((&version, ""));
        let other = match (change.starts_with("-r"), revision) {
            (true, _) | (false, "") => format!("{base}{change}"),
            (false, revision) => format!("{base}{change}-r{revision}"),
        };
        (version, other)
    });
    let near = near.prop_map(|(version, other)| {
        let valid = crate::Version::parse(&other).is_ok();
        let other = if valid { other } else { format!("0{version}") };
        (version, other)
    });
    prop_oneof![3 => near, 1 => (version(), version())]
}
