//! Portage's recorded calls about dependency specifications.

use super::package::strings;
use crate::tally::Tally;
use hermitage_atom::{DepKind, DepNode, DepSpec, Eapi, Nodes};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Counts one call, if it is about specifications.
pub(crate) fn count(tally: &mut Tally, call: &Value) -> bool {
    let function = call["fn"].as_str().unwrap();
    let Some(text) = call["args"][0].as_str() else { return false };
    let case = format!("{function} {text}");
    let recorded = call.get("result").cloned();
    match function {
        "use_reduce" => use_reduce(tally, call),
        "paren_reduce" => {
            // Portage leaves some groups in place that say nothing, so both sides are simplified.
            let simple = |text: &str| any_words(text).map(|spec| spec.simplify().to_string());
            tally.check(&case, simple(text), recorded.and_then(|list| simple(&written(&list))));
        }
        "get_required_use_flags" => {
            let ours = required_use(text, Eapi::LATEST).map(|spec| json!({"set": spec.flags()}));
            tally.check(&case, ours, recorded);
        }
        "extract_affecting_use" => {
            let leaf = call["args"][1].as_str().unwrap();
            let ours = any_words(text).map(|spec| json!({"set": affecting(&spec, leaf)}));
            tally.check(&format!("{case} {leaf}"), ours, recorded);
        }
        // What the call returned was not recorded, only that it did not raise an exception.
        "check_required_use" => {
            let eapi = call["kwargs"]["eapi"].as_str();
            let eapi = eapi.map_or(Eapi::LATEST, |eapi| Eapi::parse(eapi).unwrap());
            let ours = required_use(text, eapi).is_some();
            tally.check(&format!("{case} {}", call["args"][1]), ours, recorded.is_some());
        }
        _ => return false,
    }
    true
}

fn required_use(text: &str, eapi: Eapi) -> Option<DepSpec> {
    DepSpec::parse(text, eapi, DepKind::RequiredUse).ok()
}

/// Portage's functions take any words where ours want to know the variable.
fn any_words(text: &str) -> Option<DepSpec> {
    let parse = |kind| DepSpec::parse(text, Eapi::V6, kind).ok();
    let kinds = [DepKind::License, DepKind::RequiredUse, DepKind::Package];
    kinds.into_iter().find_map(parse)
}

/// The specification that Portage's nested lists stand for.
fn written(list: &Value) -> String {
    let member = |value: &Value| match value {
        Value::Array(_) => format!("( {} )", written(value)),
        word => word.as_str().unwrap().to_owned(),
    };
    list.as_array().unwrap().iter().map(member).collect::<Vec<_>>().join(" ")
}

/// The flags on whose conditions a leaf depends.
fn affecting<'s>(spec: &'s DepSpec, leaf: &str) -> BTreeSet<&'s str> {
    fn walk<'s>(nodes: Nodes<'s>, leaf: &str, above: &[&'s str], out: &mut BTreeSet<&'s str>) {
        for node in nodes {
            match node {
                DepNode::UseConditional { flag, children, .. } => {
                    walk(children, leaf, &[above, &[flag]].concat(), out);
                }
                DepNode::AllOf(members)
                | DepNode::AnyOf(members)
                | DepNode::ExactlyOneOf(members)
                | DepNode::AtMostOneOf(members) => walk(members, leaf, above, out),
                other if other.to_string() == leaf => out.extend(above),
                _ => {}
            }
        }
    }
    let mut out = BTreeSet::new();
    walk(spec.nodes(), leaf, &[], &mut out);
    out
}

/// The nested lists that Portage has for a specification.
fn list(nodes: Nodes<'_>, atoms: bool, convert: bool) -> Vec<Value> {
    let mut out = Vec::new();
    for node in nodes {
        match node {
            DepNode::Atom(atom) if atoms => out.push(json!({"atom": atom.as_str()})),
            DepNode::Uri { uri, name } => {
                out.push(json!(uri));
                out.extend(name.into_iter().flat_map(|name| [json!("->"), json!(name)]));
            }
            DepNode::AllOf(members) => out.push(Value::Array(list(members, atoms, convert))),
            DepNode::AnyOf(members) => {
                let mut members = list(members, atoms, convert);
                if convert {
                    members.insert(0, json!("||"));
                } else {
                    out.push(json!("||"));
                }
                out.push(Value::Array(members));
            }
            DepNode::UseConditional { flag, enabled, children } => {
                out.push(json!(format!("{}{flag}?", if enabled { "" } else { "!" })));
                out.push(Value::Array(list(children, atoms, convert)));
            }
            leaf => out.push(json!(leaf.to_string())),
        }
    }
    out
}

/// The arguments of `use_reduce`, by position or by name.
struct Arguments<'a>(&'a Value);

impl<'a> Arguments<'a> {
    const NAMES: [&'static str; 12] = [
        "depstr",
        "uselist",
        "masklist",
        "matchall",
        "excludeall",
        "is_src_uri",
        "eapi",
        "opconvert",
        "flat",
        "is_valid_flag",
        "token_class",
        "subset",
    ];

    fn get(&self, name: &str) -> &'a Value {
        let position = Self::NAMES.iter().position(|known| *known == name).unwrap();
        match &self.0["kwargs"][name] {
            Value::Null => &self.0["args"][position],
            value => value,
        }
    }

    fn is(&self, name: &str) -> bool {
        self.get(name).as_bool().unwrap_or(false)
    }
}

fn use_reduce(tally: &mut Tally, call: &Value) {
    let arguments = Arguments(call);
    if !arguments.get("subset").is_null() {
        return tally.outside("use_reduce(subset)");
    }
    if arguments.is("flat") && arguments.is("opconvert") {
        return tally.outside("use_reduce(flat and opconvert)");
    }
    let text = call["args"][0].as_str().unwrap();
    let case = format!("use_reduce {text}");
    tally.check(&case, reduce(text, &arguments).map(Value::Array), call.get("result").cloned());
}

fn reduce(text: &str, arguments: &Arguments<'_>) -> Option<Vec<Value>> {
    let atoms = !arguments.get("token_class").is_null();
    let eapi = arguments.get("eapi").as_str().map_or(Eapi::V0, |eapi| Eapi::parse(eapi).unwrap());
    let kinds: &[DepKind] = match (arguments.is("is_src_uri"), atoms) {
        (true, _) => &[DepKind::SrcUri],
        (_, true) => &[DepKind::Package],
        _ => &[DepKind::License, DepKind::Package],
    };
    let spec = kinds.iter().find_map(|&kind| DepSpec::parse(text, eapi, kind).ok())?;
    let valid = &arguments.get("is_valid_flag")["repr"];
    if valid.as_str().is_some_and(|repr| repr.contains("always_false")) && !spec.flags().is_empty()
    {
        return None;
    }
    let reduced = evaluate(&spec, arguments);
    if arguments.is("flat") {
        let flat = reduced.to_string();
        let words = flat.split(' ').filter(|word| !matches!(*word, "" | "(" | ")"));
        return Some(
            words.map(|word| if atoms { json!({"atom": word}) } else { json!(word) }).collect(),
        );
    }
    Some(list(reduced.simplify().nodes(), atoms, arguments.is("opconvert")))
}

fn evaluate(spec: &DepSpec, arguments: &Arguments<'_>) -> DepSpec {
    let [uses, masked, excluded] =
        ["uselist", "masklist", "excludeall"].map(|name| strings(arguments.get(name)));
    if !arguments.is("matchall") && masked.is_empty() && excluded.is_empty() {
        return spec.evaluate(&uses);
    }
    spec.select(|flag, enabled| {
        let among = |flags: &[String]| flags.iter().any(|one| one == flag);
        if !enabled && among(&excluded) {
            false
        } else if among(&masked) {
            !enabled
        } else {
            arguments.is("matchall") || among(&uses) == enabled
        }
    })
}

/// Real dependencies of real packages with the USE flags they were built with.
pub(crate) fn clusterhq(oracle: &Value) -> Tally {
    let mut tally = Tally::new("use-reduce-clusterhq");
    for row in oracle["rows"].as_array().unwrap() {
        let text = row["cache"].as_str().unwrap();
        let eapi = Eapi::parse(row["eapi"].as_str().unwrap()).unwrap();
        let uses = strings(&row["use"]);
        let ours = DepSpec::parse(text, eapi, DepKind::Package)
            .map(|spec| spec.evaluate(&uses).simplify().to_string());
        let case = format!("{} {}", row["pkg"], row["key"]);
        tally.check(&case, ours.ok().as_deref(), row["reduced_by_portage_2026"].as_str());
    }
    tally
}
