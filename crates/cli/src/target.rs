//! What is to be built, from what the user wrote.

use hermitage_atom::{Atom, Candidate as _, Eapi, Pattern, Printable};
use hermitage_depgraph::{
    Classes, DepClass, Package, PackageId, PackageTable, Phase, RootKind, Source as _, Target,
};

use hermitage_vdb::dpkg::pms_name;

use crate::args::{PhaseName, TargetArgs};
use crate::failure::Failure;
use crate::repository;
use crate::source::Machine;

use std::path::Path;

/// The target, and which classes of its dependencies count.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) target: Target,
    pub(crate) classes: Classes,
}

const NOT_INSTALLED: &str = "A target is an installed package; for one that is not, give --repository DIR, --ebuild-metadata FILE or --depend \"...\".";

/// Works out the target.
pub(crate) fn wanted(
    args: &TargetArgs,
    phase: Option<PhaseName>,
    machine: &Machine,
) -> Result<Wanted, Failure> {
    let texts = texts(args);
    let given: Vec<_> = texts.iter().map(|(class, _)| *class).collect();
    let target = if let (Some(repository), Some(name)) = (&args.repository, &args.target) {
        from_metadata(args, &repository::best(repository, name)?)?
    } else if let Some(name) = &args.target {
        if args.use_flags.is_some() {
            return Err(Failure::new("--use: an installed package has the flags it was built with").advise(
                "For a package that is about to be built, name its repository with --repository DIR.",
            ));
        }
        installed(name, machine)?
    } else if let Some(path) = &args.ebuild_metadata {
        from_metadata(args, &repository::entry_of(path)?)?
    } else if texts.is_empty() && args.with.is_empty() {
        return Err(Failure::new("nothing says what is to be built").advise(
            "Give an installed package (=cat/pkg-1.2, cat/pkg, pkg), --ebuild-metadata FILE --use \"...\", or \
             --depend \"...\"; --depend \"\" declares nothing.",
        ));
    } else {
        from_text(args, &texts)?
    };
    // Who writes dependencies down means them, unless told for which phase.
    let classes = match phase {
        None if !given.is_empty() => Classes::of(&given),
        phase => phase_of(phase).classes(),
    };
    with_more(Wanted { target, classes }, &args.with)
}

/// The one package a name means that is installed in ROOT: an atom, or a bare package name where it is unique.
///
/// `otherwise` is advice for when no package has this name.
pub(crate) fn only(
    name: &str,
    otherwise: &str,
    machine: &Machine,
) -> Result<(RootKind, PackageId), Failure> {
    only_in(RootKind::Root, name, otherwise, machine).map(|id| (RootKind::Root, id))
}

/// The same for any of the places.
pub(crate) fn only_in(
    kind: RootKind,
    name: &str,
    otherwise: &str,
    machine: &Machine,
) -> Result<PackageId, Failure> {
    let packages = machine.place(kind).packages.packages();
    if !name.contains('/') {
        // A package of Debian's may have a name that is none in Gentoo, and got another when it was imported.
        let imported = pms_name(name);
        let is_named = |known: &str| known == name || known == imported;
        let named: Vec<_> =
            packages.iter().filter(|(_, package)| is_named(package.package())).collect();
        let cpvs: Vec<_> = named.iter().map(|(_, package)| package.cpv().to_string()).collect();
        return match (named.as_slice(), cpvs.first()) {
            ([(id, _)], _) => Ok(*id),
            (_, None) => {
                Err(Failure::new(format!("\"{name}\": no package of this name is installed"))
                    .advise(format!("{}{otherwise}", alike(name, packages))))
            }
            (_, Some(first)) => Err(Failure::new(format!(
                "\"{name}\": several packages match: {}",
                cpvs.join(", ")
            ))
            .advise(format!("Name one of them in full, like \"={first}\"."))),
        };
    }
    Ok(packages.only(&atom(name, packages)?)?)
}

/// An atom as a user writes it; `cat/pkg-1.2` is taken for `=cat/pkg-1.2` where that is installed.
fn atom(text: &str, packages: &PackageTable) -> Result<Atom, Failure> {
    let exact = hermitage_atom::Cpv::parse(text).ok().filter(|cpv| packages.find(cpv).is_some());
    let text = exact.map_or_else(|| text.to_owned(), |cpv| format!("={cpv}"));
    parse_atom(&text)
}

/// An atom of the command line or the configuration, where all syntax is allowed.
pub(crate) fn parse_atom(text: &str) -> Result<Atom, Failure> {
    refuse_blocker(text)?;
    Atom::parse_permissive(text).map_err(|error| {
        Failure::caused(&error)
            .advise("An atom looks like cat/pkg, =cat/pkg-1.2, >=cat/pkg-1:slot or cat/pkg[flag].")
    })
}

/// An atom, or a name with `*`, of the command line or the configuration.
pub(crate) fn parse_pattern(text: &str) -> Result<Pattern, Failure> {
    refuse_blocker(text)?;
    Pattern::parse(text).map_err(|error| {
        Failure::caused(&error)
            .advise("Packages are meant by an atom like cat/pkg or >=cat/pkg-1, or like cat/*, */pkg, */*:slot.")
    })
}

/// To name a package by what must not be there is a mistake: it would be taken for the package.
fn refuse_blocker(text: &str) -> Result<(), Failure> {
    if !text.starts_with('!') {
        return Ok(());
    }
    Err(Failure::new(format!("\"{}\": a blocker does not name a package", Printable(text)))
        .advise("Leave the exclamation mark out."))
}

/// What to declare for just this package to come: its name, or that with a slot or version where the name means another.
pub(crate) fn declaration(packages: &PackageTable, id: PackageId) -> String {
    let package = packages.get(id);
    let name = package.cpv().cp();
    let is_highest = |of: Option<(PackageId, &Package)>| of.is_some_and(|(other, _)| other == id);
    if is_highest(packages.of_name(name).next_back()) {
        return name.to_string();
    }
    let slot = package.slot();
    if is_highest(packages.of_name(name).rfind(|(_, other)| other.slot() == slot)) {
        return format!("{name}:{slot}");
    }
    format!("={}", package.cpv())
}

fn installed(name: &str, machine: &Machine) -> Result<Target, Failure> {
    let (kind, id) = only(name, NOT_INSTALLED, machine)?;
    Ok(Target::package(&machine.place(kind).packages, id)?)
}

fn from_metadata(args: &TargetArgs, path: &Path) -> Result<Target, Failure> {
    let entry = repository::metadata(path)?;
    let mut parts = path.components().rev().filter_map(|part| part.as_os_str().to_str());
    let (name, category) = (parts.next().unwrap_or("ebuild"), parts.next());
    let label = category.map_or_else(|| name.to_owned(), |category| format!("{category}/{name}"));
    let flags: Vec<&str> = match &args.use_flags {
        Some(flags) => enabled(flags),
        None => entry.default_use().collect(),
    };
    Target::from_cache(&label, &entry, flags).map_err(|error| Failure::in_file(path, &error))
}

fn from_text(args: &TargetArgs, texts: &[(DepClass, &String)]) -> Result<Target, Failure> {
    let mut target = Target::given("what is declared");
    if let Some(eapi) = &args.eapi {
        target = target.with_eapi(Eapi::parse(eapi).map_err(|error| Failure::caused(&error))?);
    }
    let flags = args.use_flags.as_deref().unwrap_or_default();
    target = target.with_use(enabled(flags));
    for (class, text) in texts {
        target = target.with_dependencies(*class, text).map_err(|error| {
            let failure = Failure::from(error);
            match spelling(text) {
                Some(advice) => failure.advise(advice),
                None => failure,
            }
        })?;
    }
    Ok(target)
}

/// The flags that are on at the end of a list in which `-X` takes X back, and `-*` all.
fn enabled(flags: &str) -> Vec<&str> {
    flags.split_ascii_whitespace().fold(Vec::new(), |mut enabled, word| {
        match word.strip_prefix('-') {
            Some("*") => enabled.clear(),
            Some(flag) => enabled.retain(|known| *known != flag),
            None => enabled.push(word),
        }
        enabled
    })
}

/// Declares more packages, beside the first class that counts.
fn with_more(wanted: Wanted, more: &[String]) -> Result<Wanted, Failure> {
    if more.is_empty() {
        return Ok(wanted);
    }
    let class = wanted.classes.iter().next().unwrap_or(DepClass::Depend);
    let mut text = wanted.target.dependencies(class).map(ToString::to_string).unwrap_or_default();
    for atom in more {
        text.push(' ');
        text.push_str(parse_atom(atom)?.as_str());
    }
    let target = wanted.target.with_dependencies(class, text.trim_start())?;
    Ok(Wanted { target, classes: wanted.classes.with(class) })
}

fn texts(args: &TargetArgs) -> Vec<(DepClass, &String)> {
    [
        (DepClass::Depend, &args.depend),
        (DepClass::Bdepend, &args.bdepend),
        (DepClass::Rdepend, &args.rdepend),
        (DepClass::Pdepend, &args.pdepend),
        (DepClass::Idepend, &args.idepend),
    ]
    .into_iter()
    .filter_map(|(class, text)| Some((class, text.as_ref()?)))
    .collect()
}

fn phase_of(name: Option<PhaseName>) -> Phase {
    match name {
        None | Some(PhaseName::Build) => Phase::Build,
        Some(PhaseName::Merge) => Phase::Merge,
        Some(PhaseName::Config) => Phase::Config,
    }
}

/// A sentence that names installed packages whose names hold `name`.
fn alike(name: &str, packages: &PackageTable) -> String {
    // Every name holds the empty one.
    if name.is_empty() {
        return String::new();
    }
    let close = packages.iter().filter(|(_, package)| package.package().contains(name));
    let mut close: Vec<_> = close.map(|(_, package)| package.cpv().cp().to_string()).collect();
    close.sort_unstable_by_key(String::len);
    close.dedup();
    close.truncate(5);
    if close.is_empty() { String::new() } else { format!("There is {}. ", close.join(", ")) }
}

/// How to write the first name that is none in Gentoo, because it has no category or is one of Debian's.
fn spelling(dependencies: &str) -> Option<String> {
    let is_name = |word: &&str| {
        word.starts_with(|first: char| first.is_ascii_alphanumeric()) && !word.ends_with('?')
    };
    dependencies.split_ascii_whitespace().filter(is_name).find_map(|word| {
        let Some((category, name)) = word.split_once('/') else {
            return Some(format!(
                "A dependency has its category: not \"{word}\" but \"cat/{word}\"; dpkg's packages are in \
                 \"debian\"."
            ));
        };
        let imported = pms_name(name);
        let advice =
            format!("If dpkg's package {name} is meant, it is called {category}/{imported} here.");
        (category == "debian" && imported != name).then_some(advice)
    })
}
