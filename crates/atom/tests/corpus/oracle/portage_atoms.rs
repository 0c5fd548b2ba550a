//! Portage's recorded calls about atoms and versions.

use super::package::{Package, strings};
use crate::tally::Tally;
use hermitage_atom::{
    Atom, Blocker, CpRef, CpvRef, Operator, Pattern, SlotOperator, Version, VersionRef, is_package,
};
use serde_json::{Value, json};
use std::cmp::Ordering;

/// The parts of an atom by the names that Portage has for them.
pub(crate) fn fields(atom: &Atom) -> Value {
    let uses: Vec<String> = atom.use_deps().map(|dep| dep.to_string()).collect();
    json!({
        "cp": atom.cp().as_str(),
        "operator": operator(atom),
        "version": atom.version().map(VersionRef::as_str),
        "slot": atom.slot(),
        "sub_slot": atom.subslot(),
        "slot_operator": atom.slot_operator().map(SlotOperator::as_str),
        "blocker": atom.blocker().map(Blocker::as_str),
        "use": (!uses.is_empty()).then_some(uses),
    })
}

fn operator(atom: &Atom) -> Option<&'static str> {
    atom.operator().map(|operator| match operator {
        Operator::EqualGlob => "=*",
        other => other.as_str(),
    })
}

/// Parses as Portage was asked to.
fn parse(text: &str, kwargs: &Value) -> Result<Atom, hermitage_atom::Error> {
    let eapi = kwargs["eapi"].as_str().map(|eapi| hermitage_atom::Eapi::parse(eapi).unwrap());
    if kwargs["allow_repo"].as_bool().unwrap_or(eapi.is_none()) {
        return Atom::parse_permissive(text);
    }
    Atom::parse(text, eapi.unwrap_or(hermitage_atom::Eapi::LATEST))
}

/// Counts one call, if it is about atoms or versions.
pub(crate) fn count(tally: &mut Tally, call: &Value) -> bool {
    let function = call["fn"].as_str().unwrap();
    let first = &call["args"][0];
    let Some(text) = first.as_str() else {
        return false;
    };
    let case = format!("{function} {text}");
    match function {
        "Atom" => atom(tally, &case, text, call),
        "isvalidatom" => {
            let ours = parse(text, &call["kwargs"]).is_ok();
            tally.check(&case, json!(ours), call["result"].clone());
        }
        "isjustname" => {
            let ours = CpRef::parse(text).is_ok() || is_package(text);
            tally.check(&case, json!(ours), call["result"].clone());
        }
        "get_operator" | "dep_getcpv" | "dep_getslot" | "dep_getrepo" | "dep_getusedeps" => {
            tally.check(&case, part(function, text), call.get("result").cloned());
        }
        "vercmp" => vercmp(tally, call),
        "match_from_list" => matches(tally, &case, text, call),
        _ => return false,
    }
    true
}

fn atom(tally: &mut Tally, case: &str, text: &str, call: &Value) {
    if call["result"]["extended"] == true {
        if text.starts_with('=') {
            return tally.outside("Atom with wildcards in its version");
        }
        let ours = Pattern::parse(text).map(|pattern| pattern.to_string()).ok();
        return tally.check(case, ours.as_deref(), call["result"]["str"].as_str());
    }
    let ours = parse(text, &call["kwargs"]).ok().map(|atom| {
        let mut ours = fields(&atom);
        ours["repo"] = json!(atom.repo());
        ours["str"] = json!(atom.as_str());
        ours
    });
    let recorded = call.get("result").map(|result| {
        let mut recorded = result.clone();
        let object = recorded.as_object_mut().unwrap();
        for key in ["build_id", "cpv", "extended", "without_use"] {
            object.remove(key);
        }
        recorded
    });
    tally.check(case, ours, recorded);
}

/// What Portage's small functions cut out of an atom.
fn part(function: &str, text: &str) -> Option<Value> {
    // This one takes any text before the bracket; ours wants a name there.
    let suffix = text.find([':', '[']).map_or("", |at| &text[at..]);
    let text =
        if function == "dep_getusedeps" { format!("any/name{suffix}") } else { text.to_owned() };
    let atom = Atom::parse_permissive(&text).ok()?;
    Some(match function {
        "get_operator" => json!(operator(&atom)),
        "dep_getcpv" => {
            let cpv = atom.as_ref().cpv().map(CpvRef::as_str);
            json!(cpv.unwrap_or(atom.as_ref().cp().as_str()))
        }
        "dep_getslot" => json!(atom.slot()),
        "dep_getrepo" => json!(atom.repo()),
        _ => json!(atom.use_deps().map(|dep| dep.to_string()).collect::<Vec<_>>()),
    })
}

fn vercmp(tally: &mut Tally, call: &Value) {
    let [a, b] = [0, 1].map(|index| Version::parse(call["args"][index].as_str().unwrap()));
    let case = format!("vercmp {} {}", call["args"][0], call["args"][1]);
    let ours = a.and_then(|a| Ok(a.cmp(&b?))).ok();
    let recorded = call["result"].as_i64().map(|sign| sign.cmp(&0));
    tally.check::<Option<Ordering>>(&case, ours, recorded);
}

fn matches(tally: &mut Tally, case: &str, text: &str, call: &Value) {
    let pattern = Pattern::parse(text).unwrap();
    let candidates = call["args"][1].as_array().unwrap();
    let ours: Vec<&Value> =
        candidates.iter().filter(|value| pattern.matches(&Package::read(value))).collect();
    let recorded: Vec<&Value> = call["result"].as_array().unwrap().iter().collect();
    let case = format!("{case} of {}", strings(&call["args"][1]).join(" "));
    tally.check(case.trim_end(), ours, recorded);
}
