//! A runtime of the Open Container Initiative shows exactly the view.
//!
//! runc, because crun refuses to start where both versions of control groups are mounted.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use hermitage_rules::oci::{Bundle, Options, render};
use hermitage_rules::{Survey, make_root};

use crate::Case;
use crate::fixture::{Fixture, LIST};

pub(crate) const CASES: &[Case] =
    &[("runc shows exactly what the view shows", "runc", shows_the_view)];

fn shows_the_view(program: &Path) {
    let fixture = Fixture::new();
    let scratch = tempfile::tempdir().unwrap();
    let meta = scratch.path().metadata().unwrap();
    // In a user namespace, as an ordinary user and as root alike.
    let ids = Some((meta.uid(), meta.gid()));
    let args = LIST.iter().map(|word| (*word).to_owned()).collect();
    let options = Options { args, ids, ..Options::default() };
    let rules = render(&Survey::new(&fixture.view, &fixture.host), &options).unwrap();
    assert!(rules.fidelity.is_exact());
    make(scratch.path(), &rules.output);
    let output = Command::new(program)
        .arg("--root")
        .arg(scratch.path().join("state"))
        .args(["--rootless=true", "run", "--bundle"])
        .arg(scratch.path())
        .arg(format!("hermitage-{}", std::process::id()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    fixture.assert_visible(&output.stdout);
}

fn make(dir: &Path, bundle: &Bundle) {
    fs::write(dir.join("config.json"), &bundle.config).unwrap();
    make_root(&dir.join("rootfs"), &bundle.root).unwrap();
}
