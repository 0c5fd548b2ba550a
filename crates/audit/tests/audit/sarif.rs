use hermitage_audit::format::{self, EbuildFile, SarifOptions};
use hermitage_audit::{Finding, Kind, Outcome, Report, Suppressed, Text, strategy};
use proptest::prelude::*;
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;

use crate::support::small;

fn written(report: &Report, options: &SarifOptions<'_>) -> Value {
    serde_json::from_str(&format::sarif(report, options)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

/// What a reader makes of a message without arguments.
fn read(message: &Value) -> String {
    let text = message["text"].as_str().unwrap().replace("{{", "{").replace("}}", "}");
    text.replace("\\[", "[").replace("\\]", "]")
}

#[test]
fn without_an_ebuild_a_result_is_at_the_file_that_was_looked_for() {
    let log = written(&small(), &SarifOptions::default());
    let zlib = &results(&log)[0];
    assert_eq!(zlib["ruleId"], "undeclared");
    assert_eq!(zlib["level"], "error");
    assert_eq!(zlib["partialFingerprints"]["hermitageFinding/v1"], "undeclared:sys-libs/zlib");
    let location = &zlib["locations"][0];
    assert_eq!(
        location["physicalLocation"],
        json!({"artifactLocation": {"uri": "file:///usr/include/zlib.h"}})
    );
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "sys-libs/zlib-1.3");
    let related = zlib["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 1);
    assert_eq!(
        related[0]["physicalLocation"]["artifactLocation"]["uri"],
        "file:///usr/include/zconf.h"
    );
    assert_eq!(results(&log)[2]["locations"][0]["physicalLocation"], Value::Null);
}

#[test]
fn how_the_command_ended_is_an_invocation() {
    let invocation = |outcome| {
        let log = written(&Report { outcome, ..small() }, &SarifOptions::default());
        log["runs"][0]["invocations"][0].clone()
    };
    assert_eq!(invocation(None), Value::Null);
    let good = json!({"executionSuccessful": true, "exitCode": 0});
    assert_eq!(invocation(Some(Outcome::Exited(0))), good);
    let failed = invocation(Some(Outcome::Exited(2)));
    assert_eq!(failed["executionSuccessful"], false);
    assert_eq!(failed["exitCode"], 2);
    let told = &failed["toolExecutionNotifications"][0];
    assert_eq!(told["level"], "error");
    assert!(read(&told["message"]).starts_with("the command failed with exit code 2"), "{told}");
    assert_eq!(invocation(Some(Outcome::Signaled(9)))["exitSignalNumber"], 9);
}

#[test]
fn with_an_ebuild_a_result_is_at_the_variable_to_change() {
    let text = b"EAPI=8\nMY_DEPEND=\"x\"\nRDEPEND=\"\n\tapp/x\n\"\n\tDEPEND+=\" app/y\"\n";
    let ebuild = EbuildFile { path: b"app-misc/viewer/viewer-1 2.ebuild", text };
    let log = written(&small(), &SarifOptions { ebuild: Some(ebuild) });
    let place = |at: usize| &results(&log)[at]["locations"][0]["physicalLocation"];
    assert_eq!(
        *place(0),
        json!({
            "artifactLocation": {"uri": "app-misc/viewer/viewer-1%202.ebuild"},
            "region": {"startLine": 6}
        })
    );
    // There is nothing to change in a variable.
    assert_eq!(place(1)["region"]["startLine"], 1);
    assert_eq!(results(&log)[0]["relatedLocations"].as_array().unwrap().len(), 2);
}

#[test]
fn bytes_of_a_path_are_escaped_in_its_uri() {
    let mut report = small();
    report.findings[0].evidence[0].path = Text(b"/a b/\xff%:?#".to_vec());
    let log = written(&report, &SarifOptions::default());
    let location = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(location["uri"], "file:///a%20b/%FF%25%3A%3F%23");
}

#[test]
fn the_rules_are_the_kinds_with_their_help() {
    let log = written(&small(), &SarifOptions::default());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, Kind::ALL.map(Kind::as_str));
    for (rule, kind) in rules.iter().zip(Kind::ALL) {
        assert_eq!(read(&rule["help"]), kind.advice());
        assert_eq!(rule["defaultConfiguration"]["level"], kind.usual_severity().as_str());
    }
}

#[test]
fn a_suppressed_finding_is_a_result_with_the_reason() {
    let mut report = small();
    let finding = report.findings.remove(0);
    report.suppressed.push(Suppressed { finding, reason: "known".to_owned() });
    let log = written(&report, &SarifOptions::default());
    let of = |at: usize| &results(&log)[at]["suppressions"];
    assert_eq!(*of(0), json!([]));
    assert_eq!(*of(2), json!([{"kind": "external", "justification": "known"}]));
}

#[test]
fn several_reports_are_runs_of_one_log() {
    let mut other = small();
    "app-misc/other-1".clone_into(&mut other.target);
    let log: Value = serde_json::from_str(&format::sarif_all(&[small(), other])).unwrap();
    let id = |at: usize| &log["runs"][at]["automationDetails"]["id"];
    assert_eq!(id(0), "hermitage/check/app-misc/viewer-1.2/configure");
    assert_eq!(id(1), "hermitage/check/app-misc/other-1/configure");
    assert_eq!(log["runs"][0], written(&small(), &SarifOptions::default())["runs"][0]);
}

#[test]
fn a_message_is_no_link_and_has_no_arguments() {
    let mut report = small();
    report.findings[0].message = "[x](1) {0}".to_owned();
    let log = written(&report, &SarifOptions::default());
    let text = results(&log)[0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("\\[x\\](1) {{0}}; add"), "{text}");
}

fn said(finding: &Finding) -> String {
    match &finding.suggestion {
        Some(suggestion) => format!("{}; {}", finding.message, suggestion.text),
        None => finding.message.clone(),
    }
}

proptest! {
    /// The object model knows what is required and which values there are; what it does not know it drops.
    #[test]
    fn it_is_of_sarifs_object_model_and_nothing_else(report in strategy::report(4)) {
        let log = written(&report, &SarifOptions::default());
        let model: Sarif = serde_json::from_value(log.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(model).unwrap(), log);
    }

    #[test]
    fn every_finding_is_a_result_that_is_known_again_by_its_id(report in strategy::report(4)) {
        let log = written(&report, &SarifOptions::default());
        let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
        let findings: Vec<_> = report.findings.iter().chain(suppressed).collect();
        prop_assert_eq!(results(&log).len(), findings.len());
        for (result, finding) in results(&log).iter().zip(findings) {
            prop_assert_eq!(&result["partialFingerprints"]["hermitageFinding/v1"], &json!(finding.id));
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            prop_assert_eq!(Kind::ALL[rule], finding.kind);
            let said = said(finding);
            if !said.contains('\\') && !said.contains("{{") && !said.contains("}}") {
                prop_assert_eq!(read(&result["message"]), said);
            }
        }
    }
}
