//! Ctrl-C and its like: what was seen until then is no report.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::failure::Failure;

/// What a shell adds to the number of the signal that ended a program.
const BY_SIGNAL: u8 = 128;

/// Whether we were told to end.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    message: &'static str,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    running: AtomicBool,
    told: AtomicI32,
}

impl Watch {
    /// From now on nobody ends us without this word.
    ///
    /// A command that is watched is sent SIGINT as well, and may need its time to end in order: that is waited for. Everything else
    /// ends us at once, and the kernel ends the command then.
    pub(crate) fn start(message: &'static str) -> Result<Self, Failure> {
        let watch = Self { message, shared: Arc::default() };
        let ignored = ignored();
        let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !ignored(signal));
        let mut signals = Signals::new(wanted)
            .map_err(|error| Failure::new(format!("signals can't be handled: {error}")))?;
        let told = watch.shared.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                if signal == SIGINT && told.running.load(Ordering::SeqCst) {
                    told.told.store(signal, Ordering::SeqCst);
                    continue;
                }
                // Nobody is left to tell when this fails.
                let _ = writeln!(std::io::stderr(), "hermitage: {message}");
                let _ = emulate_default_handler(signal);
            }
        });
        Ok(watch)
    }

    /// Has a command run; fails when we were told to end meanwhile, however it ended.
    pub(crate) fn during<T>(&self, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.shared.running.store(true, Ordering::SeqCst);
        let result = run();
        self.shared.running.store(false, Ordering::SeqCst);
        match u8::try_from(self.shared.told.load(Ordering::SeqCst)) {
            Ok(signal) if signal > 0 => {
                Err(Failure::new(self.message).with_code(BY_SIGNAL + signal))
            }
            _ => result,
        }
    }
}

/// The signals that whoever started us wants to be ignored, as nohup(1) does (proc(5), `SigIgn`).
fn ignored() -> impl Fn(i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    move |signal| mask >> (signal - 1) & 1 == 1
}
