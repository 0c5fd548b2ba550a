//! The recorded calls of pkgcore's tests.

use super::package::{Package, strings};
use crate::tally::Tally;
use hermitage_atom::{
    Atom, Blocker, Cp, Cpv, Eapi, Error, Operator, SlotOperator, Version, VersionRef,
};
use serde_json::{Value, json};

/// Counts every call.
pub(crate) fn tally(oracle: &Value) -> Tally {
    let mut tally = Tally::new("pkgcore-unit-tables");
    for call in oracle["calls"].as_array().unwrap() {
        match call["fn"].as_str().unwrap() {
            "atom" => atom(&mut tally, call),
            "CPV" => cpv(&mut tally, call),
            "ver_cmp" => ver_cmp(&mut tally, call),
            "intersects" => intersects(&mut tally, call),
            "match" => matches(&mut tally, call),
            other => tally.outside(other),
        }
    }
    tally
}

/// An atom as pkgcore takes it without an EAPI: everything is allowed.
fn permissive(text: &Value) -> Atom {
    Atom::parse_permissive(text.as_str().unwrap()).unwrap()
}

/// A revision as pkgcore gives it: none is 0.
fn revision(version: Option<VersionRef<'_>>) -> Option<&str> {
    version.map(|version| version.revision().unwrap_or("0"))
}

fn atom(tally: &mut Tally, call: &Value) {
    if call["args"][1] == true || call["kwargs"]["negate_vers"] == true {
        return tally.outside("atom(negate_vers)");
    }
    let text = call["args"][0].as_str().unwrap();
    let parsed: Result<Atom, Error> = match call["kwargs"]["eapi"].as_str() {
        Some(eapi) => Eapi::parse(eapi).and_then(|eapi| Atom::parse(text, eapi)),
        None => Atom::parse_permissive(text),
    };
    let recorded = call.get("result").map(|result| {
        let mut recorded = result.clone();
        recorded["use"] = sorted(strings(&result["use"]));
        let object = recorded.as_object_mut().unwrap();
        object.remove("str");
        object.remove("negate_vers");
        recorded
    });
    let case = format!("atom {text} in {}", call["kwargs"]["eapi"].as_str().unwrap_or("any"));
    tally.check(&case, parsed.ok().map(|atom| fields(&atom)), recorded);
}

fn sorted(mut list: Vec<String>) -> Value {
    list.sort();
    json!(list)
}

fn fields(atom: &Atom) -> Value {
    let operator = atom.operator().map_or("", |operator| match operator {
        Operator::EqualGlob => "=*",
        other => other.as_str(),
    });
    json!({
        "blocks": atom.blocker().is_some(),
        "blocks_strongly": atom.blocker() == Some(Blocker::Strong),
        "category": atom.category(),
        "package": atom.package(),
        "op": operator,
        "fullver": atom.version().map(VersionRef::as_str),
        "version": atom.version().map(VersionRef::base),
        "revision": revision(atom.version()),
        "repo_id": atom.repo(),
        "slot": atom.slot(),
        "subslot": atom.subslot(),
        "slot_operator": atom.slot_operator().map(SlotOperator::as_str),
        "use": sorted(atom.use_deps().map(|dep| dep.to_string()).collect()),
    })
}

fn cpv(tally: &mut Tally, call: &Value) {
    let args = strings(&call["args"]);
    let text = match args.as_slice() {
        [category, package, version] => format!("{category}/{package}-{version}"),
        other => other.join("/"),
    };
    let versioned = call["kwargs"]["versioned"].as_bool().unwrap_or(args.len() == 3);
    let ours = if versioned {
        Cpv::parse(&text).ok().map(|cpv| {
            json!([
                cpv.category(),
                cpv.package(),
                cpv.version().as_str(),
                revision(Some(cpv.version()))
            ])
        })
    } else {
        Cp::parse(&text).ok().map(|cp| json!([cp.category(), cp.package(), null, null]))
    };
    let recorded = call.get("result").map(|result| {
        let revision = if result["fullver"].is_null() { &Value::Null } else { &result["revision"] };
        json!([result["category"], result["package"], result["fullver"], revision])
    });
    tally.check(&format!("CPV {text}"), ours, recorded);
}

fn ver_cmp(tally: &mut Tally, call: &Value) {
    let version = |at: usize| {
        let revision = call["args"][at + 1].as_str().map_or(String::new(), |r| format!("-r{r}"));
        let text = call["args"][at].as_str().map(|version| format!("{version}{revision}"));
        text.map(|text| Version::parse(&text).unwrap())
    };
    let case = format!("ver_cmp {}", call["args"]);
    tally.check(&case, version(0).cmp(&version(2)), call["result"].as_i64().unwrap().cmp(&0));
}

fn intersects(tally: &mut Tally, call: &Value) {
    let (a, b) = (permissive(&call["a"]), permissive(&call["b"]));
    let ours = a.as_ref().intersects(b.as_ref());
    tally.check(&format!("intersects {a} {b}"), json!(ours), call["result"].clone());
}

fn matches(tally: &mut Tally, call: &Value) {
    let atom = permissive(&call["atom"]);
    let name = call["pkg"]["pkg"].as_str().unwrap();
    // Some of the packages are names without a version; any will do for them.
    let ours = match Cp::parse(name) {
        Ok(cp) => atom.operator().is_none() && atom.cp() == cp.as_ref(),
        Err(_) => atom.matches(&Package::read(&call["pkg"])).is_ok(),
    };
    tally.check(&format!("match {atom} {name}"), json!(ours), call["result"].clone());
}
