//! What the command is not allowed to do.

use rustix::fs::FileType;
use rustix::io::Errno;
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::kernel::Named as _;
use crate::plan::{Capability, Plan};
use crate::support::Privilege;
use crate::{Error, ErrorKind, sys};

/// Drops every capability but those that a plan lets real root keep, for good.
pub(super) fn drop_privileges(plan: &Plan, privilege: Privilege) -> Result<(), Error> {
    let kept = match privilege {
        Privilege::Root => plan.capabilities.iter().map(|&capability| flag(capability)).collect(),
        Privilege::User => CapabilitySet::empty(),
    };
    for bit in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if kept.contains(capability) {
            continue;
        }
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            Err(Errno::INVAL) => break, // Past the last one the kernel knows.
            result => result.named(|| format!("prctl(PR_CAPBSET_DROP, {bit})"))?,
        }
    }
    match rustix::thread::clear_ambient_capability_set() {
        Err(Errno::INVAL) => {} // A kernel without ambient capabilities has none to clear.
        result => result.named(|| "prctl(PR_CAP_AMBIENT_CLEAR_ALL)".into())?,
    }
    rustix::thread::set_no_new_privs(true).named(|| "prctl(PR_SET_NO_NEW_PRIVS, 1)".into())?;
    let sets =
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    rustix::thread::set_capabilities(None, sets).named(|| format!("capset({:#x})", kept.bits()))
}

/// Leaves the caller's keys behind: they would be listed in /proc/keys and serve the command as they serve the caller.
pub(super) fn leave_keys() -> Result<(), Error> {
    match sys::new_session_keyring() {
        Err(Errno::NOSYS) => Ok(()), // A kernel without keys.
        result => result.named(|| "keyctl(KEYCTL_JOIN_SESSION_KEYRING)".into()),
    }
}

/// Refuses a directory as one of the standard descriptors: it would lead to everything around it on the host.
pub(super) fn check_standard_descriptors() -> Result<(), Error> {
    let standard = [(0, "input"), (1, "output"), (2, "error")];
    for (fd, name) in standard {
        // What is closed leads nowhere.
        let Ok(stat) = rustix::fs::stat(format!("/proc/self/fd/{fd}")) else { continue };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            let text = format!(
                "standard {name} is a directory, through which the command could reach what is around it on the host"
            );
            return Err(Error::new(ErrorKind::Value(text)));
        }
    }
    Ok(())
}

fn flag(capability: Capability) -> CapabilitySet {
    match capability {
        Capability::Chown => CapabilitySet::CHOWN,
        Capability::DacOverride => CapabilitySet::DAC_OVERRIDE,
        Capability::Fowner => CapabilitySet::FOWNER,
        Capability::Fsetid => CapabilitySet::FSETID,
        Capability::Setgid => CapabilitySet::SETGID,
        Capability::Setuid => CapabilitySet::SETUID,
        Capability::Setfcap => CapabilitySet::SETFCAP,
    }
}
