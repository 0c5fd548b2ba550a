//! What the configuration decides about builds, and how Portage comes to call us.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use crate::Case;
use crate::ebuilds::time;
use crate::portage::{Portage, identity, succeed, transcript};

pub(crate) const CASES: &[Case] = &[
    ("enforcing_fails_what_looks_for_something_undeclared", enforce),
    ("observing_hides_nothing_and_reports_what_was_used", observe),
    ("what_is_ignored_is_no_finding", ignore),
    ("a_pure_phase_sees_the_same_everywhere", pure),
    ("what_is_used_and_not_declared_for_that_is_told_and_can_be_put_up_with", misplaced),
    ("settings_for_a_package_win", for_a_package),
    ("a_mistake_in_the_configuration_fails_the_phase_with_its_line", mistake),
    ("the_real_sandbox_is_chained", chain),
    ("phases_run_as_another_user_see_the_same", userpriv),
    ("portages_own_namespaces_do_not_disturb", namespaces),
    ("a_bashrc_has_phases_run_in_views", bashrc),
    ("a_link_in_the_place_of_the_sandbox_is_called", link),
    ("caches_of_compilers_can_be_written_when_they_are_used", caches),
    ("a_live_package_fetches_when_it_unpacks_and_then_no_more", live),
    ("a_phase_fails_when_what_it_sees_changes_unless_that_is_allowed", changed),
    ("an_interrupted_build_leaves_nothing_running", interrupted),
    ("a_killed_build_leaves_nothing_running_or_mounted", killed),
];

/// Where the phases of an ebuild leave word for each other and for us.
fn temporary(portage: &Portage, package: &str) -> PathBuf {
    portage.build().join("portage/app-misc").join(package).join("temp")
}

const ALL: [&str; 6] = ["hlib", "hextra", "hauto", "hslot1", "hslot2", "htool"];

fn enforce(portage: &Portage) {
    portage.prepare();
    portage.configure("[portage]\nmode = \"enforce\"\n");
    let output = portage.hermitage_emerge(&["app-misc/automagic"]).output().unwrap();
    let printed = transcript(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("checking for hauto: no"), "{printed}");
    assert!(
        printed.contains("hermitage: app-misc/automagic-1, configure: what it looked for is not what it declares: 5 error(s)"),
        "{printed}"
    );
    assert!(!printed.contains(">>> Compiling source"), "{printed}");
    let report = portage.build().join("portage/app-misc/automagic-1/temp/hermitage/configure.json");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["target"], "app-misc/automagic-1");
    assert_eq!(report["phase"], "configure");
    let ids: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    assert!(ids.iter().any(|id| *id == "undeclared:dev-libs/hauto"), "{report}");
    assert!(!ids.iter().any(|id| *id == "undeclared:dev-libs/hextra"), "{report}");
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
    let expected = format!("looked for {} of dev-libs/hauto-0", portage.header("hauto"));
    assert!(printed.contains(&expected), "{printed}");
    assert!(!printed.contains("undeclared:dev-libs/hextra"), "{printed}");
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

/// Twice: when the view was just made, and when it and what is suspect in it are known.
fn misplaced(portage: &Portage) {
    portage.prepare();
    portage.configure("[portage]\nmode = \"enforce\"\n");
    for round in ["first", "second"] {
        let printed = transcript(&portage.builds("app-misc/misplaced"));
        for expected in [
            "hermitage: app-misc/misplaced-1, compile: what it looked for is not what it declares: 3 warning(s)",
            "indirect:dev-libs/hextra",
            "misplaced:dev-libs/hauto",
            "misplaced:dev-util/htool",
        ] {
            assert!(printed.contains(expected), "{round}: {expected}\n{printed}");
        }
    }
    portage.configure("[portage]\nmode = \"enforce\"\nfail-on = \"warning\"\n");
    let output = portage.hermitage_emerge(&["app-misc/misplaced"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", transcript(&output));

    let reasons = portage.scratch().join("reasons.toml");
    let text = "schema = 1\n[[suppress]]\nid = \"misplaced:dev-util/*\"\nreason = \"a test\"\n";
    fs::write(&reasons, text).unwrap();
    portage.configure(&format!(
        "[portage]\nmode = \"enforce\"\nfail-on = \"warning\"\nsuppress = [\"{}\"]\nignore = [\"dev-libs/hextra\"]\n\
         [[portage.suppression]]\nid = \"misplaced:dev-libs/hauto:*\"\nreason = \"a test\"\nuntil = 2999-12-31\n",
        reasons.display()
    ));
    let printed = transcript(&portage.builds("app-misc/misplaced"));
    assert!(!printed.contains("hermitage:"), "{printed}");
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
    portage.configure("[portage]\n[[portage.suppression]]\nid = \"indirect:*\"\nreason = \"\"\n");
    let output = portage.hermitage_emerge(&["app-misc/automagic"]).output().unwrap();
    let printed = transcript(&output);
    assert!(
        printed.contains("etc/hermitage.toml:4: not a suppression: the reason is empty"),
        "{printed}"
    );
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

/// Both are directories of Portage's, so no compiler is needed to see what a phase can do with them.
fn caches(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    portage.builds("app-misc/caches");
    assert!(portage.found("caches").is_empty());
    // Portage looks for these, and makes nothing of the features where they are not.
    let library = portage.eprefix().join("usr/lib");
    for name in ["ccache", "distcc"] {
        fs::create_dir_all(library.join(name).join("bin")).unwrap();
    }
    let mut command = portage.hermitage_emerge(&["app-misc/caches"]);
    let output = command.env("FEATURES", "ccache distcc").output().unwrap();
    for name in ["ccache", "distcc"] {
        fs::remove_dir_all(library.join(name)).unwrap();
    }
    assert!(output.status.success(), "{}", transcript(&output));
    assert_eq!(portage.found("caches"), ["CCACHE_DIR", "DISTCC_DIR"]);
}

fn live(portage: &Portage) {
    portage.prepare();
    portage.configure("");
    let mut command = portage.hermitage_emerge(&["app-misc/live"]);
    succeed(command.env("FEATURES", "network-sandbox"));
    let host = crate::shim::usual_circumstances()[1].clone();
    let seen = portage.found("live");
    let expected = [&format!("unpack {host}"), "unpack writes", "compile net lo ", "compile reads"];
    assert_eq!(seen, expected);
}

fn changed(portage: &Portage) {
    portage.prepare();
    for (allowed, code) in [(false, 1), (true, 0)] {
        portage.configure(&format!("[portage]\nallow-changed = {allowed}\n"));
        let temporary = temporary(portage, "waiter-1");
        if temporary.exists() {
            fs::remove_dir_all(&temporary).unwrap();
        }
        let mut command = portage.hermitage_emerge(&["app-misc/waiter"]);
        let emerge = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("it has looked", || temporary.join("looked").exists());
        let header = fs::File::options().write(true).open(portage.header("hextra")).unwrap();
        header.set_modified(SystemTime::now()).unwrap();
        fs::write(temporary.join("go-on"), "").unwrap();
        let output = emerge.wait_with_output().unwrap();
        let printed = transcript(&output);
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert!(printed.contains("hextra.h: written to, while the command ran"), "{printed}");
    }
}

fn interrupted(portage: &Portage) {
    end(portage, "-TERM");
}

fn killed(portage: &Portage) {
    end(portage, "-KILL");
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(portage.scratch().to_str().unwrap()), "{mounts}");
    let cache = portage.build().join(format!("portage/.hermitage-{}/views", identity("-u")));
    let names = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().file_name());
    let is_temporary = |name: &OsString| name.as_encoded_bytes().starts_with(b".");
    assert_eq!(names.filter(is_temporary).count(), 0);
}

/// Ends a build that sleeps with a signal, after which it does not sleep any more, and others can be built.
fn end(portage: &Portage, signal: &str) {
    portage.prepare();
    portage.configure("");
    let line = format!("sleep\0{}\0", time());
    let sleeps = || processes().into_iter().filter(|words| *words == line).count();
    assert_eq!(sleeps(), 0);
    let mut emerge = portage.hermitage_emerge(&["app-misc/sleeper"]).spawn().unwrap();
    wait_until("it sleeps", || sleeps() > 0);
    succeed(std::process::Command::new("kill").args([signal, &emerge.id().to_string()]));
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
