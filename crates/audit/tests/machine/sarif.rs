//! The standard's own schema of SARIF 2.1.0, which comes with the source of the package that knows its object model.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use hermitage_audit::format::{self, EbuildFile, SarifOptions};
use hermitage_audit::{fixture, strategy};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Case;

pub(crate) const CASES: &[Case<Schema>] = &[
    ("every_report_is_as_sarifs_schema_says", every_report),
    ("sarifs_schema_refuses_what_it_should", refuses),
];

/// The schema, ready to judge.
#[derive(Clone, Debug)]
pub(crate) struct Schema(Arc<Validator>);

/// The schema, or why it can't be had: cargo knows where the sources of packages are, and they may be another user's.
pub(crate) fn find() -> Result<Schema, String> {
    let unknown =
        |why: &dyn std::fmt::Display| format!("cargo does not tell where serde-sarif is: {why}");
    let host = host().map_err(|error| unknown(&error))?;
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline"])
        // Else it wants the packages of all platforms.
        .args(["--filter-platform", host.trim(), "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .map_err(|error| unknown(&error))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        unknown(&format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    })?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let path = Path::new(manifest.ok_or_else(|| unknown(&"it is not among the packages"))?);
    let text = std::fs::read_to_string(path.with_file_name("src").join("schema.json"))
        .map_err(|error| unknown(&error))?;
    // A bracket that closes nothing, in the pattern of a key that is not written: JavaScript takes it for itself, others do not.
    let text = text.replace("{2}]?$", r"{2}\\]?$");
    let schema = serde_json::from_str(&text).map_err(|error| unknown(&error))?;
    let validator = jsonschema::options().should_validate_formats(true).build(&schema);
    validator.map(|validator| Schema(Arc::new(validator))).map_err(|error| unknown(&error))
}

/// The name of this platform.
fn host() -> std::io::Result<String> {
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let output = Command::new(rustc).args(["--print", "host-tuple"]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Schema {
    fn errors(&self, log: &Value) -> Vec<String> {
        let tell =
            |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
        self.0.iter_errors(log).map(tell).collect()
    }
}

fn every_report(schema: &Schema) {
    let ebuild = EbuildFile { path: b"a/b c.ebuild", text: b"EAPI=8\nDEPEND=\"x\"\n" };
    let all = [SarifOptions::default(), SarifOptions { ebuild: Some(ebuild) }];
    let check = |report: &hermitage_audit::Report| {
        for options in &all {
            let log = serde_json::from_str(&format::sarif(report, options)).unwrap();
            assert_eq!(schema.errors(&log), [""; 0]);
        }
    };
    check(&fixture::report(500));
    let all = serde_json::from_str(&format::sarif_all(&[fixture::report(9), fixture::report(20)]));
    assert_eq!(schema.errors(&all.unwrap()), [""; 0]);
    // The same look twice: related locations must differ.
    let mut twice = fixture::report(9);
    for finding in &mut twice.findings {
        finding.evidence.extend(finding.evidence.clone());
    }
    check(&twice);
    proptest!(|(report in strategy::report(4))| check(&report));
}

fn refuses(schema: &Schema) {
    let log: Value =
        serde_json::from_str(&format::sarif(&fixture::report(9), &SarifOptions::default()))
            .unwrap();
    for (pointer, value) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/more", json!(1)),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b")),
        ("/runs/0/results/0/locations/0/physicalLocation/region", json!({"startLine": 0})),
        ("/runs/0/tool/driver/rules/0/id", json!(1)),
    ] {
        let mut spoilt = log.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        spoilt.pointer_mut(parent).unwrap()[key] = value;
        assert!(!schema.errors(&spoilt).is_empty(), "{pointer}");
    }
}
