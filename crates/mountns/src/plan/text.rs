use std::fmt;

use super::{Access, EntryKind, Network, Plan, Session, SpecialKind, SystemCalls, Timestamp};
use crate::{ByteString, Error, ErrorKind};

impl Plan {
    /// The plan as text for people, a line for each thing; the same plan gives the same bytes.
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    /// The plan as JSON, an entry per line.
    ///
    /// # Errors
    /// None that is known; serialising into memory does not fail for this data.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(self)
            .map(|text| text.replace("},{\"path\"", "},\n{\"path\"") + "\n")
            .map_err(|error| json(&error))
    }

    /// Reads what [`to_json`](Self::to_json) wrote, and checks it.
    ///
    /// # Errors
    /// When it is not JSON, of another schema, or violates an invariant of [`Plan`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let plan: Self = serde_json::from_str(text).map_err(|error| schema_or(text, &error))?;
        plan.check()?;
        Ok(plan)
    }
}

/// A newer plan has unknown fields: its number says more than the first of these.
fn schema_or(text: &str, error: &serde_json::Error) -> Error {
    #[derive(serde::Deserialize)]
    struct Head {
        schema: u32,
    }
    match serde_json::from_str::<Head>(text) {
        Ok(head) if head.schema != super::SCHEMA => {
            Error::new(ErrorKind::Schema { found: head.schema, known: super::SCHEMA })
        }
        _ => json(error),
    }
}

fn json(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Json(error.to_string()))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# plan, schema {}", self.schema)?;
        writeln!(f, "host {}", self.host_root)?;
        writeln!(f, "cwd {}", self.cwd)?;
        writeln!(f, "hostname {}", self.hostname)?;
        writeln!(f, "umask {:03o}", self.umask)?;
        writeln!(f, "network {}", if self.network == Network::Host { "host" } else { "loopback" })?;
        writeln!(f, "session {}", if self.session == Session::Shared { "shared" } else { "new" })?;
        writeln!(f, "system-calls {}", self.system_calls)?;
        if self.collapse {
            writeln!(f, "collapse")?;
        }
        self.fmt_surroundings(f)?;
        for capability in &self.capabilities {
            writeln!(f, "capability {capability:?}")?;
        }
        for limit in &self.limits {
            let (soft, hard) = (Bound(limit.soft), Bound(limit.hard));
            writeln!(f, "limit {:?} {soft} {hard}", limit.resource)?;
        }
        for variable in &self.env {
            writeln!(f, "env {}={}", variable.name, variable.value)?;
        }
        self.fmt_mounts(f)?;
        self.entries.iter().try_for_each(|entry| fmt_entry(f, &entry.path, &entry.kind))
    }
}

impl Plan {
    fn fmt_surroundings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let around = &self.surroundings;
        if let Some(user) = around.user {
            writeln!(f, "user {user}")?;
        }
        if let Some(processors) = around.processors {
            writeln!(f, "processors {processors}")?;
        }
        for (wanted, word) in [
            (around.fixed_addresses, "fixed-addresses"),
            (around.fresh_clocks, "fresh-clocks"),
            (around.sorted_listings, "sorted-listings"),
        ] {
            if wanted {
                writeln!(f, "{word}")?;
            }
        }
        around.proc.iter().try_for_each(|cover| match &cover.content {
            Some(content) => writeln!(f, "cover {} {}", cover.path, content.0.len()),
            None => writeln!(f, "cover {}/", cover.path),
        })
    }

    fn fmt_mounts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("proc /proc\ndev /dev\n")?;
        for tmpfs in &self.tmpfs {
            writeln!(f, "tmpfs {} {:04o} {}", tmpfs.path, tmpfs.mode, Bound(tmpfs.size))?;
        }
        for bind in &self.binds {
            let verb = if bind.access == Access::Write { "write" } else { "read" };
            writeln!(f, "{verb} {}", bind.destination)?;
            if bind.source != bind.destination {
                writeln!(f, "  from {}", bind.source)?;
            }
        }
        Ok(())
    }
}

fn fmt_entry(f: &mut fmt::Formatter<'_>, path: &ByteString, kind: &EntryKind) -> fmt::Result {
    match kind {
        EntryKind::Dir { mode } => writeln!(f, "dir {mode:04o} {path}"),
        EntryKind::File { mode, size, mtime: Timestamp(sec, nsec) } => {
            writeln!(f, "file {mode:04o} {size} {sec}.{nsec:09} {path}")
        }
        EntryKind::Symlink { target } => writeln!(f, "symlink {path} -> {target}"),
        EntryKind::Synthetic { mode, content } => {
            writeln!(f, "synthetic {mode:04o} {} {path}", content.0.len())
        }
        EntryKind::Special { node, mode } => writeln!(f, "{} {mode:04o} {path}", node.noun()),
    }
}

impl fmt::Display for SystemCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Build => "build",
            Self::Nested => "nested",
            Self::Any => "any",
        })
    }
}

impl SpecialKind {
    /// The word for it in the text form.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::CharDevice => "char-device",
            Self::BlockDevice => "block-device",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
        }
    }
}

/// A limit in text: none is unlimited.
struct Bound(Option<u64>);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bound) => write!(f, "{bound}"),
            None => f.write_str("unlimited"),
        }
    }
}
