use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::{Often, Row, Summary};
use crate::format::{By, Page, Xml, head};
use crate::report::{Kind, Severity};

const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

pub(super) fn html(summary: &Summary) -> String {
    let kinds: Vec<Kind> = summary.kinds().into_iter().collect();
    let severities: BTreeSet<Severity> =
        summary.packages.iter().flat_map(|row| row.severities.keys().copied()).collect();
    let mut body = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut body, summary, &kinds);
    Page {
        title: "hermitage check: summary",
        lead: summary.conclusion(),
        severities: &severities.into_iter().rev().collect::<Vec<_>>(),
        kinds: &kinds,
        body,
    }
    .to_string()
}

fn write(to: &mut String, summary: &Summary, kinds: &[Kind]) -> fmt::Result {
    let mut columns =
        vec![("package", By::Text), ("too little", By::Number), ("too much", By::Number)];
    columns.extend(SEVERITIES.map(|severity| (severity.as_str(), By::Number)));
    columns.extend(kinds.iter().map(|kind| (kind.as_str(), By::Number)));
    columns.extend([("suppressed", By::Number), ("command", By::Text)]);
    writeln!(to, "<div class=\"scroll\"><table class=\"sortable\">\n{}<tbody>", head(&columns))?;
    for row in &summary.packages {
        write_row(to, row, kinds)?;
    }
    writeln!(to, "</tbody></table></div>")?;
    write_often(to, "Used without being declared", &summary.declared_too_rarely)?;
    write_often(to, "Declared and not used", &summary.declared_too_often)?;
    if !summary.failed.is_empty() {
        writeln!(to, "<h2>Not checked</h2>\n<ul>")?;
        for failed in &summary.failed {
            writeln!(to, "<li><b>{}</b>: {}</li>", Xml(&failed.target), Xml(&failed.why))?;
        }
        writeln!(to, "</ul>")?;
    }
    Ok(())
}

fn write_row(to: &mut String, row: &Row, kinds: &[Kind]) -> fmt::Result {
    let names: Vec<&str> = row.kinds.keys().map(|kind| kind.as_str()).collect();
    let severities: Vec<&str> = row.severities.keys().map(|severity| severity.as_str()).collect();
    let (severities, names) = (severities.join(" "), names.join(" "));
    write!(to, "<tr data-severity=\"{severities}\" data-kind=\"{names}\"><td class=\"name\">")?;
    let target = Xml(&row.target);
    match &row.page {
        Some(page) => write!(to, "<a href=\"{}\">{target}</a></td>", address(page))?,
        None => write!(to, "{target}</td>")?,
    }
    number(to, row.too_little, "")?;
    number(to, row.too_much, "")?;
    for severity in SEVERITIES {
        number(to, row.severity(severity), severity.as_str())?;
    }
    for kind in kinds {
        number(to, row.kind(*kind), kind.as_str())?;
    }
    number(to, row.suppressed, "")?;
    let class = if row.has_failed() { "error" } else { "" };
    writeln!(to, "<td class=\"{class}\">{}</td></tr>", row.ending())
}

fn number(to: &mut String, number: usize, class: &str) -> fmt::Result {
    let class = if number == 0 { "zero" } else { class };
    write!(to, "<td class=\"{}\">{number}</td>", format!("number {class}").trim_end())
}

fn write_often(to: &mut String, title: &str, all: &[Often]) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(to, "<h2>{title}</h2>\n<div class=\"scroll\"><table class=\"sortable\">")?;
    writeln!(
        to,
        "{}<tbody>",
        head(&[("package", By::Text), ("by how many", By::Number), ("by", By::Text)])
    )?;
    for often in all {
        let (package, targets) = (Xml(&often.package), often.targets.join(", "));
        let count = often.targets.len();
        writeln!(
            to,
            "<tr><td class=\"name\">{package}</td><td class=\"number\">{count}</td><td>{}</td></tr>",
            Xml(&targets)
        )?;
    }
    writeln!(to, "</tbody></table></div>")
}

/// A relative path as an address: with everything escaped that could make it lead elsewhere (RFC 3986).
fn address(path: &str) -> String {
    let mut address = String::from("./");
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => address.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            // Writing to a string does not fail.
            byte => drop(write!(address, "%{byte:02X}")),
        }
    }
    address
}
