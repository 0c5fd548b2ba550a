use hermitage_audit::{Date, ErrorKind, Place, Report, Suppressions, format, strategy};
use proptest::prelude::*;

use crate::support::small;

const TODAY: Date = Date { year: 2026, month: 11, day: 25 };

/// What is left, what is put up with, and the places of the suppressions that did nothing, all with `+` for an expired one.
fn outcome(text: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let suppressions = Suppressions::parse(text).unwrap();
    let mut report = small();
    let used = report.suppress(&suppressions, TODAY);
    let ids = |report: &Report| report.findings.iter().map(|finding| finding.id.clone()).collect();
    let suppressed =
        report.suppressed.iter().map(|one| format!("{}: {}", one.finding.id, one.reason));
    let idle = suppressions.idle(&used, TODAY).into_iter().map(|idle| {
        let expired = if idle.is_expired { "+" } else { "" };
        format!("{expired}{}:{}", idle.suppression.line().unwrap(), idle.suppression.id())
    });
    (ids(&report), suppressed.collect(), idle.collect())
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_pattern_of_ids_suppresses_with_its_reason() {
    let (left, suppressed, idle) = outcome(
        "schema = 1\n[[suppress]]\nid = \"un*:*\"\nreason = \"a\"\n[[suppress]]\nid = \"unused:*\"\nreason = \"b\"\n",
    );
    assert_eq!(left, strings(&["indirect:dev-libs/b"]));
    assert_eq!(suppressed, strings(&["undeclared:sys-libs/zlib: a", "unused:dev-util/flex: a"]));
    assert_eq!(idle, strings(&["6:unused:*"]), "the first one that fits is the one that is used");
}

#[test]
fn target_and_package_narrow_it() {
    let suppresses = |more: &str| {
        let text = format!("schema = 1\n[[suppress]]\nid = \"*\"\nreason = \"a\"\n{more}\n");
        outcome(&text).1.len()
    };
    assert_eq!(suppresses(""), 3);
    assert_eq!(suppresses("target = \"app-misc/viewer-*\""), 3);
    assert_eq!(suppresses("target = \"app-misc/view\""), 0);
    assert_eq!(suppresses("package = \"sys-libs/zlib\""), 1);
    assert_eq!(suppresses("package = \"sys-libs/zlib-1.*\""), 1);
    assert_eq!(suppresses("package = \"sys-libs/zlib-2*\""), 0);
    assert_eq!(suppresses("target = \"*\"\npackage = \"dev-*\""), 2);
}

#[test]
fn it_holds_until_the_end_of_its_last_day() {
    let with = |until: &str| {
        outcome(&format!(
            "schema = 1\n[[suppress]]\nid = \"unused:*\"\nreason = \"a\"\nuntil = {until}\n"
        ))
    };
    for holds in ["2026-11-25", "2026-12-01", "2027-01-01"] {
        assert_eq!(with(holds).1.len(), 1, "{holds}");
    }
    for over in ["2026-11-24", "2026-10-31", "2025-12-31"] {
        let (_, suppressed, idle) = with(over);
        assert_eq!(suppressed.len(), 0, "{over}");
        assert_eq!(idle, strings(&["+3:unused:*"]), "{over}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (line, text, what) in [
        (1, "[[suppress]]\nid = \"a\"\nreason = \"b\"\n", "schema"),
        (1, "schema = 2\n", "schema 1"),
        (2, "schema = 1\n[[suppress]]\nid = \"a\"\n", "reason"),
        (4, "schema = 1\n[[suppress]]\nid = \"a\"\nreason = \" \"\n", "reason is empty"),
        (2, "schema = 1\n[[suppress]]\nreason = \"a\"\n", "id"),
        (
            5,
            "schema = 1\n[[suppress]]\nid = \"a\"\nreason = \"b\"\nids = 1\n",
            "unknown field `ids`",
        ),
        (
            5,
            "schema = 1\n[[suppress]]\nid = \"a\"\nreason = \"b\"\nuntil = 12:00:00\n",
            "until is a day",
        ),
        (5, "schema = 1\n[[suppress]]\nid = \"a\"\nreason = \"b\"\nuntil = 2027-02-30\n", "date"),
        (3, "schema = 1\n[[suppress]]\nid = a\n", "not a suppression"),
    ] {
        let error = Suppressions::parse(text).unwrap_err();
        assert_eq!(*error.place(), Place::Line(line), "{error}\n{text}");
        assert!(matches!(error.kind(), ErrorKind::Suppression(_)));
        assert!(error.to_string().contains(what), "{error} lacks {what:?}");
    }
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let old = {
        let mut report = small();
        report.findings.remove(0);
        let unused =
            Suppressions::parse("schema = 1\n[[suppress]]\nid = \"unused:*\"\nreason = \"a\"\n");
        report.suppress(&unused.unwrap(), TODAY);
        report
    };
    let baseline = Suppressions::baseline(format::json(&old).as_bytes()).unwrap();
    let mut new = small();
    "app-misc/viewer-1.3".clone_into(&mut new.target);
    new.findings.remove(1);
    let used = new.suppress(&baseline, TODAY);
    let left: Vec<_> = new.findings.iter().map(|finding| &finding.id[..]).collect();
    assert_eq!(left, ["undeclared:sys-libs/zlib"]);
    assert_eq!(new.suppressed[0].reason, "it is in the baseline");
    let fixed: Vec<_> =
        baseline.idle(&used, TODAY).iter().map(|idle| idle.suppression.id().to_owned()).collect();
    assert_eq!(fixed, ["indirect:dev-libs/b"]);
}

#[test]
fn an_id_in_a_baseline_is_no_pattern() {
    let mut report = small();
    "unowned:/tmp/*".clone_into(&mut report.findings[0].id);
    let baseline = Suppressions::baseline(format::json(&report).as_bytes()).unwrap();
    "unowned:/tmp/new".clone_into(&mut report.findings[0].id);
    report.suppress(&baseline, TODAY);
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn a_baseline_that_is_no_report_is_told() {
    let error = Suppressions::baseline(b"{\n  \"schema\": 1,\n  \"target\": 3\n}").unwrap_err();
    assert_eq!(*error.place(), Place::Line(3));
    assert_eq!(
        error.to_string(),
        "line 3: not a report: invalid type: integer `3`, expected a string"
    );
    let mut later = small();
    later.schema = 2;
    let error = Suppressions::baseline(format::json(&later).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "not a report: it is of schema 2, and 1 is known");
}

#[test]
fn what_is_used_anywhere_is_used() {
    let text = "schema = 1\n[[suppress]]\nid = \"unused:*\"\ntarget = \"a\"\nreason = \"a\"\n\
                [[suppress]]\nid = \"unused:*\"\ntarget = \"b\"\nreason = \"a\"\n";
    let suppressions = Suppressions::parse(text).unwrap();
    let used = ["a", "b"].map(|target| {
        let mut report = small();
        target.clone_into(&mut report.target);
        report.suppress(&suppressions, TODAY)
    });
    let [a, b] = used;
    assert_eq!(suppressions.idle(&a, TODAY).len(), 1);
    assert_eq!(suppressions.idle(&a.and(b), TODAY).len(), 0);
}

#[test]
fn days_are_counted_from_1970() {
    for (seconds, day) in [
        (0, "1970-01-01"),
        (86_399, "1970-01-01"),
        (86_400, "1970-01-02"),
        (68_256_000, "1972-03-01"),
        (951_782_400, "2000-02-29"),
        (1_795_564_800, "2026-11-25"),
        (4_107_542_400, "2100-03-01"),
    ] {
        assert_eq!(Date::at(seconds).to_string(), day);
    }
    assert!(Date::at(u64::MAX) > Date::at(4_107_542_400));
}

proptest! {
    #[test]
    fn nothing_is_lost(mut report in strategy::report(6), id in "[#0-9*]{1,4}") {
        let ids = |report: &Report| {
            let suppressed = report.suppressed.iter().map(|one| one.finding.id.clone());
            let mut ids: Vec<_> = report.findings.iter().map(|finding| finding.id.clone()).chain(suppressed).collect();
            ids.sort();
            ids
        };
        let before = ids(&report);
        let text = format!("schema = 1\n[[suppress]]\nid = \"{id}*\"\nreason = \"a\"\n");
        report.suppress(&Suppressions::parse(&text).unwrap(), TODAY);
        prop_assert_eq!(ids(&report), before);
    }

    #[test]
    fn a_report_is_nothing_new_to_itself(mut report in strategy::report(6)) {
        let baseline = Suppressions::baseline(format::json(&report).as_bytes()).unwrap();
        report.suppress(&baseline, TODAY);
        prop_assert!(report.findings.is_empty());
    }
}
