//! Package names.

use std::collections::BTreeMap;

use hermitage_vdb::dpkg::pms_name;
use hermitage_vdb::hermitage_atom::{Cpv, is_package};
use proptest::prelude::*;

#[test]
fn known_names_are_mapped_as_documented() {
    let cases = [
        ("zlib1g", "zlib1g"),
        ("libstdc++-12-dev", "libstdc++-12-dev"),
        ("g++-12", "g++-V12"),
        ("python3.11", "python3_11"),
        ("libdbus-1-3", "libdbus-1-V3"),
        ("foo-1-r2", "foo-V1-r2"),
        ("foo-1.p2", "foo-V1_p2"),
        ("foo-1a", "foo-V1a"),
        ("foo-1ab", "foo-1ab"),
        ("libicu-le-hb.so", "libicu-le-hb_so"),
        ("a_b", "a_Ub"),
        ("aB", "a_Cb"),
    ];
    for (debian, expected) in cases {
        assert_eq!(pms_name(debian), expected);
        assert!(is_package(expected), "{expected}");
    }
}

/// Names of few characters, so that different ones are likely to come close to each other.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("-1"),
        Just("-r2"),
        Just("."),
        Just("_"),
        Just("p1"),
        Just("alpha"),
        Just("V"),
        Just("U"),
        Just("C"),
        Just("c"),
        Just("+"),
        Just("-"),
        Just("2"),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("a{}", pieces.concat()))
}

proptest! {
    #[test]
    fn every_name_is_valid_and_stays_apart_from_its_version(name in name()) {
        let mapped = pms_name(&name);
        prop_assert!(is_package(&mapped), "{name} -> {mapped}");
        let cpv = Cpv::parse(&format!("debian/{mapped}-1.2_p3")).unwrap();
        prop_assert_eq!(cpv.package(), mapped);
    }

    #[test]
    fn different_names_stay_different(names in prop::collection::vec(name(), 2..40)) {
        let mut mapped: BTreeMap<String, String> = BTreeMap::new();
        for name in names {
            let earlier = mapped.insert(pms_name(&name), name.clone());
            prop_assert!(earlier.is_none_or(|earlier| earlier == name));
        }
    }
}
