use std::fmt;
use std::path::{Path, PathBuf};

use hermitage_atom::Pattern;
use hermitage_audit::{Severity, Suppressions};
use hermitage_depgraph::Package;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::args::{BranchName, ClosureName, SeverityName};
use crate::check;
use crate::config::values::{self, Written};
use crate::failure::Failure;

/// What is done with a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// Portage runs its phases as without us.
    Off,
    /// They see every installed package, and it is told what they used of those that are not declared.
    Observe,
    /// They see what is declared.
    #[default]
    Hide,
    /// And one fails that declares too little.
    Enforce,
}

/// The table `[portage]` of the configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case", expecting = "a table")]
pub(crate) struct PortageConfig {
    mode: Option<Mode>,
    closure: Option<ClosureName>,
    branch: Option<BranchName>,
    #[serde(deserialize_with = "values::paths")]
    read: Vec<PathBuf>,
    #[serde(deserialize_with = "values::paths")]
    write: Vec<PathBuf>,
    #[serde(deserialize_with = "values::paths")]
    hide: Vec<PathBuf>,
    ignore: Vec<Written>,
    /// How bad a finding must be for a phase to fail by it.
    fail_on: Option<SeverityName>,
    /// Files of what the user puts up with: reasons as for "check --suppress", and reports of before.
    #[serde(deserialize_with = "values::paths")]
    suppress: Vec<PathBuf>,
    #[serde(deserialize_with = "values::paths")]
    baseline: Vec<PathBuf>,
    suppression: Accepted,
    /// Whether a phase's result counts though files changed that it could see.
    allow_changed: bool,
    /// Packages that Portage itself needs in each phase, such as its shell; those that are installed are visible.
    needs: Option<Vec<Written>>,
    /// Where to keep views; their directory next to the build directories otherwise.
    #[serde(deserialize_with = "values::path")]
    cache: Option<PathBuf>,
    /// Where to leave a report of each phase that looked for what is not declared.
    #[serde(deserialize_with = "values::path")]
    reports: Option<PathBuf>,
    /// The real `sandbox`, to be run in the view.
    #[serde(deserialize_with = "values::path")]
    chain: Option<PathBuf>,
    /// Whether phases see the same of the machine everywhere, as far as Portage leaves that to us.
    pure: bool,
    /// Settings for some packages; of several that match, the last one wins.
    package: Vec<ForPackages>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a table")]
struct ForPackages {
    #[serde(rename = "match")]
    pattern: Written,
    mode: Option<Mode>,
    closure: Option<ClosureName>,
    branch: Option<BranchName>,
    #[serde(default, deserialize_with = "values::paths")]
    read: Vec<PathBuf>,
    #[serde(default, deserialize_with = "values::paths")]
    write: Vec<PathBuf>,
    #[serde(default, deserialize_with = "values::paths")]
    hide: Vec<PathBuf>,
    #[serde(default)]
    ignore: Vec<Written>,
    fail_on: Option<SeverityName>,
    allow_changed: Option<bool>,
}

/// What is set for one package.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) mode: Mode,
    pub(super) closure: Option<ClosureName>,
    pub(super) branch: Option<BranchName>,
    pub(super) read: Vec<PathBuf>,
    pub(super) write: Vec<PathBuf>,
    pub(super) hide: Vec<PathBuf>,
    /// Packages of which nothing is said.
    pub(super) ignore: Vec<Pattern>,
    fail_on: Option<SeverityName>,
    pub(super) allow_changed: bool,
}

impl Settings {
    /// How bad a finding must be for a phase to fail by it; none never is.
    pub(super) fn threshold(&self) -> Option<Severity> {
        self.fail_on.unwrap_or(SeverityName::Error).severity()
    }
}

/// What the user puts up with, written as in a file of suppressions.
#[derive(Clone, Debug, Default)]
struct Accepted(Suppressions);

/// What Portage and its helpers run, by the names that Gentoo has for it. Most of it is in @system anyway.
const NEEDS: [&str; 26] = [
    "app-alternatives/awk",
    "app-alternatives/bzip2",
    "app-alternatives/gzip",
    "app-alternatives/sh",
    "app-alternatives/tar",
    "app-arch/bzip2",
    "app-arch/gzip",
    "app-arch/tar",
    "app-arch/unzip",
    "app-arch/xz-utils",
    "app-arch/zstd",
    "app-misc/pax-utils",
    "app-shells/bash",
    "dev-util/debugedit",
    "sys-apps/coreutils",
    "sys-apps/diffutils",
    "sys-apps/file",
    "sys-apps/findutils",
    "sys-apps/gawk",
    "sys-apps/grep",
    "sys-apps/portage",
    "sys-apps/sandbox",
    "sys-apps/sed",
    "sys-apps/util-linux",
    "sys-devel/patch",
    "sys-libs/glibc",
];

impl PortageConfig {
    /// What holds for a package.
    pub(super) fn of(&self, package: &Package) -> Settings {
        let patterns =
            |written: &[Written]| written.iter().map(|w| w.0.clone()).collect::<Vec<_>>();
        let mut settings = Settings {
            mode: self.mode.unwrap_or_default(),
            closure: self.closure,
            branch: self.branch,
            read: self.read.clone(),
            write: self.write.clone(),
            hide: self.hide.clone(),
            ignore: patterns(&self.ignore),
            fail_on: self.fail_on,
            allow_changed: self.allow_changed,
        };
        for rule in self.package.iter().filter(|rule| rule.pattern.0.matches(package)) {
            settings.mode = rule.mode.unwrap_or(settings.mode);
            settings.closure = rule.closure.or(settings.closure);
            settings.branch = rule.branch.or(settings.branch);
            settings.read.extend_from_slice(&rule.read);
            settings.write.extend_from_slice(&rule.write);
            settings.hide.extend_from_slice(&rule.hide);
            settings.ignore.extend(patterns(&rule.ignore));
            settings.fail_on = rule.fail_on.or(settings.fail_on);
            settings.allow_changed = rule.allow_changed.unwrap_or(settings.allow_changed);
        }
        settings
    }

    /// The packages that Portage itself needs, as patterns; `python` is the interpreter that it runs with.
    pub(super) fn needs(&self, python: Option<&Path>) -> Vec<String> {
        if let Some(needs) = &self.needs {
            return needs.iter().map(|need| need.0.as_str().to_owned()).collect();
        }
        let slot = python.and_then(Path::file_name).and_then(|name| name.to_str());
        let slot = slot.and_then(|name| name.strip_prefix("python")).unwrap_or_default();
        let python = if slot.contains('.') {
            format!("dev-lang/python:{slot}")
        } else {
            "dev-lang/python".into()
        };
        NEEDS.iter().map(ToString::to_string).chain([python]).collect()
    }

    /// What the user puts up with, here and in the files that are named here.
    pub(super) fn suppressions(&self) -> Result<Suppressions, Failure> {
        let files = check::suppressions(&self.suppress, &self.baseline)?;
        Ok(self.suppression.0.clone().and(files))
    }

    pub(super) fn cache(&self) -> Option<&Path> {
        self.cache.as_deref()
    }

    pub(super) fn reports(&self) -> Option<&Path> {
        self.reports.as_deref()
    }

    pub(super) fn pure(&self) -> bool {
        self.pure
    }

    pub(super) fn chain(&self) -> Option<&Path> {
        self.chain.as_deref()
    }
}

impl<'de> Deserialize<'de> for Accepted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let all = Vec::<Entry>::deserialize(from)?;
        Ok(all.into_iter().fold(Self::default(), |all, entry| Self(all.0.and(entry.0))))
    }
}

struct Entry(Suppressions);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(EntryOf)
    }
}

/// What goes wrong here has its place, other than what does afterwards.
struct EntryOf;

impl<'de> Visitor<'de> for EntryOf {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
        let table = toml::Table::deserialize(MapAccessDeserializer::new(map))?;
        let mut file = toml::Table::new();
        file.insert("schema".into(), 1.into());
        file.insert("suppress".into(), vec![table].into());
        let text = toml::to_string(&file).map_err(A::Error::custom)?;
        // Its line would be that of a file that nobody has.
        Suppressions::parse(&text).map(Entry).map_err(|error| A::Error::custom(error.kind()))
    }
}
