//! The process of a sample.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::fd::AsRawFd as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::FdFlags;
use rustix::process::{Pid, WaitOptions, WaitStatus};

use super::watch::{self, Watch};
use super::{End, Request, Response, Word, memory};
use crate::bench::agenda::UP;
use crate::bench::clock::{self, Usage};
use crate::failure::Failure;

/// How much of the output is kept for an error message.
const KEPT: usize = 4096;
/// How long processes that were left behind may take to end by themselves.
const LINGER: Duration = Duration::from_millis(500);

/// `hermitage bench sample`: a [`Request`] from stdin, its [`Response`] to stdout.
pub(in crate::bench) fn sample() -> Result<u8, Failure> {
    let request: Request =
        serde_json::from_reader(io::stdin()).map_err(|error| Failure::caused(&error))?;
    let failed = |error: io::Error| Failure::new(format!("a sample can't be taken: {error}"));
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|errno| failed(errno.into()))?;
    let watch = Watch::new(Duration::from_secs_f64(request.limit / 1e3)).map_err(failed)?;
    let response = take(&request, &watch);
    serde_json::to_writer(io::stdout(), &response).map_err(|error| Failure::caused(&error))?;
    Ok(0)
}

fn take(request: &Request, watch: &Watch) -> Response {
    let before = memory::of_kernel();
    let began = clock::now();
    let mut child = match start(request) {
        Ok(child) => child,
        Err(error) => return not_started(began, &error),
    };
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (done, is_done) = mpsc::channel();
    let pid = Pid::from_child(&child);
    let (end, ended, said, kernel) = thread::scope(|scope| {
        let watcher = scope.spawn(move || watch.keep(pid, &is_done));
        let out = scope.spawn(move || listen(stdout, stdin, before));
        let errors = scope.spawn(move || stderr.map(tail).unwrap_or_default());
        let end = wait_for(pid);
        let ended = clock::now();
        // The receiver is there until it is told.
        let _ = done.send(());
        reap_the_rest();
        let early = watcher.join().unwrap_or_default();
        let (out, kernel) = out.join().unwrap_or_default();
        let errors = errors.join().unwrap_or_default();
        (early.unwrap_or(end), ended, said(&errors, &out), kernel)
    });
    let Usage { cpu, peak } = Usage::of_children();
    Response { end, began, ended, cpu, peak, kernel, said }
}

fn not_started(began: u64, error: &io::Error) -> Response {
    let end = End::NotStarted(error.to_string());
    Response { end, began, ended: began, cpu: 0.0, peak: 0, kernel: None, said: String::new() }
}

/// Starts it in a process group of its own: what the terminal's keys send, we get, and end it in order.
fn start(request: &Request) -> io::Result<Child> {
    use std::os::unix::process::CommandExt as _;
    // Open until the child has them.
    let mut files = Vec::new();
    let mut words = Vec::new();
    for word in &request.argv {
        words.push(match word {
            Word::Text(text) => text.as_path().as_os_str().to_owned(),
            Word::Descriptor(path) => {
                let file = File::open(path.as_path())?;
                rustix::io::fcntl_setfd(&file, FdFlags::empty())?;
                let number = file.as_raw_fd().to_string();
                files.push(file);
                number.into()
            }
        });
    }
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(request.directory.as_path()).process_group(0);
    for (name, value) in &request.env {
        command.env(name, value.as_path());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Waits for it, and reaps orphans meanwhile.
fn wait_for(child: Pid) -> End {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == child => return end(status),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return End::NotStarted(format!("it can't be waited for: {errno}")),
        }
    }
}

fn end(status: WaitStatus) -> End {
    let exited = status.exit_status().map(End::Exited);
    let end = exited.or_else(|| status.terminating_signal().map(End::Signaled));
    end.unwrap_or(End::Interrupted)
}

/// Reaps what was left behind, and ends what does not end by itself.
fn reap_the_rest() {
    let started = Instant::now();
    // What can't be killed, we can't wait for either: it is left to init when we end.
    while started.elapsed() < LINGER * 4 {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) => {
                if started.elapsed() > LINGER {
                    watch::kill_children();
                }
                thread::sleep(Duration::from_millis(2));
            }
            Err(_no_child) => return,
        }
    }
}

/// Reads to the end; when the view stands, looks at the kernel's memory, and then has the command go on.
fn listen(
    stdout: Option<ChildStdout>,
    mut stdin: Option<ChildStdin>,
    before: Option<u64>,
) -> (Vec<u8>, Option<f64>) {
    let Some(stdout) = stdout else { return Default::default() };
    let mut stdout = BufReader::new(stdout);
    let (mut kept, mut kernel) = (Vec::new(), None);
    let mut line = Vec::new();
    while stdout.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        if line.trim_ascii_end().ends_with(UP.as_bytes()) {
            kernel = memory::of_kernel().zip(before).map(|(now, before)| growth(before, now));
            // Closed, it says to go on as well.
            drop(stdin.take().map(|mut stdin| stdin.write_all(b"\n")));
        }
        keep(&mut kept, &line);
        line.clear();
    }
    (kept, kernel)
}

#[allow(clippy::cast_precision_loss, reason = "2^53 bytes are more than there are")]
fn growth(before: u64, now: u64) -> f64 {
    now as f64 - before as f64
}

fn tail(mut from: impl Read) -> Vec<u8> {
    let (mut kept, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        keep(&mut kept, &chunk[..length]);
    }
    kept
}

fn keep(kept: &mut Vec<u8>, more: &[u8]) {
    kept.extend_from_slice(more);
    kept.drain(..kept.len().saturating_sub(KEPT));
}

/// The line that says what is wrong, as far as one can tell: the first that calls itself an error, or else the first.
fn said(errors: &[u8], out: &[u8]) -> String {
    let telling = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<_> =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != UP).collect();
        let error = lines.iter().find(|line| line.to_ascii_lowercase().contains("error"));
        error.or(lines.first()).map(|line| (*line).to_owned())
    };
    telling(errors).or_else(|| telling(out)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{UP, said};

    #[test]
    fn an_error_is_told_rather_than_what_surrounds_it() {
        let text = b"Reading profile x\n\nError: not allowed\nSee the manual\n";
        assert_eq!(said(text, b"out"), "Error: not allowed");
        assert_eq!(said(b"\nNeed to be root.\nBye\n", b""), "Need to be root.");
        assert_eq!(said(b" \n", format!("{UP}\nit broke\n").as_bytes()), "it broke");
        assert_eq!(said(b"", b""), "");
    }
}
