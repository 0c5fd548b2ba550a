//! What the command is not allowed to do.

use rustix::io::Errno;
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::Error;
use crate::kernel::Named as _;
use crate::plan::{Capability, Plan};
use crate::support::Privilege;
use crate::sys;

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

/// Forbids to push characters into a terminal, which the caller's shell would read as typed.
pub(super) fn forbid_terminal_input() -> Result<(), Error> {
    sys::seccomp_filter(&terminal_filter())
        .named(|| "prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER)".into())
}

/// EPERM for ioctl with TIOCSTI or TIOCLINUX, by every system call table of the common machines.
///
/// On a machine that is not listed nothing is filtered; there a session of its own is what protects.
fn terminal_filter() -> Vec<libc::sock_filter> {
    let load = |offset: u32| op(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0);
    let jump = |value: u32, yes: u8| op(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, yes);
    let give = |value: u32| op(libc::BPF_RET | libc::BPF_K, value, 0);
    let allow = libc::SECCOMP_RET_ALLOW;
    let eperm = libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();
    // Offsets of struct seccomp_data: 0 number, 4 architecture (AUDIT_ARCH_*), 24 low half of the second argument.
    vec![
        load(4),
        jump(0xc000_003e, 5), // x86-64
        jump(0x4000_0003, 8), // 32-bit x86
        jump(0x4000_0028, 7), // 32-bit arm
        jump(0xc000_00b7, 9), // arm64
        jump(0xc000_00f3, 8), // riscv64
        give(allow),
        load(0),
        jump(16, 8),
        jump(0x4000_0000 + 514, 7), // x32
        give(allow),
        load(0),
        jump(54, 4),
        give(allow),
        load(0),
        jump(29, 1),
        give(allow),
        load(24),
        jump(0x5412, 2), // TIOCSTI
        jump(0x541c, 1), // TIOCLINUX
        give(allow),
        give(eperm),
    ]
}

fn op(code: u32, k: u32, jt: u8) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).unwrap_or_default(), jt, jf: 0, k }
}
