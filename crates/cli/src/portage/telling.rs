use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use hermitage_audit::{Finding, Report, Severity, format};

use super::phase::Phase;
use crate::failure::{Failure, harmless};

/// Says on the screen, which Portage logs, in Portage's own messages, and as files what a phase looked for.
pub(super) fn tell(
    phase: &Phase,
    report: &Report,
    failed: bool,
    reports: Option<&Path>,
) -> Result<(), Failure> {
    let lines = lines(phase, report);
    let mut screen = std::io::stderr().lock();
    for line in &lines {
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(screen, " * {line}");
    }
    log(phase, &lines, failed)?;
    let text = format::json(report);
    let own = phase.temporary().join("hermitage").join(format!("{}.json", phase.name));
    write(&own, text.as_bytes())?;
    match reports {
        Some(dir) => {
            let name = format!("{}.json", phase.name);
            write(&dir.join(&report.target).join(name), text.as_bytes())
        }
        None => Ok(()),
    }
}

/// What is said to people: how many findings, and of each what it is, where else it shows, and what to do.
fn lines(phase: &Phase, report: &Report) -> Vec<String> {
    let count = |severity| report.findings.iter().filter(|f| f.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (count(severity), severity.as_str()));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts.map(|(count, name)| format!("{count} {name}(s)")).collect();
    let head = format!(
        "hermitage: {}, {}: what it looked for is not what it declares: {}",
        report.target,
        phase.name,
        counts.join(", ")
    );
    [head].into_iter().chain(report.findings.iter().flat_map(finding)).collect()
}

fn finding(finding: &Finding) -> Vec<String> {
    let mut lines = vec![format!("  {}", finding.id), format!("    {}", finding.message)];
    // The first stands in the message.
    lines
        .extend(finding.evidence.iter().skip(1).take(2).map(|more| format!("      {}", more.path)));
    if finding.looks > 3 {
        lines.push(format!("      and {} more", finding.looks - 3));
    }
    lines.extend(finding.suggestion.iter().map(|todo| format!("    => {}", todo.text)));
    // A path that holds the end of a line would begin a message of its own.
    lines.iter().map(|line| harmless(&line.replace('\n', "\\n"))).collect()
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

fn write(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::file(path, "the report can't be written", &error))
}
