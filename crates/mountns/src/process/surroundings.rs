//! What a process takes on to see less of the machine.

use std::fmt::Write as _;

use rustix::thread::{CpuSet, UnshareFlags};
use rustix::time::{ClockId, clock_gettime};

use crate::kernel::Named as _;
use crate::plan::Plan;
use crate::{Error, ErrorKind, sys};

const OFFSETS: &str = "/proc/self/timens_offsets";

/// Has the children of this process count their clocks from now. Before the first of them is forked.
pub(super) fn fresh_clocks(plan: &Plan) -> Result<(), Error> {
    if !plan.surroundings.fresh_clocks {
        return Ok(());
    }
    sys::unshare(UnshareFlags::NEWTIME).named(|| "unshare(CLONE_NEWTIME)".into())?;
    let mut offsets = String::new();
    for (name, clock) in [("monotonic", ClockId::Monotonic), ("boottime", ClockId::Boottime)] {
        // Whole seconds: what is left over can't bring a clock below zero.
        let seconds = clock_gettime(clock).tv_sec;
        // A String takes all that is written to it.
        let _ = writeln!(offsets, "{name} -{seconds} 0");
    }
    super::supervisor::write_proc(OFFSETS, &offsets)
}

/// What is a process's own, and its children inherit.
pub(super) fn take_on(plan: &Plan) -> Result<(), Error> {
    if let Some(wanted) = plan.surroundings.processors {
        keep_processors(wanted)?;
    }
    if plan.surroundings.fixed_addresses {
        sys::fix_addresses().named(|| "personality(ADDR_NO_RANDOMIZE)".into())?;
    }
    Ok(())
}

/// Stays on the first ones of those that this process may run on.
fn keep_processors(wanted: u32) -> Result<(), Error> {
    let allowed = rustix::thread::sched_getaffinity(None).named(|| "sched_getaffinity()".into())?;
    if allowed.count() < wanted {
        return Err(Error::new(ErrorKind::Value(format!(
            "{wanted} processors are wanted, and hermitage itself may run on {} only",
            allowed.count()
        ))));
    }
    let mut kept = CpuSet::new();
    let first = (0..CpuSet::MAX_CPU).filter(|&cpu| allowed.is_set(cpu));
    first.take(usize::try_from(wanted).unwrap_or(usize::MAX)).for_each(|cpu| kept.set(cpu));
    rustix::thread::sched_setaffinity(None, &kept)
        .named(|| format!("sched_setaffinity({wanted} processors)"))
}
