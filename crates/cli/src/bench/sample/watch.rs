//! Who ends a sample that takes too long, or that nobody wants any more.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpid, getppid, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::End;

/// How often to look.
const PERIOD: Duration = Duration::from_millis(50);
/// How long something may take to end by itself when it is told to.
const GRACE: Duration = Duration::from_secs(2);

/// Reasons to end a sample early.
#[derive(Debug)]
pub(super) struct Watch {
    told: Arc<AtomicBool>,
    parent: Option<Pid>,
    deadline: Instant,
}

impl Watch {
    /// From now on.
    pub(super) fn new(limit: Duration) -> std::io::Result<Self> {
        let told = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&told))?;
        }
        Ok(Self { told, parent: getppid(), deadline: Instant::now() + limit })
    }

    /// Ends the process and all that we started when there is a reason to, and returns that reason; none when `done` says
    /// that the process ended by itself.
    pub(super) fn keep(&self, child: Pid, done: &Receiver<()>) -> Option<End> {
        let reason = loop {
            match done.recv_timeout(PERIOD) {
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.told.load(Ordering::Relaxed) || getppid() != self.parent {
                break End::Interrupted;
            }
            if Instant::now() >= self.deadline {
                break End::TimedOut;
            }
        };
        // Some tidy up when they are told to end. One that is gone already is no error.
        let _ = kill_process(child, Signal::TERM);
        let ended = done.recv_timeout(GRACE);
        if ended == Err(RecvTimeoutError::Timeout) {
            let _ = kill_process(child, Signal::KILL);
        }
        Some(reason)
    }
}

/// Ends whatever has become our child: its own children become ours in turn.
pub(super) fn kill_children() {
    for child in children() {
        // One that is gone already is no error; one that may not be killed is waited for no longer than others.
        let _ = kill_process(child, Signal::KILL);
    }
}

fn children() -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().get().to_string();
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let child = |entry: fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in parentheses may hold anything; state and parent follow.
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?;
        (parent == own).then(|| Pid::from_raw(pid))?
    };
    entries.flatten().filter_map(child).collect()
}
