//! The configuration file: the options one would otherwise type each time.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hermitage_mountns::{Limit, parse_size};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::args::{
    BackendName, BranchName, ClosureArgs, ClosureName, SourceArgs, SyscallLevel, ViewArgs,
};
use crate::failure::Failure;
use crate::portage::PortageConfig;

/// The settings of a file. Each stands for the option of the same name; lists are added to those of the command
/// line, everything else is overruled by it. Unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(crate) struct Config {
    root: Option<PathBuf>,
    sysroot: Option<PathBuf>,
    broot: Option<PathBuf>,
    eprefix: Option<PathBuf>,
    db: Option<PathBuf>,
    system: Option<String>,
    without: Vec<String>,
    also: Vec<String>,
    withhold: Vec<String>,
    closure: Option<ClosureName>,
    branch: Option<BranchName>,
    allow_unsatisfied: bool,
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    hide: Vec<PathBuf>,
    generated: Option<PathBuf>,
    allow_damaged: bool,
    env: Vec<String>,
    clear_env: bool,
    pure: bool,
    share_net: bool,
    collapse: bool,
    limit: Vec<WrittenLimit>,
    tmp_size: Option<Size>,
    syscalls: Option<SyscallLevel>,
    backend: Option<BackendName>,
    /// How many bytes of views to keep in the cache.
    cache_limit: Option<u64>,
    /// What is done in the place of Portage's sandbox.
    portage: PortageConfig,
}

impl Config {
    /// Reads the given file; without one, `hermitage.toml` in the user's configuration directory if it is there.
    pub(crate) fn load(given: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = given {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::file(path, "the configuration can't be read", &error))?;
            return Self::parse(&text, path);
        }
        Self::load_first(&Vec::from_iter(usual_place()))
    }

    /// Reads the first of some files that is there.
    pub(crate) fn load_first(paths: &[PathBuf]) -> Result<Self, Failure> {
        for path in paths {
            match std::fs::read_to_string(path) {
                Ok(text) => return Self::parse(&text, path),
                // HOME=/dev/null is what some services have.
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => {
                    return Err(Failure::file(path, "the configuration can't be read", &error));
                }
            }
        }
        Ok(Self::default())
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start).min(text.len());
            let line = text[..start].matches('\n').count() + 1;
            Failure::new(format!("{}:{line}: {}", path.display(), error.message()))
        })
    }

    pub(crate) fn complete_source(&self, args: &mut SourceArgs) {
        let Self { root, sysroot, broot, eprefix, db, .. } = self;
        for (option, setting) in [
            (&mut args.root, root),
            (&mut args.sysroot, sysroot),
            (&mut args.broot, broot),
            (&mut args.eprefix, eprefix),
            (&mut args.db, db),
        ] {
            fill(option, setting.as_ref());
        }
    }

    pub(crate) fn complete_closure(&self, args: &mut ClosureArgs) {
        self.complete_source(&mut args.source);
        fill(&mut args.system, self.system.as_ref());
        fill(&mut args.closure, self.closure.as_ref());
        fill(&mut args.branch, self.branch.as_ref());
        args.without.extend_from_slice(&self.without);
        args.also.extend_from_slice(&self.also);
        args.withhold.extend_from_slice(&self.withhold);
        args.allow_unsatisfied |= self.allow_unsatisfied;
    }

    pub(crate) fn complete_view(&self, args: &mut ViewArgs) {
        args.read.extend_from_slice(&self.read);
        args.write.extend_from_slice(&self.write);
        args.hide.extend_from_slice(&self.hide);
        fill(&mut args.generated, self.generated.as_ref());
        args.allow_damaged |= self.allow_damaged;
    }

    pub(crate) fn complete_run(&self, args: &mut crate::args::RunArgs) {
        // Those of the command line come last, and win.
        args.env.splice(..0, self.env.iter().map(OsString::from));
        args.clear_env |= self.clear_env;
        args.pure |= self.pure;
        args.share_net |= self.share_net;
        args.collapse |= self.collapse;
        args.limit.splice(..0, self.limit.iter().map(|limit| limit.0));
        fill(&mut args.tmp_size, self.tmp_size.as_ref().map(|size| &size.0));
        fill(&mut args.syscalls, self.syscalls.as_ref());
    }

    pub(crate) fn portage(&self) -> &PortageConfig {
        &self.portage
    }

    pub(crate) fn cache_limit(&self) -> u64 {
        self.cache_limit.unwrap_or(crate::prepare::CACHE_LIMIT)
    }

    pub(crate) fn backend(&self, given: Option<BackendName>) -> BackendName {
        given.or(self.backend).unwrap_or_default()
    }
}

/// A limit, written as on the command line.
#[derive(Debug)]
struct WrittenLimit(Limit);

impl<'de> Deserialize<'de> for WrittenLimit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map(Self).map_err(D::Error::custom)
    }
}

/// A size, written as on the command line.
#[derive(Debug)]
struct Size(u64);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parse_size(&String::deserialize(from)?).map(Self).map_err(D::Error::custom)
    }
}

fn fill<T: Clone>(option: &mut Option<T>, setting: Option<&T>) {
    if option.is_none() {
        *option = setting.cloned();
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn usual_place() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("hermitage.toml"))
}
