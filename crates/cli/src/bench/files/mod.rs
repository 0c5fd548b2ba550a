//! Which files a view is to show: those that the commands need, then the machine's own in a fixed order, then made-up ones.

mod database;
mod machine;
mod made_up;
mod tools;

use std::path::{Path, PathBuf};

pub(super) use database::{ATOM, write as write_database};
pub(super) use machine::of_machine;
pub(super) use made_up::MadeUp;
pub(super) use tools::Tools;

/// Files for a view of a certain size.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// Links that lead to what the commands need.
    pub(super) links: Vec<PathBuf>,
    pub(super) regular: Vec<PathBuf>,
    /// Of the files, how many are of each origin.
    pub(super) origin: Origin,
}

/// Where files come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Origin {
    /// What the commands need.
    pub(super) tools: usize,
    /// What the machine's packages installed.
    pub(super) packages: usize,
    /// Empty files made for the occasion.
    pub(super) made_up: usize,
}

/// The first `count` of `tools`, `packages` and, when these are not enough, files that are made up.
///
/// What the commands need is always there: with a smaller `count` there are a few more files than asked for.
pub(super) fn choose(
    count: usize,
    tools: &Tools,
    packages: &[PathBuf],
    made_up: &mut MadeUp,
) -> std::io::Result<Files> {
    let mut files: Vec<_> = tools.files.iter().cloned().collect();
    let tools_count = files.len();
    let others = packages.iter().filter(|path| !tools.files.contains(*path));
    files.extend(others.take(count.saturating_sub(tools_count)).cloned());
    let packages = files.len() - tools_count;
    let missing = count.saturating_sub(files.len());
    files.extend_from_slice(made_up.first(missing)?);
    let origin = Origin { tools: tools_count, packages, made_up: missing };
    Ok(Files { links: tools.links.iter().cloned().collect(), regular: files, origin })
}

/// Whether every program that is measured can be told of this path: firejail refuses many characters, systemd-nspawn and bubblewrap's
/// configuration give meaning to others.
fn is_plain(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@~=".contains(byte);
    path.as_os_str().as_bytes().iter().all(plain)
}
