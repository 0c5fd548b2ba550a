//! What the demonstration builds on: which packages are declared, and which one is not.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_atom::Cpv;
use hermitage_depgraph::{RootKind, Source as _};

use super::embedded;
use super::library::{KNOWN, Library};
use crate::args::{ClosureArgs, DemoDatabase, SourceArgs, TargetArgs};
use crate::closure::{self, Selection};
use crate::failure::Failure;
use crate::report::Reporter;
use crate::source::Machine;
use crate::visible::Owned;

/// Everything the builds have in common.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) library: Library,
    /// The atom that declares the library.
    pub(super) atom: String,
    /// The atoms that declare the compiler and the like.
    pub(super) declared: Vec<String>,
    /// Options for `hermitage run` that say where packages are.
    pub(super) options: Vec<String>,
    /// The preprocessor's and linker's options, for a library in an unusual place.
    pub(super) flags: Vec<(&'static str, String)>,
    /// A sentence about where the packages come from.
    pub(super) origin: String,
}

/// Takes the machine's packages if they will do, and otherwise makes some up.
pub(super) fn setting(
    database: DemoDatabase,
    scratch: &Path,
    reporter: Reporter,
) -> Result<Setting, Failure> {
    if database != DemoDatabase::Embedded {
        match of_machine(reporter) {
            Ok(Some(setting)) => return Ok(setting),
            Ok(None) if database == DemoDatabase::Machine => {
                return Err(Failure::new(
                    "no library is installed that could be hidden: all that have headers are \
                     needed by the compiler or by @system",
                )
                .advise("\"hermitage demo --database embedded\" brings its own."));
            }
            Err(failure) if database == DemoDatabase::Machine => return Err(failure),
            Ok(None) => {
                reporter.detail("every library with headers is needed by the compiler or @system");
            }
            Err(failure) => {
                reporter.detail(format_args!("the machine's packages will not do: {failure}"));
            }
        }
    }
    embedded::setting(scratch)
}

/// On the machine's own packages; `None` when each known library is visible anyway.
fn of_machine(reporter: Reporter) -> Result<Option<Setting>, Failure> {
    let machine = Machine::open(&SourceArgs::default(), reporter)?;
    let root = machine.place(RootKind::Root).root.clone();
    let owned = Owned::of(&machine, &root)?;
    let mut declared = Vec::new();
    let stdio = PathBuf::from("/usr/include/stdio.h");
    for path in [program("cc")?, program("sh")?, program("ld")?, program("as")?, stdio] {
        let owners = owned.owners(path.as_os_str().as_bytes())?;
        let Some(owner) = owners.first() else {
            return Err(Failure::new(format!("{}: no package owns it", path.display())));
        };
        declared.push(atom(owner, &machine)?);
    }
    declared.sort();
    declared.dedup();
    let base = base(&declared, &machine, reporter)?;
    let hidden = |library: &&Library| {
        let header = library.header_path()?;
        let owners = owned.owners(header.as_os_str().as_bytes()).ok()?;
        let owner = owners.first()?;
        let visible = base.members().any(|member| owners.contains(&member.cpv().to_string()));
        (!visible).then(|| (**library, owner.clone()))
    };
    let Some((library, owner)) = KNOWN.iter().find_map(|library| hidden(&library)) else {
        return Ok(None);
    };
    let packages = machine.place(RootKind::Root).packages.packages().len();
    let imported =
        !machine.place(RootKind::Root).packages.database().dir().starts_with(root.join("var/db"));
    let manager = if imported { "dpkg" } else { "Portage" };
    Ok(Some(Setting {
        library,
        atom: atom(&owner, &machine)?,
        declared,
        options: Vec::new(),
        flags: Vec::new(),
        origin: format!("{packages} packages of {manager}'s"),
    }))
}

fn base(declared: &[String], machine: &Machine, reporter: Reporter) -> Result<Selection, Failure> {
    let target = TargetArgs { depend: Some(declared.join(" ")), ..TargetArgs::default() };
    let selection = closure::select(&target, &ClosureArgs::default(), machine, reporter)?;
    selection.check(false, reporter)?;
    Ok(selection)
}

/// What to write to declare an installed package: its name if that is unambiguous.
fn atom(owner: &str, machine: &Machine) -> Result<String, Failure> {
    let cpv = Cpv::parse(owner).map_err(|error| Failure::caused(&error))?;
    let table = machine.place(RootKind::Root).packages.packages();
    let versions = table.named(cpv.category(), cpv.package()).len();
    Ok(if versions == 1 { cpv.cp().to_string() } else { format!("={cpv}") })
}

/// The file a program's name finally leads to.
pub(super) fn program(name: &str) -> Result<PathBuf, Failure> {
    let candidates =
        std::env::split_paths(&path_variable()).map(|dir| dir.join(name)).collect::<Vec<_>>();
    let found =
        candidates.iter().filter(|path| path.is_file()).find_map(|path| path.canonicalize().ok());
    found.ok_or_else(|| {
        Failure::new(format!("\"{name}\" is not on PATH"))
            .advise("The demonstration needs a C compiler that is called cc.")
    })
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn path_variable() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into())
}
