//! Looks that found a file: of which packages that should not have been counted on.

use std::collections::BTreeMap;

use super::Audit;
use super::group::{Groups, Subject};
use super::looks::{Look, Looks};
use crate::inventory::{Class, PackageIdx, Standing};
use crate::report::{Kind, Severity};
use crate::rules::Role;
use crate::{Error, Text};

pub(super) fn find<'t>(
    audit: &Audit<'_>,
    looks: &Looks<'t>,
    groups: &mut Groups<'t>,
) -> Result<(), Error> {
    let led = looks.led_to();
    for look in &looks.used {
        let Some(&package) = look.owners.first() else { continue };
        let packages = audit.inventory.packages();
        let standing = |at: &PackageIdx| packages[at.0].standing;
        // Where several own it, the one that is declared counts.
        let best = look.owners.iter().copied().min_by_key(standing).unwrap_or(package);
        if look.access.process.is_none() || audit.rules.is_implicit(audit.name(best)) {
            continue;
        }
        match packages[best.0].standing {
            Standing::Indirect
                if is_direct(audit, looks, look)? && !is_offered(audit, &led, look, best)? =>
            {
                groups.look(Kind::Indirect, Subject::Package(best), indirect(audit), look);
            }
            Standing::Manager if !audit.is_tools_own(looks, look)? => {
                groups.look(Kind::PackageManager, Subject::Package(best), Severity::Warning, look);
            }
            Standing::Declared => misplaced(audit, looks, look, best, groups)?,
            _ => {}
        }
    }
    Ok(())
}

/// Without the project's sources it is not known whether the project itself used it.
fn indirect(audit: &Audit<'_>) -> Severity {
    if audit.project.is_some() { Severity::Warning } else { Severity::Note }
}

/// Whether a declared package or @system offers it: by a link of its own, or by a part that it is split into; or by needing the program.
fn is_offered(
    audit: &Audit<'_>,
    led: &BTreeMap<&[u8], Vec<PackageIdx>>,
    look: &Look<'_>,
    package: PackageIdx,
) -> Result<bool, Error> {
    let links = led.get(look.access.path.as_bytes()).map_or(&[][..], Vec::as_slice);
    let is_there = |at: &&PackageIdx| {
        let standing = audit.inventory.packages()[at.0].standing;
        matches!(standing, Standing::Declared | Standing::System)
    };
    if links.iter().any(|at| is_there(&at)) {
        return Ok(true);
    }
    for &at in links.iter().chain([&package]) {
        if audit.whole_of(at)?.is_some() {
            return Ok(true);
        }
    }
    // Whoever has @system has what its programs are made of.
    Ok(look.role == Role::Program && audit.inventory.is_needed_by_system(package)?)
}

/// Whether the project itself asked for it, rather than a declared package's program or file on its behalf.
fn is_direct(audit: &Audit<'_>, looks: &Looks<'_>, look: &Look<'_>) -> Result<bool, Error> {
    let is_mentioned = || {
        let Some(project) = audit.project else { return true };
        mention(look).is_some_and(|name| project.mentions(name) || looks.is_told(name))
    };
    Ok(match look.role {
        Role::Program => !audit.is_tools_own(looks, look)?,
        Role::Header | Role::Cmake | Role::Macro => is_mentioned(),
        Role::Python | Role::Perl => !audit.is_tools_own(looks, look)? && is_mentioned(),
        Role::Linkable | Role::PkgConfig => is_in_command(looks, look),
        _ => false,
    })
}

/// How sources would name the file: a header as it is included, a module by its name.
fn mention<'t>(look: &Look<'t>) -> Option<&'t [u8]> {
    let (path, name) = (look.access.path.as_bytes(), look.access.path.name());
    match look.role {
        Role::Header => {
            let at = find_last(path, b"/include/")?;
            Some(&path[at + b"/include/".len()..])
        }
        Role::Cmake => {
            let stem = name.split(|&byte| byte == b'.').next()?;
            let stem = [&b"Config"[..], b"-config", b"ConfigVersion", b"-config-version"]
                .iter()
                .find_map(|end| stem.strip_suffix(*end))
                .unwrap_or(stem);
            Some(stem.strip_prefix(b"Find").unwrap_or(stem))
        }
        Role::Macro | Role::Python | Role::Perl => name.split(|&byte| byte == b'.').next(),
        _ => None,
    }
}

/// Whether the process that looked, or an ancestor, was told the library's name.
fn is_in_command(looks: &Looks<'_>, look: &Look<'_>) -> bool {
    let name = look.access.path.name();
    let stem = name.split(|&byte| byte == b'.').next().unwrap_or(name);
    let wanted: Vec<Vec<u8>> = match look.role {
        Role::Linkable => {
            let bare = stem.strip_prefix(b"lib").unwrap_or(stem);
            vec![[b"-l", bare].concat(), [b"-l:", name].concat(), look.access.path.0.clone()]
        }
        _ => vec![name.strip_suffix(b".pc").unwrap_or(name).to_vec()],
    };
    let lineage = look.access.process.map(|at| looks.trace.lineage(at)).unwrap_or_default();
    let told = |word: &Text| {
        let words = word.0.split(|byte| b" ,>=<".contains(byte)).collect::<Vec<_>>();
        wanted.iter().any(|wanted| words.contains(&&wanted[..]))
    };
    lineage.iter().any(|process| process.command.iter().any(told))
}

fn misplaced<'t>(
    audit: &Audit<'_>,
    looks: &Looks<'t>,
    look: &Look<'t>,
    package: PackageIdx,
    groups: &mut Groups<'t>,
) -> Result<(), Error> {
    if !audit.ebuild.has_bdepend {
        return Ok(());
    }
    let declared = &audit.inventory.packages()[package.0];
    let (depend, bdepend) = (declared.is_in(Class::Depend), declared.is_in(Class::Bdepend));
    let class = match look.role {
        Role::Program
            if depend && !bdepend && !audit.rules.is_companion(look.access.path.name()) =>
        {
            Class::Bdepend
        }
        Role::Header | Role::Linkable | Role::PkgConfig if bdepend && !depend => Class::Depend,
        _ => return Ok(()),
    };
    // A compiler reads headers of its own, wherever the compiler is declared.
    if !audit.is_tools_own(looks, look)? {
        groups.look(Kind::Misplaced, Subject::InClass(package, class), Severity::Warning, look);
    }
    Ok(())
}

fn find_last(text: &[u8], part: &[u8]) -> Option<usize> {
    (0..=text.len().checked_sub(part.len())?).rev().find(|&at| text[at..].starts_with(part))
}
