//! Damaged databases: each an error with the file and the line, and no output.

use std::fs;

use hermitage_vdb::ErrorKind;
use hermitage_vdb::dpkg::Problem;

use super::fake::{STATUS, System};

/// Imports, and gives back the file, the line and the problem.
fn problem(system: &System) -> (String, Option<usize>, Problem) {
    let error = system.import().unwrap_err();
    assert!(!system.out().exists());
    let file = error.path().strip_prefix(system.root()).unwrap().display().to_string();
    let ErrorKind::Dpkg(problem) = error.kind() else { panic!("{error}") };
    (file.replace("var/lib/dpkg/", ""), error.line(), problem.clone())
}

fn status_problem(status: &str) -> (Option<usize>, Problem) {
    let (file, line, problem) = problem(&System::new(status));
    assert_eq!(file, "status");
    (line, problem)
}

#[test]
fn a_damaged_status_file_is_an_error_with_its_line() {
    let cases = [
        ("Package: a\nnonsense\n", 2, Problem::NotAField),
        (" continued\n", 1, Problem::NotAField),
        ("Status: install ok installed\n", 1, Problem::FieldMissing("Package")),
        ("Package: ../a\n", 1, Problem::PackageName("../a".into())),
        ("Package: a\nStatus: install ok\n", 2, Problem::Status("install ok".into())),
        ("Package: a\nStatus: install ok installed\n", 1, Problem::FieldMissing("Architecture")),
        (
            "Package: a\nStatus: install ok installed\nArchitecture: x/y\n",
            3,
            Problem::Architecture("x/y".into()),
        ),
        (
            "\n\nPackage: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1_2\n",
            6,
            Problem::Version("1_2".into()),
        ),
        (
            "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\nDepends: b (> )\n",
            5,
            Problem::Relation("b (> )".into()),
        ),
        (
            "Package: a\nStatus: install ok not-installed\n\nPackage: a\nStatus: install ok not-installed\n",
            4,
            Problem::Duplicate("a".into()),
        ),
    ];
    for (status, line, expected) in cases {
        assert_eq!(status_problem(status), (Some(line), expected), "{status}");
    }
}

#[test]
fn a_damaged_list_is_an_error_with_its_line() {
    let system = System::new(STATUS);
    system.write("var/lib/dpkg/info/tool-1.list", "/.\n/usr\nusr/bin\n");
    let expected = ("info/tool-1.list".to_owned(), Some(3), Problem::NotAbsolute("usr/bin".into()));
    assert_eq!(problem(&system), expected);
    system.write("var/lib/dpkg/info/tool-1.list", "/.\n/u\0sr\n");
    assert_eq!(problem(&system).1, Some(2));
    fs::remove_file(system.admindir().join("info/tool-1.list")).unwrap();
    assert_eq!(problem(&system).2, Problem::ListMissing("tool-1".into()));
}

#[test]
fn damaged_sums_and_diversions_are_errors_with_their_lines() {
    let system = System::new(STATUS);
    system
        .write("var/lib/dpkg/info/tool-1.md5sums", "22222222222222222222222222222222  a\n123  b\n");
    assert_eq!(problem(&system), ("info/tool-1.md5sums".into(), Some(2), Problem::Md5Line));
    let system = System::new(STATUS);
    system.write("var/lib/dpkg/diversions", "/a\n/b\n:\n/c\n");
    assert_eq!(problem(&system), ("diversions".into(), Some(4), Problem::Diversion));
    system.write("var/lib/dpkg/info/format", "2\n");
    assert_eq!(problem(&system).2, Problem::InfoFormat("2".into()));
}

#[test]
fn a_missing_status_file_is_an_error() {
    let system = System::new(STATUS);
    fs::remove_file(system.admindir().join("status")).unwrap();
    let error = system.import().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Read);
    assert_eq!(error.path(), system.admindir().join("status"));
}

#[test]
fn an_output_that_is_something_else_is_left_alone() {
    let system = System::new(STATUS);
    system.write("out/precious", "data");
    let error = system.import().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Dpkg(Problem::OutputInTheWay));
    assert_eq!(fs::read_to_string(system.out().join("precious")).unwrap(), "data");
}
