//! The published schema is that of what is written.

use hermitage_audit::format::{self, JSON_SCHEMA};
use hermitage_audit::{Answer, Kind, Role, fixture, strategy};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::small;

fn schema() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(JSON_SCHEMA).unwrap()).unwrap()
}

fn written() -> Value {
    serde_json::from_str(&format::json(&small())).unwrap()
}

#[test]
fn every_report_is_as_the_schema_says() {
    let schema = schema();
    proptest!(|(report in strategy::report(4))| {
        let written: Value = serde_json::from_str(&format::json(&report)).unwrap();
        let errors: Vec<_> = schema.iter_errors(&written).map(|error| error.to_string()).collect();
        prop_assert!(errors.is_empty(), "{errors:?}");
    });
    assert!(schema.is_valid(&serde_json::from_str(&format::json(&fixture::report(70))).unwrap()));
}

#[test]
fn the_schema_knows_every_kind_role_and_answer() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let names = |what: &str| schema["$defs"][what]["enum"].clone();
    assert_eq!(names("kind"), json!(Kind::ALL));
    assert_eq!(names("role"), json!(Role::ALL));
    assert_eq!(names("answer"), json!(Answer::ALL));
}

#[test]
fn names_are_written_as_they_are_called() {
    assert_eq!(json!(Kind::ALL), json!(Kind::ALL.map(Kind::as_str)));
    assert_eq!(json!(Role::ALL), json!(Role::ALL.map(Role::as_str)));
    assert_eq!(json!(Answer::ALL), json!(Answer::ALL.map(Answer::as_str)));
}

/// A way to spoil a report.
type Change = fn(&mut Value);

#[test]
fn the_schema_refuses_what_is_not_written() {
    let schema = schema();
    assert!(schema.is_valid(&written()));
    let breaks: [(&str, Change); 8] = [
        ("two endings", |report| report["outcome"] = json!({"exited": 0, "signaled": 9})),
        ("another version", |report| report["schema"] = json!(2)),
        ("no target", |report| drop(report.as_object_mut().unwrap().remove("target"))),
        ("an unknown key", |report| report["more"] = json!(1)),
        ("an unknown kind", |report| report["findings"][0]["kind"] = json!("other")),
        ("a negative number", |report| report["findings"][0]["looks"] = json!(-1)),
        ("half an escape", |report| report["findings"][0]["evidence"][0]["path"] = json!("\\x0")),
        ("an unknown variable", |report| {
            report["findings"][0]["suggestion"]["classes"] = json!(["LDEPEND"]);
        }),
    ];
    for (what, change) in breaks {
        let mut report = written();
        change(&mut report);
        assert!(!schema.is_valid(&report), "{what}");
    }
}
