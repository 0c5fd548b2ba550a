//! A `config.json` for runtimes of the [Open Container Initiative](https://github.com/opencontainers/runtime-spec), such as crun and runc.
//!
//! What is not in the view is not there. A runtime makes mounts and the places for them, but no symbolic links and no files: these are
//! in a root directory that the caller makes from [`Bundle::root`], beside the configuration. The configuration is JSON, which has
//! no way to write a path that is not UTF-8: such paths are not shown, and the fidelity lists them.
//!
//! ```
//! use hermitage_rules::{Survey, oci};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "").symlink("/bin", "usr/bin");
//! let mut builder = ViewBuilder::new(&host);
//! builder.extra("/bin/gcc");
//! let view = builder.build()?;
//!
//! let rules = oci::render(&Survey::new(&view, &host), &oci::Options::default())?;
//! assert!(rules.fidelity.is_exact());
//! assert!(rules.output.config.contains(r#""destination":"/usr/bin/gcc""#));
//! assert_eq!(rules.output.root[1].path, b"/bin");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::hide::{Step, below, steps};
use crate::root::RootEntry;
use crate::{Error, ErrorKind, Fidelity, Place, Rendered, Survey};

/// What the configuration says besides the mounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The command and its arguments.
    pub args: Vec<String>,
    /// Its environment, `NAME=value` each.
    pub env: Vec<String>,
    /// Its working directory inside.
    pub cwd: String,
    /// The root directory, absolute or beside the configuration.
    pub root: String,
    /// The user and group that are shown as root inside; `None` for no user namespace, which needs real root.
    pub ids: Option<(u32, u32)>,
}

impl Default for Options {
    /// `sh` in `/`, with a path, in the directory `rootfs`, as real root.
    fn default() -> Self {
        Self {
            args: vec!["sh".to_owned()],
            env: vec!["PATH=/usr/bin:/bin".to_owned()],
            cwd: "/".to_owned(),
            root: "rootfs".to_owned(),
            ids: None,
        }
    }
}

/// A configuration and the root directory that belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The text of `config.json`.
    pub config: String,
    /// What is to be in the root directory, directories first.
    pub root: Vec<RootEntry>,
}

/// Writes a view for runtimes of the Open Container Initiative.
///
/// # Errors
/// When the host can't be read.
pub fn render(survey: &Survey<'_>, options: &Options) -> Result<Rendered<Bundle>, Error> {
    let steps = steps(survey)?;
    let (mut mounts, mut root, mut stricter) = (Vec::new(), Vec::new(), Vec::new());
    for step in &steps {
        let is_mount = !matches!(step, Step::Dir { .. } | Step::Link { .. } | Step::Data { .. });
        if is_mount {
            let Ok(path) = std::str::from_utf8(step.path()) else {
                // Not even a place for it.
                stricter.extend(below(survey, step.path()));
                continue;
            };
            mounts.push(Mount::of(step, path));
        }
        root.extend(RootEntry::of(step));
    }
    let config = serde_json::to_string(&Config::new(options, mounts))
        .map_err(|error| Error::new(Place::Output("config.json"), ErrorKind::Json(error)))?;
    Ok(Rendered { output: Bundle { config, root }, fidelity: Fidelity::of(stricter, Vec::new()) })
}

/// The whole file; the mounts may be a hundred thousand, so they borrow what they can.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    oci_version: &'static str,
    process: Value,
    root: Value,
    mounts: Vec<Mount<'a>>,
    linux: Value,
}

#[derive(Serialize)]
struct Mount<'a> {
    destination: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    source: &'a str,
    options: Vec<Cow<'static, str>>,
}

impl<'a> Mount<'a> {
    fn of(step: &Step<'_>, path: &'a str) -> Self {
        let words = |words: &[&'static str]| words.iter().copied().map(Cow::Borrowed).collect();
        let mount = |kind, source, options| Self { destination: path, kind, source, options };
        match step {
            Step::Device { .. } => mount("bind", path, words(&["bind", "rw", "nosuid", "noexec"])),
            Step::Tree { writable: true, .. } => {
                mount("bind", path, words(&["rbind", "rw", "nosuid", "nodev"]))
            }
            Step::Tree { .. } => mount("bind", path, words(&["rbind", "ro", "nosuid", "nodev"])),
            Step::File { writable: true, .. } | Step::Within { .. } => {
                mount("bind", path, words(&["bind", "rw", "nosuid", "nodev"]))
            }
            Step::Fresh { .. } if path == "/proc" => mount("proc", "proc", words(&[])),
            Step::Fresh { mode, .. } => {
                let nodev: &[_] = if path == "/dev" { &["nosuid"] } else { &["nosuid", "nodev"] };
                let mut options: Vec<_> = words(nodev);
                options.push(Cow::Owned(format!("mode={mode:o}")));
                mount("tmpfs", "tmpfs", options)
            }
            _ => mount("bind", path, words(&["bind", "ro", "nosuid", "nodev"])),
        }
    }
}

impl<'a> Config<'a> {
    fn new(options: &Options, mounts: Vec<Mount<'a>>) -> Self {
        let mut namespaces = vec!["mount", "pid", "ipc", "uts", "network", "cgroup"];
        let mut linux = json!({});
        if let Some((uid, gid)) = options.ids {
            namespaces.push("user");
            let map = |host: u32| json!([{ "containerID": 0, "hostID": host, "size": 1 }]);
            linux["uidMappings"] = map(uid);
            linux["gidMappings"] = map(gid);
        }
        linux["namespaces"] = namespaces.into_iter().map(|kind| json!({ "type": kind })).collect();
        let process = json!({
            "terminal": false,
            "user": { "uid": 0, "gid": 0 },
            "args": options.args,
            "env": options.env,
            "cwd": options.cwd,
            "noNewPrivileges": true,
        });
        let root = json!({ "path": options.root, "readonly": true });
        Self { oci_version: "1.0.2", process, root, mounts, linux }
    }
}
