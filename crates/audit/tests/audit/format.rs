//! What holds for all formats.

use hermitage_audit::format::{self, SarifOptions, TextOptions};
use hermitage_audit::{Report, Severity, Summary, fixture, strategy};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::support::{comparison, is_plain, places, small};

/// A report in every format, with its name.
fn all(report: &Report) -> [(&'static str, String); 6] {
    let reports = std::slice::from_ref(report);
    [
        ("text", format::text(report, &TextOptions::default())),
        ("lines", format::lines(report)),
        ("json", format::json(report)),
        ("sarif", format::sarif(report, &SarifOptions::default())),
        ("junit", format::junit(reports, Severity::Warning)),
        ("html", format::html(reports)),
    ]
}

proptest! {
    #[test]
    fn every_finding_is_in_every_format(report in strategy::report(5)) {
        for (name, text) in all(&report) {
            for place in places(&report) {
                prop_assert!(text.contains(&place), "{name} lacks {place}:\n{text}");
            }
        }
    }

    #[test]
    fn the_same_report_gives_the_same_bytes(report in strategy::report(3)) {
        prop_assert_eq!(all(&report), all(&report.clone()));
    }

    #[test]
    fn what_people_read_holds_nothing_that_misleads(report in strategy::report(3)) {
        for (name, text) in all(&report) {
            let text = if name == "lines" { text.replace('\t', "") } else { text };
            let is_for_programs = matches!(name, "json" | "sarif");
            prop_assert!(is_for_programs || is_plain(&text), "{name}: {text:?}");
        }
        let summary = Summary::of(&[report]);
        prop_assert!(is_plain(&summary.text()) && is_plain(&summary.html()));
    }

    #[test]
    fn json_gives_the_report_again(report in strategy::report(5)) {
        let read: Report = serde_json::from_str(&format::json(&report)).unwrap();
        prop_assert_eq!(read, report);
    }
}

#[test]
fn the_strategy_reaches_what_is_hostile() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let all: String = (0..200)
        .map(|_| strategy::report(5).new_tree(&mut runner).unwrap().current())
        .map(|report| serde_json::to_string(&report).unwrap())
        .collect();
    for wanted in
        ["<script>", "]]>", "\\u0000", "\\\\xff", "](", "--RDEPEND", "\u{202e}", "\u{fffe}"]
    {
        assert!(all.contains(wanted), "{wanted:?} is not reached");
    }
}

#[test]
fn how_the_result_differs_is_in_every_format_but_lines() {
    let mut report = small();
    report.comparison = Some(comparison());
    for (name, text) in all(&report).into_iter().filter(|(name, _)| *name != "lines") {
        for part in ["HAVE_ZLIB_H", "libz.so.1", "libown.so.2", "/usr/share/extra", "xffss"] {
            assert!(text.contains(part), "{name} lacks {part}");
        }
    }
}

#[test]
fn a_large_report_has_what_it_says() {
    let report = fixture::report(500);
    let ids: std::collections::BTreeSet<_> =
        report.findings.iter().map(|finding| &finding.id).collect();
    assert_eq!(ids.len(), 500);
    assert_eq!(report.count(Severity::Note), 500);
}
