//! Landlock refuses what the view hides. It restricts threads, so each test has its own.

use std::fs::{self, File};
use std::io::ErrorKind::PermissionDenied;
use std::path::Path;
use std::process::Command;

use hermitage_rules::Survey;
use hermitage_rules::landlock::{Enforcement, Rules, render};

use crate::fixture::Fixture;
use crate::{Case, Need};

pub(crate) const CASES: &[Case] = &[
    ("Landlock refuses what is not in the view, to programs too", Need::Landlock, refuses),
    ("Landlock reports each path that can't be opened, and refuses it", Need::Landlock, reports),
    (
        "Landlock lets all be listed when that is allowed, and what is writable be written",
        Need::Landlock,
        allows,
    ),
];

fn rules(fixture: &Fixture) -> Rules {
    let mut rules = render(&Survey::new(&fixture.view, &fixture.host)).unwrap().output;
    rules.allow_writing("/dev");
    rules
}

fn refuses(_: &Path) {
    let fixture = Fixture::new();
    restricted(|| {
        let enforcement = apply(&rules(&fixture));
        assert!(enforcement.is_full(), "{enforcement:?}");
        for file in ["whole/a", "whole/b c", "part/shown", "part/link"] {
            fs::read(fixture.path(file)).unwrap();
        }
        let error = fs::read(fixture.path("part/hidden")).unwrap_err();
        assert_eq!(error.kind(), PermissionDenied);
        assert_eq!(fs::read_dir(fixture.path("part")).unwrap_err().kind(), PermissionDenied);
        assert_eq!(fs::read_dir(fixture.path("whole")).unwrap().count(), 2);
        // What it can't hide.
        fs::metadata(fixture.path("part/hidden")).unwrap();
        assert_eq!(File::create(fixture.path("whole/new")).unwrap_err().kind(), PermissionDenied);

        let cat =
            |file: &str| Command::new("/usr/bin/cat").arg(fixture.path(file)).output().unwrap();
        assert_eq!(cat("part/shown").stdout, b"part/shown");
        assert!(!cat("part/hidden").status.success());
        assert_eq!(Command::new("/usr/bin/env").output().unwrap_err().kind(), PermissionDenied);
    });
}

fn reports(_: &Path) {
    let fixture = Fixture::new();
    let rules = rules(&fixture);
    // Since the survey a file went away, one became a link to what is hidden, one a directory.
    fs::remove_file(fixture.path("part/shown")).unwrap();
    std::os::unix::fs::symlink("hidden", fixture.path("part/shown")).unwrap();
    fs::remove_dir_all(fixture.path("whole")).unwrap();
    restricted(|| {
        let enforcement = apply(&rules);
        let unopened: Vec<_> = enforcement.unopened.iter().map(|rule| rule.path.clone()).collect();
        assert_eq!(unopened, [fixture.path("part/shown"), fixture.path("whole")]);
        assert_eq!(enforcement.applied, rules.rules().len() - 2);
        assert!(!enforcement.is_full());
        assert_eq!(fs::read(fixture.path("part/shown")).unwrap_err().kind(), PermissionDenied);
    });
}

fn allows(_: &Path) {
    let fixture = Fixture::new();
    let scratch = tempfile::tempdir().unwrap();
    let mut rules = rules(&fixture);
    let canonical = scratch.path().canonicalize().unwrap();
    rules
        .allow_listing()
        .allow_writing(std::os::unix::ffi::OsStrExt::as_bytes(canonical.as_os_str()));
    restricted(|| {
        assert!(apply(&rules).is_full());
        assert_eq!(fs::read_dir(fixture.path("part")).unwrap().count(), 3);
        assert_eq!(fs::read(fixture.path("part/hidden")).unwrap_err().kind(), PermissionDenied);
        fs::write(canonical.join("new"), "x").unwrap();
    });
}

fn apply(rules: &Rules) -> Enforcement {
    let enforcement = rules.apply().unwrap();
    assert_eq!(enforcement.uncontrolled, [""; 0]);
    enforcement
}

/// Runs on a thread that ends afterwards, with its restrictions.
fn restricted(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| scope.spawn(run).join().unwrap());
}
