//! How the program is called, and what it answers.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use hermitage_vdb::test_support::Fixture;

/// The program, without the configuration of whoever runs the tests.
pub(crate) fn hermitage() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermitage"));
    command.env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

/// What became of a call.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails unless the program failed as itself, saying all of `words` and nothing on stdout.
    pub(crate) fn refused(&self, words: &[&str]) {
        assert_eq!(self.code, Some(125), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.starts_with("hermitage: "), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in {self:?}");
        }
    }

    /// stdout of a call that went well.
    pub(crate) fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

/// Calls the program.
pub(crate) fn call<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Answer {
    Answer::of(hermitage().args(arguments).output().unwrap())
}

/// Calls the program on a made-up system without a profile.
pub(crate) fn on(fixture: &Fixture, verb: &str, arguments: &[&str]) -> Answer {
    let mut command = hermitage();
    command.arg(verb).arg("--root").arg(fixture.root()).args(arguments);
    if verb != "owner" {
        command.args(["--system", "none"]);
    }
    Answer::of(command.output().unwrap())
}

/// The file of a package in the database of a made-up system.
pub(crate) fn in_database(fixture: &Fixture, path: &str) -> PathBuf {
    fixture.root().join("var/db/pkg").join(path)
}

/// Two libraries of one name, a program, and what it needs.
pub(crate) fn small_system() -> Fixture {
    let fixture = Fixture::new(
        "
        == dev-libs/z-1.0
        SLOT=0
        EAPI=8
        -- CONTENTS
        dir /usr
        dir /usr/include
        obj /usr/include/z.h d41d8cd98f00b204e9800998ecf8427e 1500000000

        == sys-libs/z-2.0
        SLOT=0
        EAPI=8
        -- CONTENTS
        dir /usr
        obj /usr/z.conf d41d8cd98f00b204e9800998ecf8427e 1500000000

        == app-misc/tool-1.0-r1
        SLOT=0
        EAPI=8
        DEPEND=dev-libs/z
        RDEPEND=dev-libs/z
        -- CONTENTS
        dir /usr
        dir /usr/bin
        obj /usr/bin/tool d41d8cd98f00b204e9800998ecf8427e 1500000000
        sym /usr/bin/tool-link -> tool 1500000000
        ",
    )
    .unwrap();
    for dir in ["usr/bin", "usr/include"] {
        std::fs::create_dir_all(fixture.root().join(dir)).unwrap();
    }
    for file in ["usr/include/z.h", "usr/z.conf", "usr/bin/tool"] {
        std::fs::write(fixture.root().join(file), "").unwrap();
    }
    std::os::unix::fs::symlink("tool", fixture.root().join("usr/bin/tool-link")).unwrap();
    fixture
}
