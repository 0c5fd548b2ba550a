//! Rules with what goes with them, as a directory.

use std::fs;
use std::path::Path;

use super::format::Written;
use crate::failure::Failure;

/// Makes the directory, which must not be there before.
pub(super) fn make(dir: &Path, written: &Written) -> Result<(), Failure> {
    fs::create_dir(dir).map_err(|error| Failure::file(dir, "can't be made", &error))?;
    let text = (written.name.to_owned(), &written.text);
    let files = written.files.iter().map(|(name, content)| (name.clone(), content));
    for (name, content) in [text].into_iter().chain(files) {
        let path = dir.join(name);
        fs::write(&path, content)
            .map_err(|error| Failure::file(&path, "can't be written", &error))?;
    }
    if !written.root.is_empty() {
        hermitage_rules::make_root(&dir.join("rootfs"), &written.root)?;
    }
    Ok(())
}
