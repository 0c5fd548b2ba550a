//! Who removes the copies of a build when we can't.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How we are called to be the janitor, with the directory as the only argument.
pub(crate) const SWEEP: &str = "sweep-copies";
/// What the names of such directories begin with.
const PREFIX: &str = "hermitage-compare-";

/// A directory that goes away with us, also when we are killed: a process of its own waits for our end and removes it.
#[derive(Debug)]
pub(crate) struct Swept {
    directory: tempfile::TempDir,
    janitor: Child,
}

impl Swept {
    /// Makes a directory in `place`.
    pub(crate) fn new(place: &Path) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(SWEEP).arg(directory.path());
        // In a process group of its own, so that Ctrl-C does not end it.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let janitor = command.spawn()?;
        Ok(Self { directory, janitor })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Swept {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        // Nobody is left to tell what could not be removed.
        let _ = self.janitor.wait();
    }
}

/// Waits for the end of standard input, which is that of who started us, and removes a directory.
pub(crate) fn sweep(directory: &Path) -> ExitCode {
    // Processes that the kernel is about to end may still write there.
    const PATIENCE: Duration = Duration::from_secs(10);
    let name = directory.file_name().unwrap_or_default();
    if !name.as_bytes().starts_with(PREFIX.as_bytes()) {
        return ExitCode::FAILURE;
    }
    // However it ends, it has ended.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    let started = Instant::now();
    while fs::remove_dir_all(directory).is_err() && directory.exists() {
        if started.elapsed() > PATIENCE {
            return ExitCode::FAILURE;
        }
        thread::sleep(Duration::from_millis(20));
        open_up(directory);
    }
    ExitCode::SUCCESS
}

/// Nothing can be removed from a directory that its owner may not write.
fn open_up(directory: &Path) {
    // What can't be changed or read can't be removed either, and that is noticed.
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}
