//! The report, in the form that was asked for.

use std::io::IsTerminal as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_audit::format::{self, EbuildFile, SarifOptions, TextOptions};
use hermitage_audit::{Report, Severity, Summary};

use super::threshold;
use crate::args::{AuditArgs, CheckFormat};
use crate::destination::Destination;
use crate::failure::Failure;
use crate::report::Reporter;

/// Prints a report, or writes it where it was asked for.
pub(super) fn print(
    report: &Report,
    args: &AuditArgs,
    destination: Destination,
    reporter: Reporter,
) -> Result<(), Failure> {
    let ebuild = args.ebuild.as_deref().map(read).transpose()?;
    let text = match args.format {
        CheckFormat::Text => {
            let colour = destination.is_stdout() && std::io::stdout().is_terminal();
            let mut text = format::text(report, &TextOptions { colour, ..TextOptions::default() });
            if let (Some(path), Some(ebuild)) = (&args.ebuild, &ebuild) {
                text.push_str(&patch(report, path, ebuild)?);
            }
            text
        }
        CheckFormat::Lines => format::lines(report),
        CheckFormat::Json => format::json(report),
        CheckFormat::Sarif => {
            let path = args.ebuild.as_deref().unwrap_or(Path::new("")).as_os_str().as_bytes();
            let ebuild = ebuild.as_ref().map(|text| EbuildFile { path, text });
            format::sarif(report, &SarifOptions { ebuild })
        }
        CheckFormat::Junit => {
            let fail_on = threshold(args).unwrap_or(Severity::Error);
            format::junit(std::slice::from_ref(report), fail_on)
        }
        CheckFormat::Html => format::html(std::slice::from_ref(report)),
    };
    write(destination, &text, reporter)
}

/// Prints what many reports come to.
pub(super) fn print_summary(
    summary: &Summary,
    reports: &[Report],
    args: &AuditArgs,
    destination: Destination,
    reporter: Reporter,
) -> Result<(), Failure> {
    let text = match args.format {
        CheckFormat::Text => summary.text(),
        CheckFormat::Json => summary.json(),
        CheckFormat::Html => summary.html(),
        CheckFormat::Lines => reports.iter().map(format::lines).collect(),
        CheckFormat::Junit => format::junit(reports, threshold(args).unwrap_or(Severity::Error)),
        CheckFormat::Sarif => format::sarif_all(reports),
    };
    write(destination, &text, reporter)
}

/// A reader that goes away, like `head`, does not change what the exit code tells; that it has not seen all is said.
fn write(destination: Destination, text: &str, reporter: Reporter) -> Result<(), Failure> {
    match destination.write(text.as_bytes()) {
        Err(failure) if failure.is_silent() => {
            reporter.note("whoever read the report went away before its end");
            Ok(())
        }
        written => written,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file(path, "the ebuild can't be read", &error))
}

/// What the findings suggest, as a patch of the ebuild.
fn patch(report: &Report, path: &Path, ebuild: &[u8]) -> Result<String, Failure> {
    let ebuild = std::str::from_utf8(ebuild).map_err(|error| {
        Failure::new(format!("{}: an ebuild is UTF-8: {error}", path.display()))
    })?;
    let name = path.display().to_string();
    let name = name.trim_start_matches('/');
    Ok(hermitage_audit::patch(name, ebuild, &report.findings).unwrap_or_default())
}
