//! The system set: what every build may take for granted.

use std::collections::BTreeSet;

use super::record::Record;
use super::universe::Universe;

/// The package that stands for what Debian builds may take for granted (Debian Policy 4.2).
const BUILD_ESSENTIAL: &str = "build-essential";
/// What it depends on, for a machine where the tools are there without it.
const TOOLS: [&str; 5] = ["dpkg-dev", "g++", "gcc", "libc6-dev", "make"];
/// Sections of toolchain parts: a compiler's name (`gcc`) is a package that only points to the real one (`gcc-12`),
/// which needs its assembler and headers. Libraries that these link to are not of these sections.
const TOOLCHAIN_SECTIONS: [&str; 3] = ["devel", "interpreters", "libdevel"];

/// The packages of the system set, by index.
///
/// These are the `Essential: yes` and `Priority: required` ones; build-essential and its dependencies, or those
/// of its usual dependencies that are installed; and what these reach through packages of toolchain sections.
pub(super) fn members(universe: &Universe<'_, '_>) -> BTreeSet<usize> {
    let mut members: BTreeSet<usize> = (0..universe.records.len())
        .filter(|index| universe.records[*index].essential && is_native(universe, *index))
        .collect();
    let mut toolchain: Vec<usize> = natives(universe, BUILD_ESSENTIAL).collect();
    if let [package] = toolchain[..] {
        toolchain.extend(dependencies(universe, &universe.records[package]));
    }
    toolchain.extend(TOOLS.iter().flat_map(|name| natives(universe, name)));
    let mut seen = BTreeSet::new();
    while let Some(index) = toolchain.pop() {
        if seen.insert(index) {
            let record = &universe.records[index];
            if in_toolchain(record) {
                let parts = dependencies(universe, record).into_iter();
                toolchain.extend(parts.filter(|part| in_toolchain(&universe.records[*part])));
            }
        }
    }
    members.extend(seen);
    members
}

fn natives(universe: &Universe<'_, '_>, name: &str) -> impl Iterator<Item = usize> {
    universe.named(name).iter().copied().filter(|index| is_native(universe, *index))
}

fn is_native(universe: &Universe<'_, '_>, index: usize) -> bool {
    matches!(universe.records[index].architecture, "all")
        || universe.records[index].architecture == universe.native
}

/// The first installed package of each group of alternatives.
fn dependencies(universe: &Universe<'_, '_>, record: &Record<'_>) -> Vec<usize> {
    let first = |group: &Vec<_>| {
        group.iter().find_map(|relation| universe.satisfying(record, relation).first().copied())
    };
    record.depends.iter().filter_map(first).collect()
}

fn in_toolchain(record: &Record<'_>) -> bool {
    let section = record.paragraph.text("Section").ok().flatten().map_or("", |(text, _)| text);
    let section = section.rsplit('/').next().unwrap_or(section);
    TOOLCHAIN_SECTIONS.contains(&section)
}
