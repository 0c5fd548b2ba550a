use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::findings::Finding;
use super::phase::Phase;
use crate::failure::Failure;

/// What a phase looked for, as a file for programs.
#[derive(Debug, Serialize)]
struct Report<'r> {
    schema: u32,
    package: &'r str,
    phase: &'r str,
    failed: bool,
    findings: &'r [Finding],
}

/// Says on the screen, which Portage logs, in Portage's own messages, and as files what a phase looked for.
pub(super) fn tell(
    phase: &Phase,
    package: &str,
    findings: &[Finding],
    failed: bool,
    reports: Option<&Path>,
) -> Result<(), Failure> {
    if findings.is_empty() {
        return Ok(());
    }
    let lines = lines(phase, package, findings);
    let mut screen = std::io::stderr().lock();
    for line in &lines {
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(screen, " * {line}");
    }
    log(phase, &lines, failed)?;
    let report = Report { schema: 1, package, phase: &phase.name, failed, findings };
    let text = serde_json::to_vec_pretty(&report).map_err(|error| Failure::caused(&error))?;
    let own = phase.temporary().join("hermitage").join(format!("{}.json", phase.name));
    write(&own, &text)?;
    match reports {
        Some(dir) => write(&dir.join(package).join(format!("{}.json", phase.name)), &text),
        None => Ok(()),
    }
}

fn lines(phase: &Phase, package: &str, findings: &[Finding]) -> Vec<String> {
    let head = format!(
        "hermitage: {package}, {}: looked for files of packages that it does not declare:",
        phase.name
    );
    let advice = "declare them in DEPEND or BDEPEND, or switch off what looks for them";
    let found = findings.iter().map(|finding| format!("  {}", finding.line()));
    [head].into_iter().chain(found).chain([advice.into()]).collect()
}

/// Portage gathers its messages from files, a line each with its class before it.
fn log(phase: &Phase, lines: &[String], failed: bool) -> Result<(), Failure> {
    let dir = phase.temporary().join("logging");
    if !dir.is_dir() {
        return Ok(());
    }
    let class = if failed { "ERROR" } else { "QA" };
    let mut text = String::new();
    for line in lines {
        // A String takes all that is written to it.
        let _ = writeln!(text, "{class} {line}");
    }
    let path = dir.join(&phase.name);
    let file = File::options().append(true).create(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::file(&path, "Portage's messages can't be added to", &error))
}

fn write(path: &PathBuf, text: &[u8]) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::file(path, "the report can't be written", &error))
}
