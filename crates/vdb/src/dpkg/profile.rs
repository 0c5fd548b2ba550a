//! The profile of an import: what makes its system set a system set.

use std::fs;
use std::path::Path;

use crate::Error;

use super::fail;
use super::system;
use super::universe::Universe;

/// Writes `etc/portage/make.profile` below `out`, as a directory; gives back how many atoms its `packages` has.
pub(super) fn write(out: &Path, universe: &Universe<'_, '_>) -> Result<usize, Error> {
    let directory = out.join("etc/portage/make.profile");
    fs::create_dir_all(&directory).map_err(|error| fail::write(&directory, error))?;
    let members = system::members(universe);
    let mut packages = String::new();
    for index in &members {
        packages.push('*');
        packages.push_str(&universe.cp(*index));
        packages.push('\n');
    }
    let defaults = format!("ARCH=\"{0}\"\nACCEPT_KEYWORDS=\"{0}\"\n", universe.native);
    for (name, text) in [("eapi", "8\n"), ("packages", &packages), ("make.defaults", &defaults)] {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| fail::write(&path, error))?;
    }
    Ok(members.len())
}
