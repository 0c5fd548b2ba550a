//! Clocks that several processes agree on.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of `CLOCK_MONOTONIC`, the same for all processes of the machine.
pub(crate) fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let nanoseconds = time.tv_sec * 1_000_000_000 + time.tv_nsec;
    u64::try_from(nanoseconds).unwrap_or_default()
}

/// The milliseconds between two moments; none of them when `to` is the earlier one.
#[allow(clippy::cast_precision_loss, reason = "2^53 ns are more than a hundred days")]
pub(crate) fn between(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / 1e6
}

/// What the processes that this one has waited for have used, with those that they had waited for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// User and system time in milliseconds.
    pub(crate) cpu: f64,
    /// The most memory that one of them had resident, in bytes.
    pub(crate) peak: u64,
}

impl Usage {
    /// Up to now. The kernel can't refuse this.
    #[allow(clippy::cast_precision_loss, reason = "2^53 µs are more than a hundred years")]
    pub(crate) fn of_children() -> Self {
        let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return Self::default() };
        let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        // The kernel counts it in KiB.
        let peak = u64::try_from(usage.max_rss()).unwrap_or_default() * 1024;
        Self { cpu: micros as f64 / 1e3, peak }
    }
}
