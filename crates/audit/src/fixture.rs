//! Reports of any size, for tests of what reads them; with the feature `test-support`.

use crate::{
    Answer, Asker, Class, Evidence, Finding, Kind, Outcome, PackageName, Quieted, Report, Role,
    SCHEMA, Severity, Suggestion, Text,
};

/// A report with so many findings, each of another package, of all kinds in turn.
///
/// The same number gives the same report. Commands, numbers of looks and the ways by which packages came in are like those of a
/// build with configure.
pub fn report(findings: usize) -> Report {
    let mut report = Report {
        schema: SCHEMA,
        target: "app-misc/viewer-1.2.3-r1".to_owned(),
        phase: None,
        outcome: Some(Outcome::Exited(0)),
        observer: None,
        accesses: findings * 97,
        processes: findings * 3,
        findings: (0..findings).map(finding).collect(),
        quieted: vec![Quieted { rule: "search-path".to_owned(), looks: findings * 13 }],
        comparison: None,
        suppressed: Vec::new(),
        warnings: Vec::new(),
    };
    report.sort();
    report
}

fn finding(at: usize) -> Finding {
    let kind = Kind::ALL[at % Kind::ALL.len()];
    let short = format!("lib{}{at}", ["foo", "bar", "quux", "a-rather-long-name-"][at % 4]);
    let name = format!("{}/{short}", ["dev-libs", "sys-libs", "x11-libs"][at % 3]);
    let cpv = format!("{name}-{}.{}", at % 9, at % 17);
    let looks = if kind == Kind::Unused { 0 } else { 1 + at % 40 };
    let path = format!("/usr/include/{short}.h");
    let is_owned = kind != Kind::Unowned;
    let id = if is_owned { format!("{}:{name}", kind.as_str()) } else { format!("unowned:{path}") };
    Finding {
        id,
        kind,
        severity: [kind.usual_severity(), Severity::Note][usize::from(at.is_multiple_of(11))],
        message: format!("\"gcc conftest.c\" looked for {path} of {cpv}"),
        chain: match kind {
            Kind::Indirect => way(at, &name, &cpv),
            _ => String::new(),
        },
        package: is_owned.then_some(PackageName { name: name.clone(), cpv, called: None }),
        candidates: Vec::new(),
        evidence: (0..looks.min(Finding::SHOWN)).map(|look| evidence(&short, look)).collect(),
        looks,
        suggestion: is_owned.then(|| suggestion(&name)),
    }
}

fn way(at: usize, name: &str, cpv: &str) -> String {
    let through = format!("gui-libs/toolkit{}", at % 5);
    match at % 2 {
        0 => format!("viewer --DEPEND {through}--> {through}-4.1 --RDEPEND {name}--> {cpv}"),
        _ => format!(
            "viewer --DEPEND {through}--> {through}-4.1 --RDEPEND media-libs/codec--> media-libs/codec-2 --RDEPEND {name}--> {cpv}"
        ),
    }
}

fn evidence(short: &str, look: usize) -> Evidence {
    let command =
        |line: &str| Asker { program: None, command: line.split(' ').map(Text::from).collect() };
    let compiler = format!("/usr/libexec/gcc/cc1 -quiet conftest.c -o /tmp/cc{look}.s");
    Evidence {
        path: Text::from(&format!("/usr/include/{short}/{look}.h")),
        role: Role::ALL[look % Role::ALL.len()],
        answer: Some(Answer::Missing),
        lineage: [&compiler, "gcc -c conftest.c", "/bin/sh ./configure --prefix=/usr", "make"]
            .map(command)
            .into(),
    }
}

fn suggestion(name: &str) -> Suggestion {
    Suggestion {
        classes: vec![Class::Depend, Class::Rdepend],
        atom: format!("{name}:="),
        flag: None,
        option: None,
        text: format!("add \"{name}:=\" to DEPEND and RDEPEND"),
    }
}
