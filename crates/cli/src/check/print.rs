//! The report, in the form that was asked for.

use std::fmt::Write as _;

use hermitage_audit::{Comparison, Report};

use crate::args::{AuditArgs, CheckFormat};
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn print(report: &Report, args: &AuditArgs) -> Result<(), Failure> {
    let text = match args.format {
        CheckFormat::Json => {
            let mut text =
                serde_json::to_vec_pretty(report).map_err(|error| Failure::caused(&error))?;
            text.push(b'\n');
            text
        }
        CheckFormat::Text => (text(report) + &patch(report, args)?).into_bytes(),
    };
    if let Some(path) = &args.output {
        return std::fs::write(path, text)
            .map_err(|error| Failure::file(path, "the report can't be written", &error));
    }
    let mut out = Output::new();
    out.raw(&text)?;
    out.finish()
}

/// What the findings suggest, as a patch of the ebuild where it is given.
fn patch(report: &Report, args: &AuditArgs) -> Result<String, Failure> {
    let Some(path) = &args.ebuild else { return Ok(String::new()) };
    let ebuild = std::fs::read_to_string(path)
        .map_err(|error| Failure::file(path, "the ebuild can't be read", &error))?;
    let name = path.display().to_string();
    let name = name.trim_start_matches('/');
    Ok(hermitage_audit::patch(name, &ebuild, &report.findings).unwrap_or_default())
}

/// The findings, each with its first evidence.
fn text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let severity = finding.severity.as_str();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{severity}: {} [{}]", finding.message, finding.id);
        for evidence in &finding.evidence {
            let _ = writeln!(text, "    {}", evidence.path);
        }
        if let Some(suggestion) = &finding.suggestion {
            let _ = writeln!(text, "  {}", suggestion.text);
        }
    }
    let _ = writeln!(text, "{} findings", report.findings.len());
    if let Some(comparison) = &report.comparison {
        compared(&mut text, comparison);
    }
    text
}

/// What differs when all of the host is visible.
fn compared(text: &mut String, comparison: &Comparison) {
    if comparison.is_empty() {
        text.push_str("with all of the host visible the build leaves the same\n");
        return;
    }
    text.push_str("with all of the host visible the build differs:\n");
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".into());
    for feature in &comparison.features {
        let (host, declared) = (value(&feature.with_host), value(&feature.with_declared));
        let _ =
            writeln!(text, "  {}: {} is {host}, declared: {declared}", feature.file, feature.name);
    }
    for needed in &comparison.needed {
        for (names, sign) in [(&needed.only_with_host, '+'), (&needed.only_with_declared, '-')] {
            for name in names {
                let _ = writeln!(text, "  {}: needs {sign}{name}", needed.file);
            }
        }
    }
    for (files, sign) in [(&comparison.only_with_host, '+'), (&comparison.only_with_declared, '-')]
    {
        for file in files {
            let _ = writeln!(text, "  {sign}{file}");
        }
    }
}
