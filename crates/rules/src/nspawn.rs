//! Settings for [systemd-nspawn](https://www.freedesktop.org/software/systemd/man/latest/systemd.nspawn.html), as of version 233.
//!
//! It mounts into a root directory that the caller makes from [`Settings::root`]; the settings lie beside it, named as it is with
//! `.nspawn` after it, and are used with `--settings=trusted`, as root. What is not in the view is not there, but for what
//! nspawn always has: `/dev`, `/proc`, `/run`, `/sys` and `/tmp` of its own, and empty directories and links to `/usr` at the top where
//! the view has nothing. The fidelity lists them as wider. Settings are lines of UTF-8: a path that is not, or that has a line break, is not
//! shown, and the fidelity lists it as stricter.
//!
//! ```
//! use hermitage_rules::{Survey, nspawn};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "");
//! let mut builder = ViewBuilder::new(&host);
//! builder.extra("/usr/bin/gcc");
//! let view = builder.build()?;
//!
//! let rules = nspawn::render(&Survey::new(&view, &host))?;
//! assert!(rules.output.text.ends_with("BindReadOnly=/usr/bin/gcc:/usr/bin/gcc:rbind\n"));
//! assert!(rules.fidelity.wider().contains(&b"/run".to_vec()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt::Write as _;

use hermitage_view::paths::is_within;
use hermitage_view::{NodeKind, View};

use crate::hide::{Step, below, steps_under_root};
use crate::root::RootEntry;
use crate::{Error, Fidelity, Rendered, RootKind, Survey};

/// What comes before the mounts: nothing of the host's is to be copied or linked into the root.
const HEAD: &str = "[Exec]\nPrivateUsers=no\nTimezone=off\nResolvConf=off\nLinkJournal=no\n\n[Files]\nReadOnly=yes\n";

/// What nspawn mounts itself, with the permission bits of the places for it.
const OWN: [(&str, u32); 5] =
    [("/dev", 0o755), ("/proc", 0o555), ("/run", 0o755), ("/sys", 0o555), ("/tmp", 0o1777)];

/// What it makes where there is nothing; of the links only those that lead somewhere.
const MADE: [&str; 4] = ["/etc", "/root", "/usr", "/var"];
const LINKED: [&str; 4] = ["/bin", "/lib", "/lib64", "/sbin"];

/// Settings and the root directory that belongs to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The text of the file.
    pub text: String,
    /// What is to be in the root directory, directories first.
    pub root: Vec<RootEntry>,
}

/// Writes a view for systemd-nspawn.
///
/// # Errors
/// When the host can't be read.
pub fn render(survey: &Survey<'_>) -> Result<Rendered<Settings>, Error> {
    let steps = steps_under_root(survey)?;
    let mut text = String::with_capacity(HEAD.len() + steps.len() * 128);
    text.push_str(HEAD);
    let (mut root, mut stricter) = (Vec::with_capacity(steps.len()), Vec::new());
    for step in &steps {
        let (path, is_covered) = (speakable(step.path()), is_covered(step.path()));
        let is_shown = match step {
            // Of what the root directory has where nspawn mounts, nothing shows.
            Step::Link { .. } | Step::Data { .. } => !is_covered,
            _ => !is_mount(step) || path.is_some(),
        };
        if !is_shown {
            stricter.extend(below(survey, step.path()));
            continue;
        }
        if let Some(path) = path.filter(|_| is_mount(step)) {
            write_step(&mut text, step, path);
        }
        root.extend(RootEntry::of(step).filter(|_| !is_covered));
    }
    let (wider, places) = own(survey.view());
    root.extend(places);
    Ok(Rendered { output: Settings { text, root }, fidelity: Fidelity::of(stricter, wider) })
}

/// Whether a path is in what nspawn mounts.
fn is_covered(path: &[u8]) -> bool {
    OWN.iter().any(|(own, _)| path != own.as_bytes() && is_within(path, own.as_bytes()))
}

fn is_mount(step: &Step<'_>) -> bool {
    match step {
        Step::Dir { path, .. } => is_covered(path),
        Step::Link { .. } | Step::Data { .. } => false,
        Step::Fresh { path, .. } => !OWN.iter().any(|(own, _)| own.as_bytes() == path),
        _ => true,
    }
}

/// A path as text, where a line can hold it.
fn speakable(path: &[u8]) -> Option<&str> {
    std::str::from_utf8(path).ok().filter(|path| !path.contains(['\n', '\r', '\0']))
}

fn write_step(text: &mut String, step: &Step<'_>, path: &str) {
    // Options at the end keep a space or backslash there from being taken for the end of the line.
    if let Step::Fresh { mode, .. } | Step::Dir { mode, .. } = step {
        text.push_str("TemporaryFileSystem=");
        write_path(text, path);
        // What is mounted in it needs places there, so only an empty one can be read-only.
        let only = if matches!(step, Step::Dir { held: false, .. }) { ",ro" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(text, ":mode={mode:o}{only}");
        return;
    }
    let writable = match step {
        Step::Tree { writable, .. } | Step::File { writable, .. } => *writable,
        Step::Device { .. } | Step::Within { .. } => true,
        _ => false,
    };
    text.push_str(if writable { "Bind=" } else { "BindReadOnly=" });
    write_path(text, path);
    text.push(':');
    write_path(text, path);
    text.push_str(":rbind\n");
}

/// A backslash takes the meaning from a colon and from another backslash.
fn write_path(text: &mut String, path: &str) {
    for part in path.split_inclusive([':', '\\']) {
        match part.strip_suffix([':', '\\']) {
            Some(plain) => text.extend([plain, "\\", &part[plain.len()..]]),
            None => text.push_str(part),
        }
    }
}

/// What shows though it is not in the view, and the places that nspawn wants for it.
fn own(view: &View) -> (Vec<Vec<u8>>, Vec<RootEntry>) {
    let (mut wider, mut places) = (Vec::new(), Vec::new());
    for (path, mode) in OWN {
        let node = view.lookup(path);
        if !node.is_some_and(|node| node.is_provided()) {
            wider.push(path.into());
        }
        if node.is_none() {
            places.push(RootEntry { path: path.into(), kind: RootKind::Dir { mode } });
        }
    }
    let is_made = |path: &&&str| view.lookup(path).is_none();
    for path in MADE.iter().filter(is_made) {
        wider.push((*path).into());
        places.push(RootEntry { path: (*path).into(), kind: RootKind::Dir { mode: 0o755 } });
    }
    let leads_on = |path: &&&str| {
        let target = view.lookup(["/usr", *path].concat());
        target
            .is_some_and(|node| matches!(node.kind(), NodeKind::Dir { .. } | NodeKind::Tree { .. }))
    };
    wider.extend(LINKED.iter().filter(is_made).filter(leads_on).map(|path| (*path).into()));
    (wider, places)
}
