use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};

use crate::cache::hex;
use crate::failure::{Failure, NOT_FOUND};
use crate::import::cache_directory;

/// What Portage's Python imports before Portage.
const HOOK: &str = include_str!("hook.py");

/// Becomes a program of Portage's, which then calls us as its sandbox. Nothing of the machine is changed.
pub(super) fn launch(program: &OsStr, arguments: &[OsString]) -> Result<u8, Failure> {
    let hook = hook()?;
    let mut probe = command(program, &hook)?;
    let probed =
        probe.env("HERMITAGE_PROBE", "1").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let found = probed.map_err(|error| not_there(program, &error))?;
    if found.stdout != b"hooked\n" {
        return Err(Failure::new(format!("{}: not a program of Portage's that can be hooked", program.display()))
            .advise("It must be a Python program that imports Portage and heeds PYTHONPATH; \"hermitage portage setup\" knows other ways."));
    }
    let error = command(program, &hook)?.args(arguments).exec();
    Err(not_there(program, &error))
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn command(program: &OsStr, hook: &Path) -> Result<Command, Failure> {
    let ourselves = std::env::current_exe().map_err(|error| {
        Failure::file(Path::new("/proc/self/exe"), "this program is not found", &error)
    })?;
    let mut command = Command::new(program);
    let mut modules = hook.as_os_str().to_owned();
    if let Some(given) = std::env::var_os("PYTHONPATH") {
        modules.push(":");
        modules.push(&given);
        command.env("HERMITAGE_PYTHONPATH", given);
    }
    // Whichever user a phase runs as, Portage calls its sandbox only with the feature of that name.
    let mut features = std::env::var_os("FEATURES").unwrap_or_default();
    features.push(" sandbox usersandbox");
    command
        .env("PYTHONPATH", modules)
        .env("HERMITAGE_SANDBOX", ourselves)
        .env("FEATURES", features);
    Ok(command)
}

fn not_there(program: &OsStr, error: &std::io::Error) -> Failure {
    Failure::file(Path::new(program), "can't be executed", error).with_code(NOT_FOUND)
}

/// The directory that holds the hook, which is written when it is not there as it should be.
fn hook() -> Result<PathBuf, Failure> {
    let name = hex(&Sha256::digest(HOOK));
    let dir = cache_directory()?.join("portage").join(&name[..16]);
    let path = dir.join("sitecustomize.py");
    if std::fs::read(&path).is_ok_and(|known| known == HOOK.as_bytes()) {
        return Ok(dir);
    }
    let written = std::fs::create_dir_all(&dir).and_then(|()| {
        let mut file = tempfile::NamedTempFile::new_in(&dir)?;
        file.write_all(HOOK.as_bytes())?;
        file.persist(&path).map_err(|error| error.error)
    });
    written.map_err(|error| Failure::file(&path, "can't be written", &error))?;
    Ok(dir)
}
