//! From dpkg's directory to a tree with a package database and a profile.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Error;

use super::admindir::{Installed, check_format, installed, native, read_optional, sources};
use super::diversions::Diversions;
use super::entry::place;
use super::fail;
use super::inventory::Inventory;
use super::job::Job;
use super::places::join;
use super::problem::{Fault, Problem};
use super::profile;
use super::record::Record;
use super::report::{Absent, ImportReport, Options};
use super::swap::{Draft, MARKER};
use super::universe::Universe;

/// Longest name of a directory entry on the usual file systems, in bytes.
const NAME_MAX: usize = 255;

/// Imports dpkg's database (`admindir`, usually `/var/lib/dpkg`) of the system at `root` as the tree `out`.
///
/// `out` gets `var/db/pkg` and `etc/portage/make.profile`. It appears whole or not at all; an earlier import's
/// output is replaced, anything else that is there is an error. The same system gives the same bytes.
///
/// # Errors
/// When a file of dpkg's cannot be read or is damaged, with the file and the line; when `out` is in the way or
/// cannot be written.
///
/// ```no_run
/// use hermitage_vdb::dpkg::{Options, import};
/// use std::path::Path;
/// let out = Path::new("/tmp/imported");
/// let report = import(Path::new("/var/lib/dpkg"), Path::new("/"), out, &Options::default())?;
/// println!("{} packages", report.packages);
/// # Ok::<(), hermitage_vdb::Error>(())
/// ```
pub fn import(
    admindir: &Path,
    root: &Path,
    out: &Path,
    options: &Options,
) -> Result<ImportReport, Error> {
    check_format(admindir)?;
    let sources = sources(admindir)?;
    let Installed { mut records, unfinished } = installed(&sources)?;
    let native = native(admindir, &records)?;
    sort(&mut records, &native);
    let diversions_path = admindir.join("diversions");
    let diversions_bytes = read_optional(&diversions_path)?.unwrap_or_default();
    let diversions =
        Diversions::parse(&diversions_bytes).map_err(|fault| fail::at(&diversions_path, fault))?;
    let universe = Universe::new(&records, &native);
    check_names(&universe, admindir)?;

    let draft = Draft::beside(out)?;
    let job = Job {
        admindir,
        root,
        database: &draft.path().join("var/db/pkg"),
        universe: &universe,
        diversions: &diversions,
        elf: options.elf,
    };
    job.make_categories()?;
    let written = job.run(options.threads)?;
    let mut report =
        ImportReport { architecture: native.clone(), unfinished, ..ImportReport::default() };
    for (record, written) in records.iter().zip(written) {
        add(&mut report, &universe, record, written);
    }
    report.system = profile::write(draft.path(), &universe)?;
    let marker = draft.path().join(MARKER);
    let origin = [admindir.as_os_str().as_encoded_bytes(), b"\n"].concat();
    fs::write(&marker, origin).map_err(|error| fail::write(&marker, error))?;
    draft.publish()?;
    Ok(report)
}

/// The order of the output, which is also that of providers of one name.
fn sort(records: &mut [Record<'_>], native: &str) {
    let key = |record: &Record<'_>| {
        (super::name::category(record.architecture, native), super::name::pms_name(record.name))
    };
    records.sort_by_cached_key(key);
}

/// Two packages never share a directory, and each name can be a directory's.
fn check_names(universe: &Universe<'_, '_>, admindir: &Path) -> Result<(), Error> {
    let status = admindir.join("status");
    let mut seen = BTreeSet::new();
    for record in universe.records {
        let place = place(universe, record);
        let line = record.paragraph.line();
        if place.1.len() > NAME_MAX {
            return Err(fail::at(&status, Fault::new(line, Problem::NameTooLong(place.1))));
        }
        let name = format!("{}/{}", place.0, place.1);
        if !seen.insert(place) {
            return Err(fail::at(&status, Fault::new(line, Problem::Clash(name))));
        }
    }
    Ok(())
}

fn add(
    report: &mut ImportReport,
    universe: &Universe<'_, '_>,
    record: &Record<'_>,
    inventory: Inventory,
) {
    let (category, pf) = place(universe, record);
    report.packages += 1;
    report.entries += inventory.entries;
    report.elf_files += inventory.linked.len();
    report.summed += inventory.summed;
    report.absent.extend(inventory.absent.into_iter().map(|(path, why)| Absent {
        package: format!("{category}/{pf}"),
        path: join(Path::new("/"), &path),
        why,
    }));
}
