use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tempfile::TempDir;

/// The directory of recorded data that `HERMITAGE_CORPUS` names: `vdb`, `repo` and `oracle`, each file
/// packed with xz. A file that is not there or is damaged is a panic, which fails the test.
#[derive(Debug)]
pub struct Corpus {
    directory: PathBuf,
    /// Each archive is unpacked once, and removed when the tests have ended.
    unpacked: Mutex<BTreeMap<String, TempDir>>,
}

impl Corpus {
    /// The corpus, or why there is none.
    ///
    /// # Errors
    /// When the variable is not set.
    #[allow(clippy::disallowed_methods, reason = "the environment tells a test where its data is")]
    pub fn from_environment() -> Result<Self, String> {
        let directory = std::env::var_os("HERMITAGE_CORPUS")
            .ok_or("HERMITAGE_CORPUS does not say where the recorded data is")?;
        Ok(Self { directory: directory.into(), unpacked: Mutex::default() })
    }

    /// What a packed file holds; its name is given with `.xz`.
    ///
    /// # Panics
    /// When it can't be read.
    pub fn read(&self, file: &str) -> Vec<u8> {
        let path = self.directory.join(file);
        let packed = File::open(&path).unwrap_or_else(|error| fail(&path, &error));
        let mut content = Vec::new();
        match lzma_rs::xz_decompress(&mut BufReader::new(packed), &mut content) {
            Ok(()) => content,
            Err(error) => fail(&path, &error),
        }
    }

    /// What other programs answered; the name is given without `.json.xz`.
    ///
    /// # Panics
    /// When it can't be read.
    pub fn oracle(&self, name: &str) -> Value {
        let file = format!("oracle/{name}.json.xz");
        serde_json::from_slice(&self.read(&file))
            .unwrap_or_else(|error| fail(file.as_ref(), &error))
    }

    /// Calls `each` with the path and the content of every regular file of an archive, in its order.
    ///
    /// # Panics
    /// When it can't be read.
    pub fn members(&self, archive: &str, mut each: impl FnMut(&Path, &[u8])) {
        let content = self.read(archive);
        let mut tar = tar::Archive::new(&content[..]);
        for member in tar.entries().expect("bytes in memory can be read") {
            let mut member = member.unwrap_or_else(|error| fail(archive.as_ref(), &error));
            if member.header().entry_type().is_file() {
                let mut bytes = Vec::new();
                member.read_to_end(&mut bytes).expect("bytes in memory can be read");
                each(&member.path().expect("Unix paths are bytes"), &bytes);
            }
        }
    }

    /// A directory with what an archive holds. All tests share it, so they must not write there.
    ///
    /// # Panics
    /// When it can't be read or unpacked.
    pub fn unpacked(&self, archive: &str) -> PathBuf {
        // A test that failed here has poisoned the lock; the others still tell what they find.
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(directory) = unpacked.get(archive) {
            return directory.path().to_owned();
        }
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let content = self.read(archive);
        if let Err(error) = tar::Archive::new(&content[..]).unpack(directory.path()) {
            fail(archive.as_ref(), &error);
        }
        let path = directory.path().to_owned();
        unpacked.insert(archive.to_owned(), directory);
        path
    }
}

#[allow(clippy::panic, reason = "a test that can't read its data has failed")]
fn fail(path: &Path, error: &dyn std::error::Error) -> ! {
    panic!("{}: {error}", path.display())
}
