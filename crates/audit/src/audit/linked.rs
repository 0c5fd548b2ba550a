//! Libraries that the result needs.

use super::Audit;
use super::group::{Groups, Subject};
use crate::Error;
use crate::inventory::Class;
use crate::report::{Kind, Severity};

pub(super) fn find(audit: &Audit<'_>, groups: &mut Groups<'_>) -> Result<(), Error> {
    if !audit.ebuild.knows_rdepend {
        return Ok(());
    }
    let packages = audit.inventory.packages();
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
            if !owners.iter().any(is_fine) {
                let subject = Subject::InClass(first, Class::Rdepend);
                groups.path(Kind::Misplaced, subject, Severity::Error, &linked.file);
            }
        }
    }
    Ok(())
}
