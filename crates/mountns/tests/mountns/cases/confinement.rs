use hermitage_mountns::{
    ByteString, Capability, Command, Network, Outcome, PlanOptions, Privilege, Tmpfs,
};

use crate::fixture::Fixture;

fn status(fixture: &Fixture, options: &PlanOptions) -> impl Fn(&str) -> String + use<> {
    let plan = fixture.plan(&[], options);
    let (_, text) = fixture.inside(&plan, &["status"]);
    move |field: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{field}:")));
        line.unwrap_or_else(|| panic!("no {field} in {text}")).trim().to_owned()
    }
}

pub(crate) fn nothing_writable(fixture: &Fixture) {
    fixture.file("/usr/bin/tool", b"a tool");
    fixture.file("/etc/deep/er/file", b"x");
    fixture.mode("/etc/deep/er", 0o777);
    fixture.mode("/etc/deep/er/file", 0o666);
    let plan = fixture.plan(&["/usr/bin/tool", "/etc/deep/er/file"], &fixture.options());
    let (outcome, changed) = fixture.inside(&plan, &["write", "/proc", "/tmp", "/dev/shm"]);
    assert_eq!(outcome, Outcome::Exited(0));
    assert_eq!(changed, "");
    assert_eq!(std::fs::read(fixture.real("/etc/deep/er/file")).unwrap(), b"x");
}

pub(crate) fn no_capabilities(fixture: &Fixture) {
    let field = status(fixture, &fixture.options());
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!(field("NoNewPrivs"), "1");
    assert_eq!(field("Seccomp"), "2");
    assert_eq!(field("SigBlk"), "0000000000000000");
    let uid = rustix::process::getuid().as_raw();
    assert_eq!(field("Uid"), format!("{uid}\t{uid}\t{uid}\t{uid}"));
}

pub(crate) fn kept_capabilities(fixture: &Fixture) {
    let capabilities = vec![Capability::Chown, Capability::Setuid];
    let field = status(fixture, &PlanOptions { capabilities, ..fixture.options() });
    let root = fixture.support.privilege() == Privilege::Root;
    let expected = if root { "0000000000000081" } else { "0000000000000000" };
    for set in ["CapPrm", "CapEff", "CapBnd"] {
        assert_eq!(field(set), expected, "{set}");
    }
}

pub(crate) fn own_processes(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let (_, names) = fixture.inside(&plan, &["list", "/proc"]);
    let pids: Vec<_> = names.lines().filter(|name| name.parse::<u32>().is_ok()).collect();
    assert_eq!(pids, ["1", "2"]);
}

pub(crate) fn devices(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let (_, names) = fixture.inside(&plan, &["list", "/dev"]);
    let names: Vec<_> = names.lines().collect();
    let expected = [
        "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty",
        "urandom", "zero",
    ];
    assert_eq!(names, expected);
    let (outcome, text) = fixture.inside(&plan, &["devices"]);
    assert_eq!(outcome, Outcome::Exited(0));
    let expected = "null []\nzero [0, 0, 0, 0]\nrandom 16\nfull Some(28)\nterminal true\n";
    assert_eq!(text, expected);
    assert_eq!(fixture.inside(&plan, &["list", "/dev/pts"]).1, "ptmx\n");
}

pub(crate) fn network(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let (outcome, text) = fixture.inside(&plan, &["network"]);
    assert_eq!(outcome, Outcome::Exited(0));
    assert_eq!(text, "device lo\nloopback hello\nfar false\n");
    let options = PlanOptions { network: Network::Host, ..fixture.options() };
    let plan = fixture.plan(&[], &options);
    let (_, inside) = fixture.inside(&plan, &["cat", "/proc/self/net/dev"]);
    let outside = std::fs::read_to_string("/proc/self/net/dev").unwrap();
    assert_eq!(inside.lines().count(), outside.lines().count());
}

pub(crate) fn descriptors(fixture: &Fixture) {
    use std::os::fd::AsRawFd as _;
    let plan = fixture.plan(&[], &fixture.options());
    let leaked = std::fs::File::open("/").unwrap();
    let kept = std::fs::File::open("/").unwrap();
    rustix::io::fcntl_setfd(&leaked, rustix::io::FdFlags::empty()).unwrap();
    let (_, text) = fixture.inside(&plan, &["fds"]);
    assert_eq!(text, "[0, 1, 2]\n");
    let command = Command::new("inside").args(["--inside", "fds"]).keep_fd(kept.as_raw_fd());
    let (_, text) = fixture.capture(|| fixture.run(&plan, &command).unwrap());
    assert_eq!(text, format!("[0, 1, 2, {}]\n", kept.as_raw_fd()));
    let error = fixture.run(&plan, &Command::new("inside").keep_fd(4_000)).unwrap_err();
    assert!(error.to_string().contains("fcntl(4000"), "{error}");
}

pub(crate) fn escapes(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    fixture.also_watched(|| {
        let (outcome, text) = fixture.inside(&plan, &["escape"]);
        assert_eq!(outcome, Outcome::Exited(0));
        assert!(!text.contains("OPEN"), "{text}");
        assert!(text.ends_with("up true\nprocesses 2\n"), "{text}");
    });
}

pub(crate) fn size_limits(fixture: &Fixture) {
    let size = |path: &str, size| Tmpfs { path: path.into(), mode: 0o1777, size: Some(size) };
    let tmpfs = vec![size("/tmp", 1 << 20), size("/dev/shm", 512 << 10), size("/scratch", 2 << 20)];
    let plan = fixture.plan(&[], &PlanOptions { tmpfs, ..fixture.options() });
    for (path, most) in [("/tmp/x", 1024), ("/dev/shm/x", 512), ("/scratch/x", 2048)] {
        let (_, text) = fixture.inside(&plan, &["fill", path]);
        let written: u32 = text.trim_end_matches(" KiB\n").parse().unwrap();
        assert!(written <= most && written + 64 >= most, "{path}: {text}");
    }
}

pub(crate) fn environment(fixture: &Fixture) {
    let mut options = fixture.options();
    options.env.push(("GREETING".into(), ByteString::from("a=b c")));
    options.hostname = "elsewhere".into();
    let plan = fixture.plan(&[], &options);
    let (_, text) = fixture.inside(&plan, &["env"]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines, ["PATH=/nowhere:/bin", "LD_LIBRARY_PATH=/libraries", "GREETING=a=b c"]);
    let (_, name) = fixture.inside(&plan, &["cat", "/proc/sys/kernel/hostname"]);
    assert_eq!(name, "elsewhere\n");
}
