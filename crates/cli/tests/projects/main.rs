//! Small projects of every kind of build system, each with one planted fault for each kind of finding: the findings are these and
//! no others; without the faults there are none.
//!
//! The packages are made up and installed at an offset of their own; the tools are the machine's, shown whole.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test panics to fail, reads its settings from the environment and reports on stderr"
)]

mod machine;
mod project;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

use machine::Machine;
use project::{PROJECTS, Project};

/// In which way a project is checked.
struct Way {
    name: &'static str,
    faulty: bool,
    /// More options of `hermitage check`.
    options: &'static [&'static str],
    observer: &'static str,
    /// Some projects are enough, where it is about who watches.
    projects: &'static [&'static str],
}

const WAYS: &[Way] = &[
    Way {
        name: "faults are found, all of them and nothing else",
        faulty: true,
        options: &["--backend", "served"],
        observer: "lookups",
        projects: &[],
    },
    Way {
        name: "without faults there is no finding",
        faulty: false,
        options: &["--backend", "served"],
        observer: "lookups",
        projects: &[],
    },
    Way {
        name: "system calls show the same faults",
        faulty: true,
        options: &["--backend", "served", "--observer", "calls"],
        observer: "calls",
        projects: &[],
    },
    Way {
        name: "what a view has no record of is seen by system calls",
        faulty: true,
        options: &["--backend", "skeleton"],
        observer: "calls",
        projects: &["make"],
    },
];

impl Way {
    fn is_for(&self, project: &Project) -> bool {
        self.projects.is_empty() || self.projects.contains(&project.name)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for project in PROJECTS {
        let missing = project.tools.iter().find(|tool| !is_installed(tool));
        if let Some(tool) = missing {
            eprintln!("NOT RUN: {}, because {tool} is not installed", project.name);
        }
        for way in WAYS.iter().filter(|way| way.is_for(project)) {
            trials.push(trial(project, way, missing.copied()));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(project: &'static Project, way: &'static Way, missing: Option<&'static str>) -> Trial {
    let name = format!("{}: {}", project.name, way.name);
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    match missing {
        // Under CI=true what can't run is a failure, not ignored.
        Some(tool) => Trial::test(name, move || Err(format!("{tool} is not installed").into()))
            .with_ignored_flag(!ci),
        None => Trial::test(name, move || {
            check(project, way);
            Ok(())
        }),
    }
}

/// Whether a program, or what a line of Python needs, is there.
fn is_installed(tool: &str) -> bool {
    if let Some(line) = tool.strip_prefix("python: ") {
        let output = Command::new("python3").args(["-c", line]).output();
        return output.is_ok_and(|output| output.status.success());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(tool).is_file())
}

fn check(project: &Project, way: &Way) {
    let faulty = way.faulty;
    let machine = Machine::new();
    let source = machine.directory("source");
    project.write(&source, faulty);
    let image = machine.directory("image");
    let declared = if faulty { project.faulty } else { project.sound };
    let report = machine.check(&source, &image, project.build, declared, way);
    assert_eq!(report["observer"], way.observer);
    let findings = report["findings"].as_array().unwrap();
    let mut found: Vec<_> =
        findings.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect();
    found.sort();
    assert_eq!(found, project.wanted(&machine, faulty), "{report:#}");
}
