//! Laws that hold for any bytes: each function takes what a fuzzer or a strategy came up with, and panics where one is broken.

use crate::{Atom, Cpv, DepKind, DepSpec, DepSpecRef, Eapi, Error, Pattern, Version};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// An atom prints as it was parsed, in every EAPI that has it; an error points into the text.
///
/// # Panics
/// If that does not hold.
pub fn atom(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for parsed in Eapi::ALL.map(|eapi| Atom::parse(text, eapi)) {
        match parsed {
            Ok(atom) => {
                assert_eq!(atom.as_str(), text);
                assert!(Atom::parse_permissive(text).is_ok(), "users may write what ebuilds may");
                assert!(
                    atom.as_ref().intersects(atom.as_ref().without_blocker()) || contradicts(&atom)
                );
                let evaluated = atom.evaluate(&["a"]);
                assert!(!evaluated.as_ref().has_conditional_use_deps());
                assert!(Atom::parse_permissive(evaluated.as_str()).is_ok(), "{evaluated}");
            }
            Err(error) => place(&error, text),
        }
    }
    match Cpv::parse(text) {
        Ok(cpv) => {
            assert_eq!(format!("{}/{}-{}", cpv.category(), cpv.package(), cpv.version()), text);
        }
        Err(error) => place(&error, text),
    }
}

/// An atom that asks for a flag both ways, or whose range is empty, does not even meet itself.
fn contradicts(atom: &Atom) -> bool {
    atom.use_deps().count() > 1
}

/// A specification prints as it was parsed, white space aside; evaluation and simplification settle at once.
///
/// # Panics
/// If that does not hold.
pub fn dep_spec(input: &[u8]) {
    use DepKind::{License, Package, RequiredUse, SrcUri, Words};
    for kind in [Package, RequiredUse, License, SrcUri, Words] {
        for eapi in [Eapi::V0, Eapi::V4, Eapi::LATEST] {
            match DepSpecRef::parse_bytes(input, eapi, kind) {
                Ok(spec) => settled(&spec, input),
                Err(error) => place(&error, &String::from_utf8_lossy(input)),
            }
        }
    }
}

fn settled(spec: &DepSpec<&str>, input: &[u8]) {
    let words: Vec<&[u8]> =
        input.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    assert_eq!(spec.to_string().as_bytes(), words.join(&b' '));
    let again = DepSpec::parse(&spec.to_string(), spec.eapi(), spec.kind());
    assert!(again.is_ok_and(|again| again.to_string() == spec.to_string()));
    let evaluated = spec.evaluate(&["a"]);
    assert_eq!(evaluated.evaluate(&["a"]).to_string(), evaluated.to_string());
    let simple = spec.simplify();
    assert_eq!(simple.simplify().to_string(), simple.to_string());
    let nothing = |_: &crate::DepNode<'_>| false;
    let satisfied = spec.is_satisfied(&["a"], nothing);
    assert_eq!(evaluated.is_satisfied(&["a"], nothing), satisfied);
    assert_eq!(simple.is_satisfied(&["a"], nothing), satisfied);
}

/// The lines of the input, as versions, are totally ordered; equal ones hash alike and share their ranges.
///
/// # Panics
/// If that does not hold.
pub fn version(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut versions: Vec<Version> =
        text.lines().take(8).filter_map(|line| Version::parse(line).ok()).collect();
    versions.sort();
    let hasher = BuildHasherDefault::<DefaultHasher>::new();
    for (at, low) in versions.iter().enumerate() {
        assert!(low.as_ref().has_prefix(low.as_ref()), "{low} is its own prefix");
        for high in &versions[at..] {
            assert!(low <= high, "{low} and {high}");
            assert_eq!(low.cmp(high), high.cmp(low).reverse());
            if low == high {
                assert_eq!(hasher.hash_one(low), hasher.hash_one(high), "{low} and {high}");
                assert!(low.as_ref().cmp_base(high.as_ref()).is_eq());
            }
        }
    }
}

/// The first line of the input, as a pattern, prints as it was parsed, and matches what its definition says of the packages
/// in the other lines; what is an atom means the same as the atom.
///
/// # Panics
/// If that does not hold.
pub fn pattern(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let pattern = match Pattern::parse(first) {
        Ok(pattern) => pattern,
        Err(error) => return place(&error, first),
    };
    assert_eq!(pattern.to_string(), first);
    assert_eq!(Pattern::parse(pattern.as_str()).as_ref(), Ok(&pattern));
    let atom = Atom::parse_permissive(first);
    for package in lines.take(8).filter_map(|line| Cpv::parse(line).ok()) {
        let expected = match &atom {
            Ok(atom) => atom.matches(&package).is_ok(),
            Err(_) => is_meant(first, &package),
        };
        assert_eq!(pattern.matches(&package), expected, "{pattern} and {package}");
    }
    if let Ok(atom) = atom {
        assert_eq!(Pattern::from(atom), pattern);
    }
}

/// Whether a name with `*` means a package in slot 0 of no known repository.
fn is_meant(pattern: &str, package: &Cpv) -> bool {
    let (names, slot) = pattern.split_at(pattern.find(':').unwrap_or(pattern.len()));
    let (category, name) = names.split_once('/').unwrap_or_default();
    matches!(slot, "" | ":0" | ":0/0")
        && stands_for(category.as_bytes(), package.category().as_bytes())
        && stands_for(name.as_bytes(), package.package().as_bytes())
}

/// The definition of `*`, with every beginning of the name that the pattern so far stands for.
fn stands_for(pattern: &[u8], name: &[u8]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for &byte in pattern {
        if byte == b'*' {
            let least = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
            reached[least..].fill(true);
        } else {
            for at in (0..name.len()).rev() {
                reached[at + 1] = reached[at] && name[at] == byte;
            }
            reached[0] = false;
        }
    }
    reached[name.len()]
}

fn place(error: &Error, text: &str) {
    assert!(error.offset() <= error.input().len());
    assert!(text.is_empty() || error.input() == text);
    assert!(!error.to_string().is_empty());
}
