//! Findings in a sentence.

use crate::inventory::{Class, Package};
use crate::report::Kind;
use crate::{Process, Text};

/// `called` is how people know the package.
pub(crate) fn sentence(
    kind: Kind,
    (package, called): (Option<&Package>, &str),
    candidates: &[String],
    class: Option<Class>,
    path: Option<&Text>,
    askers: &[&Process],
) -> String {
    let who = who(askers);
    let path = path.map(ToString::to_string).unwrap_or_default();
    let cpv = called;
    match kind {
        Kind::Undeclared if !candidates.is_empty() => {
            format!(
                "{who} looked for {path}, which {} undeclared packages share: {}",
                candidates.len(),
                list(candidates)
            )
        }
        Kind::Undeclared => format!("{who} looked for {path} of {cpv}, which is not declared"),
        Kind::System => {
            format!(
                "{who} looked for {path} of {cpv}, which is subtracted from @system and not declared"
            )
        }
        Kind::Indirect => {
            format!(
                "{who} used {path} of {cpv}, which is not declared and visible only because something else needs it"
            )
        }
        Kind::PackageManager => {
            format!("{who} used {path} of {cpv}, which is visible for the package manager alone")
        }
        Kind::Unowned => format!("{who} looked for {path}, which no package owns"),
        Kind::Unused => {
            let classes = package.map(declared_for_build).unwrap_or_default();
            format!("{cpv} is declared in {classes}, and the build touched no file of it")
        }
        Kind::Misplaced if class == Some(Class::Rdepend) => {
            format!("{path} needs a library of {cpv}, which is not declared in RDEPEND")
        }
        Kind::Misplaced => {
            let declared = package.map(declared_for_build).unwrap_or_default();
            let wanted = class.map_or("", Class::as_str);
            format!(
                "{who} used {path} of {cpv}, which is declared in {declared} and belongs to {wanted}"
            )
        }
    }
}

/// The program that looked, and the script or the like that it worked for.
fn who(askers: &[&Process]) -> String {
    let Some(first) = askers.first().map(|process| title(process)) else {
        return "the build".into();
    };
    let script = askers.iter().find(|process| process.script().is_some());
    match script.map(|process| title(process)).filter(|script| *script != first) {
        Some(script) => format!("{first}, run by {script},"),
        None => first,
    }
}

/// The name of the script that is run, or of the program.
fn title(process: &Process) -> String {
    let name = match process.script() {
        Some(script) => script.name(),
        None => process.name(),
    };
    if name.is_empty() { "the build".into() } else { Text(name.to_vec()).to_string() }
}

fn declared_for_build(package: &Package) -> String {
    let for_build =
        [Class::Depend, Class::Bdepend].into_iter().filter(|class| package.is_in(*class));
    let mut names: Vec<&str> = for_build.map(Class::as_str).collect();
    if names.is_empty() {
        names = package.declared.iter().map(|declared| declared.class.as_str()).collect();
        names.dedup();
    }
    names.join(" and ")
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", ...");
    }
    text
}
