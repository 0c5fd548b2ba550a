//! bubblewrap shows exactly the view.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use hermitage_rules::{Survey, bwrap};

use crate::fixture::{Fixture, LIST};
use crate::{Case, Need};

pub(crate) const CASES: &[Case] =
    &[("bubblewrap shows exactly what the view shows", Need::Program("bwrap"), shows_the_view)];

fn shows_the_view(program: &Path) {
    let fixture = Fixture::new();
    let survey = Survey::new(&fixture.view, &fixture.host);
    let rules = bwrap::render(&survey, &bwrap::Options::default()).unwrap();
    assert!(rules.fidelity.is_exact());
    let mut child = Command::new(program)
        .args(["--unshare-user", "--unshare-pid", "--args", "0"])
        .args(LIST)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&rules.output.to_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    fixture.assert_visible(&output.stdout);
}
