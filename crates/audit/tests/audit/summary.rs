use hermitage_audit::{Failed, Kind, Outcome, Report, Severity, Summary, strategy};
use proptest::prelude::*;

use crate::support::small;

/// Three builds: one as it is, one with a finding less, one that is clean.
fn reports() -> Vec<Report> {
    let mut other = small();
    "app-misc/other-3".clone_into(&mut other.target);
    other.findings.remove(1);
    let mut clean = small();
    "app-misc/clean-1".clone_into(&mut clean.target);
    clean.findings.clear();
    vec![clean, other, small()]
}

const EXPECTED: &str = "\
package              too little  too much  error  warning  note  undeclared  indirect  unused  suppressed  command
app-misc/viewer-1.2           2         1      1        1     1           1         1       1           0   exit 2
app-misc/other-3              1         1      1        0     1           1         0       1           0       ok
app-misc/clean-1              0         0      0        0     0           0         0       0           0        -

most often used without being declared: sys-libs/zlib (2), dev-libs/b (1)
most often declared and not used: dev-util/flex (2)
not checked: app-misc/broken-1: the build failed
3 packages: 2 declare too little, 2 too much; 1 failed to build; 1 could not be checked
";

#[test]
fn it_tells_who_declares_too_little_and_who_too_much() {
    let failed =
        Failed { target: "app-misc/broken-1".to_owned(), why: "the build failed".to_owned() };
    let [mut clean, other, mut viewer]: [Report; 3] = reports().try_into().unwrap();
    clean.outcome = None;
    viewer.outcome = Some(Outcome::Exited(2));
    let summary = Summary::of(&[clean, other, viewer]).failed([failed]);
    assert_eq!(summary.text(), EXPECTED);
    assert!(summary.html().contains("<td class=\"error\">exit 2</td>"));
}

#[test]
fn of_several_phases_the_one_that_failed_counts() {
    let mut broken = small();
    broken.outcome = Some(Outcome::Signaled(9));
    for reports in [[small(), broken.clone()], [broken, small()]] {
        let summary = Summary::of(&reports);
        assert_eq!(summary.commands_failed(), 1);
        assert_eq!(summary.packages[0].outcome, Some(Outcome::Signaled(9)));
    }
}

#[test]
fn a_note_is_no_lack() {
    let mut report = small();
    for finding in &mut report.findings {
        finding.severity = Severity::Note;
    }
    let summary = Summary::of(&[report]);
    assert_eq!([summary.too_little(), summary.too_much()], [0, 1]);
}

#[test]
fn what_is_found_in_two_phases_counts_once() {
    let mut compile = small();
    compile.phase = Some("compile".to_owned());
    let summary = Summary::of(&[small(), compile]);
    assert_eq!(summary.packages.len(), 1);
    assert_eq!(summary.packages[0].kinds[&Kind::Undeclared], 1);
    assert_eq!(summary.declared_too_rarely[0].targets.len(), 1);
}

proptest! {
    #[test]
    fn it_does_not_depend_on_the_order_of_the_reports(
        reports in proptest::collection::vec(strategy::report(3), 0..5),
    ) {
        let mut other = reports.clone();
        other.reverse();
        prop_assert_eq!(Summary::of(&reports), Summary::of(&other));
    }

    #[test]
    fn every_finding_is_counted(reports in proptest::collection::vec(strategy::report(3), 0..5)) {
        let mut reports = reports;
        for (at, report) in reports.iter_mut().enumerate() {
            report.target = format!("{at}{}", report.target);
        }
        let summary = Summary::of(&reports);
        let findings: usize = reports.iter().map(|report| report.findings.len()).sum();
        let by = |count: fn(&hermitage_audit::Row) -> usize| summary.packages.iter().map(count).sum::<usize>();
        prop_assert_eq!(by(|row| row.kinds.values().sum()), findings);
        prop_assert_eq!(by(|row| row.severities.values().sum()), findings);
    }

    #[test]
    fn json_gives_the_summary_again(reports in proptest::collection::vec(strategy::report(3), 0..3)) {
        let summary = Summary::of(&reports);
        prop_assert_eq!(serde_json::from_str::<Summary>(&summary.json()).unwrap(), summary);
    }
}
