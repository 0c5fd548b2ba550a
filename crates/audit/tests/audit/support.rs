//! What several tests look at.

use hermitage_audit::{
    Answer, Asker, Class, Comparison, Evidence, Feature, Finding, Kind, Needed, Outcome,
    PackageName, Quieted, Report, Role, SCHEMA, Severity, Suggestion, Text,
};
use roxmltree::{Document, ParsingOptions};

/// A report with an error, a warning and a note.
pub(crate) fn small() -> Report {
    Report {
        schema: SCHEMA,
        target: "app-misc/viewer-1.2".to_owned(),
        phase: Some("configure".to_owned()),
        outcome: Some(Outcome::Exited(0)),
        observer: None,
        accesses: 12_345,
        processes: 67,
        findings: vec![undeclared(), indirect(), unused()],
        quieted: vec![Quieted { rule: "search-path".to_owned(), looks: 9 }],
        comparison: None,
        suppressed: Vec::new(),
        warnings: Vec::new(),
    }
}

fn undeclared() -> Finding {
    let command =
        |line: &str| Asker { program: None, command: line.split(' ').map(Text::from).collect() };
    let look = |path: &str, lines: &[&str]| Evidence {
        path: path.into(),
        role: Role::Header,
        answer: Some(Answer::Missing),
        lineage: lines.iter().map(|line| command(line)).collect(),
    };
    Finding {
        id: "undeclared:sys-libs/zlib".to_owned(),
        kind: Kind::Undeclared,
        severity: Severity::Error,
        message: "\"cc1 conftest.c\" looked for /usr/include/zlib.h of sys-libs/zlib-1.3, which is not declared".to_owned(),
        package: Some(PackageName { name: "sys-libs/zlib".to_owned(), cpv: "sys-libs/zlib-1.3".to_owned(), called: None }),
        candidates: Vec::new(),
        chain: String::new(),
        evidence: vec![
            look("/usr/include/zlib.h", &["cc1 conftest.c", "gcc conftest.c", "sh ./configure", "bash ebuild.sh", "make"]),
            look("/usr/include/zconf.h", &[]),
        ],
        looks: 6,
        suggestion: Some(Suggestion {
            classes: vec![Class::Depend, Class::Rdepend],
            atom: "sys-libs/zlib:=".to_owned(),
            flag: None,
            option: Some("--without-zlib".to_owned()),
            text: "add \"sys-libs/zlib:=\" to DEPEND and RDEPEND, or pass --without-zlib".to_owned(),
        }),
    }
}

fn indirect() -> Finding {
    Finding {
        id: "indirect:dev-libs/b".to_owned(),
        kind: Kind::Indirect,
        severity: Severity::Warning,
        message: "the build used /usr/bin/b of dev-libs/b-2, which is not declared".to_owned(),
        package: Some(PackageName {
            name: "dev-libs/b".to_owned(),
            cpv: "dev-libs/b-2".to_owned(),
            called: None,
        }),
        chain: "viewer --DEPEND dev-libs/a--> dev-libs/a-1 --RDEPEND dev-libs/b--> dev-libs/b-2"
            .to_owned(),
        evidence: vec![Evidence {
            path: "/usr/bin/b".into(),
            role: Role::Program,
            answer: Some(Answer::Executed),
            lineage: Vec::new(),
        }],
        looks: 1,
        suggestion: None,
        ..undeclared()
    }
}

fn unused() -> Finding {
    Finding {
        id: "unused:dev-util/flex".to_owned(),
        kind: Kind::Unused,
        severity: Severity::Note,
        message: "dev-util/flex-2.6 is declared in BDEPEND, and the build touched no file of it"
            .to_owned(),
        package: Some(PackageName {
            name: "dev-util/flex".to_owned(),
            cpv: "dev-util/flex-2.6".to_owned(),
            called: None,
        }),
        evidence: Vec::new(),
        looks: 0,
        suggestion: None,
        ..undeclared()
    }
}

/// A build that finds more with all of the host visible.
pub(crate) fn comparison() -> Comparison {
    Comparison {
        features: vec![Feature {
            file: "config.h".into(),
            name: "HAVE_ZLIB_H".to_owned(),
            with_host: Some("1".to_owned()),
            with_declared: None,
        }],
        needed: vec![Needed {
            file: "/usr/bin/<viewer>".into(),
            only_with_host: vec!["libz.so.1".into()],
            only_with_declared: vec!["libown.so.2".into()],
        }],
        only_with_host: vec!["/usr/share/extra".into()],
        only_with_declared: vec![Text(b"/usr/share/le\xffss".to_vec())],
    }
}

/// What of ids can be found whatever follows; see [`hermitage_audit::strategy::report`].
pub(crate) fn places(report: &Report) -> Vec<String> {
    report.findings.iter().map(|finding| finding.id[..5].to_owned()).collect()
}

/// Parses a document, or shows what is wrong with it.
#[track_caller]
pub(crate) fn xml(text: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// Whether nothing in it could mislead who reads it in a terminal or a browser.
pub(crate) fn is_plain(text: &str) -> bool {
    let is_bad = |char: char| {
        char != '\n' && char.is_control() || "\u{2028}\u{202e}\u{fffe}\u{ffff}".contains(char)
    };
    !text.contains(is_bad)
}
