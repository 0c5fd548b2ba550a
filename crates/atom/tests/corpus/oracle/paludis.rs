//! Paludis' tests of versions. It also takes exheres versions, with `scm`, `try` and dotted revisions.

use crate::tally::Tally;
use hermitage_atom::{Atom, Version};
use serde_json::Value;

/// Counts every comparison.
pub(crate) fn tally(oracle: &Value) -> Tally {
    let mut tally = Tally::new("paludis-version");
    for row in oracle["cases"].as_array().unwrap() {
        let function = row["fn"].as_str().unwrap();
        let (a, b) = (row["a"].as_str().unwrap(), row["b"].as_str().unwrap_or("0"));
        let case = format!("{function} {a} {b}");
        let parsed = (Version::parse(a), Version::parse(b));
        match (function, parsed) {
            ("invalid", (a, _)) => tally.check(&case, a.is_ok(), false),
            ("tilde_greater_compare", _) => tally.outside("the exheres operator ~>"),
            (_, (Ok(a), Ok(b))) => {
                let recorded = row["result"].as_bool().unwrap_or(true);
                tally.check(&case, compare(function, &a, &b), recorded);
            }
            _ if is_exheres(a) || is_exheres(b) => tally.outside("exheres versions"),
            _ => tally.check(&case, false, true),
        }
    }
    tally
}

fn compare(function: &str, a: &Version, b: &Version) -> bool {
    let takes = |atom: String| Atom::parse_permissive(&atom).unwrap().matches_version(a.as_ref());
    match function {
        "valid" => true,
        "equal_star_compare" => takes(format!("=a/b-{b}*")),
        "tilde_compare" => takes(format!("~a/b-{b}")),
        "==" => a == b,
        "!=" => a != b,
        "<" => a < b,
        ">" => a > b,
        other => panic!("unknown function {other}"),
    }
}

fn is_exheres(version: &str) -> bool {
    let revision = version.split_once("-r").map(|(_, revision)| revision);
    let dotted = |revision: &str| revision.is_empty() || revision.contains('.');
    version.contains("scm") || version.contains("try") || revision.is_some_and(dotted)
}
