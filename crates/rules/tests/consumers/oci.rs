//! Runtimes of the Open Container Initiative show exactly the view.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use hermitage_rules::oci::{Options, render};
use hermitage_rules::{Survey, make_root};

use crate::fixture::{Fixture, LIST};
use crate::{Case, Need};

pub(crate) const CASES: &[Case] = &[
    ("runc shows exactly what the view shows", Need::Program("runc"), runc_shows_the_view),
    ("crun shows exactly what the view shows", Need::Program("crun"), crun_shows_the_view),
];

fn runc_shows_the_view(program: &Path) {
    let mut runc = Command::new(program);
    runc.arg("--rootless=true");
    let meta = fs::metadata("/proc/self").unwrap();
    // In a user namespace, as an ordinary user and as root alike.
    shows_the_view(runc, (meta.uid(), meta.gid()));
}

/// crun refuses to start where both versions of control groups are mounted, so it gets a place where only the second is.
fn crun_shows_the_view(program: &Path) {
    const ENTER: &str = "if [ -d /sys/fs/cgroup/unified ]; then \
        mount --rbind /sys/fs/cgroup/unified /sys/fs/cgroup || exit; fi; exec \"$@\"";
    let mut crun = Command::new("unshare");
    crun.args(["--user", "--map-root-user", "--mount", "sh", "-c", ENTER, "sh"]);
    crun.arg(program).arg("--cgroup-manager=disabled");
    shows_the_view(crun, (0, 0));
}

fn shows_the_view(mut runtime: Command, ids: (u32, u32)) {
    let fixture = Fixture::new();
    let scratch = tempfile::tempdir().unwrap();
    let args = LIST.iter().map(|word| (*word).to_owned()).collect();
    let options = Options { args, ids: Some(ids), ..Options::default() };
    let rules = render(&Survey::new(&fixture.view, &fixture.host), &options).unwrap();
    assert!(rules.fidelity.is_exact());
    fs::write(scratch.path().join("config.json"), &rules.output.config).unwrap();
    make_root(&scratch.path().join("rootfs"), &rules.output.root).unwrap();
    let output = runtime
        .arg("--root")
        .arg(scratch.path().join("state"))
        .args(["run", "--bundle"])
        .arg(scratch.path())
        .arg(format!("hermitage-{}-{}", std::process::id(), ids.0))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    fixture.assert_visible(&output.stdout);
}
