//! A page for people with a browser.

mod row;

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::comparison;
use super::count::totals;
use super::page::{By, head};
use super::{Page, Xml, counted, ending, graph};
use crate::{Finding, Kind, Report, Severity};

/// Reports as one page of HTML that loads nothing: a table that can be sorted and filtered by words, severities and kinds, and for each
/// report a picture of its packages.
///
/// It follows the browser's light or dark scheme. Without scripts everything on it can still be read.
pub fn html(reports: &[Report]) -> String {
    let title = match reports {
        [one] => one.target.clone(),
        several => format!("hermitage check of {}", counted(several.len(), "build")),
    };
    let findings = || reports.iter().flat_map(|report| &report.findings);
    let kinds: BTreeSet<Kind> = findings().map(|finding| finding.kind).collect();
    let found: BTreeSet<Severity> = findings().map(|finding| finding.severity).collect();
    let page = Page {
        title: &title,
        lead: lead(reports),
        severities: &found.into_iter().rev().collect::<Vec<_>>(),
        kinds: &kinds.into_iter().collect::<Vec<_>>(),
        body: body(reports),
    };
    page.to_string()
}

/// The line below the title, as HTML.
fn lead(reports: &[Report]) -> String {
    match reports {
        [one] => {
            let phase = one.phase.iter().map(|phase| format!("phase {}: ", Xml(phase)));
            format!("{}{}", phase.collect::<String>(), totals(one))
        }
        several => counted(several.iter().map(|report| report.findings.len()).sum(), "finding"),
    }
}

fn body(reports: &[Report]) -> String {
    let mut body = String::new();
    // Writing to a string does not fail.
    let _ = write_body(&mut body, reports);
    body
}

fn write_body(to: &mut String, reports: &[Report]) -> fmt::Result {
    for report in reports {
        let whose = if reports.len() == 1 { String::new() } else { format!("{}: ", report.target) };
        for line in ending::lines(report) {
            writeln!(to, "<p class=\"warning\">{}</p>", Xml(&format!("{whose}{line}")))?;
        }
    }
    match reports {
        [one] => {
            write_picture(to, one, "picture", " open=\"\"")?;
            write_findings(to, reports)?;
        }
        several => {
            write_findings(to, several)?;
            writeln!(to, "<h2>Pictures</h2>")?;
            several.iter().try_for_each(|report| write_picture(to, report, &report.target, ""))?;
        }
    }
    reports.iter().try_for_each(|report| write_rest(to, report, reports.len() == 1))
}

fn write_picture(to: &mut String, report: &Report, name: &str, open: &str) -> fmt::Result {
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(to, "<details{open}><summary>{}</summary>", Xml(name))?;
    writeln!(to, "<div class=\"picture\">{}</div>\n</details>", graph::svg(report))
}

fn write_findings(to: &mut String, reports: &[Report]) -> fmt::Result {
    let is_single = reports.len() == 1;
    let mut columns = vec![("severity", By::Rank), ("kind", By::Text)];
    if !is_single {
        columns.push(("build", By::Text));
    }
    columns.extend([
        ("package", By::Text),
        ("finding", By::Text),
        ("what to do", By::Text),
        ("looks", By::Number),
    ]);
    writeln!(to, "<div class=\"scroll\"><table class=\"sortable\">\n{}<tbody>", head(&columns))?;
    for report in reports {
        for finding in &report.findings {
            row::write(to, finding, (!is_single).then_some(&report.target[..]))?;
        }
    }
    writeln!(to, "</tbody></table></div>")?;
    if reports.iter().all(|report| report.findings.is_empty()) {
        writeln!(to, "<p>No findings.</p>")?;
    }
    Ok(())
}

/// How the result differs, what was put up with, and what the rules said of the looks that mean nothing.
fn write_rest(to: &mut String, report: &Report, is_single: bool) -> fmt::Result {
    let whose = if is_single { String::new() } else { format!(" of {}", Xml(&report.target)) };
    if let Some(compared) = &report.comparison {
        let title = comparison::title(compared);
        writeln!(to, "<details open=\"\"><summary>{title}{whose}</summary><ul>")?;
        for line in comparison::lines(compared) {
            writeln!(to, "<li><code>{}</code></li>", Xml(&line))?;
        }
        writeln!(to, "</ul></details>")?;
    }
    if !report.suppressed.is_empty() {
        let count = report.suppressed.len();
        writeln!(to, "<details><summary>{count} suppressed{whose}</summary><table>")?;
        writeln!(
            to,
            "<thead><tr><th>finding</th><th>why it is put up with</th></tr></thead><tbody>"
        )?;
        for suppressed in &report.suppressed {
            let Finding { id, message, .. } = &suppressed.finding;
            let reason = Xml(&suppressed.reason);
            let (id, message) = (Xml(id), Xml(message));
            writeln!(to, "<tr><td><code>{id}</code><br/>{message}</td><td>{reason}</td></tr>")?;
        }
        writeln!(to, "</tbody></table></details>")?;
    }
    if !report.quieted.is_empty() {
        let looks = counted(report.quieted.iter().map(|quieted| quieted.looks).sum(), "look");
        writeln!(
            to,
            "<details><summary>{looks}{whose} that mean nothing by a rule</summary><table>"
        )?;
        writeln!(
            to,
            "<thead><tr><th>rule</th><th class=\"number\">looks</th></tr></thead><tbody>"
        )?;
        for quieted in &report.quieted {
            let (rule, looks) = (Xml(&quieted.rule), quieted.looks);
            writeln!(to, "<tr><td><code>{rule}</code></td><td class=\"number\">{looks}</td></tr>")?;
        }
        writeln!(to, "</tbody></table></details>")?;
    }
    Ok(())
}
