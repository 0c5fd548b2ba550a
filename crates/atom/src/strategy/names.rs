//! Names of all sorts, from small pools so that they meet, and from the whole alphabet so that none is missed.

use super::versions::version;
use crate::name;
use proptest::collection::btree_set;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A category name.
pub fn category() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        6 => prop::sample::select(vec!["sys-apps", "dev-libs", "virtual"]).prop_map(str::to_owned),
        // Every legal byte, a dot and a plus sign among them.
        1 => "[A-Za-z0-9_][A-Za-z0-9+_.-]{0,6}",
    ]
}

/// A package name.
pub fn package() -> impl Strategy<Value = String> + Clone {
    let odd = prop::sample::select(vec![
        // Names that look as if they ended in a version or a revision, and do not.
        "a-1xy",
        "a-r1",
        "a-",
        "a--",
        "7z",
        "666",
        "a-1-b",
        "a-1_foo",
        "libfoo-1a2",
        "a+b",
        "_",
    ]);
    prop_oneof![
        6 => prop::sample::select(vec!["foo", "bar", "baz", "foo-bar"]).prop_map(str::to_owned),
        2 => odd.prop_map(str::to_owned),
        1 => "[A-Za-z0-9_][A-Za-z0-9+_-]{0,8}".prop_filter("not a package", |s| name::is_package(s)),
    ]
}

/// `category/package`
pub fn cp() -> impl Strategy<Value = String> + Clone {
    (category(), package()).prop_map(|(category, package)| format!("{category}/{package}"))
}

/// `category/package-version`
pub fn cpv() -> impl Strategy<Value = String> + Clone {
    (cp(), version()).prop_map(|(cp, version)| format!("{cp}-{version}"))
}

/// A slot or sub-slot name.
pub fn slot() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        6 => prop::sample::select(vec!["0", "1", "2.7", "stable"]).prop_map(str::to_owned),
        1 => "[A-Za-z0-9_][A-Za-z0-9+_.-]{0,5}",
    ]
}

/// A USE flag, mostly one of four.
pub fn flag() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        8 => prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned),
        // An at sign is legal in old ebuilds; a hyphen at the end is too.
        1 => "[A-Za-z0-9][A-Za-z0-9+_@-]{0,5}",
    ]
}

/// A set of USE flags that are on, mostly out of the four that [`flag`] likes.
pub fn use_set() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(flag(), 0..4)
}

/// A repository name.
pub fn repository() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        4 => prop::sample::select(vec!["gentoo", "guru"]).prop_map(str::to_owned),
        1 => "[A-Za-z0-9_][A-Za-z0-9_-]{0,6}"
            .prop_filter("not a repository", |s| name::is_repository(s)),
    ]
}
