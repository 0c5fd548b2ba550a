//! Ctrl-C and its like: the sample that is being taken is told to end, and then so do we, in order.

use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::Failure;

/// The exit code of a program that ends at Ctrl-C.
const INTERRUPTED: u8 = 130;

/// The process that takes a sample, if there is one, and whether we were told to end.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    process: Arc<Mutex<Option<Pid>>>,
    told: Arc<AtomicBool>,
}

impl Running {
    /// From now on, signals are passed on to the sample instead of ending us.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let running = Self { process: Arc::default(), told: Arc::default() };
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(|error| Failure::new(format!("signals can't be handled: {error}")))?;
        let watched = running.clone();
        thread::spawn(move || {
            for _ in signals.forever() {
                watched.told.store(true, Ordering::SeqCst);
                watched.end();
            }
        });
        Ok(running)
    }

    /// Fails once we were told to end.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.told.load(Ordering::SeqCst) {
            return Err(Failure::new("interrupted").with_code(INTERRUPTED));
        }
        Ok(())
    }

    /// Starts the process of a sample.
    pub(super) fn start(&self, command: &mut Command) -> std::io::Result<Child> {
        let child = command.spawn()?;
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Pid::from_child(&child));
        if self.told.load(Ordering::SeqCst) {
            self.end();
        }
        Ok(child)
    }

    /// The process has been waited for.
    pub(super) fn ended(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn end(&self) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = *process {
            // One that has just ended is not worth an error.
            let _ = kill_process(process, Signal::TERM);
        }
    }
}
