//! dpkg's database, imported into the cache when it is needed.

use std::fs::File;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use hermitage_vdb::dpkg;

use crate::failure::Failure;
use crate::report::Reporter;

/// Imports dpkg's database unless the cache has this very state of it; returns the directory that holds the import.
pub(crate) fn into_cache(
    admindir: &Path,
    root: &Path,
    reporter: Reporter,
) -> Result<PathBuf, Failure> {
    let mut state = dpkg::fingerprint(admindir)?;
    let cache = cache_directory()?;
    let out = cache.join("dpkg").join(name_of(admindir, root));
    let stamp = out.join("state");
    state.push('\n');
    let is_current = || std::fs::read_to_string(&stamp).is_ok_and(|known| known == state);
    if is_current() {
        return Ok(out);
    }
    // Of many that start at once, as the jobs of a build do, one imports and the others wait for it.
    let _held = lock(&out.with_extension("lock"));
    if is_current() {
        return Ok(out);
    }
    let started = Instant::now();
    let report = dpkg::import(admindir, root, &out, &dpkg::Options::default())?;
    std::fs::write(&stamp, state)
        .map_err(|error| Failure::file(&stamp, "can't be written", &error))?;
    reporter.note(format_args!(
        "imported {} packages from {} in {:.1} s; kept in {} until dpkg changes something",
        report.packages,
        admindir.display(),
        started.elapsed().as_secs_f64(),
        out.display()
    ));
    Ok(out)
}

/// Waits until nobody else has the lock. Where there are no locks, everybody imports: slower, but as right.
fn lock(path: &Path) -> Option<File> {
    std::fs::create_dir_all(path.parent()?).ok()?;
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).ok()?;
    Some(file)
}

/// A directory of its own for each system, so that two of them don't take turns.
fn name_of(admindir: &Path, root: &Path) -> String {
    let readable = |byte: &u8| if byte.is_ascii_alphanumeric() { char::from(*byte) } else { '-' };
    let bytes = |path: &Path| -> String {
        path.as_os_str().as_encoded_bytes().iter().map(readable).collect()
    };
    format!("{}@{}", bytes(admindir).trim_matches('-'), bytes(root).trim_matches('-'))
}

/// Where hermitage keeps what it can make again: in the user's cache directory, or without one in a directory of the
/// user's own for temporary files.
#[allow(clippy::disallowed_methods, reason = "this is the command line")]
pub(crate) fn cache_directory() -> Result<PathBuf, Failure> {
    if let Some(dir) = PLACE.get() {
        return Ok(dir.clone());
    }
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    if let Some(dir) = usual.map(|base| base.join("hermitage"))
        && std::fs::create_dir_all(&dir).is_ok()
        && rustix::fs::access(&dir, rustix::fs::Access::WRITE_OK).is_ok()
    {
        return Ok(dir);
    }
    let user = rustix::process::geteuid().as_raw();
    let dir = std::env::temp_dir().join(format!("hermitage-{user}"));
    own_directory(&dir)?;
    Ok(dir)
}

/// Where [`cache_directory`] is, when the environment does not decide.
static PLACE: OnceLock<PathBuf> = OnceLock::new();

/// Keeps everything in a directory from now on, whatever the environment says: a phase of Portage's has a home that is
/// the build's, which its own commands may write to.
pub(crate) fn keep_in(dir: PathBuf) {
    // The first one counts; nobody gives two.
    let _ = PLACE.set(dir);
}

/// Makes a directory that nobody else can write to, or makes sure that it is one.
pub(crate) fn own_directory(dir: &Path) -> Result<(), Failure> {
    let user = rustix::process::geteuid().as_raw();
    let made = std::fs::DirBuilder::new().mode(0o700).create(dir);
    if let Err(error) = made
        .as_ref()
        .err()
        .filter(|e| e.kind() != std::io::ErrorKind::AlreadyExists)
        .map_or(Ok(()), Err)
    {
        return Err(Failure::file(dir, "can't be made", error)
            .advise("Set XDG_CACHE_HOME to a directory that can be written."));
    }
    // In a directory that everybody may write to, somebody else can have been first.
    let ours = std::fs::symlink_metadata(dir)
        .is_ok_and(|meta| meta.is_dir() && meta.uid() == user && meta.mode() & 0o022 == 0);
    if ours {
        Ok(())
    } else {
        Err(Failure::new(format!("{}: not a directory of ours alone", dir.display()))
            .advise("Set XDG_CACHE_HOME to a directory that can be written."))
    }
}
