//! Imports dpkg's database, so that a Debian or Ubuntu system can be treated as if Portage had installed it.
//!
//! [`import`] writes a tree with a package database (`var/db/pkg`) and a profile (`etc/portage/make.profile`, whose
//! `packages` is the system set). [`fingerprint`] tells cheaply whether an import is still up to date.
//!
//! # The mapping
//! * Category: `debian`, or `debian-ARCH` for a package of a foreign architecture ([`category`]).
//! * Name: the same where PMS allows it; `gcc-12` is `gcc-V12`, `python3.11` is `python3_11` ([`pms_name`]).
//! * Version: injective, and in dpkg's order ([`pms_version`]). The original is in `DEBIAN_VERSION`.
//! * RDEPEND: Pre-Depends and Depends with `|` as `||`; a name that installed packages provide becomes these packages.
//!   Breaks become weak blockers, Conflicts strong ones. `~` stands for Debian's `=`.
//! * SLOT is 0, EAPI 8, `repository` is `debian`. Other fields of dpkg's are kept as `DEBIAN_…`.
//! * CONTENTS: every listed path, in the order of the list, at the place to which a diversion moved it. Its type, time
//!   and link target are those of the disk, its md5 sum the packaged one, computed only when dpkg has none.
//! * System set: `Essential: yes`, `Priority: required`, build-essential and the toolchain it stands for.

mod admindir;
mod control;
mod depends;
mod diversions;
mod elf;
mod entry;
mod fail;
mod fingerprint;
mod import;
mod inventory;
mod job;
mod list;
mod multilib;
mod name;
mod places;
mod pms;
mod problem;
mod profile;
mod record;
mod relation;
mod report;
mod swap;
mod system;
mod universe;
mod version;

pub use fingerprint::{FINGERPRINTED, fingerprint};
pub use import::import;
pub use name::{CATEGORY, category, pms_name};
pub use pms::{pms_base, pms_version};
pub use problem::Problem;
pub use report::{Absence, Absent, ImportReport, Options, Unfinished};
pub use version::DebianVersion;
