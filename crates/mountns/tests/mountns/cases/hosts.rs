//! Hosts of every shape: names, links, directories, file systems.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_mountns::{Backend, Command, ErrorKind, Outcome, Plan, PlanOptions};

use crate::cases::exactness::{Mounted, compare, mount_privately, mount_tmpfs};
use crate::fixture::Fixture;

/// Names of every byte but two, the longest ones, and a path near the longest.
pub(crate) fn names(fixture: &Fixture) {
    let every: Vec<u8> = (1..=255).filter(|&byte| byte != b'/').collect();
    let mut paths: Vec<Vec<u8>> = vec![
        every,
        vec![b'x'; 255],
        b"\n".to_vec(),
        b"\\012".to_vec(),
        b" ".to_vec(),
        b"\xff".to_vec(),
        b"...".to_vec(),
        b"-rf".to_vec(),
        b"a:b,c=d".to_vec(),
    ];
    // What is left of PATH_MAX, 4096, once the directory of this host is before it.
    let room = 4095 - fixture.dir.path().as_os_str().len() - "/names/".len();
    let mut deep: Vec<u8> = Vec::new();
    while deep.len() + 250 < room {
        deep.extend([b'd'; 200]);
        deep.push(b'/');
    }
    deep.extend(vec![b'f'; (room - deep.len()).min(255)]);
    paths.push(deep);
    let paths: Vec<Vec<u8>> =
        paths.into_iter().map(|name| [&b"/names/"[..], &name].concat()).collect();
    for path in &paths {
        fixture.file(Path::new(OsStr::from_bytes(path)), &path[..path.len().min(40)]);
    }
    let view = fixture.view_with(&[], |builder| {
        let owner = builder.owner("test/names-1");
        for path in &paths {
            builder.add(path, owner);
        }
    });
    let plan = Plan::from_view(&view, fixture.dir.path(), &fixture.options()).unwrap();
    compare(fixture, &plan, &[]);
}

pub(crate) fn directory_bits(fixture: &Fixture) {
    fixture.file("/var/spool/mail/inner/file", b"1");
    fixture.file("/var/tmp/file", b"2");
    fixture.file("/srv/closed/file", b"3");
    fixture.file("/srv/pass/file", b"4");
    for (path, mode) in [
        ("/var/spool/mail", 0o2775),
        ("/var/spool/mail/inner", 0o755),
        ("/var/tmp", 0o1777),
        ("/srv", 0o3755),
        ("/srv/closed", 0o700),
        ("/srv/pass", 0o711),
    ] {
        fixture.mode(path, mode);
    }
    let paths =
        ["/var/spool/mail/inner/file", "/var/tmp/file", "/srv/closed/file", "/srv/pass/file"];
    compare(fixture, &fixture.plan(&paths, &fixture.options()), &[]);
}

/// Enough for more than one thread, in a tree that is cut where directories are deep.
pub(crate) fn many(fixture: &Fixture) {
    let mut paths = Vec::new();
    fixture.file("/data/file", b"of all");
    for number in 0..9_000 {
        let (a, b, c) = (number % 3, number % 5, number % 11);
        let path = format!("/data/{a}/b/{b}/{c}/file-{number}");
        fs::create_dir_all(fixture.real(&path).parent().unwrap()).unwrap();
        // New inodes by the thousand take a disk its time.
        fs::hard_link(fixture.real("/data/file"), fixture.real(&path)).unwrap();
        paths.push(path);
    }
    fixture.link("/data/1/b/link", "../../0");
    fixture.mode("/data/1/b", 0o2755);
    fixture.mode("/data/2/b/4", 0o700);
    let mut shown: Vec<&str> = paths.iter().map(String::as_str).collect();
    shown.push("/data/1/b/link");
    compare(fixture, &fixture.plan(&shown, &fixture.options()), &[]);
}

/// The same names with fewer mounts.
pub(crate) fn collapsed(fixture: &Fixture) {
    for path in
        ["/whole/a/1", "/whole/a/2", "/whole/b", "/part/shown", "/part/hidden", "/part/all/3"]
    {
        fixture.file(path, path.as_bytes());
    }
    fixture.link("/whole/link", "a/1");
    let paths =
        ["/whole/a/1", "/whole/a/2", "/whole/b", "/whole/link", "/part/shown", "/part/all/3"];
    let count = |collapse| {
        let plan = fixture.plan(&paths, &PlanOptions { collapse, ..fixture.options() });
        let names = |dir: &str| fixture.inside(&plan, &["list", dir]).1;
        assert_eq!(names("/part"), "all\nshown\n");
        assert_eq!(names("/whole"), "a\nb\nlink\n");
        assert_eq!(fixture.inside(&plan, &["cat", "/whole/link"]).1, "/whole/a/1");
        let mounts = fixture.inside(&plan, &["cat", "/proc/self/mountinfo"]).1.lines().count();
        assert!(refused_writes(fixture, &plan));
        mounts
    };
    let (exact, whole) = (count(false), count(true));
    if fixture.backend == Backend::Bind {
        // Four files less, two directories more: /whole and /part/all. The program's own are bound whole, too.
        assert!(whole + 2 <= exact, "{whole} mounts in place of {exact}");
    } else {
        assert_eq!(whole, exact);
    }
    // A file that the plan does not know makes a difference.
    fixture.file("/whole/a/new", b"new");
    assert_eq!(count(true), if fixture.backend == Backend::Bind { whole + 2 } else { whole });
}

fn refused_writes(fixture: &Fixture, plan: &Plan) -> bool {
    ["/whole/a/new", "/whole/a/1", "/part/all/new"]
        .iter()
        .all(|path| fixture.inside(plan, &["touch", path]).0 != Outcome::Exited(0))
}

/// What the user may not read is there, and can't be read; root reads it.
pub(crate) fn unreadable(fixture: &Fixture) {
    fixture.file("/etc/shadow", b"secret");
    fixture.mode("/etc/shadow", 0o000);
    let plan = fixture.plan(&["/etc/shadow"], &fixture.options());
    compare_unreadable(fixture, &plan);
}

fn compare_unreadable(fixture: &Fixture, plan: &Plan) {
    let (_, text) = fixture.inside(plan, &["walk", "/proc", "/dev", "/tmp", "/bin", "/libraries"]);
    let line = text.lines().find(|line| line.starts_with("/etc/shadow ")).unwrap();
    assert!(line.starts_with("/etc/shadow file 0 6 "), "{line}");
    // Root has no capability to pass over permissions either.
    assert!(line.ends_with(" unreadable"), "{line}");
}

pub(crate) fn hard_links(fixture: &Fixture) {
    fixture.file("/usr/bin/perl", b"an interpreter");
    fs::hard_link(fixture.real("/usr/bin/perl"), fixture.real("/usr/bin/perl5")).unwrap();
    fs::hard_link(fixture.real("/usr/bin/perl"), fixture.real("/usr/bin/hidden")).unwrap();
    let plan = fixture.plan(&["/usr/bin/perl", "/usr/bin/perl5"], &fixture.options());
    compare(fixture, &plan, &[]);
}

/// A merged usr, a split one beside it, links to directories in the middle of paths, and a prefix.
pub(crate) fn layouts(fixture: &Fixture) {
    fixture.file("/usr/lib64/libz.so.1", b"a library");
    fixture.file("/opt/gentoo/usr/bin/tool", b"in a prefix");
    fixture.file("/opt/real/current-1/share/data", b"behind links");
    fixture.link("/merged", "usr/lib64");
    fixture.link("/usr/libs", "lib64");
    fixture.link("/usr/tmp", "../var/tmp");
    fixture.link("/opt/current", "real/current-1");
    fixture.link("/opt/gentoo/bin", "usr/bin");
    fixture.link("/opt/gentoo/absolute", "/opt/current/share");
    fixture.file("/sbin/init", b"of a split usr");
    fixture.file("/usr/sbin/tool", b"of a split usr too");
    let paths = [
        "/merged/libz.so.1",
        "/usr/libs/libz.so.1",
        "/opt/gentoo/bin/tool",
        "/opt/gentoo/absolute/data",
        "/sbin/init",
        "/usr/sbin/tool",
    ];
    let plan = fixture.plan(&paths, &fixture.options());
    compare(fixture, &plan, &[]);
    for path in ["/opt/gentoo/absolute/data", "/opt/current/share/data"] {
        assert_eq!(fixture.inside(&plan, &["cat", path]).1, "behind links");
    }
}

pub(crate) fn changed_link(fixture: &Fixture) {
    fixture.file("/usr/bin/gcc-14", b"one");
    fixture.file("/usr/bin/gcc-15", b"other");
    fixture.link("/usr/bin/gcc", "gcc-14");
    let plan = fixture.plan(&["/usr/bin/gcc", "/usr/bin/gcc-14"], &fixture.options());
    let link = fixture.real("/usr/bin/gcc");
    fs::remove_file(&link).unwrap();
    let error = || fixture.run(&plan, &Command::new("inside")).unwrap_err();
    assert_eq!(error().kind(), &ErrorKind::Missing);
    fixture.link("/usr/bin/gcc", "gcc-15");
    let text = error().to_string();
    assert!(
        text.starts_with("\"/usr/bin/gcc\": ") && text.contains("target was gcc-14, is gcc-15"),
        "{text}"
    );
    fs::remove_file(&link).unwrap();
    fixture.file("/usr/bin/gcc", b"a script now");
    let text = error().to_string();
    assert!(text.contains("type was a symbolic link"), "{text}");
}

/// Parts of the host are overlays, as those of system extensions are, or all of it is, as in most containers.
pub(crate) fn overlays(fixture: &Fixture) {
    for path in ["/usr/bin/tool", "/etc/deep/er/file", "/opt/tool"] {
        fixture.file(path, path.as_bytes());
    }
    mount_privately(fixture);
    let paths = ["/usr/bin/tool", "/usr/bin/extension", "/etc/deep/er/file", "/opt/tool"];
    let mut mounted = Vec::new();
    for (number, place) in ["/", "/usr"].into_iter().enumerate() {
        let upper = fixture.real(format!("/.upper{number}"));
        mounted.push(mount_tmpfs(fixture, &format!("/.upper{number}")));
        for dir in ["up", "work"] {
            fs::create_dir(upper.join(dir)).unwrap();
        }
        let real = if place == "/" { fixture.dir.path().to_owned() } else { fixture.real(place) };
        let options = format!(
            "userxattr,lowerdir={},upperdir={}/up,workdir={}/work",
            real.display(),
            upper.display(),
            upper.display()
        );
        let options = std::ffi::CString::new(options).unwrap();
        let flags = rustix::mount::MountFlags::empty();
        rustix::mount::mount("overlay", &real, "overlay", flags, &*options).unwrap();
        mounted.push(Mounted(real));
        fixture.file("/usr/bin/extension", place.as_bytes());
        let plan = fixture.plan(&paths, &fixture.options());
        // The kernel stacks two overlays, and the second one is the host's here.
        if number == 1 && fixture.backend != Backend::Bind {
            let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
            assert!(error.to_string().contains("the backend bind can show it"), "{error}");
        } else {
            compare(fixture, &plan, &[]);
        }
    }
    // The last one first.
    while mounted.pop().is_some() {}
}

/// A limit on the size of files that the caller has is the command's, not the setup's.
pub(crate) fn file_size_limit(fixture: &Fixture) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    fixture.file("/usr/bin/tool", &[b'x'; 10_000]);
    fs::create_dir(fixture.real("/etc")).unwrap();
    let view = fixture.view_with(&["/usr/bin/tool"], |builder| {
        builder.synthesise("/etc/made-up", 0o644, b"content of ours".to_vec());
    });
    let options = PlanOptions { write: vec!["/build".into()], ..fixture.options() };
    fs::create_dir(fixture.real("/build")).unwrap();
    let plan = Plan::from_view(&view, fixture.dir.path(), &options).unwrap();
    setrlimit(Resource::Fsize, Rlimit { current: Some(10), maximum: None }).unwrap();
    let command = |path: &str| Command::new("inside").args(["--inside", "touch", path]);
    // "made inside" is longer.
    assert_eq!(fixture.run(&plan, &command("/build/file")).unwrap(), Outcome::Signaled(25));
    assert_eq!(fs::read(fixture.real("/build/file")).unwrap(), b"made insid");
}
