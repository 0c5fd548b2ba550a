//! syd refuses what the view hides.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hermitage_rules::{Survey, syd};

use crate::fixture::Fixture;
use crate::{Case, Need};

pub(crate) const CASES: &[Case] =
    &[("syd lets visible files be read and no others", Need::Variable("HERMITAGE_SYD"), refuses)];

fn refuses(program: &Path) {
    let fixture = Fixture::new();
    let odd = ["part/a b$HOME", "part/c*[d", "part/e\nf\\"].map(|name| fixture.path(name));
    for path in &odd {
        fs::write(path, "secret").unwrap();
    }
    let rules = syd::render(&Survey::new(&fixture.view, &fixture.host)).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let profile = scratch.path().join("view.syd-3");
    fs::write(&profile, &rules.output).unwrap();
    let cat = |path: &PathBuf| {
        let mut command = Command::new(program);
        command.args(["-q", "-P"]).arg(&profile).arg("--").arg("/usr/bin/cat").arg(path);
        command.output().unwrap()
    };
    for file in ["whole/a", "whole/b c", "part/shown", "part/link"] {
        let output = cat(&fixture.path(file));
        assert!(output.status.success(), "{file}: {}", output.stderr.escape_ascii());
    }
    for path in odd.iter().chain([&fixture.path("part/hidden")]) {
        let output = cat(path);
        assert!(!output.status.success() && output.stdout.is_empty(), "{}", path.display());
    }
}
