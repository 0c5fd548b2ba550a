//! systemd-nspawn shows the view, and what it always has besides.

use std::fs;
use std::path::Path;
use std::process::Command;

use hermitage_rules::{Survey, make_root, nspawn};

use crate::fixture::{Fixture, LIST};
use crate::{Case, Need};

pub(crate) const CASES: &[Case] = &[(
    "systemd-nspawn shows what the view shows and what is stated",
    Need::ProgramAndRoot("systemd-nspawn"),
    shows_the_view,
)];

fn shows_the_view(program: &Path) {
    let fixture = Fixture::new();
    let rules = nspawn::render(&Survey::new(&fixture.view, &fixture.host)).unwrap();
    // The fixture lies below a temporary directory, where nspawn mounts and no link can be made.
    let link = fixture.path("part/link").into_os_string().into_encoded_bytes();
    let is_covered = link.starts_with(b"/tmp/");
    assert_eq!(rules.fidelity.stricter(), &[link][..usize::from(is_covered)]);
    // Not where nspawn mounts a file system of its own.
    let scratch = tempfile::tempdir_in("/var/tmp").unwrap();
    let name = format!("hermitage-{}", std::process::id());
    make_root(&scratch.path().join(&name), &rules.output.root).unwrap();
    fs::write(scratch.path().join(format!("{name}.nspawn")), &rules.output.text).unwrap();
    let output = Command::new(program)
        .args(["--quiet", "--settings=trusted", "--register=no", "--keep-unit", "--as-pid2"])
        .arg("--console=pipe")
        .arg("--directory")
        .arg(scratch.path().join(&name))
        .args(LIST)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    fixture.assert_visible_but(&output.stdout, &rules.fidelity);
}
