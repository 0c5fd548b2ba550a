use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::phase::Phase;
use super::words;

/// The paths that a phase needs and no dependency brings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) read: Vec<PathBuf>,
    pub(super) write: Vec<PathBuf>,
}

impl Places {
    /// What of the repository, of Portage itself, of the user's settings and of the fetched files this phase needs. What is
    /// not there is left out.
    pub(super) fn of(phase: &Phase) -> Self {
        let mut places = Self { write: vec![phase.build.clone()], ..Self::default() };
        places.read.extend(programs(phase));
        places.read.extend(repositories(phase));
        places.read.extend(settings(phase));
        places.fetched(phase);
        places.caches(phase);
        let within_build = |path: &PathBuf| path.starts_with(&phase.build);
        places.read.retain(|path| path.exists() && !within_build(path));
        places.write.retain(|path| path.exists());
        for list in [&mut places.read, &mut places.write] {
            list.sort();
            list.dedup();
        }
        places
    }

    /// Fetched files are links in the build directory, each to what was fetched. Live ebuilds keep their clones beside
    /// them, and bring these up to date when they unpack.
    fn fetched(&mut self, phase: &Phase) {
        let links = std::fs::read_dir(phase.build.join("distdir")).into_iter().flatten().flatten();
        self.read.extend(links.filter_map(|link| std::fs::read_link(link.path()).ok()));
        if let (true, Some(dir)) = (phase.is_live(), phase.path("PORTAGE_ACTUAL_DISTDIR")) {
            let list = if phase.name == "unpack" { &mut self.write } else { &mut self.read };
            list.push(dir);
        }
    }

    fn caches(&mut self, phase: &Phase) {
        for (feature, dir) in [("ccache", "CCACHE_DIR"), ("distcc", "DISTCC_DIR")] {
            if phase.has("FEATURES", feature) {
                self.write.extend(phase.path(dir));
            }
        }
    }
}

/// Portage's scripts and its Python code, which need not belong to a package. Only its own of what may be everybody's
/// directory of modules.
fn programs(phase: &Phase) -> Vec<PathBuf> {
    let mut paths = Vec::from_iter(phase.path("PORTAGE_BIN_PATH"));
    if let Some(modules) = phase.path("PORTAGE_PYM_PATH") {
        paths.extend(["portage", "_emerge"].map(|module| modules.join(module)));
    }
    paths
}

/// The package's own directory, and of each repository what ebuilds share.
fn repositories(phase: &Phase) -> Vec<PathBuf> {
    const SHARED: [&str; 4] =
        ["eclass", "profiles", "metadata/layout.conf", "metadata/pkg_desc_index"];
    let ebuild = phase.path("EBUILD");
    let package = ebuild.as_deref().and_then(Path::parent);
    let own = package.and_then(|package| package.ancestors().nth(2));
    let repositories = own.map(Path::to_owned).into_iter().chain(eclass_locations(phase));
    let shared = repositories.flat_map(|repository| SHARED.map(|part| repository.join(part)));
    let files = phase.path("FILESDIR").and_then(|link| std::fs::read_link(link).ok());
    package.map(Path::to_owned).into_iter().chain(shared).chain(files).collect()
}

/// A list of words in the shell's quotes.
fn eclass_locations(phase: &Phase) -> Vec<PathBuf> {
    let value = phase.get("PORTAGE_ECLASS_LOCATIONS").unwrap_or_default();
    let mut rest = value.as_bytes();
    let mut found = Vec::new();
    while let Ok((word, after)) = words::word(rest.trim_ascii_start()) {
        if word.is_empty() {
            break;
        }
        found.push(PathBuf::from(std::ffi::OsStr::from_bytes(&word)));
        rest = after;
    }
    found
}

/// What users have for builds below `/etc/portage`; the rest of it is Portage's own matter, and may hold passwords.
fn settings(phase: &Phase) -> Vec<PathBuf> {
    const FOR_BUILDS: [&str; 5] = ["bashrc", "bashrc.d", "env", "patches", "profile"];
    let root = phase.path("PORTAGE_CONFIGROOT").unwrap_or_else(|| "/".into());
    let base = root.join("etc/portage");
    let files = phase.get("PORTAGE_BASHRC_FILES").unwrap_or_default();
    let files: Vec<_> = files
        .as_bytes()
        .split(|&byte| byte == b'\n')
        .map(|line| PathBuf::from(std::ffi::OsStr::from_bytes(line)))
        .filter(|path| path.is_absolute())
        .collect();
    let named = ["PORTAGE_BASHRC", "PM_EBUILD_HOOK_DIR"].map(|name| phase.path(name));
    let named = named.into_iter().flatten();
    FOR_BUILDS.iter().map(|part| base.join(part)).chain(named).chain(files).collect()
}

impl Phase {
    /// Whether the sources come from a repository of their own when the package is built.
    pub(super) fn is_live(&self) -> bool {
        self.has("PORTAGE_PROPERTIES", "live") || self.has("PROPERTIES", "live")
    }
}
