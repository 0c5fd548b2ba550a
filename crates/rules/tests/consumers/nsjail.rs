//! nsjail shows exactly the view.

use std::fs;
use std::path::Path;
use std::process::Command;

use hermitage_rules::{Survey, nsjail};

use crate::fixture::{Fixture, LIST};
use crate::{Case, Need};

pub(crate) const CASES: &[Case] = &[(
    "nsjail shows exactly what the view shows",
    Need::Variable("HERMITAGE_NSJAIL"),
    shows_the_view,
)];

fn shows_the_view(program: &Path) {
    let fixture = Fixture::new();
    let rules = nsjail::render(&Survey::new(&fixture.view, &fixture.host)).unwrap();
    assert!(rules.fidelity.is_exact());
    let scratch = tempfile::tempdir().unwrap();
    let config = scratch.path().join("nsjail.cfg");
    fs::write(&config, &rules.output).unwrap();
    let output = Command::new(program)
        .args(["--really_quiet", "--disable_clone_newcgroup", "--config"])
        .arg(&config)
        .arg("--")
        .args(LIST)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    fixture.assert_visible(&output.stdout);
}
