//! `hermitage portage setup` and `remove`: what is undone is undone to the byte, whatever was interrupted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use tempfile::TempDir;

use crate::support::{Answer, hermitage};

const WAYS: [(&str, &str); 2] = [("file", "usr/bin/sandbox"), ("bashrc", "etc/portage/bashrc")];

/// What can be where setup puts something.
const ORIGINALS: [Original; 5] = [
    Original::Nothing,
    Original::File("#!/bin/sh\necho the real one\n"),
    Original::File("no end of line"),
    Original::File(""),
    Original::Link("elsewhere"),
];

#[derive(Clone, Copy, Debug)]
enum Original {
    Nothing,
    File(&'static str),
    Link(&'static str),
}

/// A root directory with an original in it, changed long ago.
fn root(path: &str, original: Original) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for directory in ["usr/bin", "etc/portage", "var/lib"] {
        fs::create_dir_all(root.path().join(directory)).unwrap();
    }
    let path = root.path().join(path);
    let old =
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(1_500_000_000_123);
    let file = |path: &Path, text: &str| {
        fs::write(path, text).unwrap();
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

/// Everything below a directory: content, times, owners, number of links and inode of what is no directory.
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
                let (time, links, inode) = (meta.mtime_nsec(), meta.nlink(), meta.ino());
                write!(text, " {} {time} {links} {inode} {content}", meta.mtime()).unwrap();
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, text);
        }
    }
    found
}

fn portage(root: &Path, verb: &str, options: &[&str]) -> Answer {
    let mut command = hermitage();
    command.args(["portage", verb, "--root"]).arg(root).args(options);
    Answer::of(command.output().unwrap())
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

#[test]
fn remove_after_a_setup_that_was_killed_leaves_everything_as_it_was() {
    for steps in ["0", "1", "2", "3"] {
        every_case(|root, way, _| {
            let killed = portage(root, "setup", &["--way", way, "--stop-after", steps]);
            assert_eq!(killed.code, None, "{killed:?}");
            portage(root, "remove", &[]).good();
        });
    }
}

#[test]
fn a_remove_that_was_killed_is_completed_by_the_next() {
    for steps in ["0", "1", "2"] {
        every_case(|root, way, _| {
            portage(root, "setup", &["--way", way]).good();
            let killed = portage(root, "remove", &["--stop-after", steps]);
            assert_eq!(killed.code, None, "{killed:?}");
            portage(root, "remove", &[]).good();
        });
    }
}

#[test]
fn a_setup_that_was_killed_is_completed_by_the_next() {
    for steps in ["0", "1", "2", "3"] {
        every_case(|root, way, _| {
            portage(root, "setup", &["--way", way, "--stop-after", steps]);
            portage(root, "setup", &["--way", way]).good();
            assert!(portage(root, "status", &[]).good().starts_with("in place: "));
            portage(root, "remove", &[]).good();
        });
    }
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
    assert!(!root.path().join("var/lib/hermitage").exists());
}
