//! The closure as data for others.

use super::{Closure, Link, Reason};
use crate::query::RootKind;
use serde::Serialize;

/// A closure as it is written out. `schema` changes when a reader has to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosureReport {
    /// Always 1.
    pub schema: u32,
    /// The packages, sorted.
    pub packages: Vec<PackageReport>,
}

/// A package of a [`ClosureReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageReport {
    /// Category, name and version.
    pub cpv: String,
    /// The place, unless it is `ROOT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<&'static str>,
    /// Every reason, sorted.
    pub why: Vec<ReasonReport>,
}

/// A reason of a [`PackageReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonReport {
    /// The package that asks, or the label of the target, or `@system`.
    pub from: String,
    /// The variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// The atom as it was written; absent where the package is the target itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub atom: Option<String>,
    /// The `||` group the atom was chosen from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_from: Option<String>,
    /// Set where only preserved libraries satisfy the atom.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub preserved: bool,
}

impl Closure {
    /// The closure as data that can be serialised.
    pub fn report(&self) -> ClosureReport {
        let packages = self
            .packages()
            .map(|member| PackageReport {
                cpv: member.cpv().to_string(),
                root: Some(member.root())
                    .filter(|root| *root != RootKind::Root)
                    .map(RootKind::as_str),
                why: member.reasons().iter().map(|reason| self.reason_report(reason)).collect(),
            })
            .collect();
        ClosureReport { schema: 1, packages }
    }

    fn reason_report(&self, reason: &Reason) -> ReasonReport {
        let (chosen_from, preserved) = match &reason.link {
            Link::Dependency { choice, preserved, .. } => {
                (choice.as_ref().map(|choice| choice.group.to_string()), *preserved)
            }
            _ => (None, false),
        };
        ReasonReport {
            from: self.name_of(reason.from).to_owned(),
            class: reason.link.class().map(crate::DepClass::as_str),
            atom: reason.link.atom().map(str::to_owned),
            chosen_from,
            preserved,
        }
    }
}
