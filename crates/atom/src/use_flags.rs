//! Which USE flags are on.

use std::collections::{BTreeSet, HashSet};

/// A set of enabled USE flags, as far as evaluation needs one.
///
/// Sets, slices and vectors of strings are such sets, and so is any `Fn(&str) -> bool`.
pub trait UseFlags {
    /// Whether the flag is on.
    fn is_enabled(&self, flag: &str) -> bool;
}

impl<F: Fn(&str) -> bool> UseFlags for F {
    fn is_enabled(&self, flag: &str) -> bool {
        self(flag)
    }
}

impl UseFlags for BTreeSet<String> {
    fn is_enabled(&self, flag: &str) -> bool {
        self.contains(flag)
    }
}

impl UseFlags for BTreeSet<&str> {
    fn is_enabled(&self, flag: &str) -> bool {
        self.contains(flag)
    }
}

impl<S: std::hash::BuildHasher> UseFlags for HashSet<String, S> {
    fn is_enabled(&self, flag: &str) -> bool {
        self.contains(flag)
    }
}

impl<T: AsRef<str>> UseFlags for [T] {
    fn is_enabled(&self, flag: &str) -> bool {
        self.iter().any(|enabled| enabled.as_ref() == flag)
    }
}

impl<T: AsRef<str>, const N: usize> UseFlags for [T; N] {
    fn is_enabled(&self, flag: &str) -> bool {
        self.as_slice().is_enabled(flag)
    }
}

impl<T: AsRef<str>> UseFlags for Vec<T> {
    fn is_enabled(&self, flag: &str) -> bool {
        self.as_slice().is_enabled(flag)
    }
}
