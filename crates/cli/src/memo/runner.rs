//! Runs the command in a process that is hermitage again, and writes down what it says.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

use hermitage_view::digest::Sum;

use super::store::{Problem, Run, Store};
use crate::again;
use crate::failure::{FAILED, Failure};

/// What a command said, and how it ended.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) code: u8,
    /// None where it could not be written down.
    pub(super) stdout: Option<File>,
    pub(super) stderr: Option<File>,
}

/// Options that are the store's; what we would tell of this run is nothing that the command said.
const OWN: [(&str, usize); 4] = [("--memo", 1), ("--memo-size", 1), ("-v", 0), ("--verbose", 0)];

/// The option by which the process that runs the command knows whose it is.
const CHILD: &str = "--memo-child";

/// Runs what we were asked to run, but for the store. Standard input is empty, since what comes from there is not known
/// beforehand.
pub(super) fn run() -> Result<Recorded, Failure> {
    let failed = |error: io::Error| Failure::new(format!("the command can't be run: {error}"));
    let mut child = Command::new("/proc/self/exe");
    child.args(arguments()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The terminal tells the command as well; we wait for it to end.
    let ignored = std::sync::Arc::default();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGQUIT] {
        signal_hook::flag::register(signal, std::sync::Arc::clone(&ignored)).map_err(failed)?;
    }
    let mut child = child.spawn().map_err(failed)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let tee = |from: Option<Box<dyn Read + Send>>, to: Box<dyn Write + Send>| {
        std::thread::spawn(move || tee(from, to))
    };
    let out = tee(out.map(|out| Box::new(out) as _), Box::new(io::stdout()));
    let err = tee(err.map(|err| Box::new(err) as _), Box::new(io::stderr()));
    let joined = |thread: std::thread::JoinHandle<io::Result<Option<File>>>| {
        thread.join().unwrap_or_else(|_| Err(io::Error::other("it ended unexpectedly")))
    };
    let (stdout, stderr) = (joined(out), joined(err));
    let status = child.wait().map_err(failed)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED);
    Ok(Recorded { code, stdout: stdout.map_err(failed)?, stderr: stderr.map_err(failed)? })
}

/// Our own arguments without those of the store.
fn arguments() -> Vec<OsString> {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut kept = again::without(&words, &OWN);
    let command = kept.iter().position(|word| word == "--").unwrap_or(kept.len());
    let child = [CHILD.into(), rustix::process::getpid().to_string().into()];
    kept.splice(command..command, child);
    kept
}

/// Passes on what is read, and writes it down as far as there is room.
fn tee(
    from: Option<Box<dyn Read + Send>>,
    mut to: Box<dyn Write + Send>,
) -> io::Result<Option<File>> {
    let mut copy = tempfile::tempfile().ok();
    let Some(mut from) = from else { return Ok(copy) };
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = match from.read(&mut piece) {
            Ok(0) => return Ok(copy),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            length => length?,
        };
        copy = copy.filter(|mut copy| copy.write_all(&piece[..length]).is_ok());
        to.write_all(&piece[..length])?;
        to.flush()?;
    }
}

/// What a stored command said on stdout and stderr.
pub(super) fn said(run: &Run, store: &Store) -> Result<[File; 2], Problem> {
    let object = |sum: &String| {
        let sum = Sum::parse(sum).ok_or_else(|| Problem::Damaged("what was said".into()))?;
        store.object(&sum)
    };
    Ok([object(&run.stdout)?, object(&run.stderr)?])
}

/// Says it again.
pub(super) fn say([mut stdout, mut stderr]: [File; 2]) -> Result<(), Problem> {
    let failed = |error: io::Error| Problem::Fatal(Failure::from(error));
    io::copy(&mut stdout, &mut io::stdout()).map_err(failed)?;
    io::copy(&mut stderr, &mut io::stderr()).map(drop).map_err(failed)
}
