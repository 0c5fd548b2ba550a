//! One name for all that a build can see.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use hermitage_vdb::test_support::Fixture;

use crate::machine::Machine;
use crate::support::{Answer, hermitage, in_database, small_system};

/// A made-up system, and a cache of its own.
struct Stage {
    fixture: Fixture,
    cache: tempfile::TempDir,
}

/// When the packages of the made-up system were installed.
const THEN: Duration = Duration::from_secs(1_500_000_000);

impl Stage {
    fn new() -> Self {
        let stage = Self { fixture: small_system(), cache: tempfile::tempdir().unwrap() };
        for file in ["usr/include/z.h", "usr/z.conf", "usr/bin/tool"] {
            set_time(&stage.root().join(file));
        }
        settle();
        stage
    }

    fn root(&self) -> &Path {
        self.fixture.root()
    }

    fn answer(&self, arguments: &[&str]) -> Answer {
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", self.cache.path()).arg("digest").arg("--root");
        command.arg(self.root()).args(["--system", "none"]).args(arguments);
        Answer::of(command.output().unwrap())
    }

    /// The identity, which is the same whether it is remembered, found out, or read anew.
    fn digest(&self, arguments: &[&str]) -> String {
        let digest = self.answer(arguments).good();
        assert_eq!(self.answer(arguments).good(), digest);
        let described = self.answer(&[&["--format", "json"], arguments].concat()).good();
        let start = format!("{{\"schema\":1,\"digest\":\"{}\",", digest.trim_end());
        assert!(described.starts_with(&start), "{described}");
        digest
    }
}

fn set_time(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + THEN).unwrap();
}

/// What has just changed is not remembered.
fn settle() {
    std::thread::sleep(Duration::from_millis(80));
}

const TOOL: &[&str] = &["app-misc/tool", "--closure", "runtime-only"];

#[test]
fn it_is_the_same_on_another_machine_with_other_packages_beside() {
    let (one, other) = (Stage::new(), Stage::new());
    let digest = one.digest(TOOL);
    assert!(digest.starts_with("sha256:") && digest.len() == 72, "{digest}");
    assert_eq!(other.digest(TOOL), digest);
    for number in 0..100 {
        let package = in_database(&other.fixture, &format!("dev-other/p-{number}"));
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("SLOT"), "0\n").unwrap();
        let line = format!("obj /usr/bin/other-{number} d41d8cd98f00b204e9800998ecf8427e 1\n");
        std::fs::write(package.join("CONTENTS"), line).unwrap();
        std::fs::write(other.root().join(format!("usr/bin/other-{number}")), "").unwrap();
    }
    settle();
    assert_eq!(other.digest(TOOL), digest);
    // Another time of a file: then the record is not believed, and the file is read.
    std::fs::File::options()
        .write(true)
        .open(other.root().join("usr/bin/tool"))
        .unwrap()
        .set_modified(SystemTime::now())
        .unwrap();
    settle();
    assert_eq!(other.digest(TOOL), digest);
}

#[test]
fn it_changes_with_everything_that_is_visible_or_declared() {
    let stage = Stage::new();
    let root = stage.root().to_owned();
    let tool = root.join("usr/bin/tool");
    let database = |path: &str| in_database(&stage.fixture, path);
    let mut known = vec![stage.digest(TOOL)];
    let mut changed = |what: &str, arguments: &[&str], change: &dyn Fn()| {
        change();
        settle();
        let digest = stage.digest(arguments);
        assert!(!known.contains(&digest), "{what} does not count");
        known.push(digest);
    };
    changed("a byte", TOOL, &|| std::fs::write(&tool, "x").unwrap());
    changed("another byte of the same length", TOOL, &|| std::fs::write(&tool, "y").unwrap());
    changed("a mode bit", TOOL, &|| {
        std::fs::set_permissions(&tool, PermissionsExt::from_mode(0o640)).unwrap();
    });
    changed("a link's target", TOOL, &|| {
        std::fs::remove_file(root.join("usr/bin/tool-link")).unwrap();
        std::os::unix::fs::symlink("./tool", root.join("usr/bin/tool-link")).unwrap();
    });
    changed("a directory's mode", TOOL, &|| {
        std::fs::set_permissions(root.join("usr/bin"), PermissionsExt::from_mode(0o711)).unwrap();
    });
    changed("a flag of the package", TOOL, &|| {
        std::fs::write(database("app-misc/tool-1.0-r1/USE"), "ssl\n").unwrap();
    });
    changed("a flag of a dependency", TOOL, &|| {
        std::fs::write(database("dev-libs/z-1.0/USE"), "static\n").unwrap();
    });
    changed("an ebuild", TOOL, &|| {
        std::fs::write(database("app-misc/tool-1.0-r1/tool-1.0-r1.ebuild"), "EAPI=8").unwrap();
    });
    changed("what is declared", &["--depend", "dev-libs/z"], &|| {});
    changed("a dependency", &["--depend", "dev-libs/z sys-libs/z"], &|| {});
    changed("a flag", &["--depend", "dev-libs/z", "--use", "ssl"], &|| {});
    for option in [
        &["--share-net"][..],
        &["--limit", "core=0"],
        &["--tmp-size", "1M"],
        &["--syscalls", "native"],
        &["--pure"],
        &["--hide", "/usr/include"],
        &["--", "tool"],
        &["--", "tool", "-v"],
        &["--env", "A=1", "--", "tool"],
    ] {
        let arguments = [TOOL, option].concat();
        changed(&option.join(" "), &arguments, &|| {});
    }
    let source = root.join("src");
    std::fs::create_dir(&source).unwrap();
    let shown = [TOOL, &["--write", "/src"]].concat();
    changed("a tree", &shown, &|| {});
    changed("a file in a tree", &shown, &|| std::fs::write(source.join("a.c"), "1").unwrap());
    changed("its content", &shown, &|| std::fs::write(source.join("a.c"), "2").unwrap());
}

#[test]
fn a_changed_file_with_its_time_put_back_is_found_by_reading_everything() {
    let stage = Stage::new();
    let before = stage.digest(TOOL);
    assert_eq!(stage.answer(&[TOOL, &["--verify"]].concat()).good(), before);
    let tool = stage.root().join("usr/bin/tool");
    std::fs::write(&tool, "changed").unwrap();
    set_time(&tool);
    settle();
    let answer = stage.answer(&[TOOL, &["--verify"]].concat());
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.stderr.contains("/usr/bin/tool"), "{answer:?}");
    assert_ne!(answer.stdout, before);
    // From now on it is known what the file is.
    assert_eq!(stage.answer(TOOL).good(), answer.stdout);
}

#[test]
fn what_tells_two_apart_is_said_by_package_and_path() {
    let stage = Stage::new();
    let saved = stage.cache.path().join("saved.json");
    let save = [TOOL, &["--format", "json", "--output", saved.to_str().unwrap()]].concat();
    stage.answer(&save).good();
    let explain = |arguments: &[&str]| {
        let saved = saved.to_str().unwrap();
        stage.answer(&[&["--explain", saved, "app-misc/tool"], &TOOL[1..], arguments].concat())
    };
    let equal = explain(&[]).good();
    assert!(equal.starts_with("equal: sha256:"), "{equal}");
    std::fs::write(stage.root().join("usr/include/z.h"), "new").unwrap();
    std::fs::remove_file(stage.root().join("usr/bin/tool-link")).unwrap();
    std::fs::write(in_database(&stage.fixture, "dev-libs/z-1.0/USE"), "static\n").unwrap();
    let answer = explain(&["--env", "A=1"]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    let lines: Vec<&str> = answer.stdout.lines().skip(2).collect();
    assert_eq!(
        lines,
        [
            "- package dev-libs/z-1.0 0/0",
            "+ package dev-libs/z-1.0 0/0 static",
            "app-misc/tool-1.0-r1: 1 path",
            "  - /usr/bin/tool-link (link to tool)",
            "dev-libs/z-1.0: 1 path",
            "  ! /usr/include/z.h: size 0 -> 3, content md5:d41d8cd98f00b204e9800998ecf8427e -> \
             md5:22af645d1859cb5ca6da0c484f1f37ea",
        ]
    );
    std::fs::write(
        &saved,
        std::fs::read_to_string(&saved).unwrap().replace("\"mode\":493", "\"mode\":492"),
    )
    .unwrap();
    explain(&[]).refused(&["saved.json", "--format json"]);
    stage
        .answer(&["--explain", "./absent", "app-misc/tool"])
        .refused(&["./absent", "can't be read"]);
}

/// As root of a container that another user has made, with one file in the place of another.
fn in_container(asked: &Command, cache: &Path, file: &Path, shown: &Path) -> String {
    const NOBODY: &str = "65534";
    let mut command = Command::new("unshare");
    if rustix::process::geteuid().is_root() {
        command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "unshare"]);
    }
    command.args(["--user", "--map-root-user", "--mount", "--uts", "--ipc", "--net", "sh", "-c"]);
    command.args([r#"mount --bind "$1" "$2" && shift 2 && exec "$@""#, "sh"]);
    command.arg(file).arg(shown).arg(asked.get_program()).args(asked.get_args());
    command.env("XDG_CACHE_HOME", cache).env("XDG_CONFIG_HOME", "/nonexistent");
    Answer::of(command.output().unwrap()).good()
}

#[test]
fn of_this_machines_packages_it_is_the_same_for_another_user_in_a_container() {
    let machine = Machine::get();
    let scratch = tempfile::tempdir().unwrap();
    let place = |name: &str| scratch.path().join(name);
    let (cache, same, byte, mode) = (place("cache"), place("same"), place("byte"), place("mode"));
    std::fs::create_dir(&cache).unwrap();
    // Both users look there, and one of them keeps what it finds.
    for (path, mode) in [(scratch.path(), 0o755), (&cache, 0o777)] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }
    let mut asked = hermitage();
    asked.arg("digest").args(machine.options()).args(["--system", "none"]);
    asked.args(["--depend", &machine.library]);
    let here = Answer::of(asked.env("XDG_CACHE_HOME", place("own")).output().unwrap()).good();

    let header = Path::new("/usr/include").join(machine.header());
    for copy in [&same, &byte, &mode] {
        std::fs::copy(&header, copy).unwrap();
    }
    let mut content = std::fs::read(&header).unwrap();
    content[0] ^= 1;
    std::fs::write(&byte, content).unwrap();
    std::fs::set_permissions(&mode, PermissionsExt::from_mode(0o645)).unwrap();
    let elsewhere = |file: &Path| in_container(&asked, &cache, file, &header);
    assert_eq!(elsewhere(&same), here);
    assert_ne!(elsewhere(&byte), here, "a byte");
    assert_ne!(elsewhere(&mode), here, "a bit of a mode");
    let one_more = asked.args(["--bdepend", &machine.declared]).output().unwrap();
    assert_ne!(Answer::of(one_more).good(), here, "more dependencies");
}
