//! What pages do.

use std::collections::BTreeMap;

use hermitage_audit::{Failed, Finding, Kind, Report, Summary, fixture, format, strategy};

use crate::Case;
use crate::browser::Browser;

pub(crate) const CASES: &[Case<Browser>] = &[
    ("a_page_of_500_findings_opens_filters_and_sorts_in_under_a_second", large),
    ("a_page_filters_by_words_severity_kind_and_package", filters),
    ("a_page_sorts_by_each_column_both_ways", sorts),
    ("whatever_names_hold_the_browser_takes_them_for_text", hostile),
    ("the_summary_filters_and_sorts", summary),
];

/// What people take for at once, in milliseconds.
const LIMIT: f64 = 1000.0;

fn large(browser: &Browser) {
    let page = format::html(&[fixture::report(500)]);
    let script = "
told.filtered = timed(() => words('libfoo'));
told.unfiltered = timed(() => words(''));
told.kind = timed(() => document.querySelector('[data-kind=unused]').click());
told.sorted = timed(() => [...document.querySelectorAll('th')].at(-1).click());
told.rows = rows().length;
";
    // The best of a few runs: other programs' work is not the page's.
    let mut best = BTreeMap::new();
    for run in 0..5 {
        let told = browser.tell(&page, script);
        check(&told, &[("rows", 500), ("loaded", 0), ("violations", 0)]);
        for what in ["opened", "filtered", "unfiltered", "kind", "sorted"] {
            let known = best.entry(what).or_insert(f64::INFINITY);
            *known = told[what].min(*known);
        }
        if run >= 2 && best.values().all(|&time| time < LIMIT) {
            break;
        }
    }
    for (what, time) in best {
        eprintln!("500 findings, {what}: {time:.0} ms");
        assert!(time < LIMIT, "{what}: {time} ms");
    }
}

fn filters(browser: &Browser) {
    let report = fixture::report(70);
    let count = |is_meant: &dyn Fn(&Finding) -> bool| {
        report.findings.iter().filter(|finding| is_meant(finding)).count()
    };
    let mentions = |finding: &Finding| serde_json::to_string(finding).unwrap().contains("libfoo");
    let chosen = report.findings.iter().find(|finding| finding.kind == Kind::Indirect).unwrap();
    let subject = &chosen.package.as_ref().unwrap().cpv;
    let script = format!(
        "
told.all = shown().length;
words('LIBFOO /usr/include');
told.words = shown().length;
told.counted = Number(document.getElementById('count').textContent.split(' ')[0]);
told.faded = document.querySelectorAll('svg .chip.faded').length;
words('');
const box = (name) => document.querySelector(name).click();
box('[data-kind=unused]');
told.kinds = shown().length;
box('[data-severity=note]');
told.both = shown().length;
box('[data-kind=unused]');
box('[data-severity=note]');
told.again = shown().length;
const chip = [...document.querySelectorAll('svg .chip')].find((chip) => chip.dataset.subject === '{subject}');
chip.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}));
told.picked = shown().length;
chip.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true }}));
told.unpicked = shown().length;
"
    );
    let told = browser.tell(&format::html(std::slice::from_ref(&report)), &script);
    let of_foo = count(&mentions);
    let used = count(&|finding| finding.kind != Kind::Unused);
    let is_note = |finding: &Finding| finding.severity == hermitage_audit::Severity::Note;
    let both = count(&|finding| finding.kind != Kind::Unused && !is_note(finding));
    assert!(0 < of_foo && of_foo < 70 && 0 < both && both < used);
    check(&told, &[("all", 70), ("words", of_foo), ("counted", of_foo), ("faded", 70 - of_foo)]);
    check(
        &told,
        &[("kinds", used), ("both", both), ("again", 70), ("picked", 1), ("unpicked", 70)],
    );
}

fn sorts(browser: &Browser) {
    let script = "
const columns = [...document.querySelectorAll('table.sortable')][0].tHead.rows[0].cells;
const numeric = [0, 5];
const ordered = (column, sign) => {
  const keys = rows().map((row) => row.cells[column]).map((cell) => cell.dataset.sort ?? cell.textContent);
  return keys.every((key, at) => {
    const [a, b] = numeric.includes(column) ? [Number(keys[at - 1]), Number(key)] : [keys[at - 1], key];
    return at === 0 || a === b || (a < b) === (sign > 0);
  });
};
told.wrong = 0;
for (const column of [0, 1, 2, 3, 4, 5]) {
  const first = numeric.includes(column) ? -1 : 1;
  for (const sign of [first, -first]) {
    columns[column].querySelector('button').click();
    if (!ordered(column, sign)) told.wrong += 1;
    const name = sign > 0 ? 'ascending' : 'descending';
    if (columns[column].getAttribute('aria-sort') !== name) told.wrong += 1;
  }
}
told.marked = document.querySelectorAll('th[aria-sort]').length;
told.rows = rows().length;
told.most = Number(rows()[0].cells[5].textContent);
";
    let report = fixture::report(70);
    let least = report.findings.iter().map(|finding| finding.looks).min().unwrap();
    let told = browser.tell(&format::html(&[report]), script);
    check(&told, &[("wrong", 0), ("marked", 1), ("rows", 70), ("most", least)]);
}

fn hostile(browser: &Browser) {
    let mut report = fixture::report(strategy::HOSTILE.len());
    for (finding, text) in report.findings.iter_mut().zip(strategy::HOSTILE) {
        text.clone_into(&mut finding.message);
        finding.id.push_str(text);
        if let Some(package) = &mut finding.package {
            package.cpv.push_str(text);
        }
        finding.chain.push_str(text);
        finding.evidence.iter_mut().for_each(|shown| shown.path = text.into());
        report.target.push_str(text);
    }
    let script = "
told.scripts = document.scripts.length;
told.images = document.images.length;
told.handlers = [...document.querySelectorAll('*')]
  .flatMap((element) => [...element.attributes]).filter((one) => one.name.startsWith('on')).length;
told.rows = rows().length;
told.tags = rows().filter((row) => row.cells[3].textContent.startsWith('<' + 'script>alert(1)<' + '/script>')).length;
words('<img');
told.found = shown().length;
";
    let rows = report.findings.len();
    let told = browser.tell(&format::html(&[report]), script);
    // Its own script, and that of the test.
    check(&told, &[("scripts", 2), ("images", 0), ("handlers", 0), ("rows", rows)]);
    check(&told, &[("tags", 1), ("found", 1), ("loaded", 0), ("violations", 0)]);
}

fn summary(browser: &Browser) {
    let report =
        |at: usize| Report { target: format!("app-misc/package{at}-1"), ..fixture::report(at % 9) };
    let reports: Vec<Report> = (0..300).map(report).collect();
    let failed = Failed { target: "app/broken-1".to_owned(), why: "it did".to_owned() };
    let summary = Summary::of(&reports).failed([failed]);
    let script = "
told.filtered = timed(() => words('package17'));
told.shown = shown().length;
words('');
told.all = Number(document.getElementById('count').textContent.split(' ')[0]);
told.sorted = timed(() => document.querySelectorAll('th button')[2].click());
told.most = Number(rows()[0].cells[2].textContent);
";
    let told = browser.tell(&summary.html(), script);
    let most = summary.packages.iter().map(|row| row.too_much).max().unwrap();
    let of_17 = reports.iter().filter(|report| report.target.contains("package17")).count();
    check(&told, &[("shown", of_17), ("all", 300), ("most", most), ("loaded", 0)]);
}

/// That these numbers were told, exactly.
#[track_caller]
fn check(told: &BTreeMap<String, f64>, expected: &[(&str, usize)]) {
    for (name, number) in expected {
        assert_eq!(told[*name].to_string(), number.to_string(), "{name} of {told:?}");
    }
}
