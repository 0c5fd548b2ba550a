//! What diffoscope says of two files, where it is installed.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Of more files than this nothing is asked: it takes its time.
pub(super) const MOST_FILES: usize = 10;
/// How long it may take for two files.
const PATIENCE: Duration = Duration::from_secs(120);
/// How much of what it says is kept.
const MOST_BYTES: u64 = 1 << 16;

/// The program.
#[derive(Debug)]
pub(super) struct Diffoscope(PathBuf);

impl Diffoscope {
    /// The one on the caller's PATH.
    #[allow(clippy::disallowed_methods, reason = "this is the command line")]
    pub(super) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let mut candidates = std::env::split_paths(&path).map(|dir| dir.join("diffoscope"));
        candidates.find(|candidate| candidate.is_file()).map(Self)
    }

    /// What it says, or in parentheses why it says nothing.
    pub(super) fn verdict(&self, first: &Path, second: &Path) -> String {
        self.ask(first, second).unwrap_or_else(|error| format!("(diffoscope: {error})\n"))
    }

    fn ask(&self, first: &Path, second: &Path) -> io::Result<String> {
        let mut said = tempfile::tempfile()?;
        let mut command = Command::new(&self.0);
        command.arg(first).arg(second).stdin(Stdio::null()).stderr(Stdio::null());
        let mut process = command.stdout(said.try_clone()?).spawn()?;
        let started = Instant::now();
        let status = loop {
            match process.try_wait()? {
                Some(status) => break status,
                None if started.elapsed() > PATIENCE => {
                    process.kill()?;
                    process.wait()?;
                    return Err(io::Error::other("it took more than two minutes"));
                }
                None => thread::sleep(Duration::from_millis(20)),
            }
        };
        match status.code() {
            Some(0 | 1) => text(&mut said),
            _ => Err(io::Error::other(format!("it failed: {status}"))),
        }
    }
}

fn text(said: &mut File) -> io::Result<String> {
    said.rewind()?;
    let mut bytes = Vec::new();
    said.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
