//! Dependency fields written in the dependency language of EAPI 8.

use super::record::Record;
use super::relation::Relation;
use super::universe::Universe;

/// RDEPEND of an installed package.
///
/// Pre-Depends and Depends come first, in their order. A name that installed packages provide is replaced by
/// these packages, the real package of the name before them, so no virtual package has to be made up.
/// Then Breaks as weak blockers and Conflicts as strong ones, each on the name it gives.
pub(super) fn rdepend(universe: &Universe<'_, '_>, record: &Record<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for group in &record.depends {
        push_new(&mut parts, any_of(&alternatives(universe, record, group)));
    }
    for (sign, groups) in [("!", &record.breaks), ("!!", &record.conflicts)] {
        for relation in groups.iter().flatten() {
            if let Some(atom) = blocked(universe, record, relation) {
                push_new(&mut parts, format!("{sign}{atom}"));
            }
        }
    }
    parts.join(" ")
}

/// The packages a group of alternatives names, in order and each once.
fn alternatives(
    universe: &Universe<'_, '_>,
    record: &Record<'_>,
    group: &[Relation<'_>],
) -> Vec<String> {
    let mut atoms = Vec::new();
    for relation in group {
        let satisfying = universe.satisfying(record, relation);
        if satisfying.is_empty() {
            push_new(&mut atoms, universe.atom(record, relation));
        }
        for index in satisfying {
            push_new(&mut atoms, universe.atom_of(index, record, relation));
        }
    }
    atoms
}

fn any_of(atoms: &[String]) -> String {
    match atoms {
        [only] => only.clone(),
        several => format!("|| ( {} )", several.join(" ")),
    }
}

/// The atom a blocker is on. A package is not blocked by its own name (Debian Policy 7.4): that is how Debian says
/// "one provider only", and another provider is not installed while this one is.
fn blocked(
    universe: &Universe<'_, '_>,
    record: &Record<'_>,
    relation: &Relation<'_>,
) -> Option<String> {
    (relation.name != record.name).then(|| universe.atom(record, relation))
}

fn push_new(parts: &mut Vec<String>, part: String) {
    if !parts.contains(&part) {
        parts.push(part);
    }
}
