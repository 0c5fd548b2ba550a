//! The fields of one package's entry.

use std::collections::{BTreeMap, BTreeSet};

use super::depends::rdepend;
use super::inventory::Inventory;
use super::name::{category, pms_name};
use super::pms::pms_version;
use super::record::Record;
use super::universe::Universe;

/// Fields of the status file that are kept as they are, under `DEBIAN_` and their name in capitals.
const KEPT: [&str; 20] = [
    "Package",
    "Version",
    "Architecture",
    "Multi-Arch",
    "Essential",
    "Priority",
    "Section",
    "Source",
    "Maintainer",
    "Status",
    "Pre-Depends",
    "Depends",
    "Recommends",
    "Suggests",
    "Enhances",
    "Provides",
    "Conflicts",
    "Breaks",
    "Replaces",
    "Installed-Size",
];

/// `category` and `name-version` of a package.
pub(super) fn place(universe: &Universe<'_, '_>, record: &Record<'_>) -> (String, String) {
    let pf = format!("{}-{}", pms_name(record.name), pms_version(record.version));
    (category(record.architecture, universe.native), pf)
}

/// All fields but CONTENTS, in order of their names; white space is collapsed as Portage does.
pub(super) fn fields(
    universe: &Universe<'_, '_>,
    record: &Record<'_>,
    inventory: &Inventory,
) -> BTreeMap<String, Vec<u8>> {
    let (category, pf) = place(universe, record);
    let keywords = if record.architecture == "all" { universe.native } else { record.architecture };
    let mut fields = BTreeMap::new();
    let mut put = |name: &str, value: &[u8]| {
        let value = collapse(value);
        if !value.is_empty() {
            fields.insert(name.to_owned(), value);
        }
    };
    put("CATEGORY", category.as_bytes());
    put("PF", pf.as_bytes());
    put("EAPI", b"8");
    put("SLOT", b"0");
    put("KEYWORDS", keywords.as_bytes());
    put("repository", b"debian");
    put("DEFINED_PHASES", b"-");
    put("RDEPEND", rdepend(universe, record).as_bytes());
    put("SIZE", inventory.size.to_string().as_bytes());
    put("DESCRIPTION", summary(record));
    put("HOMEPAGE", value(record, "Homepage"));
    put("PROVIDES", provides(inventory).as_slice());
    put("REQUIRES", requires(inventory).as_slice());
    for name in KEPT {
        put(&kept_name(name), value(record, name));
    }
    fields
}

/// `Multi-Arch` is `DEBIAN_MULTI_ARCH`.
fn kept_name(name: &str) -> String {
    format!("DEBIAN_{}", name.to_ascii_uppercase().replace('-', "_"))
}

fn value<'a>(record: &Record<'a>, name: &str) -> &'a [u8] {
    record.paragraph.field(name).map_or(b"", |field| field.value)
}

/// The first line of the description.
fn summary<'a>(record: &Record<'a>) -> &'a [u8] {
    value(record, "Description").split(|byte| *byte == b'\n').next().unwrap_or_default()
}

fn collapse(value: &[u8]) -> Vec<u8> {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

/// The lines of NEEDED.ELF.2.
pub(super) fn needed(inventory: &Inventory) -> Vec<u8> {
    let mut lines = Vec::new();
    for (path, linkage) in &inventory.linked {
        let needed = linkage.needed.join(&b',');
        let category = linkage.category.unwrap_or_default().as_bytes();
        let fields: [&[u8]; 6] =
            [linkage.machine.as_bytes(), path, &linkage.soname, &linkage.rpath, &needed, category];
        lines.extend_from_slice(&fields.join(&b';'));
        lines.push(b'\n');
    }
    lines
}

/// Sonames by multilib category.
type Sonames<'a> = BTreeMap<&'a str, BTreeSet<&'a [u8]>>;

fn own_sonames(inventory: &Inventory) -> Sonames<'_> {
    let mut all = Sonames::new();
    for (_, linkage) in &inventory.linked {
        if let Some(category) = linkage.category
            && !linkage.soname.is_empty()
        {
            all.entry(category).or_default().insert(&linkage.soname);
        }
    }
    all
}

fn provides(inventory: &Inventory) -> Vec<u8> {
    print(&own_sonames(inventory))
}

/// What the files need and the package itself does not have.
fn requires(inventory: &Inventory) -> Vec<u8> {
    let own = own_sonames(inventory);
    let mut all = Sonames::new();
    for (_, linkage) in &inventory.linked {
        let Some(category) = linkage.category else { continue };
        let known = own.get(category);
        let foreign = linkage.needed.iter().map(Vec::as_slice);
        let foreign = foreign.filter(|soname| !known.is_some_and(|known| known.contains(soname)));
        all.entry(category).or_default().extend(foreign);
    }
    all.retain(|_, sonames| !sonames.is_empty());
    print(&all)
}

/// `x86_64: a.so.1 b.so.2 x86_32: ...`
fn print(sonames: &Sonames<'_>) -> Vec<u8> {
    let groups = sonames.iter().map(|(category, sonames)| {
        let mut group = format!("{category}:").into_bytes();
        for soname in sonames {
            group.push(b' ');
            group.extend_from_slice(soname);
        }
        group
    });
    groups.collect::<Vec<_>>().join(&b' ')
}
