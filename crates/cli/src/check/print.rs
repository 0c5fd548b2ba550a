//! The report, in the form that was asked for.

use std::fmt::Write as _;

use hermitage_audit::Report;

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
        CheckFormat::Text => text(report).into_bytes(),
    };
    if let Some(path) = &args.output {
        return std::fs::write(path, text)
            .map_err(|error| Failure::file(path, "the report can't be written", &error));
    }
    let mut out = Output::new();
    out.raw(&text)?;
    out.finish()
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
    text
}
