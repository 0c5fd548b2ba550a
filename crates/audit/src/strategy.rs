//! Strategies for reports, to test what reads and writes them; with the feature `test-support`.
//!
//! They build on [`proptest`]. Every report that comes out is one that [`Audit`](crate::Audit) could give, but for its texts, which may
//! hold anything: names of files and arguments are an attacker's to choose.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::{
    Answer, Asker, Class, Comparison, Evidence, Feature, Finding, Kind, Needed, Observer, Outcome,
    PackageName, Quieted, Report, Role, SCHEMA, Severity, Suggestion, Suppressed, Text,
};

/// Texts that try to be taken for something else in one of the formats.
pub const HOSTILE: [&str; 22] = [
    "",
    "-",
    // HTML and XML.
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' autofocus onfocus='alert(1)",
    "]]>",
    "<!--",
    "&lt;&#0;&nbsp",
    // What XML 1.0 can't hold at all.
    "\0\u{1}\u{b}\u{1f}\u{7f}",
    "\u{fffe}\u{ffff}\u{fdd0}",
    // Fields and lines.
    "a\tb\nc\rd",
    "\u{85}\u{2028}",
    // Terminals, and the direction of writing.
    "\u{1b}[31mred",
    "\u{202e}txt.exe",
    // SARIF's messages.
    "{0} {} }{",
    "[link](file:///etc/passwd)",
    // URIs, and what bytes are written as.
    "http://example.org/%zz?#",
    "C:\\x\\\\y",
    "\\x0g",
    // JSON, and beyond the basic plane.
    "\"\\/\u{1f980}",
    "ünïcödé é",
];

/// A text: of a package's kind, hostile, or anything.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{2,5}-[a-z]{2,5}/[a-z+_-]{1,9}(-[0-9.]{1,4})?",
        3 => select(&HOSTILE[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Bytes: a text or a path as above, or any.
pub fn bytes() -> impl Strategy<Value = Text> {
    prop_oneof![
        2 => "(/[a-z]{1,6}){1,4}".prop_map(|path| Text::from(&path)),
        2 => text().prop_map(|text| Text::from(&text)),
        1 => vec(any::<u8>(), 0..12).prop_map(Text),
    ]
}

/// A chain of packages as it is printed, or a text that is none.
pub fn chain() -> impl Strategy<Value = String> {
    let steps = vec(("[RB]DEPEND [a-z]{1,3}", "[a-z]{1,3}/[a-c]"), 1..5);
    let printed = steps.prop_map(|steps| {
        let steps = steps.iter().map(|(why, package)| format!(" --{why}--> {package}"));
        format!("viewer{}", steps.collect::<String>())
    });
    prop_oneof![2 => Just(String::new()), 2 => printed, 1 => text()]
}

/// A report with at most so many findings. The id of the one at a place begins with that place, as in `#003-`, so that ids differ and
/// can be found whatever follows.
pub fn report(findings: usize) -> impl Strategy<Value = Report> {
    let quieted = (text(), 0..9_usize).prop_map(|(rule, looks)| Quieted { rule, looks });
    let suppressed =
        (finding(), text()).prop_map(|(finding, reason)| Suppressed { finding, reason });
    (
        (
            text(),
            option::of(text()),
            any::<u32>(),
            any::<u16>(),
            option::of(outcome()),
            option::of(select(&Observer::ALL)),
        ),
        vec(finding(), 0..=findings),
        vec(quieted, 0..3),
        vec(suppressed, 0..3),
        vec(text(), 0..3),
        option::of(comparison()),
    )
        .prop_map(|(about, findings, quieted, suppressed, warnings, comparison)| {
            let (target, phase, accesses, processes, outcome, observer) = about;
            let mut report = Report {
                schema: SCHEMA,
                target,
                phase,
                outcome,
                observer,
                accesses: accesses as usize,
                processes: usize::from(processes),
                findings,
                quieted,
                comparison,
                suppressed,
                warnings,
            };
            let suppressed = report.suppressed.iter_mut().map(|one| &mut one.finding);
            for (at, finding) in report.findings.iter_mut().chain(suppressed).enumerate() {
                finding.id = format!("#{at:03}-{}", finding.id);
            }
            report.sort();
            report
        })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        2 => Just(Outcome::Exited(0)),
        1 => (1..=255).prop_map(Outcome::Exited),
        1 => (1..=64).prop_map(Outcome::Signaled),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    let feature = (bytes(), text(), option::of(text()), option::of(text())).prop_map(
        |(file, name, with_host, with_declared)| Feature { file, name, with_host, with_declared },
    );
    let list = || vec(bytes(), 0..3);
    let needed =
        (bytes(), list(), list()).prop_map(|(file, only_with_host, only_with_declared)| Needed {
            file,
            only_with_host,
            only_with_declared,
        });
    (vec(feature, 0..3), vec(needed, 0..3), list(), list()).prop_map(
        |(features, needed, only_with_host, only_with_declared)| Comparison {
            features,
            needed,
            only_with_host,
            only_with_declared,
        },
    )
}

fn finding() -> impl Strategy<Value = Finding> {
    let package = (text(), text(), option::of(text()))
        .prop_map(|(name, cpv, called)| PackageName { name, cpv, called });
    let severities = [Severity::Note, Severity::Warning, Severity::Error];
    (
        (text(), select(&Kind::ALL[..]), select(severities.to_vec()), text()),
        (option::of(package), vec(text(), 0..3), chain()),
        (vec(evidence(), 0..4), 0..9_usize, option::of(suggestion())),
    )
        .prop_map(|((id, kind, severity, message), (package, candidates, chain), shown)| {
            let (evidence, more, suggestion) = shown;
            let looks = evidence.len() + more;
            Finding {
                id,
                kind,
                severity,
                message,
                package,
                candidates,
                chain,
                evidence,
                looks,
                suggestion,
            }
        })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let asker = (option::of(bytes()), vec(bytes(), 0..3))
        .prop_map(|(program, command)| Asker { program, command });
    (bytes(), select(&Role::ALL[..]), option::of(select(&Answer::ALL[..])), vec(asker, 0..7))
        .prop_map(|(path, role, answer, lineage)| Evidence { path, role, answer, lineage })
}

fn suggestion() -> impl Strategy<Value = Suggestion> {
    let classes = [Class::Depend, Class::Bdepend, Class::Rdepend, Class::Pdepend, Class::Idepend];
    let classes = vec(select(classes.to_vec()), 0..3);
    (classes, text(), option::of(text()), option::of(text()), text()).prop_map(
        |(classes, atom, flag, option, text)| Suggestion { classes, atom, flag, option, text },
    )
}
