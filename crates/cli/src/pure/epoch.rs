use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::args::{RunArgs, TargetArgs};
use crate::failure::Failure;
use crate::repository;
use crate::source::Machine;
use crate::target;

/// When the target was made, in seconds since 1970: an installed package's `BUILD_TIME`, an ebuild's time of modification.
///
/// None for dependencies that are given as text, for a package of which the database does not tell, and when nobody asks.
pub(crate) fn epoch(
    args: &TargetArgs,
    run: &RunArgs,
    machine: &Machine,
) -> Result<Option<u64>, Failure> {
    if !run.pure || run.epoch.is_some() {
        return Ok(None);
    }
    if let Some(entry) = repository::metadata_of(args)? {
        return Ok(modified(&ebuild_of(&entry)).or_else(|| modified(&entry)));
    }
    let Some(name) = &args.target else { return Ok(None) };
    let (kind, id) = target::only(name, "", machine)?;
    Ok(machine.place(kind).packages.entry(id).build_time()?)
}

/// `REPOSITORY/metadata/md5-cache/cat/pkg-1.2` is of `REPOSITORY/cat/pkg/pkg-1.2.ebuild`.
fn ebuild_of(entry: &Path) -> PathBuf {
    let name = entry.file_name().unwrap_or_default().to_string_lossy();
    let category = entry.ancestors().nth(1).and_then(Path::file_name).unwrap_or_default();
    let cpv = hermitage_atom::Cpv::parse(&format!("{}/{name}", category.to_string_lossy()));
    let package = cpv.map(|cpv| cpv.package().to_owned()).unwrap_or_default();
    let repository = entry.ancestors().nth(4).unwrap_or(Path::new("/"));
    repository.join(category).join(package).join(format!("{name}.ebuild"))
}

/// When a file was last modified, in seconds since 1970; none when it is not there.
pub(super) fn modified(path: &Path) -> Option<u64> {
    u64::try_from(std::fs::metadata(path).ok()?.mtime()).ok()
}
