use hermitage_mountns::{ByteString, Cover, ErrorKind, Outcome, PlanOptions, Surroundings};

use crate::fixture::Fixture;

fn with(fixture: &Fixture, surroundings: Surroundings) -> PlanOptions {
    PlanOptions { surroundings, ..fixture.options() }
}

fn cover(path: &str, content: Option<&str>) -> Cover {
    Cover { path: path.into(), content: content.map(ByteString::from) }
}

pub(crate) fn as_planned(fixture: &Fixture) {
    let surroundings = Surroundings {
        user: Some(4711),
        processors: Some(1),
        fixed_addresses: true,
        fresh_clocks: true,
        ..Surroundings::default()
    };
    let plan = fixture.plan(&[], &with(fixture, surroundings));
    let around = || fixture.inside(&plan, &["around"]).1;
    let (first, second) = (around(), around());
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
    };
    assert_eq!(value(&first, "user"), "4711 4711");
    // Files that are nobody else's are the user's own.
    assert_eq!(value(&first, "file"), "4711");
    assert_eq!(value(&first, "processors"), "1");
    assert_eq!(value(&first, "addresses"), value(&second, "addresses"));
    for clock in ["monotonic", "boottime"] {
        let seconds: i64 = value(&first, clock).parse().unwrap();
        assert!((0..30).contains(&seconds), "{clock}: {seconds}");
    }
}

pub(crate) fn proc_covered(fixture: &Fixture) {
    let proc = vec![
        cover("/proc/meminfo", Some("MemTotal: 1 kB\n")),
        cover("/proc/sys/kernel/random/boot_id", Some("the same\n")),
        cover("/proc/tty", None),
        cover("/proc/not-of-this-kernel", Some("x")),
    ];
    let plan = fixture.plan(&[], &with(fixture, Surroundings { proc, ..Surroundings::default() }));
    let inside = |args: &[&str]| fixture.inside(&plan, args).1;
    assert_eq!(inside(&["cat", "/proc/meminfo"]), "MemTotal: 1 kB\n");
    assert_eq!(inside(&["cat", "/proc/sys/kernel/random/boot_id"]), "the same\n");
    assert_eq!(inside(&["list", "/proc/tty"]), "");
    assert!(!inside(&["list", "/proc"]).contains("not-of-this-kernel"));
    // What the kernel tells of processes is its own.
    assert!(inside(&["status"]).contains("Seccomp:"));
    for path in ["/proc/meminfo", "/proc/tty/new"] {
        assert_eq!(fixture.inside(&plan, &["touch", path]).0, Outcome::Exited(101), "{path}");
    }
}

pub(crate) fn listings(fixture: &Fixture) {
    let names = ["b", "a.d/y", "a.d/x", "a", "c/z", "c/d/2", "c/d/1", "Z"];
    let paths: Vec<_> = names.iter().map(|name| format!("/usr/share/{name}")).collect();
    for path in &paths {
        fixture.file(path, b"x");
    }
    fixture.link("/usr/share/aa", "a");
    let mut paths: Vec<_> = paths.iter().map(String::as_str).collect();
    paths.push("/usr/share/aa");
    let sorted = Surroundings { sorted_listings: true, ..Surroundings::default() };
    let plan = fixture.plan(&paths, &with(fixture, sorted));
    for (dir, expected) in [
        ("/usr/share", "Z\na\na.d\naa\nb\nc\n"),
        ("/usr/share/a.d", "x\ny\n"),
        ("/usr/share/c", "d\nz\n"),
        ("/usr/share/c/d", "1\n2\n"),
    ] {
        assert_eq!(fixture.inside(&plan, &["listing", dir]).1, expected, "{dir}");
    }
    let root = fixture.inside(&plan, &["listing", "/"]).1;
    assert!(root.lines().is_sorted(), "{root}");
}

pub(crate) fn impossible(fixture: &Fixture) {
    let refused = |surroundings: Surroundings| {
        fixture.try_plan(&[], &with(fixture, surroundings)).unwrap_err().kind().to_string()
    };
    let none = Surroundings { processors: Some(0), ..Surroundings::default() };
    assert!(refused(none).contains("no processor"));
    let proc = vec![cover("/etc/passwd", Some(""))];
    let elsewhere = Surroundings { proc, ..Surroundings::default() };
    assert_eq!(refused(elsewhere), ErrorKind::Overlap.to_string());
    let many = Surroundings { processors: Some(1_000_000), ..Surroundings::default() };
    let plan = fixture.plan(&[], &with(fixture, many));
    let command = hermitage_mountns::Command::new("inside").args(["--inside", "user"]);
    let error = fixture.run(&plan, &command).unwrap_err().to_string();
    assert!(error.contains("1000000 processors are wanted"), "{error}");
}
