//! The filter that refuses system calls no build needs.
//!
//! It is written here and not by a library because one filter has to hold for every system call table of the machine:
//! 32-bit programs run on 64-bit kernels with numbers of their own, and what the filter lets through in one table only
//! is not refused. (The crate seccompiler, say, ends every process that uses another table than the one it is for.)

mod bpf;
mod calls;
mod paths;
#[cfg(test)]
mod tests;

pub(crate) use self::paths::{Flags, Shape, check_listener, listen, shape};

use rustix::io::Errno;

use self::bpf::{Program, Verdict};
use self::calls::{CALLS, Call, Group, Refusal, Table};
use crate::kernel::Named as _;
use crate::plan::{Network, Plan, SystemCalls};
use crate::support::Privilege;
use crate::{Error, ErrorKind, sys};

/// A way to call the kernel, as `AUDIT_ARCH_*` tells it, and its table.
type Abi = (u32, Table);

/// Those of this machine, its own first.
const ABIS: &[Abi] = if cfg!(target_arch = "x86_64") {
    &[(0xc000_003e, Table::X86_64), (0x4000_0003, Table::X86)]
} else if cfg!(target_arch = "x86") {
    &[(0x4000_0003, Table::X86), (0xc000_003e, Table::X86_64)]
} else if cfg!(target_arch = "aarch64") {
    &[(0xc000_00b7, Table::Generic), (0x4000_0028, Table::Arm)]
} else if cfg!(all(target_arch = "arm", target_endian = "little")) {
    &[(0x4000_0028, Table::Arm), (0xc000_00b7, Table::Generic)]
} else if cfg!(target_arch = "riscv64") {
    &[(0xc000_00f3, Table::Generic)]
} else if cfg!(target_arch = "loongarch64") {
    &[(0xc000_0102, Table::Generic)]
} else if cfg!(all(target_arch = "powerpc64", target_endian = "little")) {
    &[(0xc000_0015, Table::PowerPc), (0x4000_0014, Table::PowerPc)]
} else if cfg!(target_arch = "powerpc64") {
    &[(0x8000_0015, Table::PowerPc), (0x0000_0014, Table::PowerPc)]
} else if cfg!(target_arch = "powerpc") {
    &[(0x0000_0014, Table::PowerPc), (0x8000_0015, Table::PowerPc)]
} else if cfg!(target_arch = "s390x") {
    &[(0x8000_0016, Table::S390), (0x0000_0016, Table::S390)]
} else {
    &[]
};

/// x32 calls are those of x86-64 with this bit, and some with numbers of their own behind the bit.
const X32_BIT: u32 = 0x4000_0000;
const X32_IOCTL: u32 = 514;
const X32_KEXEC_LOAD: u32 = 528;

/// Pushes characters into a terminal, which the caller's shell would read as typed.
const TIOCSTI: u32 = 0x5412;
/// The same for the console, among others.
const TIOCLINUX: u32 = 0x541c;

/// What stands for `socket` in the first argument of `socketcall` (`SYS_SOCKET`).
const NEW_SOCKET: u32 = 1;

/// What a network namespace keeps apart: `AF_UNSPEC`, UNIX, INET, INET6, NETLINK, PACKET. Others, such as vsock, which
/// leads from a virtual machine to its host, don't know of namespaces.
const SEPARATED_FAMILIES: [u32; 6] = [0, 1, 2, 10, 16, 17];

/// Whether the filter can be had, and be of use.
pub(super) fn check(plan: &Plan, privilege: Privilege) -> Result<(), Error> {
    match plan.system_calls {
        SystemCalls::Any => Ok(()),
        _ if ABIS.is_empty() => Err(unknown_machine()),
        SystemCalls::Nested if privilege == Privilege::Root => Err(not_for_root()),
        _ => Ok(()),
    }
}

/// Forbids the calling process and those it starts what the plan does not let them do, for good.
pub(super) fn install(plan: &Plan) -> Result<(), Error> {
    let program = program(ABIS, plan.system_calls, plan.network);
    sys::seccomp_filter(program.instructions())
        .named(|| "prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER)".into())
}

/// Mapping root takes `CAP_SETFCAP` in the namespace above (`user_namespaces(7)`), which is dropped; and whoever is root to the
/// kernel's files, mapped or not, is better kept from mounting them.
fn not_for_root() -> Error {
    Error::new(ErrorKind::Unsupported {
        what: "nested namespaces for root".into(),
        reason: "root without capabilities can't be mapped into a user namespace; run it as an ordinary user".into(),
    })
}

fn unknown_machine() -> Error {
    Error::new(ErrorKind::Unsupported {
        what: "a filter of system calls".into(),
        reason: "this version does not know the numbers of this architecture's calls; a plan that lets any system call through does without".into(),
    })
}

fn program(abis: &[Abi], level: SystemCalls, network: Network) -> Program {
    let mut program = Program::default();
    program.load_architecture();
    let known = if level == SystemCalls::Native { &abis[..abis.len().min(1)] } else { abis };
    for &(architecture, table) in known {
        program.when_equal(architecture, |program| one_table(program, table, level, network));
    }
    program.give(match level {
        SystemCalls::Any => Verdict::Allow,
        _ => Verdict::Refuse(Errno::NOSYS),
    });
    program
}

fn one_table(program: &mut Program, table: Table, level: SystemCalls, network: Network) {
    program.load_number();
    if table == Table::X86_64 {
        if level == SystemCalls::Native && cfg!(target_pointer_width = "64") {
            program.when_any(X32_BIT, |program| program.give(Verdict::Refuse(Errno::NOSYS)));
        }
        program.and(!X32_BIT);
        program.when_equal(X32_IOCTL, terminal_input);
        if level != SystemCalls::Any {
            program.when_equal(X32_KEXEC_LOAD, |p| p.give(Verdict::Refuse(Errno::PERM)));
        }
    }
    CALLS.iter().filter(|call| refused(call, level)).for_each(|call| refuse(program, call, table));
    program.when_equal(calls::IOCTL[table as usize], terminal_input);
    if level != SystemCalls::Any && network == Network::Loopback {
        program.when_equal(calls::SOCKET[table as usize], separated_socket);
        let older = calls::SOCKETCALL[table as usize];
        if older != calls::NONE {
            program.when_equal(older, no_new_socket);
        }
    }
    program.give(Verdict::Allow);
}

fn refused(call: &Call, level: SystemCalls) -> bool {
    match level {
        SystemCalls::Native | SystemCalls::Build => true,
        SystemCalls::Nested => call.group == Group::Machine,
        SystemCalls::Any => false,
    }
}

fn refuse(program: &mut Program, call: &Call, table: Table) {
    let Some(number) = call.number(table) else { return };
    program.when_equal(number, |program| match call.refusal {
        Refusal::Always(errno) => program.give(Verdict::Refuse(errno)),
        Refusal::Bits(bits) => {
            let swapped = table == Table::S390 && call.name == "clone";
            program.load_argument(u32::from(swapped));
            program.when_any(bits, |program| program.give(Verdict::Refuse(Errno::PERM)));
            program.give(Verdict::Allow);
        }
    });
}

fn terminal_input(program: &mut Program) {
    program.load_argument(1);
    for request in [TIOCSTI, TIOCLINUX] {
        program.when_equal(request, |program| program.give(Verdict::Refuse(Errno::PERM)));
    }
    program.give(Verdict::Allow);
}

/// The family is in memory, where a filter can't look.
fn no_new_socket(program: &mut Program) {
    program.load_argument(0);
    program.when_equal(NEW_SOCKET, |p| p.give(Verdict::Refuse(Errno::AFNOSUPPORT)));
    program.give(Verdict::Allow);
}

fn separated_socket(program: &mut Program) {
    program.load_argument(0);
    for family in SEPARATED_FAMILIES {
        program.when_equal(family, |program| program.give(Verdict::Allow));
    }
    program.give(Verdict::Refuse(Errno::AFNOSUPPORT));
}
