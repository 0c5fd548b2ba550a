//! What to write into the ebuild.

use crate::Process;
use crate::inventory::{Class, Package};
use crate::report::{Kind, Suggestion};
use crate::rules::{Role, Rules};

/// What is known of the ebuild, besides its dependencies, and of the project's options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ebuild {
    /// Whether there is a `BDEPEND`: from EAPI 7 on. Before, `DEPEND` is both.
    pub has_bdepend: bool,
    /// Whether it is known what `RDEPEND` holds.
    pub knows_rdepend: bool,
    /// The USE flags it has.
    pub iuse: Vec<String>,
    /// Options of the project's configuration that leave something out, such as `--without-zlib`.
    pub options: Vec<String>,
}

impl Default for Ebuild {
    fn default() -> Self {
        Self { has_bdepend: true, knows_rdepend: false, iuse: Vec::new(), options: Vec::new() }
    }
}

impl Ebuild {
    pub(crate) fn suggest(
        &self,
        kind: Kind,
        package: &Package,
        class: Option<Class>,
        roles: &[Role],
        rules: &Rules,
        installed: &[Package],
    ) -> Option<Suggestion> {
        if matches!(kind, Kind::Unowned) {
            return None;
        }
        if kind == Kind::Unused {
            return Some(remove(package));
        }
        let classes = match class {
            Some(class) => vec![class],
            None => self.classes(package, roles),
        };
        let atom = atom(package, &classes, installed);
        let names = rules.names_of(&package.name);
        let is_named = |flag: &&String| names.iter().any(|name| flag.eq_ignore_ascii_case(name));
        let flag = self.iuse.iter().find(is_named).cloned();
        let option = names.iter().find_map(|name| self.option(name));
        let optional = matches!(kind, Kind::Undeclared | Kind::System);
        let option = option.filter(|_| optional);
        let mut suggestion = Suggestion { classes, atom, flag, option, text: String::new() };
        suggestion.text = sentence(&suggestion);
        Some(suggestion)
    }

    fn classes(&self, package: &Package, roles: &[Role]) -> Vec<Class> {
        let mut classes = Vec::new();
        if roles.iter().any(|role| role.is_built_against()) {
            classes.push(Class::Depend);
            // Debian's development packages are never needed to run.
            if !(package.name.starts_with("debian/") && package.name.ends_with("-dev")) {
                classes.push(Class::Rdepend);
            }
        }
        if classes.is_empty() || roles.contains(&Role::Program) {
            let tools = if self.has_bdepend { Class::Bdepend } else { Class::Depend };
            if !classes.contains(&tools) {
                classes.push(tools);
            }
        }
        classes
    }

    /// The option that leaves out what is called so.
    fn option(&self, name: &str) -> Option<String> {
        let names_it = |option: &&String| feature(option).eq_ignore_ascii_case(name);
        self.options.iter().find(names_it).cloned()
    }

    /// The same with those options only that the build system takes which these processes show.
    pub(crate) fn configured_by(&self, processes: &[Process]) -> Self {
        let runs = |name: &str| processes.iter().any(|process| process.name() == name.as_bytes());
        let is_meson =
            |process: &Process| process.command.iter().take(2).any(|word| word.name() == b"meson");
        let meson = processes.iter().any(is_meson);
        let cmake = !meson && runs("cmake");
        let fits = |option: &&String| match option.strip_prefix("-D") {
            Some(set) => set.ends_with("=OFF") && cmake || set.ends_with("=disabled") && meson,
            None => !cmake && !meson,
        };
        Self { options: self.options.iter().filter(fits).cloned().collect(), ..self.clone() }
    }
}

/// What an option is about: `--without-NAME`, `-DWITH_NAME=OFF`, `-DNAME=disabled`.
fn feature(option: &str) -> &str {
    for prefix in ["--without-", "--disable-"] {
        if let Some(name) = option.strip_prefix(prefix) {
            return name;
        }
    }
    let name = option.strip_prefix("-D").unwrap_or(option);
    let name = name.split('=').next().unwrap_or(name);
    let prefixes = ["WITH_", "ENABLE_", "USE_", "BUILD_WITH_"];
    let bare = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    bare.strip_suffix("_SUPPORT").unwrap_or(bare)
}

/// The name with a slot where that matters (PMS section 8.3.3): `:=` for what is built against, so that a new sub-slot
/// rebuilds; the slot itself where it is not the usual one or there are several.
fn atom(package: &Package, classes: &[Class], installed: &[Package]) -> String {
    let name = &package.name;
    let is_other = |other: &&Package| other.name == *name && other.slot != package.slot;
    let slot = if package.slot != "0" || installed.iter().any(|other| is_other(&other)) {
        &package.slot[..]
    } else {
        ""
    };
    let is_linked = classes.contains(&Class::Depend) && classes.contains(&Class::Rdepend)
        || classes.contains(&Class::Rdepend) && classes.len() == 1;
    match (slot, is_linked) {
        ("", false) => name.clone(),
        ("", true) => format!("{name}:="),
        (slot, false) => format!("{name}:{slot}"),
        (slot, true) => format!("{name}:{slot}="),
    }
}

fn sentence(suggestion: &Suggestion) -> String {
    let classes: Vec<_> = suggestion.classes.iter().map(|class| class.as_str()).collect();
    let mut text = format!("add \"{}\" to {}", suggestion.dependency(), classes.join(" and "));
    if let Some(option) = &suggestion.option {
        let when = match &suggestion.flag {
            Some(flag) => format!(", and pass {option} without USE={flag}"),
            None => format!(", or pass {option}"),
        };
        text.push_str(&when);
    }
    text
}

fn remove(package: &Package) -> Suggestion {
    let for_build = package
        .declared
        .iter()
        .filter(|declared| matches!(declared.class, Class::Depend | Class::Bdepend));
    let mut classes: Vec<Class> = for_build.clone().map(|declared| declared.class).collect();
    classes.dedup();
    let atom = for_build.map(|declared| declared.atom.clone()).next().unwrap_or_default();
    let names: Vec<_> = classes.iter().map(|class| class.as_str()).collect();
    let text = format!(
        "remove \"{atom}\" from {} if no other configuration needs it",
        names.join(" and ")
    );
    Suggestion { classes, atom, flag: None, option: None, text }
}
