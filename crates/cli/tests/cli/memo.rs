//! `run --memo`: what a command left the last time is never another thing than it would leave now.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hermitage_vdb::test_support::Fixture;

use crate::support::{Answer, hermitage, in_database, small_system};

/// A made-up system with a few programs, a directory to build in, and a store.
struct Stage {
    fixture: Fixture,
    scratch: tempfile::TempDir,
}

/// Leaves one of each thing that can be left, takes something away, and says so.
const BUILD: &str = "set -e
    IFS= read -r source < src/in || :
    echo \"built $source\" > src/out; mkdir src/dir; ln -s ../out src/dir/link; ln src/out src/same
    echo '#!' > src/run; chmod 4750 src/run; rm src/old; rm -r src/olddir
    echo said; echo complained >&2; echo \"in: $(cat)\"";

impl Stage {
    fn new() -> Self {
        let stage = Self { fixture: small_system(), scratch: tempfile::tempdir().unwrap() };
        let mut contents = String::new();
        for path in programs(&["sh", "mkdir", "ln", "rm", "chmod", "cat"]) {
            let to = stage.root().join(path.strip_prefix("/").unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&path, &to).unwrap();
            let path = path.display().to_string();
            contents += &["obj ", &path, " d41d8cd98f00b204e9800998ecf8427e 1\n"].concat();
        }
        let package = in_database(&stage.fixture, "app-shells/sh-1");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("SLOT"), "0\n").unwrap();
        std::fs::write(package.join("CONTENTS"), contents).unwrap();
        stage.source("one");
        stage
    }

    fn root(&self) -> &Path {
        self.fixture.root()
    }

    fn store(&self) -> PathBuf {
        self.scratch.path().join("store")
    }

    /// The sources, as they are before anything is built.
    fn source(&self, text: &str) {
        let source = self.root().join("build/src");
        let _ = std::fs::remove_dir_all(&source);
        std::fs::create_dir_all(source.join("olddir/x")).unwrap();
        std::fs::write(source.join("in"), text).unwrap();
        std::fs::write(source.join("old"), text).unwrap();
    }

    fn command(&self, store: &Path, options: &[&str], script: &str) -> Command {
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", self.scratch.path()).args(["-v", "run", "--root"]);
        command.arg(self.root()).args(["--depend", "app-shells/sh", "--system", "none"]);
        command.args(["--clear-env", "--write", "/build", "--chdir", "/build"]).args(options);
        command.arg("--memo").arg(store).args(["--", "sh", "-c", script]);
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, script: &str) -> (Answer, bool) {
        let answer = Answer::of(self.command(&self.store(), &[], script).output().unwrap());
        let stored = answer.stderr.contains("not run:");
        (answer, stored)
    }

    /// What is in the writable directory: kind, mode, time and content or target of each path.
    fn left(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        look(&self.root().join("build"), &mut found);
        found
    }
}

fn look(dir: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let text = if meta.is_dir() {
            look(&path, found);
            String::new()
        } else if meta.is_symlink() {
            format!(
                "{} {} {}",
                std::fs::read_link(&path).unwrap().display(),
                meta.mtime(),
                meta.mtime_nsec()
            )
        } else {
            // The inputs are written anew by the tests.
            let is_input = path.ends_with("in") || path.ends_with("old");
            let time = (!is_input).then(|| (meta.mtime(), meta.mtime_nsec()));
            format!("{:?} {time:?} {} links", std::fs::read(&path).unwrap(), meta.nlink())
        };
        found.insert(path, format!("{:o} {text}", meta.mode()));
    }
}

/// Programs of this machine, with what the loader needs for them.
fn programs(names: &[&str]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for name in names {
        let program = format!("/bin/{name}");
        let output = Command::new("ldd").arg(&program).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let words = text.split_whitespace().filter(|word| word.starts_with('/'));
        paths.extend(words.map(PathBuf::from));
        paths.push(program.into());
    }
    paths.sort();
    paths.dedup();
    paths
}

#[test]
fn what_was_left_is_put_there_again_with_modes_links_times_and_what_was_said() {
    let stage = Stage::new();
    let (first, stored) = stage.run(BUILD);
    assert!(!stored, "{first:?}");
    assert_eq!((first.code, &first.stdout[..]), (Some(0), "said\nin: \n"), "{first:?}");
    let built = stage.left();
    assert!(built.len() > 5, "{built:?}");
    std::thread::sleep(Duration::from_millis(20));
    stage.source("one");
    let (second, stored) = stage.run(BUILD);
    assert!(stored, "{second:?}");
    assert_eq!((second.code, second.stdout), (Some(0), first.stdout));
    assert!(second.stderr.contains("complained"), "{:?}", second.stderr);
    assert_eq!(stage.left(), built);
    // Another source, and then what fails, which is not kept.
    stage.source("two");
    assert!(!stage.run(BUILD).1);
    assert_ne!(stage.left(), built);
    for _ in 0..2 {
        stage.source("one");
        let (failed, stored) = stage.run("exit 3");
        assert_eq!((failed.code, stored), (Some(3), false), "{failed:?}");
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_store_is_told_and_the_command_run() {
    let stage = Stage::new();
    stage.run(BUILD);
    let built: Vec<PathBuf> = stage.left().into_keys().collect();
    for part in ["runs", "objects"] {
        let files = std::fs::read_dir(stage.store().join(part)).unwrap();
        for file in files.map(|file| file.unwrap().path()).collect::<Vec<_>>() {
            let mut bytes = std::fs::read(&file).unwrap();
            let Some(byte) = bytes.last_mut() else { continue };
            *byte ^= 1;
            std::fs::write(&file, bytes).unwrap();
            stage.source("one");
            let (answer, stored) = stage.run(BUILD);
            assert!(!stored && answer.stderr.contains("damaged"), "{answer:?}");
            assert_eq!((answer.code, &answer.stdout[..]), (Some(0), "said\nin: \n"));
            assert_eq!(stage.left().into_keys().collect::<Vec<_>>(), built);
            stage.source("one");
            assert!(stage.run(BUILD).1, "it is not stored again");
        }
    }
}

#[test]
fn of_eight_at_once_none_is_wrong() {
    let stages: Vec<Stage> = (0..8).map(|_| Stage::new()).collect();
    let store = tempfile::tempdir().unwrap();
    let children: Vec<_> = stages
        .iter()
        .map(|stage| {
            let mut command = stage.command(store.path(), &[], BUILD);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let answers = children.into_iter().map(|child| Answer::of(child.wait_with_output().unwrap()));
    let answers: Vec<Answer> = answers.collect();
    assert!(answers.iter().all(|answer| answer.code == Some(0)), "{answers:?}");
    assert!(answers.iter().all(|answer| answer.stdout == "said\nin: \n"), "{answers:?}");
    // They are different machines with the same packages and sources.
    let ran = answers.iter().filter(|answer| !answer.stderr.contains("not run:")).count();
    assert_eq!(ran, 1, "{answers:?}");
    let names = |stage: &Stage| {
        let left = stage.left().into_iter();
        let inside = |path: PathBuf| path.strip_prefix(stage.root()).unwrap().to_owned();
        left.map(|(path, text)| (inside(path), text)).collect::<Vec<_>>()
    };
    assert!(stages.iter().all(|stage| names(stage) == names(&stages[0])));
}

#[test]
fn killed_at_every_stage_it_leaves_nothing_wrong_in_the_store() {
    let stage = Stage::new();
    let right = |(answer, stored): (Answer, bool)| {
        assert_eq!((answer.code, &answer.stdout[..]), (Some(0), "said\nin: \n"), "{answer:?}");
        stored
    };
    let began = Instant::now();
    assert!(!right(stage.run(BUILD)));
    let (whole, built) = (began.elapsed(), stage.left());
    // First while it looks, runs, compares and stores, then while it puts back what is stored.
    for (is_stored, parts) in [(false, 8), (true, 4)] {
        for part in 0..parts {
            if !is_stored {
                std::fs::remove_dir_all(stage.store()).unwrap();
            }
            stage.source("one");
            let mut child = stage.command(&stage.store(), &[], BUILD);
            let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(whole * part / parts);
            child.kill().unwrap();
            child.wait().unwrap();
            // Whatever of it is left dies with it.
            std::thread::sleep(Duration::from_millis(30));
            stage.source("one");
            right(stage.run(BUILD));
            let left = stage.left();
            stage.source("one");
            assert!(right(stage.run(BUILD)), "it was run once, and is not stored");
            assert_eq!(stage.left(), left, "part {part}");
            assert!(left.keys().eq(built.keys()), "part {part}");
        }
    }
    // Of those that were killed nothing stays, once something else was stored.
    stage.source("two");
    right(stage.run(BUILD));
    let names = |dir: &str| std::fs::read_dir(stage.store().join(dir)).unwrap().count();
    assert_eq!((names("locks"), names("runs")), (0, 2));
    assert_eq!(std::fs::read_dir(stage.store()).unwrap().count(), 4, "lock, locks, objects, runs");
}

#[test]
fn a_full_disk_is_told_costs_no_result_and_leaves_the_store_usable() {
    let stage = Stage::new();
    stage.source(&"0123456789abcdef".repeat(1 << 14));
    let store = stage.store();
    std::fs::create_dir(&store).unwrap();
    // 256 KiB do not fit three times into 512 KiB; the store is a file system of its own, as root of a container.
    let script = r#"mount -t tmpfs -o size=512k none "$1" && shift
        "$@" sh -c 'cat src/in src/in src/in > src/out; echo big' || exit
        echo "left: $(find "$0" -type f -size +0 | wc -l)"
        "$@" sh -c 'echo small > src/out; echo small' && "$@" sh -c 'echo small > src/out; echo small'"#;
    let plain = stage.command(&store, &[], BUILD);
    let mut contained = Command::new("unshare");
    contained
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .args([&store, &store]);
    contained.arg(plain.get_program()).args(plain.get_args().take_while(|word| *word != "sh"));
    contained.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let answer = Answer::of(contained.stdin(Stdio::null()).output().unwrap());
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert_eq!(answer.stdout, "big\nleft: 0\nsmall\nsmall\n", "{answer:?}");
    assert_eq!(answer.stderr.matches("is not stored: ").count(), 1, "{answer:?}");
    assert!(answer.stderr.contains("No space left on device"), "{answer:?}");
}

#[test]
fn what_is_known_of_everything_but_the_sources_is_not_found_out_again() {
    let stage = Stage::new();
    // What has just changed is not remembered.
    std::thread::sleep(Duration::from_millis(80));
    stage.run(BUILD);
    let digests = || {
        let dir = std::fs::read_dir(stage.scratch.path().join("hermitage/digests")).unwrap();
        dir.map(|entry| entry.unwrap().metadata().unwrap().ino()).collect::<Vec<_>>()
    };
    let kept = digests();
    assert_eq!(kept.len(), 1);
    for text in ["two", "one"] {
        stage.source(text);
        assert_eq!(stage.run(BUILD).1, text == "one");
        assert_eq!(digests(), kept, "it was made anew");
    }
    let program = stage.root().join(programs(&["cat"]).pop().unwrap().strip_prefix("/").unwrap());
    std::fs::File::options().append(true).open(program).unwrap().write_all(b"\n").unwrap();
    std::thread::sleep(Duration::from_millis(80));
    stage.source("one");
    assert!(!stage.run(BUILD).1, "a program is another");
    assert_ne!(digests(), kept);
}

#[test]
fn a_store_that_is_full_or_can_not_be_written_costs_no_result() {
    let stage = Stage::new();
    let file = stage.scratch.path().join("no-directory");
    std::fs::write(&file, "").unwrap();
    let answer = Answer::of(stage.command(&file, &[], BUILD).output().unwrap());
    assert_eq!((answer.code, &answer.stdout[..]), (Some(0), "said\nin: \n"), "{answer:?}");
    assert!(answer.stderr.contains("without a store"), "{answer:?}");
    // No file may be larger than 512 bytes: as on a full disk, what was left can't be written down.
    stage.source("one");
    let plain = stage.command(&stage.store(), &[], BUILD);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -S -f 1; exec \"$@\"", "sh"]).arg(plain.get_program());
    limited.args(plain.get_args()).stdin(Stdio::null());
    limited.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let answer = Answer::of(limited.output().unwrap());
    assert_eq!((answer.code, &answer.stdout[..]), (Some(0), "said\nin: \n"), "{answer:?}");
    assert!(answer.stderr.contains("is not stored: "), "{answer:?}");
    assert_eq!(std::fs::read_dir(stage.store().join("runs")).unwrap().count(), 0);
    stage.source("one");
    assert!(!stage.run(BUILD).1);
}

#[test]
fn a_store_holds_no_more_than_it_may() {
    let stage = Stage::new();
    let count = |part: &str| std::fs::read_dir(stage.store().join(part)).unwrap().count();
    let run = |text: &str, size: &str| {
        stage.source("one");
        let script = format!("echo {text} > src/out");
        let options = ["--memo-size", size];
        Answer::of(stage.command(&stage.store(), &options, &script).output().unwrap()).good();
    };
    run("a", "1M");
    run("b", "1M");
    // What both said is one object, nothing.
    assert_eq!((count("runs"), count("objects")), (2, 3));
    run("c", "600");
    assert_eq!((count("runs"), count("objects")), (1, 2));
    stage.source("one");
    assert!(stage.run("echo c > src/out").1, "the newest is gone");
    run("d", "1");
    assert_eq!((count("runs"), count("objects")), (0, 0));
}

#[test]
fn what_can_not_be_known_or_put_back_is_refused() {
    let stage = Stage::new();
    let refused = |store: &Path, options: &[&str], words: &[&str]| {
        let answer = Answer::of(stage.command(store, options, BUILD).output().unwrap());
        answer.refused(words);
    };
    for option in ["--share-net", "--share-session", "--keep-ownership", "--allow-changed"] {
        refused(&stage.store(), &[option], &["--memo", option]);
    }
    refused(&stage.store(), &["--backend", "landlock"], &["--memo", "landlock"]);
    refused(&stage.root().join("build/store"), &[], &["--memo", "which the command sees"]);
    refused(&stage.store(), &["--write", "/build/src/in"], &["/build/src/in", "directories"]);
}
