//! The recorded answers and real data that are not part of the project.

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// The directory that `HERMITAGE_CORPUS` names.
///
/// Without it the caller has nothing to test: that is said on stderr, and fails where `CI=true`.
#[allow(clippy::disallowed_methods, reason = "a test is told by its environment where the data is")]
pub(crate) fn directory(test: &str) -> Option<PathBuf> {
    if let Some(directory) = std::env::var_os("HERMITAGE_CORPUS") {
        return Some(directory.into());
    }
    eprintln!("NOT TESTED: {test}: HERMITAGE_CORPUS does not say where the recorded answers are");
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI has to set HERMITAGE_CORPUS");
    None
}

/// The text of a file that is compressed with xz.
pub(crate) fn unpack(path: &std::path::Path) -> Vec<u8> {
    let output = Command::new("xz").arg("-dc").arg(path).output().expect("xz has to be installed");
    assert!(output.status.success(), "xz -dc {}: {}", path.display(), output.status);
    output.stdout
}

/// An oracle file by its name without `.json.xz`.
pub(crate) fn oracle(corpus: &std::path::Path, name: &str) -> Value {
    let path = corpus.join("oracle").join(format!("{name}.json.xz"));
    serde_json::from_slice(&unpack(&path)).expect("oracle files are JSON")
}
