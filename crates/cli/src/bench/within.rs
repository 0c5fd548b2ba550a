//! What is done within the rules of a consumer, in a process of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::output::Output;

/// How often a file is opened.
const OPENS: u32 = 500;
/// How many processes are started.
const STARTS: u32 = 10;

/// What it took, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Within {
    pub(super) open: f64,
    pub(super) process: f64,
}

/// Opens a file and starts a program again and again, and prints how long one of each takes.
pub(super) fn within(file: &Path, program: &Path) -> Result<u8, Failure> {
    let open = || File::open(file).map_err(|error| Failure::file(file, "can't be read", &error));
    open()?;
    let start = Instant::now();
    for _ in 0..OPENS {
        drop(open()?);
    }
    let opened = crate::timing::milliseconds(start.elapsed()) / f64::from(OPENS);
    let start = Instant::now();
    for _ in 0..STARTS {
        let ended = Command::new(program)
            .status()
            .map_err(|error| Failure::file(program, "can't be started", &error))?;
        if !ended.success() {
            return Err(Failure::new(format!("{}: {ended}", program.display())));
        }
    }
    let process = crate::timing::milliseconds(start.elapsed()) / f64::from(STARTS);
    let mut out = Output::new();
    out.json(&Within { open: opened, process })?;
    out.finish()?;
    Ok(0)
}

/// Where a program of the system's is, that does nothing.
pub(super) fn nothing() -> Result<PathBuf, Failure> {
    ["/usr/bin/true", "/bin/true"]
        .iter()
        .find_map(|path| Path::new(path).canonicalize().ok())
        .ok_or_else(|| Failure::new("true is not in /usr/bin"))
}
