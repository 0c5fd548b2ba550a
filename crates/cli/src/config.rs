//! The configuration file: the options one would otherwise type each time.

pub(crate) mod values;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use hermitage_mountns::Limit;
use serde::Deserialize;

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
    #[serde(deserialize_with = "values::path")]
    root: Option<PathBuf>,
    #[serde(deserialize_with = "values::path")]
    sysroot: Option<PathBuf>,
    #[serde(deserialize_with = "values::path")]
    broot: Option<PathBuf>,
    #[serde(deserialize_with = "values::path")]
    eprefix: Option<PathBuf>,
    #[serde(deserialize_with = "values::path")]
    db: Option<PathBuf>,
    #[serde(deserialize_with = "values::system")]
    system: Option<String>,
    #[serde(deserialize_with = "values::patterns")]
    without: Vec<String>,
    #[serde(deserialize_with = "values::patterns")]
    also: Vec<String>,
    #[serde(deserialize_with = "values::patterns")]
    withhold: Vec<String>,
    closure: Option<ClosureName>,
    branch: Option<BranchName>,
    allow_unsatisfied: bool,
    #[serde(deserialize_with = "values::paths")]
    read: Vec<PathBuf>,
    #[serde(deserialize_with = "values::paths")]
    write: Vec<PathBuf>,
    #[serde(deserialize_with = "values::paths")]
    hide: Vec<PathBuf>,
    #[serde(deserialize_with = "values::path")]
    generated: Option<PathBuf>,
    allow_damaged: bool,
    #[serde(deserialize_with = "values::variables")]
    env: Vec<String>,
    clear_env: bool,
    pure: bool,
    share_net: bool,
    collapse: bool,
    #[serde(deserialize_with = "values::limits")]
    limit: Vec<Limit>,
    #[serde(deserialize_with = "values::bytes")]
    tmp_size: Option<u64>,
    syscalls: Option<SyscallLevel>,
    backend: Option<BackendName>,
    /// How many bytes of views to keep in the cache.
    #[serde(deserialize_with = "values::bytes")]
    cache_limit: Option<u64>,
    /// What is done in the place of Portage's sandbox.
    portage: PortageConfig,
}

/// The size of the largest file that is read.
const MOST: u64 = 1 << 20;

impl Config {
    /// Reads the given file; without one, `hermitage.toml` in the user's configuration directory if it is there.
    pub(crate) fn load(given: Option<&Path>) -> Result<Self, Failure> {
        match given {
            Some(path) => Self::read(path).map_err(|error| unreadable(path, &error))?,
            None => Self::load_first(&Vec::from_iter(usual_place())),
        }
    }

    /// Reads the first of some files that is there.
    pub(crate) fn load_first(paths: &[PathBuf]) -> Result<Self, Failure> {
        for path in paths {
            match Self::read(path) {
                Ok(read) => return read,
                // HOME=/dev/null is what some services have.
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
                        && !path.is_symlink() => {}
                Err(error) => return Err(unreadable(path, &error)),
            }
        }
        Ok(Self::default())
    }

    fn read(path: &Path) -> io::Result<Result<Self, Failure>> {
        let mut text = Vec::new();
        File::open(path)?.take(MOST + 1).read_to_end(&mut text)?;
        Ok(Self::parse(&text, path))
    }

    fn parse(text: &[u8], path: &Path) -> Result<Self, Failure> {
        if text.len() as u64 > MOST {
            let text = format!("{}: more than 1 MiB, which no configuration is", path.display());
            return Err(Failure::new(text));
        }
        let at = |start: usize, what: &str| {
            let start = start.min(text.len());
            let number = text[..start].split(|&byte| byte == b'\n').count();
            Failure::new(format!("{}:{number}: {what}", path.display()))
        };
        let text = str::from_utf8(text)
            .map_err(|error| at(error.valid_up_to(), "not UTF-8, as which TOML is written"))?;
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).unwrap_or_default().matches('\n').count();
            let line = text.lines().nth(line).unwrap_or_default().trim();
            let line: String = line.chars().take(80).collect();
            at(start, &format!("{}\n  {line}", error.message()))
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
        args.limit.splice(..0, self.limit.iter().copied());
        fill(&mut args.tmp_size, self.tmp_size.as_ref());
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

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::file(path, "the configuration can't be read", error)
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
