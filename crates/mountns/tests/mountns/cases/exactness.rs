use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_mountns::{
    BackendChoice, Command, ErrorKind, Outcome, Plan, PlanOptions, Privilege, Support, run,
};
use hermitage_view::{RealHost, ViewBuilder};
use rustix::mount::MountFlags;
use rustix::thread::UnshareFlags;

use crate::fixture::{Fixture, expected, listing};

const PATHS: &[&str] = &[
    "/usr/bin/tool",
    "/usr/bin/set-id",
    "/usr/share/secret",
    "/usr/share/closed/file",
    "/usr/share/empty",
    "/usr/share/pipe",
    "/usr/share/socket",
    "/usr/share/ name with blanks ",
    "/usr/share/link",
    "/usr/share/dangling",
    "/sbin/tool",
    "/top-level-file",
    "/empty-directory",
];

/// A host with every sort of thing, and twice as much as the view is to show.
fn furnish(fixture: &Fixture) {
    fixture.file("/usr/bin/tool", b"a tool");
    fixture.file("/usr/bin/other", b"not declared");
    fixture.file("/usr/bin/set-id", b"dangerous");
    fixture.mode("/usr/bin/set-id", 0o4755);
    fixture.file("/usr/share/secret", b"for the owner");
    fixture.mode("/usr/share/secret", 0o400);
    fixture.file("/usr/share/closed/file", b"in a closed directory");
    fixture.file("/usr/share/closed/other", b"not declared");
    fixture.mode("/usr/share/closed", 0o700);
    fixture.file("/usr/share/empty", b"");
    fixture.file("/usr/share/ name with blanks ", b"blanks");
    fixture.file("/usr/share/whole/a/b", b"in a whole tree");
    fixture.file("/usr-like/file", b"sorts between /usr and /usr/bin as bytes");
    fixture.link("/usr/share/link", "../bin/tool");
    fixture.link("/usr/share/dangling", "/nowhere");
    fixture.link("/sbin", "usr/bin");
    fixture.file("/top-level-file", &vec![b'x'; 10_000]);
    fs::create_dir(fixture.real("/empty-directory")).unwrap();
    fs::create_dir(fixture.real("/etc")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, fixture.real("/usr/share/pipe"), 0o640.into()).unwrap();
    drop(std::os::unix::net::UnixListener::bind(fixture.real("/usr/share/socket")).unwrap());
    let raw = std::ffi::OsStr::from_bytes(RAW.strip_prefix(b"/").unwrap());
    fs::write(fixture.dir.path().join(raw), "raw").unwrap();
}

/// A name that is not UTF-8 and holds a newline, a backslash and a quote.
const RAW: &[u8] = b"/usr/share/\xff\xfe\n\\\"raw";

fn plan(fixture: &Fixture, options: &PlanOptions) -> Plan {
    let view = fixture.view_with(PATHS, |builder| {
        let owner = builder.owner("test/raw-1");
        builder.add(RAW, owner);
        builder.add("/usr-like/file", owner);
        builder.synthesise("/etc/made-up", 0o640, b"content of ours".to_vec());
        builder.synthesise("/usr/share/made-up", 0o644, b"among the host's".to_vec());
    });
    Plan::from_view(&view, fixture.dir.path(), options).unwrap()
}

/// Compares the walk with the plan; synthetic files have no time to compare.
pub(crate) fn compare(fixture: &Fixture, plan: &Plan, without: &[&str]) {
    fixture.also_watched(|| compare_once(fixture, plan, without));
}

fn compare_once(fixture: &Fixture, plan: &Plan, without: &[&str]) {
    let args = [&["walk", "/proc", "/dev", "/tmp"], without].concat();
    let (outcome, text) = fixture.inside(plan, &args);
    assert_eq!(outcome, Outcome::Exited(0));
    let expected = expected(fixture, plan);
    let made: BTreeSet<&str> =
        expected.iter().filter_map(|line| Some(line.split_once(" synthetic ")?.0)).collect();
    let synthetic = |name: &str| made.contains(name);
    let seen: Vec<_> = text
        .lines()
        .map(|line| match line.split_once(" file ") {
            Some((name, rest)) if synthetic(name) => {
                let parts: Vec<_> = rest.split(' ').collect();
                format!("{name} synthetic {} {} {}", parts[0], parts[1], parts[3])
            }
            _ => line.to_owned(),
        })
        .collect();
    let (seen_once, planned): (BTreeSet<_>, BTreeSet<_>) =
        (seen.iter().collect(), expected.iter().collect());
    for line in &seen {
        assert!(planned.contains(line), "seen, but not in the plan: {line}");
    }
    for line in &expected {
        assert!(seen_once.contains(line), "in the plan, but not seen: {line}");
    }
    assert_eq!(seen.len(), expected.len());
}

pub(crate) fn walk_equals_plan(fixture: &Fixture) {
    furnish(fixture);
    let plan = plan(fixture, &fixture.options());
    assert!(plan.entries.len() > PATHS.len());
    compare(fixture, &plan, &[]);
}

pub(crate) fn saved_plan(fixture: &Fixture) {
    furnish(fixture);
    let plan = plan(fixture, &fixture.options());
    let json = plan.to_json().unwrap();
    let again = Plan::from_json(&json).unwrap();
    assert_eq!(again, plan);
    assert_eq!(again.to_json().unwrap(), json);
    compare(fixture, &again, &[]);
}

/// Real paths, links of a merged usr, and files that belong to nobody in particular.
pub(crate) fn walk_of_this_machine(fixture: &Fixture) {
    let host = RealHost::new("/");
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("this/machine-1");
    let mut count = 0;
    for dir in ["/usr/bin", "/bin", "/etc", "/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/share/doc"]
    {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            // A directory would be shown empty, as a package records it.
            builder.add(path.as_os_str().as_bytes(), owner);
            count += 1;
        }
    }
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut libraries = BTreeSet::new();
    for line in maps.lines().filter(|line| line.contains(".so")) {
        let path = &line[line.find('/').unwrap()..];
        libraries.insert(path.rsplit_once('/').unwrap().0);
        builder.add(path, owner);
    }
    builder.add(fixture.interpreter.as_os_str().as_bytes(), owner);
    // The loader's own link may lead through /lib, which is one too.
    builder.unowned_symlinks(|_| false);
    let real = fs::canonicalize(&fixture.interpreter).unwrap();
    builder.add(real.as_os_str().as_bytes(), owner);
    assert!(count > 100, "this machine has next to no files");
    let view = builder.build().unwrap();
    let exe = std::env::current_exe().unwrap();
    let mut options = PlanOptions { read: vec![exe.clone()], ..fixture.options() };
    options.env[1].1 = libraries.into_iter().collect::<Vec<_>>().join(":").as_str().into();
    let plan = Plan::from_view(&view, Path::new("/"), &options).unwrap();
    let command = Command::new(exe).args(["--inside", "walk", "/proc", "/dev", "/tmp"]);
    let choice = BackendChoice::Only(fixture.backend);
    let (outcome, text) = fixture.capture(|| run(&plan, &fixture.support, choice, &command));
    assert_eq!(outcome.unwrap(), Outcome::Exited(0));
    let name = |line: &str| {
        ["file", "dir", "symlink", "Fifo", "Socket", "CharDevice", "BlockDevice"]
            .iter()
            .find_map(|kind| line.split_once(&format!(" {kind} ")))
            .map(|(name, _)| name.to_owned())
            .unwrap()
    };
    let seen: BTreeSet<_> = text.lines().map(name).collect();
    let shown = plan.entries.iter().map(|entry| entry.path.to_string());
    let shown: BTreeSet<_> =
        shown.filter(|path| !["/proc", "/dev", "/tmp"].contains(&path.as_str())).collect();
    assert_eq!(seen, shown);
}

/// Gives this process mounts of its own, if need be in a user namespace.
pub(crate) fn mount_privately(fixture: &Fixture) {
    use rustix::mount::{MountPropagationFlags, mount_change};
    #[allow(deprecated, reason = "CLONE_FILES, which makes it unsafe, is not among the flags")]
    let unshare = rustix::thread::unshare;
    if fixture.support.privilege() == Privilege::User {
        let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
        unshare(UnshareFlags::NEWUSER).unwrap();
        fs::write("/proc/self/setgroups", "deny").unwrap();
        fs::write("/proc/self/uid_map", format!("{uid} {uid} 1")).unwrap();
        fs::write("/proc/self/gid_map", format!("{gid} {gid} 1")).unwrap();
    }
    unshare(UnshareFlags::NEWNS).unwrap();
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).unwrap();
}

/// A mount that goes with the case, so that its directory can be removed.
pub(crate) struct Mounted(pub(crate) PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        rustix::mount::unmount(&self.0, rustix::mount::UnmountFlags::DETACH).unwrap();
    }
}

pub(crate) fn mount_tmpfs(fixture: &Fixture, path: &str) -> Mounted {
    let place = fixture.real(path);
    fs::create_dir_all(&place).unwrap();
    rustix::mount::mount("tmpfs", &place, "tmpfs", MountFlags::empty(), None).unwrap();
    Mounted(place)
}

pub(crate) fn submounts_are_shown(fixture: &Fixture) {
    furnish(fixture);
    mount_privately(fixture);
    let _mounts =
        ["/usr/local", "/opt", "/usr/share/closed"].map(|path| mount_tmpfs(fixture, path));
    fixture.file("/usr/local/bin/tool", b"on another file system");
    fixture.file("/usr/local/bin/hidden", b"not declared");
    fixture.file("/opt/tool", b"on a third");
    fixture.file("/usr/share/closed/file", b"on a fourth");
    let paths = [PATHS, &["/usr/local/bin/tool", "/opt/tool"]].concat();
    let plan = fixture.plan(&paths, &fixture.options());
    compare(fixture, &plan, &[]);
}

pub(crate) fn deep_submounts(fixture: &Fixture) {
    mount_privately(fixture);
    let _mount = mount_tmpfs(fixture, "/a/b/c/with blank");
    fixture.file("/a/file", b"1");
    fixture.file("/a/b/file", b"2");
    fixture.file("/a/b/c/file", b"3");
    fixture.file("/a/b/c/with blank/file", b"4");
    fixture.file("/a/b/d/file", b"5");
    let paths = ["/a/file", "/a/b/file", "/a/b/c/file", "/a/b/c/with blank/file", "/a/b/d/file"];
    compare(fixture, &fixture.plan(&paths, &fixture.options()), &[]);
}

pub(crate) fn hidden_is_not_found(fixture: &Fixture) {
    furnish(fixture);
    let plan = plan(fixture, &fixture.options());
    for path in ["/usr/bin/other", "/usr/share/closed/other", "/usr/share/whole", "/etc/passwd"] {
        let probe = Command::new(path);
        let error = fixture.run(&plan, &probe).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::CommandNotFound, "{path}");
    }
    let (_, names) = fixture.inside(&plan, &["list", "/usr/bin"]);
    assert_eq!(names, "set-id\ntool\n");
}

pub(crate) fn read_tree(fixture: &Fixture) {
    furnish(fixture);
    fixture.link("/by-link", "usr/share/whole");
    let read = vec!["/by-link".into(), "/usr/bin/other".into()];
    let plan = plan(fixture, &PlanOptions { read, ..fixture.options() });
    compare(fixture, &plan, &["/usr/share/whole", "/usr/bin/other"]);
    let (_, text) = fixture.inside(&plan, &["cat", "/by-link/a/b"]);
    assert_eq!(text, "in a whole tree");
    let (_, text) = fixture.inside(&plan, &["cat", "/usr/bin/other"]);
    assert_eq!(text, "not declared");
    let (outcome, _) = fixture.inside(&plan, &["touch", "/by-link/a/new"]);
    assert_ne!(outcome, Outcome::Exited(0));
}

pub(crate) fn write_tree(fixture: &Fixture) {
    furnish(fixture);
    let write = vec!["/usr/share/whole/a".into()];
    let read = vec!["/usr/share/whole".into()];
    let options = PlanOptions { read, write, ..fixture.options() };
    let plan = plan(fixture, &options);
    let before = listing(&fixture.real("/usr/bin"));
    let (outcome, _) = fixture.inside(&plan, &["touch", "/usr/share/whole/a/new"]);
    assert_eq!(outcome, Outcome::Exited(0));
    assert_eq!(fs::read(fixture.real("/usr/share/whole/a/new")).unwrap(), b"made inside");
    let (outcome, _) = fixture.inside(&plan, &["touch", "/usr/share/whole/new"]);
    assert_ne!(outcome, Outcome::Exited(0));
    assert_eq!(listing(&fixture.real("/usr/bin")), before);
}

pub(crate) fn write_below_tmp(fixture: &Fixture) {
    fixture.file("/tmp/work/deep/file", b"1");
    let write = vec![PathBuf::from("/tmp/work/deep")];
    let plan = fixture.plan(&[], &PlanOptions { write, ..fixture.options() });
    fixture.inside(&plan, &["touch", "/tmp/work/deep/new"]);
    assert!(fixture.real("/tmp/work/deep/new").exists());
    let (_, names) = fixture.inside(&plan, &["list", "/tmp"]);
    assert_eq!(names, "work\n");
    fixture.inside(&plan, &["touch", "/tmp/gone"]);
    assert!(!fixture.real("/tmp/gone").exists());
}

pub(crate) fn tree_with_submount(fixture: &Fixture) {
    mount_privately(fixture);
    fixture.file("/src/file", b"outer");
    let _mount = mount_tmpfs(fixture, "/src/mount");
    fixture.file("/src/mount/file", b"inner");
    let read = vec!["/src".into()];
    let plan = fixture.plan(&[], &PlanOptions { read, ..fixture.options() });
    assert_eq!(fixture.inside(&plan, &["cat", "/src/mount/file"]).1, "inner");
    let (outcome, _) = fixture.inside(&plan, &["touch", "/src/mount/new"]);
    assert_ne!(outcome, Outcome::Exited(0));
}

/// An ordinary user sees the owner it can map: itself.
pub(crate) fn owners(fixture: &Fixture) {
    use std::os::unix::fs::chown;
    fixture.file("/data/owned/file", b"someone's");
    let me = rustix::process::getuid().as_raw();
    let owner = if fixture.support.privilege() == Privilege::Root { 12_345 } else { me };
    for path in ["/data/owned", "/data/owned/file"] {
        chown(fixture.real(path), Some(owner), None).unwrap();
    }
    let plan = fixture.plan(&["/data/owned/file"], &fixture.options());
    for path in ["/data/owned", "/data/owned/file"] {
        let (_, text) = fixture.inside(&plan, &["owner", path]);
        assert_eq!(text, format!("{owner}\n"), "{path}");
    }
}

/// As in a container without root: what others own has no owner there that anything could be given to.
pub(crate) fn unmapped_owners(fixture: &Fixture) {
    #[allow(deprecated, reason = "CLONE_FILES, which makes it unsafe, is not among the flags")]
    let unshare = rustix::thread::unshare;
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    fixture.file("/data/owned/file", b"someone's");
    if uid == 0 {
        std::os::unix::fs::chown(fixture.real("/data/owned"), Some(12_345), None).unwrap();
        std::os::unix::fs::chown(fixture.real("/data/owned/file"), Some(12_345), None).unwrap();
    }
    let plan = fixture.plan(&["/data/owned/file"], &fixture.options());
    unshare(UnshareFlags::NEWUSER).unwrap();
    fs::write("/proc/self/setgroups", "deny").unwrap();
    fs::write("/proc/self/uid_map", format!("0 {uid} 1")).unwrap();
    fs::write("/proc/self/gid_map", format!("0 {gid} 1")).unwrap();
    let support = Support::probe();
    assert_eq!(support.privilege(), Privilege::Root);
    let command = Command::new("inside").args(["--inside", "owner", "/data/owned"]);
    let choice = BackendChoice::Only(fixture.backend);
    let (outcome, text) = fixture.capture(|| run(&plan, &support, choice, &command));
    assert_eq!((outcome.unwrap(), text.as_str()), (Outcome::Exited(0), "0\n"));
}
