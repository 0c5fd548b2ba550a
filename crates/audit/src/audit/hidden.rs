//! Looks that failed though something is there: undeclared packages, and files of nobody.

use super::Audit;
use super::group::{Groups, Subject};
use super::looks::{Look, Looks};
use crate::inventory::{OnHost, PackageIdx, Standing};
use crate::report::{Kind, Severity};
use crate::rules::Role;
use crate::{Error, Text};

pub(super) fn find<'t>(
    audit: &Audit<'_>,
    looks: &Looks<'t>,
    groups: &mut Groups<'t>,
) -> Result<(), Error> {
    let (sure, shared): (Vec<_>, Vec<_>) =
        looks.refused.iter().partition(|look| hidden(audit, look).len() <= 1);
    let mut found: Vec<PackageIdx> = Vec::new();
    for look in &sure {
        match hidden(audit, look)[..] {
            // A visible package's file that is not there: hidden on purpose, or it went away.
            [] if !look.owners.is_empty() => {}
            [] => unowned(look, groups),
            [package, ..] if !comes_along(audit, &sure, look, package)? => {
                found.push(package);
                let (kind, severity) = kind_of(audit, package);
                let severity = if look.is_through_file() { Severity::Note } else { severity };
                groups.look(kind, Subject::Package(package), severity, look);
            }
            _ => {}
        }
    }
    // A directory that several packages share: it is in the way to one that is known, or nobody knows whose file was meant.
    for look in shared {
        let owners = hidden(audit, look);
        match owners.iter().find(|owner| found.contains(owner)) {
            Some(&package) => {
                let (kind, severity) = kind_of(audit, package);
                groups.look(kind, Subject::Package(package), severity, look);
            }
            None => groups.look(Kind::Undeclared, Subject::OneOf(owners), Severity::Note, look),
        }
    }
    Ok(())
}

/// Whether a program was looked for in the place of another one, whose package needs this one: declaring that one is enough.
fn comes_along(
    audit: &Audit<'_>,
    all: &[&Look<'_>],
    look: &Look<'_>,
    package: PackageIdx,
) -> Result<bool, Error> {
    let own = groups(audit, look);
    let is_same = |other: &&&Look<'_>| groups(audit, other).iter().any(|name| own.contains(name));
    for other in all.iter().filter(is_same) {
        for user in hidden(audit, other).into_iter().filter(|user| *user != package) {
            if audit.inventory.needs(user, package)? && !audit.inventory.needs(package, user)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The groups of programs of which one will do, among them the one that was looked for.
fn groups<'l>(audit: &'l Audit<'_>, look: &'l Look<'_>) -> Vec<&'l str> {
    let groups = audit.rules.alternatives(look.name());
    groups.filter(|_| look.role == Role::Program).collect()
}

/// The owners that are not in view. Where one owner is, the path would be.
fn hidden(audit: &Audit<'_>, look: &Look<'_>) -> Vec<PackageIdx> {
    let standing = |at: PackageIdx| audit.inventory.packages()[at.0].standing;
    let is_hidden =
        |at: &PackageIdx| matches!(standing(*at), Standing::Undeclared | Standing::Subtracted);
    look.owners.iter().copied().filter(is_hidden).collect()
}

fn kind_of(audit: &Audit<'_>, package: PackageIdx) -> (Kind, Severity) {
    match audit.inventory.packages()[package.0].standing {
        Standing::Subtracted => (Kind::System, Severity::Warning),
        _ => (Kind::Undeclared, Severity::Error),
    }
}

fn unowned<'t>(look: &Look<'t>, groups: &mut Groups<'t>) {
    // A directory of nobody's leads to files of nobody's, but which ones is not known.
    let severity = match look.host {
        OnHost::Directory => Severity::Note,
        _ if look.is_through_file() => Severity::Note,
        _ => Severity::Warning,
    };
    let path: Text = look.meant.clone().unwrap_or_else(|| look.access.path.clone());
    groups.look(Kind::Unowned, Subject::Path(path), severity, look);
}
