//! A database made up for a machine whose package manager hermitage does not read.
//!
//! Two packages: one owns what building needs of the machine, the other what only building against one library needs.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hermitage_atom::Cpv;
use hermitage_vdb::ContentsBuilder;
use hermitage_vdb::write::{NewPackage, Writer};

use super::library::{KNOWN, Library, OWN};
use super::setting::{Setting, program};
use crate::failure::Failure;

const SYSTEM: &str = "demo/system";

/// Where programs, libraries and headers are.
const TREES: [&str; 11] = [
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/include",
];

/// What is large and of no use to a C compiler.
const SKIPPED: [&str; 8] =
    ["firmware", "modules", "jvm", "node_modules", "debug", "locale", "rustlib", "site-packages"];

/// Writes the database into `scratch`.
pub(super) fn setting(scratch: &Path) -> Result<Setting, Failure> {
    let known = KNOWN.iter().find(|library| library.header_path().is_some());
    let library = known.copied().unwrap_or(OWN);
    let own = if known.is_none() { Some(install(&scratch.join("greet"))?) } else { None };
    let mut survey =
        Survey { library, system: ContentsBuilder::new(), hidden: ContentsBuilder::new() };
    TREES.iter().try_for_each(|tree| survey.path(Path::new(tree)))?;
    if let Some(prefix) = &own {
        survey.system_directories(prefix)?;
        survey.hide(prefix)?;
    }
    let database = scratch.join("var/db/pkg");
    let mut writer = Writer::create(&database)?;
    let atom = format!("demo/{}", library.name);
    for (name, contents) in [(SYSTEM, survey.system), (&atom, survey.hidden)] {
        let cpv = Cpv::parse(&format!("{name}-1")).map_err(|error| Failure::caused(&error))?;
        let mut package = NewPackage::new(cpv);
        package.field("SLOT", "0")?.field("EAPI", "8")?.contents(contents);
        writer.write(&package)?;
    }
    let mut options =
        vec!["--db".to_owned(), database.display().to_string(), "--system=none".to_owned()];
    for place in unusual_places()? {
        options.extend(["--read".to_owned(), place.display().to_string()]);
    }
    let flags = own.map_or_else(Vec::new, |prefix| {
        let dir = prefix.display();
        vec![
            ("CPPFLAGS", format!("-I{dir}/include")),
            ("LDFLAGS", format!("-L{dir}/lib -Wl,-rpath,{dir}/lib")),
        ]
    });
    Ok(Setting {
        library,
        atom,
        declared: vec![SYSTEM.to_owned()],
        options,
        flags,
        origin: "two packages made up over what is there".to_owned(),
    })
}

/// A library of our own, for a machine on which no other has headers.
fn install(prefix: &Path) -> Result<PathBuf, Failure> {
    let source = prefix.join("greet.c");
    let write = |path: &Path, text: &str| {
        std::fs::write(path, text).map_err(|error| Failure::file(path, "can't be written", &error))
    };
    for dir in ["include", "lib"] {
        let dir = prefix.join(dir);
        std::fs::create_dir_all(&dir)
            .map_err(|error| Failure::file(&dir, "can't be made", &error))?;
    }
    write(&prefix.join("include/greet.h"), "const char *greet_version(void);\n")?;
    write(&source, "const char *greet_version(void) { return \"1.0\"; }\n")?;
    let library = prefix.join("lib/libgreet.so");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status()
        .map_err(|error| Failure::file(Path::new("cc"), "can't be started", &error))?;
    if status.success() {
        Ok(prefix.to_owned())
    } else {
        Err(Failure::new(format!("cc failed on {}", source.display())))
    }
}

/// Where compiler or shell are, when they are in none of the usual places: shown as a whole.
fn unusual_places() -> Result<Vec<PathBuf>, Failure> {
    let mut places = Vec::new();
    for name in ["cc", "sh"] {
        let path = program(name)?;
        let usual = ["/bin", "/sbin", "/usr"].iter().any(|dir| path.starts_with(dir));
        let top: PathBuf = path.components().take(2).collect();
        if !usual && !places.contains(&top) {
            places.push(top);
        }
    }
    Ok(places)
}

/// Collects what there is.
struct Survey {
    library: Library,
    system: ContentsBuilder,
    hidden: ContentsBuilder,
}

impl Survey {
    fn path(&mut self, path: &Path) -> Result<(), Failure> {
        let Ok(meta) = path.symlink_metadata() else { return Ok(()) };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let bytes = path.as_os_str().as_bytes();
        // CONTENTS can't record a line break; nothing a compiler needs has one.
        if bytes.contains(&b'\n') {
            return Ok(());
        }
        if meta.is_dir() {
            self.system.dir(bytes)?;
            if SKIPPED.contains(&name) || name.starts_with("python") {
                return Ok(());
            }
            return entries(path).iter().try_for_each(|entry| self.path(entry));
        }
        let hidden = self.library.is_for_building(path)
            || self.library.header_path().as_deref() == Some(path);
        record(if hidden { &mut self.hidden } else { &mut self.system }, path, &meta)
    }

    fn system_directories(&mut self, dir: &Path) -> Result<(), Failure> {
        for dir in dir.ancestors().filter(|dir| *dir != Path::new("/")) {
            self.system.dir(dir.as_os_str().as_bytes())?;
        }
        Ok(())
    }

    fn hide(&mut self, path: &Path) -> Result<(), Failure> {
        let Ok(meta) = path.symlink_metadata() else { return Ok(()) };
        if meta.is_dir() {
            self.hidden.dir(path.as_os_str().as_bytes())?;
            return entries(path).iter().try_for_each(|entry| self.hide(entry));
        }
        record(&mut self.hidden, path, &meta)
    }
}

fn record(
    contents: &mut ContentsBuilder,
    path: &Path,
    meta: &std::fs::Metadata,
) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    // Nobody compares sums here, and the form asks for one.
    const NO_SUM: &[u8] = b"00000000000000000000000000000000";
    let bytes = path.as_os_str().as_bytes();
    if meta.is_symlink() {
        let target = std::fs::read_link(path)
            .map_err(|error| Failure::file(path, "can't be read", &error))?;
        contents.sym(bytes, target.as_os_str().as_bytes(), meta.mtime())?;
    } else if meta.is_file() {
        contents.obj(bytes, NO_SUM, meta.mtime())?;
    }
    Ok(())
}

/// The entries of a directory in order; none of one that can't be read.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> =
        std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}
