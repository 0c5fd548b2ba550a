//! The program under test, pointed at Portage's prefix.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use crate::portage::{Portage, succeed, transcript};

/// `hermitage VERB --eprefix ... ` on the prefix as Portage left it.
pub(crate) fn on_prefix(portage: &Portage, verb: &str) -> Command {
    let mut command = portage.program(env!("CARGO_BIN_EXE_hermitage"));
    command.arg(verb).arg("--eprefix").arg(portage.eprefix()).args(["--system", "none"]);
    command
}

/// What `hermitage VERB ...` prints when it reads one of the kept copies of the database.
pub(crate) fn printed<I>(portage: &Portage, verb: &str, database: &Path, arguments: I) -> String
where
    I: IntoIterator<Item: AsRef<OsStr>>,
{
    let mut command = portage.program(env!("CARGO_BIN_EXE_hermitage"));
    command.arg(verb).arg("--db").arg(database).arg("--eprefix").arg(portage.eprefix());
    let output = succeed(command.args(arguments));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs `ebuild EBUILD PHASES` in the view of `declared`, with nothing writable but Portage's build
/// directory.
pub(crate) fn phases_in_view(
    portage: &Portage,
    options: &[&str],
    declared: &str,
    ebuild: &Path,
) -> Output {
    let mut command = on_prefix(portage, "run");
    command.args(options).args(["--depend", declared]);
    for path in portage.own_needs() {
        command.arg("--read").arg(path);
    }
    command.arg("--write").arg(portage.build());
    command.args(["--", "ebuild"]).arg(ebuild).args(["configure", "compile", "install"]);
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(125), "{command:?}\n{}", transcript(&output));
    output
}
