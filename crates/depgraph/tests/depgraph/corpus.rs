//! The recorded answers of other programs, which are not part of this repository.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use tempfile::TempDir;

/// Where the corpus is. Without it the tests that need it can't say anything: they say so, and fail where `CI` is set.
#[allow(clippy::disallowed_methods, reason = "a test is told by the environment where its data is")]
pub(crate) fn corpus() -> Option<&'static Path> {
    static CORPUS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let corpus = CORPUS.get_or_init(|| {
        let set = std::env::var_os("HERMITAGE_CORPUS").map(PathBuf::from);
        if set.is_none() {
            say("NOT RUN: HERMITAGE_CORPUS is not set, so nothing was compared with Portage's answers");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "HERMITAGE_CORPUS is not set");
        }
        set
    });
    corpus.as_deref()
}

/// Writes a line that the test harness does not hold back.
pub(crate) fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr can be written to");
}

/// A recorded answer.
pub(crate) fn oracle(corpus: &Path, name: &str) -> Value {
    let path = corpus.join("oracle").join(format!("{name}.json.xz"));
    let output = Command::new("xz").arg("-dc").arg(&path).output().expect("xz can be run");
    assert!(output.status.success(), "{} can be unpacked", path.display());
    serde_json::from_slice(&output.stdout).expect("an oracle is JSON")
}

/// A directory with what an archive of the corpus holds, shared by the tests that run at the same time.
pub(crate) fn unpacked(corpus: &Path, archive: &str) -> Arc<TempDir> {
    static SHARED: Mutex<BTreeMap<String, Weak<TempDir>>> = Mutex::new(BTreeMap::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(directory) = shared.get(archive).and_then(Weak::upgrade) {
        return directory;
    }
    let directory = Arc::new(tempfile::tempdir().expect("a temporary directory can be made"));
    let path = corpus.join(archive);
    let status =
        Command::new("tar").arg("-xJf").arg(&path).arg("-C").arg(directory.path()).status();
    assert!(status.expect("tar can be run").success(), "{} can be unpacked", path.display());
    shared.insert(archive.to_owned(), Arc::downgrade(&directory));
    directory
}

/// The strings of a JSON array.
pub(crate) fn strings(value: &Value) -> Vec<&str> {
    let array = value.as_array().expect("an array");
    array.iter().map(|item| item.as_str().expect("a string")).collect()
}
