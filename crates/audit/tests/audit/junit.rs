use hermitage_audit::{Kind, Outcome, Report, Severity, Suppressed, format, strategy};
use proptest::prelude::*;
use roxmltree::Node;

use crate::support::{places, small, xml};

fn named<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |node| node.has_tag_name(name))
}

fn number(node: &Node<'_, '_>, attribute: &str) -> usize {
    node.attribute(attribute).unwrap().parse().unwrap()
}

#[test]
fn findings_fail_pass_or_are_skipped() {
    let mut report = small();
    let finding = report.findings.remove(1);
    report.suppressed.push(Suppressed { finding, reason: "not <built>".to_owned() });
    let text = format::junit(&[report], Severity::Warning);
    let document = xml(&text);
    let case = |name: &str| {
        named(document.root(), "testcase")
            .find(|case| case.attribute("name") == Some(name))
            .unwrap()
    };

    let failure = named(case("undeclared:sys-libs/zlib"), "failure").next().unwrap();
    assert_eq!(failure.attribute("type"), Some("undeclared"));
    assert!(failure.text().unwrap().contains("missing  /usr/include/zconf.h\n=> add"), "{text}");
    let skipped = named(case("indirect:dev-libs/b"), "skipped").next().unwrap();
    assert_eq!(skipped.attribute("message"), Some("not <built>"));
    assert!(named(case("unused:dev-util/flex"), "system-out").next().is_some());
    assert!(!case("misplaced").has_children());
    let suites = document.root_element();
    assert_eq!([number(&suites, "failures"), number(&suites, "skipped")], [1, 1]);
    // Three findings, the kinds of which there is none, and the command.
    assert_eq!(number(&suites, "tests"), 3 + Kind::ALL.len() - 3 + 1);
    assert!(!case("command").has_children());
}

#[test]
fn a_failed_command_is_an_error() {
    let mut report = small();
    report.outcome = Some(Outcome::Exited(2));
    report.warnings.push("/src/secret: can't be read".to_owned());
    let text = format::junit(&[report], Severity::Error);
    let document = xml(&text);
    let error = named(document.root(), "error").next().unwrap();
    assert_eq!(error.attribute("message"), Some("the command failed with exit code 2"));
    assert_eq!(error.parent().unwrap().attribute("name"), Some("command"));
    let told = named(document.root(), "system-err").next().unwrap();
    assert_eq!(told.text(), Some("/src/secret: can't be read"));
}

proptest! {
    #[test]
    fn it_is_well_formed_and_counts_what_it_holds(
        reports in proptest::collection::vec(strategy::report(3), 0..3),
        fail_on in prop_oneof![Just(Severity::Note), Just(Severity::Warning), Just(Severity::Error)],
    ) {
        let text = format::junit(&reports, fail_on);
        let document = xml(&text);
        let suites: Vec<_> = named(document.root(), "testsuite").collect();
        prop_assert_eq!(suites.len(), reports.len());
        for (suite, report) in suites.iter().zip(&reports) {
            check_suite(*suite, report, fail_on);
        }
        let all = document.root_element();
        for (what, element) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            prop_assert_eq!(number(&all, what), named(document.root(), element).count());
        }
    }
}

fn check_suite(suite: Node<'_, '_>, report: &Report, fail_on: Severity) {
    assert_eq!(number(&suite, "tests"), named(suite, "testcase").count());
    assert_eq!(number(&suite, "skipped"), report.suppressed.len());
    assert_eq!(named(suite, "failure").count(), report.count(fail_on));
    let cases: Vec<_> =
        named(suite, "testcase").map(|case| case.attribute("name").unwrap()).collect();
    for (case, place) in
        cases.iter().skip(usize::from(report.outcome.is_some())).zip(places(report))
    {
        assert!(case.starts_with(&place), "{case} is not {place}");
    }
}
