//! `hermitage portage setup` and `remove`: what is undone is undone to the byte, whatever was interrupted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use rustix::fs::XattrFlags;
use rustix::io::Errno;
use tempfile::TempDir;

use crate::support::{Answer, hermitage};
use crate::traced::traced;

const PROGRAM: &str = env!("CARGO_BIN_EXE_hermitage");

const WAYS: [(&str, &str); 2] = [("file", "usr/bin/sandbox"), ("bashrc", "etc/portage/bashrc")];

/// What can be where setup puts something.
const ORIGINALS: [Original; 5] = [
    Original::Nothing,
    Original::File("#!/bin/sh\necho the real one\n"),
    Original::File("no end of line"),
    Original::File(""),
    Original::Link("elsewhere"),
];

const ATTRIBUTE: &str = "user.hermitage-test";

#[derive(Clone, Copy, Debug)]
enum Original {
    Nothing,
    File(&'static str),
    Link(&'static str),
}

/// A root directory with an original in it, somebody's, changed long ago, with an attribute; or with nothing, not even /var.
fn root(path: &str, original: Original) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let directories = ["usr/bin", "etc/portage", "var/lib"];
    let made = if matches!(original, Original::Nothing) { 2 } else { 3 };
    for directory in &directories[..made] {
        fs::create_dir_all(root.path().join(directory)).unwrap();
    }
    let path = root.path().join(path);
    let old =
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(1_500_000_000_123);
    let file = |path: &Path, text: &str| {
        fs::write(path, text).unwrap();
        match rustix::fs::setxattr(path, ATTRIBUTE, b"kept", XattrFlags::empty()) {
            Err(Errno::OPNOTSUPP) => {}
            set => set.unwrap(),
        }
        if rustix::process::geteuid().is_root() {
            chown(path, Some(12), Some(34)).unwrap();
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o751)).unwrap();
        fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    };
    match original {
        Original::Nothing => {}
        Original::File(text) => file(&path, text),
        Original::Link(target) => {
            symlink(target, &path).unwrap();
            file(&path.with_file_name(target), "what the link leads to\n");
        }
    }
    root
}

/// Everything below a directory: content, times, owners, number of links, inode and attribute of what is no directory.
fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let mut text = format!("{:o} {} {}", meta.mode(), meta.uid(), meta.gid());
            if meta.is_dir() {
                left.push(path.clone());
            } else {
                let content = match fs::read_link(&path) {
                    Ok(target) => target.display().to_string(),
                    Err(_) => fs::read_to_string(&path).unwrap(),
                };
                let mut attribute = [0; 8];
                let attribute =
                    rustix::fs::lgetxattr(&path, ATTRIBUTE, &mut attribute).map(|_| attribute);
                let (time, links, inode) = (meta.mtime_nsec(), meta.nlink(), meta.ino());
                let seconds = meta.mtime();
                write!(text, " {seconds} {time} {links} {inode} {attribute:?} {content}").unwrap();
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, text);
        }
    }
    found
}

fn command(root: &Path, verb: &str, options: &[&str]) -> Command {
    let mut command = hermitage();
    command.args(["portage", verb, "--root"]).arg(root).args(options);
    command
}

fn portage(root: &Path, verb: &str, options: &[&str]) -> Answer {
    Answer::of(command(root, verb, options).output().unwrap())
}

fn every_case(case: impl Fn(&Path, &str, &str)) {
    for (way, path) in WAYS {
        for original in ORIGINALS {
            let root = root(path, original);
            let before = snapshot(root.path());
            case(root.path(), way, path);
            assert_eq!(snapshot(root.path()), before, "{way}, {original:?}");
        }
    }
}

#[test]
fn remove_after_setup_leaves_everything_as_it_was() {
    every_case(|root, way, path| {
        let before = snapshot(root);
        let said = portage(root, "setup", &["--way", way, "--dry-run"]).good();
        assert!(said.starts_with("would ") && said.contains(path), "{said}");
        assert_eq!(snapshot(root), before);

        let said = portage(root, "setup", &["--way", way]).good();
        assert!(said.starts_with("going to ") && said.contains(path), "{said}");
        assert!(fs::read(root.join(path)).is_ok());
        assert!(portage(root, "status", &[]).good().starts_with("in place: "));
        // A second time changes nothing about what is undone.
        portage(root, "setup", &["--way", way]).good();
        portage(root, "remove", &[]).good();
        assert_eq!(portage(root, "status", &[]).code, Some(1));
    });
}

/// Kills a call once it has changed so much; returns the exit code of one that has changed less in all.
fn killed(root: &Path, verb: &str, options: &[&str], changes: usize) -> Option<i32> {
    let (mut last, mut left) = (snapshot(root), changes);
    traced(&command(root, verb, options), || {
        let here = snapshot(root);
        left -= usize::from(here != last);
        last = here;
        left > 0
    })
}

/// The status says what is there, and that nothing is only where nothing is.
fn status_is_true(root: &Path, way: &str, path: &str, before: &BTreeMap<String, String>) {
    let path = root.join(path);
    let is_ours = match way {
        "file" => fs::read_link(path).is_ok_and(|to| to == Path::new(PROGRAM)),
        _ => fs::read_to_string(path).is_ok_and(|text| text.contains(PROGRAM)),
    };
    let status = portage(root, "status", &[]);
    assert_eq!(status.code, Some(i32::from(!is_ours)), "{status:?}");
    assert_eq!(status.stdout.starts_with("in place: "), is_ours, "{status:?}");
    assert_eq!(status.stdout == "nothing is set up\n", snapshot(root) == *before, "{status:?}");
}

/// Runs something on a fresh system for each moment at which `verb` can be killed there, after `prepare`.
fn every_moment(prepare: impl Fn(&Path, &str), verb: &str, then: impl Fn(&Path, &str)) {
    for (way, path) in WAYS {
        let options: &[&str] = if verb == "setup" { &["--way", way] } else { &[] };
        for original in ORIGINALS {
            let survived = (1..99).find(|&changes| {
                let root = root(path, original);
                let before = snapshot(root.path());
                prepare(root.path(), way);
                let code = killed(root.path(), verb, options, changes);
                status_is_true(root.path(), way, path, &before);
                then(root.path(), way);
                let after = snapshot(root.path());
                assert_eq!(after, before, "{way}, {original:?}, killed after {changes} changes");
                assert_eq!(code.unwrap_or(0), 0, "{way}, {original:?}");
                code.is_some()
            });
            assert!(survived > Some(4), "{verb} {way} {original:?} changes {survived:?} things");
        }
    }
}

#[test]
fn remove_after_a_setup_killed_at_any_moment_leaves_everything_as_it_was() {
    every_moment(
        |_, _| {},
        "setup",
        |root, _| {
            portage(root, "remove", &[]).good();
        },
    );
}

#[test]
fn a_remove_killed_at_any_moment_is_completed_by_the_next() {
    every_moment(
        |root, way| {
            portage(root, "setup", &["--way", way]).good();
        },
        "remove",
        |root, _| {
            portage(root, "remove", &[]).good();
        },
    );
}

#[test]
fn a_setup_killed_at_any_moment_is_completed_by_the_next() {
    every_moment(
        |_, _| {},
        "setup",
        |root, way| {
            portage(root, "setup", &["--way", way]).good();
            assert!(portage(root, "status", &[]).good().starts_with("in place: "));
            portage(root, "remove", &[]).good();
        },
    );
}

#[test]
fn what_somebody_else_put_there_since_stays() {
    let root = root("usr/bin/sandbox", Original::File("old"));
    portage(root.path(), "setup", &[]).good();
    let path = root.path().join("usr/bin/sandbox");
    fs::remove_file(&path).unwrap();
    fs::write(&path, "an update").unwrap();
    let status = portage(root.path(), "status", &[]);
    assert_eq!(status.code, Some(1));
    assert!(status.stdout.starts_with("not in place"), "{status:?}");
    portage(root.path(), "remove", &[]).good();
    assert_eq!(fs::read_to_string(&path).unwrap(), "an update");
    assert_eq!(fs::read_dir(root.path().join("usr/bin")).unwrap().count(), 1);
}

#[test]
fn setup_after_an_update_keeps_the_update() {
    let root = root("usr/bin/sandbox", Original::File("old"));
    portage(root.path(), "setup", &[]).good();
    let path = root.path().join("usr/bin/sandbox");
    fs::remove_file(&path).unwrap();
    fs::write(&path, "an update").unwrap();
    portage(root.path(), "setup", &[]).good();
    portage(root.path(), "remove", &[]).good();
    assert_eq!(fs::read_to_string(&path).unwrap(), "an update");
}

#[test]
fn what_the_user_wrote_into_the_bashrc_since_stays() {
    let root = root("etc/portage/bashrc", Original::File("one\n"));
    portage(root.path(), "setup", &["--way", "bashrc"]).good();
    let path = root.path().join("etc/portage/bashrc");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("zero\n{text}two\n")).unwrap();
    portage(root.path(), "remove", &[]).good();
    assert_eq!(fs::read_to_string(&path).unwrap(), "zero\none\ntwo\n");
    assert_eq!(fs::read_dir(root.path().join("etc/portage")).unwrap().count(), 1);
}

#[test]
fn two_ways_at_once_are_refused() {
    let root = root("usr/bin/sandbox", Original::Nothing);
    portage(root.path(), "setup", &[]).good();
    portage(root.path(), "setup", &["--way", "bashrc"]).refused(&["set up already", "remove"]);
}

#[test]
fn what_can_not_be_undone_is_refused() {
    let root = tempfile::tempdir().unwrap();
    portage(root.path(), "setup", &[]).refused(&["usr/bin", "no such directory"]);
    fs::create_dir_all(root.path().join("usr/bin/sandbox")).unwrap();
    portage(root.path(), "setup", &[]).refused(&["usr/bin/sandbox", "a directory"]);
    fs::remove_dir(root.path().join("usr/bin/sandbox")).unwrap();
    symlink("/opt/hermitage", root.path().join("usr/bin/sandbox")).unwrap();
    portage(root.path(), "setup", &[]).refused(&["usr/bin/sandbox", "not by \"setup\""]);
    fs::remove_file(root.path().join("usr/bin/sandbox")).unwrap();
    symlink("/bin/sh", root.path().join("usr/bin/sandbox")).unwrap();
    let refused = portage(root.path(), "setup", &["--program", "/bin/sh"]);
    refused.refused(&["usr/bin/sandbox", "not by \"setup\""]);
    assert!(!root.path().join("var").exists());
}

#[test]
fn what_somebody_else_keeps_beside_the_note_stays() {
    let root = root("usr/bin/sandbox", Original::Nothing);
    portage(root.path(), "setup", &[]).good();
    let other = root.path().join("var/lib/other");
    fs::write(&other, "other").unwrap();
    portage(root.path(), "remove", &[]).good();
    assert_eq!(portage(root.path(), "status", &[]).stdout, "nothing is set up\n");
    assert_eq!(fs::read_to_string(&other).unwrap(), "other");
    assert!(!root.path().join("var/lib/hermitage").exists());

    // A directory by the name of one that is being removed is not ours when there is more in it.
    let leftover = root.path().join("var/lib/hermitage.hermitage-new");
    fs::create_dir(&leftover).unwrap();
    fs::write(leftover.join("other"), "other").unwrap();
    let refused = portage(root.path(), "setup", &[]);
    assert_eq!(refused.code, Some(125), "{refused:?}");
    assert!(refused.stderr.contains("hermitage.hermitage-new: can't be tidied up"), "{refused:?}");
    assert!(!root.path().join("usr/bin/sandbox").exists());
    assert_eq!(fs::read_to_string(leftover.join("other")).unwrap(), "other");
}
