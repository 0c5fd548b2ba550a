//! Looks that failed though something is there: undeclared packages, and files of nobody.

use super::Audit;
use super::group::{Groups, Subject};
use super::looks::{Look, Looks};
use crate::Text;
use crate::inventory::{OnHost, PackageIdx, Standing};
use crate::report::{Kind, Severity};

pub(super) fn find<'t>(audit: &Audit<'_>, looks: &Looks<'t>, groups: &mut Groups<'t>) {
    let (sure, shared): (Vec<_>, Vec<_>) =
        looks.refused.iter().partition(|look| hidden(audit, look).len() <= 1);
    let mut found: Vec<PackageIdx> = Vec::new();
    for look in sure {
        match hidden(audit, look)[..] {
            // A visible package's file that is not there: hidden on purpose, or it went away.
            [] if !look.owners.is_empty() => {}
            [] => unowned(look, groups),
            [package, ..] => {
                found.push(package);
                let (kind, severity) = kind_of(audit, package);
                groups.look(kind, Subject::Package(package), severity, look);
            }
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
        _ => Severity::Warning,
    };
    let path: Text = look.meant.clone().unwrap_or_else(|| look.access.path.clone());
    groups.look(Kind::Unowned, Subject::Path(path), severity, look);
}
