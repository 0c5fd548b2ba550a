//! Libraries that the result needs.

use std::collections::BTreeSet;

use super::Audit;
use super::group::{Groups, Subject};
use crate::Error;
use crate::inventory::Class;
use crate::report::{Kind, Severity};

/// Finds what is missing in `RDEPEND`; returns a warning where it is not known what that holds.
pub(super) fn find(audit: &Audit<'_>, groups: &mut Groups<'_>) -> Result<Option<String>, Error> {
    let packages = audit.inventory.packages();
    let mut unjudged = BTreeSet::new();
    for linked in audit.linked {
        for library in &linked.libraries {
            let owners = audit.inventory.owners(library.as_bytes())?;
            let is_fine = |at: &crate::PackageIdx| {
                let package = &packages[at.0];
                package.is_in(Class::Rdepend)
                    || package.standing == crate::Standing::System
                    || audit.rules.is_implicit(&package.name)
            };
            let Some(&first) = owners.first() else { continue };
            if owners.iter().any(is_fine) {
                continue;
            }
            if audit.ebuild.knows_rdepend {
                let subject = Subject::InClass(first, Class::Rdepend);
                groups.path(Kind::Misplaced, subject, Severity::Error, &linked.file);
            } else {
                unjudged.insert(audit.name(first));
            }
        }
    }
    let names: Vec<&str> = unjudged.into_iter().collect();
    let warning = format!(
        "what RDEPEND holds is not known, so it is not judged whether these are in it, whose libraries the result needs: {}",
        names.join(", ")
    );
    Ok((!names.is_empty()).then_some(warning))
}
