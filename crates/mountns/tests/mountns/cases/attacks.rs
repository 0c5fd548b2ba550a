//! A hostile command, with the filter of system calls and without it, and as root with the capabilities a plan may give.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

use hermitage_mountns::{
    Capability, Command, Limit, Outcome, PlanOptions, Privilege, Resource, SystemCalls, Tmpfs,
};

use crate::fixture::{Fixture, checksum, listing};
use crate::raw::{Arg, call};

/// The ways a command can be run that an attack must fail in.
fn ways(fixture: &Fixture) -> Vec<(String, PlanOptions)> {
    let mut ways = Vec::new();
    let root = fixture.support.privilege() == Privilege::Root;
    for system_calls in [SystemCalls::Build, SystemCalls::Nested, SystemCalls::Any] {
        if root && system_calls == SystemCalls::Nested {
            continue; // Refused; see `containers`.
        }
        for capabilities in [Vec::new(), Capability::OWNERSHIP.to_vec()] {
            let name = format!("{system_calls}, {} capabilities", capabilities.len());
            ways.push((name, PlanOptions { system_calls, capabilities, ..fixture.options() }));
        }
    }
    ways
}

/// Runs a verb in a view of some files; every attempt it prints must have failed. Returns what was printed.
fn refused(fixture: &Fixture, name: &str, options: &PlanOptions, args: &[&str]) -> String {
    let plan = fixture.plan(&["/usr/bin/tool", "/etc/deep/er/file"], options);
    let (outcome, text) = fixture.inside(&plan, args);
    assert!(!text.contains("OPEN"), "with {name}:\n{text}");
    assert_eq!(outcome, Outcome::Exited(0), "with {name}:\n{text}");
    text
}

fn furnish(fixture: &Fixture) {
    fixture.file("/usr/bin/tool", b"a tool");
    fixture.file("/etc/deep/er/file", b"x");
    fixture.mode("/etc/deep/er", 0o777);
    fixture.mode("/etc/deep/er/file", 0o666);
}

pub(crate) fn mounts(fixture: &Fixture) {
    furnish(fixture);
    fixture.also_watched(|| {
        for (name, options) in ways(fixture) {
            let text = refused(fixture, &name, &options, &["attack-mounts"]);
            assert!(text.contains("umount /proc lazily refused 1\n"), "{text}");
            assert!(text.contains("mount_setattr / recursively refused 1\n"), "{text}");
        }
    });
}

pub(crate) fn nested(fixture: &Fixture) {
    furnish(fixture);
    for (name, options) in ways(fixture) {
        let before = listing(fixture.dir.path());
        let text = refused(fixture, &name, &options, &["attack-nested"]);
        let made = text.starts_with("namespaces made\n");
        assert_eq!(made, options.system_calls != SystemCalls::Build, "with {name}: {text}");
        assert_eq!(listing(fixture.dir.path()), before);
    }
}

pub(crate) fn containers(fixture: &Fixture) {
    let options = PlanOptions { system_calls: SystemCalls::Nested, ..fixture.options() };
    let plan = fixture.plan(&[], &options);
    if fixture.support.privilege() == Privilege::Root {
        let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
        assert!(error.to_string().starts_with("nested namespaces for root"), "{error}");
        return;
    }
    let (outcome, text) = fixture.inside(&plan, &["container"]);
    assert_eq!((outcome, text.as_str()), (Outcome::Exited(0), "[\"old\"]\n"));
}

pub(crate) fn calls(fixture: &Fixture) {
    furnish(fixture);
    for (name, options) in ways(fixture) {
        if options.system_calls == SystemCalls::Build {
            refused(fixture, &name, &options, &["attack-calls"]);
            if cfg!(target_arch = "x86_64") {
                let text = refused(fixture, &name, &options, &["attack-foreign-calls"]);
                assert!(text.contains("32-bit umount2 refused 1\n"), "{text}");
                assert!(text.contains("32-bit keyctl refused 38\n"), "{text}");
            }
        }
        let text = refused(fixture, &name, &options, &["attack-terminal"]);
        assert_eq!(text.matches("refused 1\n").count(), 4, "{text}");
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) fn foreign_programs(fixture: &Fixture) {
    let run = |system_calls| {
        let options = PlanOptions { system_calls, ..fixture.options() };
        fixture.inside(&fixture.plan(&[], &options), &["foreign"]).1
    };
    let pid = "getpid Ok(2)\n";
    assert_eq!(run(SystemCalls::Build), pid);
    assert_eq!(run(SystemCalls::Native), "getpid Err(38)\n");
}

pub(crate) fn writing(fixture: &Fixture) {
    furnish(fixture);
    let before = (listing(fixture.dir.path()), sum(fixture));
    fixture.also_watched(|| {
        for (name, options) in ways(fixture) {
            refused(fixture, &name, &options, &["attack-writing"]);
            refused(fixture, &name, &options, &["attack-program"]);
        }
    });
    assert_eq!((listing(fixture.dir.path()), sum(fixture)), before);
}

/// Whether anything of what is attacked changed: content, mode, owner.
fn sum(fixture: &Fixture) -> Vec<String> {
    let paths = ["/usr/bin/tool", "/etc/deep/er/file", "/bin/inside"];
    let line = |path: &&str| {
        let (content, meta) = (std::fs::read(fixture.real(path)), fixture.real(path).metadata());
        let meta = meta.unwrap();
        format!("{} {:o} {} {}", checksum(&content.unwrap()), meta.mode(), meta.uid(), meta.nlink())
    };
    paths.iter().map(line).collect()
}

pub(crate) fn processes(fixture: &Fixture) {
    furnish(fixture);
    let me = std::process::id().to_string();
    let parent = rustix::process::getppid().unwrap().as_raw_nonzero().to_string();
    for (name, options) in ways(fixture) {
        let text = refused(fixture, &name, &options, &["attack-processes", &me, &parent]);
        assert!(text.ends_with("still here\n"), "{text}");
        assert!(text.contains("take descriptor 1 refused 1\n"), "{text}");
        let (_, text) = fixture.inside(&fixture.plan(&[], &options), &["trace"]);
        assert_eq!(text, "stopped true\nexit 0\npersonality true\n", "with {name}");
    }
}

pub(crate) fn handles(fixture: &Fixture) {
    furnish(fixture);
    for (name, options) in ways(fixture) {
        let text = refused(fixture, &name, &options, &["attack-handles"]);
        // Where the filter does not stand in the way, the kernel has to be the one that refuses.
        let told = text.lines().any(|line| line.starts_with("handle of") && line.ends_with("true"));
        assert_eq!(told, options.system_calls == SystemCalls::Any, "with {name}: {text}");
    }
}

pub(crate) fn machine(fixture: &Fixture) {
    furnish(fixture);
    // In a session keyring of this case, as a login leaves one.
    call(libc::SYS_keyctl, &[Arg::N(1), Arg::N(0)]).unwrap();
    let key =
        [Arg::S(c"user"), Arg::S(c"hermitage-test"), Arg::S(c"secret"), Arg::N(6), Arg::N(-3)];
    call(libc::SYS_add_key, &key).unwrap();
    assert!(std::fs::read_to_string("/proc/keys").unwrap().contains("hermitage-test"));
    for (name, options) in ways(fixture) {
        refused(fixture, &name, &options, &["attack-machine"]);
        refused(fixture, &name, &options, &["attack-keys"]);
        // Where containers may mount a /proc of their own, nothing of this one is covered.
        if options.system_calls != SystemCalls::Nested {
            refused(fixture, &name, &options, &["attack-names-of-keys"]);
        }
    }
}

pub(crate) fn sockets(fixture: &Fixture) {
    furnish(fixture);
    let name = format!("hermitage-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    for (way, mut options) in ways(fixture) {
        let any = options.system_calls == SystemCalls::Any;
        let plan = fixture.plan(&[], &options);
        let (_, text) = fixture.inside(&plan, &["attack-sockets", &name]);
        let separated = ["abstract socket", "host's port", "packet", "raw"];
        for line in text.lines().filter(|line| line.ends_with("OPEN")) {
            let leads_out = separated.iter().any(|name| line.starts_with(name));
            assert!(any && !leads_out, "with {way}: {line}");
        }
        options.network = hermitage_mountns::Network::Host;
        let (_, text) = fixture.inside(&fixture.plan(&[], &options), &["attack-sockets", &name]);
        assert!(text.starts_with("abstract socket OPEN\n"), "it could not be reached: {text}");
    }
}

/// A program that is another user's and has the set-user-id bit runs as who started it.
pub(crate) fn set_id(fixture: &Fixture) {
    std::fs::copy(fixture.real("/bin/inside"), fixture.real("/bin/set-id")).unwrap();
    let owner = if fixture.support.privilege() == Privilege::Root {
        12_345
    } else {
        rustix::process::getuid().as_raw()
    };
    std::os::unix::fs::chown(fixture.real("/bin/set-id"), Some(owner), None).unwrap();
    fixture.mode("/bin/set-id", 0o6755);
    let expected = format!("{}\n", rustix::process::geteuid().as_raw());
    for (_, options) in ways(fixture) {
        let plan = fixture.plan(&["/bin/set-id"], &options);
        let command = Command::new("/bin/set-id").args(["--inside", "user"]);
        let (outcome, text) = fixture.capture(|| fixture.run(&plan, &command).unwrap());
        assert_eq!((outcome, text), (Outcome::Exited(0), expected.clone()));
    }
}

pub(crate) fn devices(fixture: &Fixture) {
    std::fs::create_dir(fixture.real("/build")).unwrap();
    let mut visible = String::new();
    if fixture.support.privilege() == Privilege::Root {
        for (path, kind, number) in [
            ("/nodes/character", rustix::fs::FileType::CharacterDevice, (1, 3)),
            ("/nodes/block", rustix::fs::FileType::BlockDevice, (259, 0)),
            ("/build/character-before", rustix::fs::FileType::CharacterDevice, (1, 3)),
        ] {
            let real = fixture.real(path);
            std::fs::create_dir_all(real.parent().unwrap()).unwrap();
            let device = rustix::fs::makedev(number.0, number.1);
            rustix::fs::mknodat(rustix::fs::CWD, &real, kind, 0o666.into(), device).unwrap();
        }
        visible = "/nodes/character:/nodes/block:/build/character-before".into();
    }
    for (name, mut options) in ways(fixture) {
        options.write = vec!["/build".into()];
        let nodes: Vec<_> = visible.split(':').filter(|path| path.starts_with("/nodes")).collect();
        let plan = fixture.plan(&nodes, &options);
        let (outcome, text) = fixture.inside(&plan, &["attack-devices", &visible, "/build"]);
        assert!(!text.contains("OPEN") && outcome == Outcome::Exited(0), "with {name}:\n{text}");
    }
}

pub(crate) fn bombs(fixture: &Fixture) {
    let limit = Limit { resource: Resource::Processes, soft: Some(60), hard: Some(60) };
    for (name, options) in ways(fixture) {
        let options = PlanOptions { limits: vec![limit], ..options };
        let plan = fixture.plan(&[], &options);
        let (_, text) = fixture.inside(&plan, &["bomb"]);
        let (made, errno) = text.trim().split_once(' ').unwrap();
        // Process 1 and the command count too; root's lowest ids come on top.
        let most = if fixture.support.privilege() == Privilege::Root { 360 } else { 60 };
        let made: u32 = made.parse().unwrap();
        assert!((40..most).contains(&made), "with {name}: {text}");
        assert_eq!(errno, "11", "EAGAIN");
    }
}

pub(crate) fn many_files(fixture: &Fixture) {
    let tmpfs = vec![Tmpfs { path: "/tmp".into(), mode: 0o1777, size: Some(8 << 20) }];
    let plan = fixture.plan(&[], &PlanOptions { tmpfs, ..fixture.options() });
    let made: u32 = fixture.inside(&plan, &["many-files", "/tmp"]).1.trim().parse().unwrap();
    assert!((1000..=2048).contains(&made), "{made}");
}

/// A directory as standard input is a way past the view.
pub(crate) fn directory_as_input(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let saved = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3).unwrap();
    rustix::stdio::dup2_stdin(std::fs::File::open("/usr").unwrap()).unwrap();
    let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
    assert!(error.to_string().contains("is a directory"), "{error}");
    rustix::stdio::dup2_stdin(&saved).unwrap();
    let (outcome, text) = fixture.inside(&plan, &["attack-descriptors"]);
    assert!(!text.contains("OPEN") && outcome == Outcome::Exited(0), "{text}");
}
