//! pkgcraft's test data.

use super::package::strings;
use crate::tally::Tally;
use hermitage_atom::{Atom, Blocker, Eapi, Operator, SlotOperator, Version, VersionRef};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher as _};

fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

/// pkgcraft writes version ranges without a package.
fn ranged(text: &str) -> Result<Atom, hermitage_atom::Error> {
    let end = text.find(|c: char| !"<>=~".contains(c)).unwrap_or(text.len());
    let (operator, version) = text.split_at(end);
    Atom::parse_permissive(&format!("{}a/b-{version}", if end == 0 { "=" } else { operator }))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What a comparison like `a == b` claims.
fn claim<T: Ord>(operator: &str, a: &T, b: &T) -> bool {
    match operator {
        "==" => a == b,
        "!=" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        ">=" => a >= b,
        other => panic!("unknown comparison {other}"),
    }
}

fn compares<T: Ord>(tally: &mut Tally, oracle: &Value, parse: impl Fn(&str) -> T) {
    for row in strings(&oracle["compares"]) {
        let parts: Vec<&str> = row.split(' ').collect();
        let ours = claim(parts[1], &parse(parts[0]), &parse(parts[2]));
        tally.check(&format!("compares {row}"), ours, true);
    }
}

fn sorting<T: Ord>(tally: &mut Tally, oracle: &Value, parse: impl Fn(&str) -> T) {
    for row in rows(&oracle["sorting"]) {
        let texts = strings(&row["sorted"]);
        let values: Vec<T> = texts.iter().map(|text| parse(text)).collect();
        let recorded = if row["equal"] == true { Ordering::Equal } else { Ordering::Less };
        let wrong = values.windows(2).position(|pair| pair[0].cmp(&pair[1]) != recorded);
        let pair = wrong.map(|at| texts[at..at + 2].join(" "));
        tally.check(&format!("sorting {}", texts.join(" ")), pair, None);
    }
}

fn intersects<T>(
    tally: &mut Tally,
    oracle: &Value,
    parse: impl Fn(&str) -> T,
    test: impl Fn(&T, &T) -> bool,
) {
    for row in rows(&oracle["intersects"]) {
        let texts = strings(&row["vals"]);
        let values: Vec<T> = texts.iter().map(|text| parse(text)).collect();
        let mut pairs = values
            .iter()
            .enumerate()
            .flat_map(|(at, a)| values[at + 1..].iter().flat_map(move |b| [(a, b), (b, a)]));
        let recorded = row["status"].as_bool().unwrap();
        let ours =
            if recorded { pairs.all(|(a, b)| test(a, b)) } else { pairs.any(|(a, b)| test(a, b)) };
        tally.check(&format!("intersects {}", texts.join(" ")), ours, recorded);
    }
}

/// `pkgcraft-version`
pub(crate) fn versions(oracle: &Value) -> Tally {
    let mut tally = Tally::new("pkgcraft-version");
    for (list, valid) in [("valid", true), ("invalid", false)] {
        for text in strings(&oracle[list]) {
            let plain = !text.starts_with(['<', '=', '>', '~']);
            let ours = if plain { Version::parse(&text).is_ok() } else { ranged(&text).is_ok() };
            tally.check(&format!("{list} {text}"), ours, valid);
        }
    }
    compares(&mut tally, oracle, |text| Version::parse(text).unwrap());
    for row in rows(&oracle["hashing"]) {
        let texts = strings(&row["versions"]);
        let mut hashes: Vec<u64> =
            texts.iter().map(|text| hash(&Version::parse(text).unwrap())).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let recorded = if row["equal"] == true { 1 } else { texts.len() };
        tally.check(&format!("hashing {}", texts.join(" ")), hashes.len(), recorded);
    }
    let (ranges, plain): (Vec<Value>, Vec<Value>) = rows(&oracle["sorting"])
        .cloned()
        .partition(|row| strings(&row["sorted"]).iter().any(|text| text.starts_with(['<', '>'])));
    sorting(&mut tally, &json!({"sorting": plain}), |text| Version::parse(text).unwrap());
    sorting(&mut tally, &json!({"sorting": ranges}), |text| ranged(text).unwrap());
    let test = |a: &Atom, b: &Atom| a.as_ref().intersects(b.as_ref());
    intersects(&mut tally, oracle, |text| ranged(text).unwrap(), test);
    tally
}

/// `pkgcraft-dep`
pub(crate) fn deps(oracle: &Value) -> Tally {
    let mut tally = Tally::new("pkgcraft-dep");
    for row in rows(&oracle["valid"]) {
        let text = row["dep"].as_str().unwrap();
        let eapis = row["eapis"].as_str().unwrap().trim_end_matches("..");
        let first = match eapis {
            "" => Some(Eapi::V0),
            // pkgcraft's name for user configuration.
            "U" => None,
            eapi => Some(Eapi::parse(eapi).unwrap()),
        };
        let legal = |eapi: &&Eapi| Atom::parse(text, **eapi).is_ok();
        let ours: Vec<&Eapi> = Eapi::ALL.iter().filter(legal).collect();
        let recorded: Vec<&Eapi> =
            Eapi::ALL.iter().filter(|eapi| first.is_some_and(|first| **eapi >= first)).collect();
        let atom = Atom::parse_permissive(text).map(|atom| fields(&atom));
        let mut expected = row.clone();
        expected.as_object_mut().unwrap().remove("eapis");
        tally.check(&format!("valid {text}"), (ours, atom.ok()), (recorded, Some(expected)));
    }
    for text in strings(&oracle["invalid"]) {
        tally.check(&format!("invalid {text}"), Atom::parse_permissive(&text).is_ok(), false);
    }
    let parse = |text: &str| Atom::parse_permissive(text).unwrap();
    compares(&mut tally, oracle, parse);
    sorting(&mut tally, oracle, parse);
    intersects(&mut tally, oracle, parse, |a, b| a.as_ref().intersects(b.as_ref()));
    tally
}

/// The parts that an atom has, by pkgcraft's names.
fn fields(atom: &Atom) -> Value {
    let uses: Vec<String> = atom.use_deps().map(|dep| dep.to_string()).collect();
    let version = atom.version().map(|version| {
        let operator = atom.operator().expect("a version has an operator");
        let star = if operator == Operator::EqualGlob { "*" } else { "" };
        format!("{}{version}{star}", operator.as_str())
    });
    let mut fields = json!({
        "dep": atom.as_str(),
        "category": atom.category(),
        "package": atom.package(),
        "version": version,
        "revision": atom.version().and_then(VersionRef::revision),
        "slot": atom.slot(),
        "subslot": atom.subslot(),
        "slot_op": atom.slot_operator().map(SlotOperator::as_str),
        "blocker": atom.blocker().map(Blocker::as_str),
        "repo": atom.repo(),
        "use": (!uses.is_empty()).then_some(uses),
    });
    fields.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    fields
}
