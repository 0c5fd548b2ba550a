//! What the configuration decides about builds, and how Portage comes to call us.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::Case;
use crate::ebuilds::time;
use crate::portage::{Portage, identity, succeed, transcript};

pub(crate) const CASES: &[Case] = &[
    ("enforcing_fails_what_looks_for_something_undeclared", enforce),
    ("observing_hides_nothing_and_reports_what_was_used", observe),
    ("what_is_ignored_is_no_finding", ignore),
    ("a_pure_phase_sees_the_same_everywhere", pure),
    ("settings_for_a_package_win", for_a_package),
    ("a_mistake_in_the_configuration_fails_the_phase_with_its_line", mistake),
    ("the_real_sandbox_is_chained", chain),
    ("phases_run_as_another_user_see_the_same", userpriv),
    ("portages_own_namespaces_do_not_disturb", namespaces),
    ("a_bashrc_has_phases_run_in_views", bashrc),
    ("a_link_in_the_place_of_the_sandbox_is_called", link),
    ("an_interrupted_build_leaves_nothing_running", interrupted),
];

const ALL: [&str; 6] = ["hlib", "hextra", "hauto", "hslot1", "hslot2", "htool"];

fn enforce(portage: &Portage) {
    portage.prepare();
    portage.configure("[portage]\nmode = \"enforce\"\n");
    let output = portage.hermitage_emerge(&["app-misc/automagic"]).output().unwrap();
    let printed = transcript(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("checking for hauto: no"), "{printed}");
    assert!(
        printed.contains("hermitage: app-misc/automagic-1, configure: looked for"),
        "{printed}"
    );
    assert!(!printed.contains(">>> Compiling source"), "{printed}");
    let report = portage.build().join("portage/app-misc/automagic-1/temp/hermitage/configure.json");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["failed"], true);
    assert_eq!(report["package"], "app-misc/automagic-1");
    let owners: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| &f["owners"][0]).collect();
    assert!(owners.iter().any(|owner| *owner == "dev-libs/hauto-0"), "{report}");
    assert!(!owners.iter().any(|owner| *owner == "dev-libs/hextra-1.2_p3-r1"), "{report}");
}

fn observe(portage: &Portage) {
    portage.prepare();
    let reports = portage.scratch().join("reports");
    portage.configure(&format!(
        "[portage]\nmode = \"observe\"\nreports = \"{}\"\n",
        reports.display()
    ));
    let output = portage.builds("app-misc/automagic");
    let printed = transcript(&output);
    assert_eq!(portage.found("automagic"), ALL);
    let expected = format!("dev-libs/hauto-0: {}", portage.header("hauto"));
    assert!(printed.contains(&expected), "{printed}");
    assert!(!printed.contains("   dev-libs/hextra"), "{printed}");
    assert!(reports.join("app-misc/automagic-1/configure.json").is_file());
}

fn ignore(portage: &Portage) {
    portage.prepare();
    portage.configure(
        "[portage]\nmode = \"enforce\"\nignore = [\"dev-libs/*\", \"dev-util/htool\"]\n",
    );
    let printed = transcript(&portage.builds("app-misc/automagic"));
    assert!(!printed.contains("hermitage:"), "{printed}");
    assert_eq!(portage.found("automagic"), ["hextra"]);
}

fn pure(portage: &Portage) {
    portage.prepare();
    portage.configure("[portage]\npure = true\n");
    let printed = transcript(&portage.builds("app-misc/surroundings"));
    let seen = printed.lines().find_map(|line| line.strip_prefix("seen: UTC ")).unwrap_or(&printed);
    let (epoch, rest) = seen.split_once(' ').unwrap();
    assert!(epoch.parse::<u64>().is_ok(), "{printed}");
    assert_eq!(rest, "1.00 1.00 0.00 0.00 0.00 1/1 1", "{printed}");
    portage.configure("");
    let printed = transcript(&portage.builds("app-misc/surroundings"));
    assert!(printed.contains("seen: ") && !printed.contains("1.00 1.00 0.00"), "{printed}");
}

fn for_a_package(portage: &Portage) {
    portage.prepare();
    portage.configure(
        "[portage]\nmode = \"enforce\"\n[[portage.package]]\nmatch = \"app-misc/*\"\nmode = \"hide\"\n\
         [[portage.package]]\nmatch = \"app-misc/automagic\"\nmode = \"off\"\n",
    );
    portage.builds("app-misc/automagic");
    assert_eq!(portage.found("automagic"), ALL);
    portage.builds("app-misc/nothing");
    assert!(portage.found("nothing").is_empty());
}

fn mistake(portage: &Portage) {
    portage.prepare();
    portage.configure("[portage]\nmode = \"loose\"\n");
    let output = portage.hermitage_emerge(&["app-misc/automagic"]).output().unwrap();
    let printed = transcript(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("etc/hermitage.toml:4: unknown variant `loose`"), "{printed}");
    assert!(!printed.contains("checking for"), "{printed}");
}

fn chain(portage: &Portage) {
    portage.prepare();
    let real = portage.scratch().join("tools/real-sandbox");
    fs::write(&real, "#!/bin/sh\necho \"chained: $#\"\nexec /bin/bash -c \"$1\"\n").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o755)).unwrap();
    portage.configure(&format!("[portage]\nchain = \"{}\"\n", real.display()));
    let printed = transcript(&portage.builds("app-misc/automagic"));
    assert!(printed.contains("chained: 1"), "{printed}");
    assert_eq!(portage.found("automagic"), ["hextra"]);
}

/// Only root can become somebody else: for others Portage itself passes the feature over.
fn userpriv(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let is_root = identity("-u") == "0";
    let mut command = portage.hermitage_emerge(&["app-misc/automagic"]);
    command.env("FEATURES", "userpriv");
    if is_root {
        // What Portage made so far is for the group that it was told then.
        for open in [portage.scratch(), portage.eprefix().join("var")] {
            succeed(std::process::Command::new("chmod").args(["-R", "a+rX"]).arg(open));
        }
        command.env("PORTAGE_USERNAME", "nobody").env("PORTAGE_GRPNAME", "nogroup");
    }
    succeed(&mut command);
    assert_eq!(portage.found("automagic"), ["hextra"]);
    let expected = if is_root {
        "uid 65534 gid 65534".into()
    } else {
        format!("uid {} gid {}", identity("-u"), identity("-g"))
    };
    assert_eq!(portage.circumstances("automagic")[0], expected);
}

fn namespaces(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let features = "network-sandbox ipc-sandbox pid-sandbox mount-sandbox";
    succeed(portage.hermitage_emerge(&["app-misc/automagic"]).env("FEATURES", features));
    assert_eq!(portage.found("automagic"), ["hextra"]);
    assert_eq!(portage.circumstances("automagic")[1], "net lo ");
}

fn set_up(portage: &Portage, verb: &str, options: &[&str]) {
    let mut command = portage.program(env!("CARGO_BIN_EXE_hermitage"));
    succeed(command.args(["portage", verb, "--root"]).arg(portage.eprefix()).args(options));
}

fn bashrc(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let mut emerge = portage.command("emerge");
    emerge.args(["--oneshot", "app-misc/automagic"]);
    set_up(portage, "setup", &["--way", "bashrc"]);
    let output = emerge.output().unwrap();
    set_up(portage, "remove", &[]);
    assert!(output.status.success(), "{}", transcript(&output));
    assert_eq!(portage.found("automagic"), ["hextra"]);
    assert_eq!(portage.circumstances("automagic")[2..], crate::shim::usual_circumstances()[2..]);
    let saved = portage.eprefix().join("var/db/pkg/app-misc/automagic-1/environment.bz2");
    let saved = succeed(std::process::Command::new("bzip2").arg("-dc").arg(saved));
    assert!(
        !String::from_utf8_lossy(&saved.stdout).contains("HERMITAGE"),
        "the guard is not saved"
    );
    succeed(&mut emerge);
    assert_eq!(portage.found("automagic"), ALL);
}

/// The real place is the machine's, so Portage is told of another one, in which there is what setup puts into the real one.
fn link(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let hook = portage.scratch().join("hook");
    fs::create_dir_all(&hook).unwrap();
    fs::write(hook.join("sitecustomize.py"), include_str!("../../src/portage/hook.py")).unwrap();
    let sandbox = portage.eprefix().join("usr/bin/sandbox");
    let mut emerge = portage.command("emerge");
    emerge
        .args(["--oneshot", "app-misc/automagic"])
        .env("PYTHONPATH", hook)
        .env("HERMITAGE_SANDBOX", &sandbox)
        .env("FEATURES", "sandbox usersandbox");
    set_up(portage, "setup", &[]);
    let version = portage.program(&sandbox).arg("--version").output().unwrap();
    let output = emerge.output().unwrap();
    set_up(portage, "remove", &[]);
    assert!(output.status.success(), "{}", transcript(&output));
    assert_eq!(portage.found("automagic"), ["hextra"]);
    // What pkgcore takes for a sandbox.
    assert!(transcript(&version).contains("gentoo"), "{}", transcript(&version));
    assert!(!sandbox.exists());
}

fn interrupted(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let line = format!("sleep\0{}\0", time());
    let sleeps = || processes().into_iter().filter(|words| *words == line).count();
    assert_eq!(sleeps(), 0);
    let mut emerge = portage.hermitage_emerge(&["app-misc/sleeper"]).spawn().unwrap();
    wait_until("it sleeps", || sleeps() > 0);
    succeed(std::process::Command::new("kill").arg(emerge.id().to_string()));
    assert!(!emerge.wait().unwrap().success());
    wait_until("everything of the phase has ended", || sleeps() == 0);
    portage.builds("app-misc/automagic");
    assert_eq!(portage.found("automagic"), ["hextra"]);
}

fn processes() -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok()).collect()
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
