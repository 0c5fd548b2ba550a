//! Ebuilds of a repository, by what its metadata cache says of them.

use std::path::{Path, PathBuf};

use hermitage_atom::{Atom, Cpv};
use hermitage_depgraph::{Md5Cache, Package};

use crate::args::TargetArgs;
use crate::failure::Failure;
use crate::target::parse_atom;

const CACHE: &str = "metadata/md5-cache";

/// The cache entry of a target that is an ebuild.
pub(crate) fn metadata_of(args: &TargetArgs) -> Result<Option<PathBuf>, Failure> {
    match (&args.repository, &args.target, &args.ebuild_metadata) {
        (Some(repository), Some(name), _) => best(repository, name).map(Some),
        (_, _, Some(path)) => entry_of(path).map(Some),
        _ => Ok(None),
    }
}

/// The cache entry that a path means: itself, or for an ebuild its own entry.
pub(crate) fn entry_of(path: &Path) -> Result<PathBuf, Failure> {
    if path.extension().is_none_or(|extension| extension != "ebuild") {
        return Ok(path.to_owned());
    }
    let path = std::path::absolute(path)
        .map_err(|error| Failure::file(path, "there is no current directory", &error))?;
    let category = path.ancestors().nth(2);
    let (Some(repository), Some(category), Some(name)) =
        (path.ancestors().nth(3), category.and_then(Path::file_name), path.file_stem())
    else {
        return Err(Failure::new(format!("{}: not in a repository", path.display()))
            .advise("An ebuild is REPOSITORY/cat/pkg/pkg-1.2.ebuild."));
    };
    let entry = repository.join(CACHE).join(category).join(name);
    if entry.is_file() {
        return Ok(entry);
    }
    let message = format!("{}: the repository has no metadata of this ebuild", path.display());
    Err(Failure::new(message).advise(regenerate(repository)))
}

/// The entry of the highest version in a repository that an atom means.
pub(crate) fn best(repository: &Path, wanted: &str) -> Result<PathBuf, Failure> {
    let text = match Cpv::parse(wanted) {
        Ok(cpv) => format!("={cpv}"),
        Err(_) => wanted.to_owned(),
    };
    let atom = parse_atom(&text)?;
    if atom.use_deps().next().is_some() || atom.blocker().is_some() {
        return Err(Failure::new(format!("\"{wanted}\": not the name of an ebuild"))
            .advise("Name it like cat/pkg or =cat/pkg-1.2, and its flags with --use \"...\"."));
    }
    repository
        .read_dir()
        .map_err(|error| Failure::file(repository, "the repository can't be read", &error))?;
    let directory = repository.join(CACHE).join(atom.category());
    let mut named = named(&directory, &atom)?;
    named.sort();
    for cpv in named.iter().rev() {
        let name = cpv.as_str().split_once('/').map_or("", |(_, name)| name);
        let path = directory.join(name);
        if atom.matches_ignoring_use(&candidate(cpv, &path)?).is_ok() {
            return Ok(path);
        }
    }
    let message = format!("{}: no metadata of {atom}", repository.display());
    let advice = if named.is_empty() {
        regenerate(repository)
    } else {
        let others: Vec<_> = named.iter().map(Cpv::to_string).collect();
        format!("There is {}.", others.join(", "))
    };
    Err(Failure::new(message).advise(advice))
}

/// The entries with the atom's name.
fn named(directory: &Path, atom: &Atom) -> Result<Vec<Cpv>, Failure> {
    let entries = match directory.read_dir() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries,
    };
    let failed = |error| Failure::file(directory, "the metadata cache can't be read", &error);
    let mut found = Vec::new();
    for entry in entries.map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let cpv = name.to_str().map(|name| Cpv::parse(&format!("{}/{name}", atom.category())));
        // What is no package's name is no entry: temporary files, a Manifest.
        found.extend(cpv.and_then(Result::ok).filter(|cpv| cpv.package() == atom.package()));
    }
    Ok(found)
}

/// What an entry says.
pub(crate) fn metadata(path: &Path) -> Result<Md5Cache, Failure> {
    let content = std::fs::read(path)
        .map_err(|error| Failure::file(path, "the ebuild's metadata can't be read", &error))?;
    Md5Cache::parse(&content).map_err(|error| Failure::in_file(path, &error))
}

fn candidate(cpv: &Cpv, path: &Path) -> Result<Package, Failure> {
    let slot = metadata(path)?.get("SLOT").unwrap_or("0").to_owned();
    Ok(Package::new(cpv.clone()).with_slot(&slot))
}

fn regenerate(repository: &Path) -> String {
    format!(
        "Ebuilds are read by their metadata only, in {}: make it with `egencache --update --repo NAME` or `pmaint regen \
         {}`.",
        repository.join(CACHE).display(),
        repository.display()
    )
}
