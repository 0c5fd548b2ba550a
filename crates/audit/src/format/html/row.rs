//! A finding as a row of a table.

use std::fmt::{self, Write as _};

use super::super::Xml;
use super::super::graph::subject;
use super::super::lineage::lineage;
use crate::{Evidence, Finding};

/// Writes the row, with a column for the build where there are several.
pub(super) fn write(to: &mut String, finding: &Finding, build: Option<&str>) -> fmt::Result {
    let (severity, kind) = (finding.severity.as_str(), finding.kind.as_str());
    let subject = subject(finding);
    let rank = finding.severity as usize;
    writeln!(
        to,
        "<tr data-severity=\"{severity}\" data-kind=\"{kind}\" data-subject=\"{}\">",
        Xml(&subject)
    )?;
    write!(to, "<td data-sort=\"{rank}\"><span class=\"tag {severity}\">{severity}</span></td>")?;
    write!(to, "<td><span class=\"tag {kind}\">{kind}</span></td>")?;
    if let Some(build) = build {
        write!(to, "<td class=\"name\">{}</td>", Xml(build))?;
    }
    write!(to, "<td class=\"name\">{}</td>", Xml(&subject))?;
    write_finding(to, finding)?;
    write!(to, "<td>")?;
    if let Some(suggestion) = &finding.suggestion {
        write!(to, "{}", Xml(&suggestion.text))?;
    }
    writeln!(to, "</td><td class=\"number\">{}</td></tr>", finding.looks)
}

fn write_finding(to: &mut String, finding: &Finding) -> fmt::Result {
    write!(to, "<td>{}", Xml(&finding.message))?;
    write!(to, "<details><summary>what shows it</summary>")?;
    write!(to, "<div class=\"about\"><code>{}</code></div>", Xml(&finding.id))?;
    if !finding.chain.is_empty() {
        write!(to, "<div class=\"about\">by way of <code>{}</code></div>", Xml(&finding.chain))?;
    }
    if !finding.candidates.is_empty() {
        let candidates = finding.candidates.join(", ");
        write!(to, "<div class=\"about\">owned by any of {}</div>", Xml(&candidates))?;
    }
    if !finding.evidence.is_empty() {
        write!(to, "<ul class=\"looks\">")?;
        finding.evidence.iter().try_for_each(|shown| write_look(to, shown))?;
        write!(to, "</ul>")?;
    }
    let more = finding.looks.saturating_sub(finding.evidence.len());
    if more > 0 {
        write!(to, "<div class=\"about\">and {more} more</div>")?;
    }
    write!(to, "</details></td>")
}

fn write_look(to: &mut String, shown: &Evidence) -> fmt::Result {
    let path = shown.path.to_string();
    write!(to, "<li><span class=\"path\">{}</span> <small>{}", Xml(&path), shown.role.as_str())?;
    if let Some(answer) = shown.answer {
        write!(to, ", {}", answer.as_str())?;
    }
    write!(to, "</small>")?;
    if let Some(lineage) = lineage(shown) {
        write!(to, "<br/><small><code>{}</code></small>", Xml(&lineage))?;
    }
    write!(to, "</li>")
}
