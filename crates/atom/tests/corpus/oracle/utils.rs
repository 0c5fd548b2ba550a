//! The test tables of portage-utils.

use crate::tally::Tally;
use hermitage_atom::{Atom, Operator, VersionRef};
use serde_json::{Value, json};

/// portage-utils needs neither a category nor an operator.
fn lenient(text: &str) -> Option<Atom> {
    let start = text.find(|c: char| !"<>=~".contains(c))?;
    let (operator, rest) = text.split_at(start);
    let rest = if rest.contains('/') { rest.to_owned() } else { format!("none/{rest}") };
    let parse = |operator: &str| Atom::parse_permissive(&format!("{operator}{rest}")).ok();
    if operator.is_empty() { parse("").or_else(|| parse("=")) } else { parse(operator) }
}

/// Names taken apart.
pub(crate) fn explode(oracle: &Value) -> Tally {
    let mut tally = Tally::new("portage-utils-atom-explode");
    for row in oracle["rows"].as_array().unwrap() {
        let text = row[0].as_str().unwrap();
        let ours = lenient(text).map(|atom| {
            let category = Some(atom.category()).filter(|_| text.contains('/'));
            let version = atom.version().map(VersionRef::base);
            let revision = atom.version().and_then(VersionRef::revision).unwrap_or("0");
            json!([text, category, atom.package(), version, format!("r{revision}")])
        });
        tally.check(text, ours.as_ref(), Some(row));
    }
    tally
}

/// Packages compared with each other, and with atoms.
pub(crate) fn compare(oracle: &Value) -> Tally {
    let mut tally = Tally::new("portage-utils-atom-compare");
    for row in oracle["compare"].as_array().unwrap() {
        let (a, b) = (row["a"].as_str().unwrap(), row["b"].as_str().unwrap());
        let case = format!("{a} {} {b}", row["rel"].as_str().unwrap());
        if a.contains('/') != b.contains('/') {
            tally.outside("names without a category that stand for any");
            continue;
        }
        let ours = lenient(a).zip(lenient(b)).and_then(|(a, b)| relation(&a, &b, row));
        tally.check(&case, ours, row["rel"].as_str());
    }
    tally
}

fn relation(a: &Atom, b: &Atom, row: &Value) -> Option<&'static str> {
    if row["b"].as_str()?.starts_with(['<', '=', '>', '~']) || b.operator() != Some(Operator::Equal)
    {
        return Some(if b.matches_version(a.version()?) { "==" } else { "!=" });
    }
    Some(match a.version()?.cmp(&b.version()?) {
        std::cmp::Ordering::Less => "<",
        std::cmp::Ordering::Equal => "==",
        std::cmp::Ordering::Greater => ">",
    })
}
