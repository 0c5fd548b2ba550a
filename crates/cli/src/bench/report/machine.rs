//! On what it was measured.

use serde::Serialize;

/// The machine, and how busy it was.
#[derive(Clone, Debug, Serialize)]
pub(in crate::bench) struct Machine {
    pub(super) kernel: String,
    pub(super) processors: usize,
    pub(super) root: bool,
    /// The load averages of the last 1, 5 and 15 minutes, as the kernel writes them, after the measurement.
    pub(super) load: String,
}

impl Machine {
    pub(in crate::bench) fn here() -> Self {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            root: rustix::process::geteuid().is_root(),
            load: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
        }
    }

    /// In one line.
    pub(in crate::bench) fn describe(&self) -> String {
        let user = if self.root { "root" } else { "an ordinary user" };
        let processors = match self.processors {
            1 => "1 processor".to_owned(),
            count => format!("{count} processors"),
        };
        format!("Linux {}, {processors}, as {user}; load {}", self.kernel, self.load)
    }
}
