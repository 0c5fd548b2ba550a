use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::args::{ClosureArgs, TargetArgs, ViewArgs};
use crate::failure::Failure;
use crate::source::absolute;

/// What was asked for, by whom, and of which program: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn of(
        target: &TargetArgs,
        closure: &ClosureArgs,
        view: &ViewArgs,
    ) -> Result<Self, Failure> {
        let (mut target, mut closure, mut view) = (target.clone(), closure.clone(), view.clone());
        let source = &mut closure.source;
        let single = [
            &mut target.ebuild_metadata,
            &mut source.root,
            &mut source.sysroot,
            &mut source.broot,
            &mut source.db,
            &mut view.generated,
        ];
        // A relative path means another thing in another directory.
        let lists = [&mut view.read, &mut view.write, &mut view.hide];
        let all = single.into_iter().flatten().chain(lists.into_iter().flatten());
        for path in all {
            *path = absolute(path)?;
        }
        if let Some(system) = closure.system.as_mut().filter(|s| *s != "all" && *s != "none") {
            *system = absolute(system.as_ref())?.display().to_string();
        }
        let text = format!("{target:?}\n{closure:?}\n{view:?}\n{:?}\n{:?}", user(), program()?);
        Ok(Self(hex(&Sha256::digest(text))[..32].to_owned()))
    }

    /// The key of what a command in this directory sees besides its writable trees, if this is that of the view.
    pub(crate) fn of_inputs(&self, directory: &Path) -> Self {
        let text = [self.0.as_bytes(), b"\n", directory.as_os_str().as_encoded_bytes()].concat();
        Self(hex(&Sha256::digest(text))[..32].to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who may look where.
fn user() -> (u32, u32, Vec<u32>) {
    let groups = rustix::process::getgroups().unwrap_or_default();
    let mut groups: Vec<_> = groups.into_iter().map(rustix::process::Gid::as_raw).collect();
    groups.sort_unstable();
    (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw(), groups)
}

/// Another build of this program may see things otherwise.
fn program() -> Result<(u64, u64, i64, i64), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let path = PathBuf::from("/proc/self/exe");
    let meta = std::fs::metadata(&path)
        .map_err(|error| Failure::file(&path, "this program can't be looked at", &error))?;
    Ok((meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec()))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // A String takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
