//! What Portage says about a whole tree and about installed packages.

use super::package::Package;
use super::portage_atoms::fields;
use crate::tally::Tally;
use hermitage_atom::{Atom, Cpv, Eapi, ErrorKind, Version};
use serde_json::{Value, json};
use std::cmp::Ordering::{Greater, Less};

/// Every atom of a tree, with the EAPI it stands in.
pub(crate) fn atoms(oracle: &Value) -> Tally {
    let mut tally = Tally::new("atoms-gentoo-prefix-tree-2014");
    for row in oracle["rows"].as_array().unwrap() {
        let (text, eapi) =
            (row[0].as_str().unwrap(), Eapi::parse(row[1].as_str().unwrap()).unwrap());
        let recorded = json!({
            "cp": row[2], "operator": row[3], "version": row[4], "slot": row[5], "sub_slot": row[6],
            "slot_operator": row[7], "blocker": row[8], "use": row[9],
        });
        tally.check(text, Atom::parse(text, eapi).map(|atom| fields(&atom)).ok(), Some(recorded));
    }
    for row in oracle["rejected"].as_array().unwrap() {
        let (text, eapi) =
            (row[0].as_str().unwrap(), Eapi::parse(row[1].as_str().unwrap()).unwrap());
        let error = Atom::parse(text, eapi).err().map(|error| error.kind());
        tally.check(text, error, Some(ErrorKind::PrefixRevision));
    }
    tally
}

/// Every version of a tree, in order.
pub(crate) fn order(oracle: &Value) -> Tally {
    let mut tally = Tally::new("version-order-gentoo-prefix-tree-2014");
    for (package, versions) in oracle["packages"].as_object().unwrap() {
        let versions: Vec<Version> = super::package::strings(versions)
            .iter()
            .map(|version| Version::parse(version).unwrap())
            .collect();
        tally.check(package, versions.is_empty(), false);
        for pair in versions.windows(2) {
            let case = format!("{package} {} {}", pair[0], pair[1]);
            tally.check(&case, (pair[0].cmp(&pair[1]), pair[1].cmp(&pair[0])), (Less, Greater));
        }
    }
    for cpv in super::package::strings(&oracle["unparsable"]) {
        let error = Cpv::parse(&cpv).err().map(|error| error.kind());
        tally.check(&cpv, error, Some(ErrorKind::PrefixRevision));
    }
    tally
}

/// The atoms of installed packages: their parts, and what they match whatever the USE flags.
pub(crate) fn installed(file: &str, oracle: &Value) -> Tally {
    let mut tally = Tally::new(file);
    let packages: Vec<Package> = oracle["packages"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(cpv, package)| Package::new(cpv, package["slot"].as_str().unwrap()))
        .collect();
    for (text, row) in oracle["atoms"].as_object().unwrap() {
        let eapi = Eapi::parse(row["eapi"].as_str().unwrap()).unwrap();
        let recorded = json!({
            "cp": row["cp"], "operator": row["op"], "version": row["version"], "slot": row["slot"],
            "sub_slot": row["sub_slot"], "slot_operator": row["slot_operator"], "blocker": row["blocker"],
            "use": row["use"],
        });
        let atom = Atom::parse(text, eapi);
        tally.check(text, atom.as_ref().map(fields).ok(), Some(recorded));
        let mut recorded = super::package::strings(&row["match_ignoring_use"]);
        recorded.sort();
        let mut ours: Vec<String> = packages
            .iter()
            .filter(|package| {
                atom.as_ref().is_ok_and(|atom| atom.matches_ignoring_use(*package).is_ok())
            })
            .map(|package| package.cpv.to_string())
            .collect();
        ours.sort();
        tally.check(&format!("{text} matches"), ours, recorded);
    }
    tally
}
