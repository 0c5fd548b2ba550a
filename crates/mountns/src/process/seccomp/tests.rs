//! The numbers against the kernel's tables, and what the filter says of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use rustix::io::Errno;

use super::calls::{CALLS, IOCTL, SOCKET, Table};
use super::paths::{self, PATH_CALLS};
use super::{ABIS, program};
use crate::plan::{Network, SystemCalls};

/// The number of a call in a table, by the crate that is made from the kernel's sources.
fn known(table: Table, name: &str) -> Vec<Option<u32>> {
    macro_rules! of {
        ($($machine:ident)*) => {
            vec![$( syscalls::$machine::Sysno::iter()
                .find(|call| call.name() == name)
                .map(|call| u32::try_from(call.id()).unwrap()) ),*]
        };
    }
    match table {
        Table::X86_64 => of!(x86_64),
        Table::X86 => of!(x86),
        Table::Arm => of!(arm),
        Table::Generic => of!(aarch64 riscv64 loongarch64),
        Table::PowerPc => of!(powerpc powerpc64),
        Table::S390 => of!(s390x),
    }
}

const TABLES: [Table; 6] =
    [Table::X86_64, Table::X86, Table::Arm, Table::Generic, Table::PowerPc, Table::S390];

#[test]
fn the_numbers_are_the_kernel_s() {
    for table in TABLES {
        let ioctl = ("ioctl", Some(IOCTL[table as usize]));
        let socket = ("socket", Some(SOCKET[table as usize]));
        let calls = CALLS.iter().map(|call| (call.name, call.number(table)));
        for (name, number) in calls.chain([ioctl, socket]) {
            // Newer than the crate.
            if name == "listns" {
                continue;
            }
            for known in known(table, name) {
                // clock_settime64 is a call of 32-bit machines alone, and no other has its number.
                let fits = known == number || (name == "clock_settime64" && known.is_none());
                assert!(fits, "{name} in {table:?}: {number:?} here, {known:?} there");
            }
        }
    }
}

/// A table stands for machines of which some lack an older call; one at least has it, and none has it elsewhere.
#[test]
fn the_numbers_of_path_calls_are_the_kernel_s() {
    for table in TABLES {
        for call in PATH_CALLS {
            let number = call.number(table);
            let known = known(table, call.name);
            let fits = known.iter().flatten().all(|known| Some(*known) == number);
            let there = number.is_none() || known.contains(&number);
            assert!(fits && there, "{} in {table:?}: {number:?} here, {known:?} there", call.name);
        }
    }
}

#[test]
fn no_call_is_listed_twice() {
    for table in TABLES {
        let mut numbers: Vec<_> = CALLS.iter().filter_map(|call| call.number(table)).collect();
        numbers.sort_unstable();
        let count = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), count, "{table:?}");
    }
}

/// What a filter has become of a call: an error, if it is refused.
fn verdict(
    filter: &[libc::sock_filter],
    number: u32,
    machine: u32,
    args: [u32; 2],
) -> Option<Errno> {
    match outcome(filter, number, machine, &args) {
        libc::SECCOMP_RET_ALLOW => None,
        refused => Some(Errno::from_raw_os_error(i32::try_from(refused & 0xffff).unwrap())),
    }
}

/// Carries out a filter on a call as the kernel would: the number, the architecture, the first arguments.
fn outcome(filter: &[libc::sock_filter], number: u32, machine: u32, args: &[u32]) -> u32 {
    let half = if cfg!(target_endian = "big") { 4 } else { 0 };
    let (mut at, mut accumulator) = (0, 0);
    loop {
        let op = &filter[at];
        at += 1;
        match (u32::from(op.code) & 7, u32::from(op.code) & 0xf0) {
            (libc::BPF_LD, _) => {
                accumulator = match op.k {
                    0 => number,
                    4 => machine,
                    k => args[usize::try_from((k - 16 - half) / 8).unwrap()],
                }
            }
            (libc::BPF_ALU, libc::BPF_AND) => accumulator &= op.k,
            (libc::BPF_JMP, libc::BPF_JA) => at += usize::try_from(op.k).unwrap(),
            (libc::BPF_JMP, test) => {
                let yes = match test {
                    libc::BPF_JEQ => accumulator == op.k,
                    libc::BPF_JSET => accumulator & op.k != 0,
                    test => panic!("jump {test}"),
                };
                at += usize::from(if yes { op.jt } else { op.jf });
            }
            (libc::BPF_RET, _) => return op.k,
            other => panic!("instruction {other:?}"),
        }
    }
}

const X86_64: u32 = 0xc000_003e;
const X86: u32 = 0x4000_0003;
const ARM64: u32 = 0xc000_00b7;
const MACHINES: [super::Abi; 6] = [
    (X86_64, Table::X86_64),
    (X86, Table::X86),
    (0x4000_0028, Table::Arm),
    (ARM64, Table::Generic),
    (0xc000_0015, Table::PowerPc),
    (0x8000_0016, Table::S390),
];

#[test]
fn every_table_is_filtered() {
    let build = program(&MACHINES, SystemCalls::Build, Network::Loopback);
    let nested = program(&MACHINES, SystemCalls::Nested, Network::Loopback);
    let any = program(&MACHINES, SystemCalls::Any, Network::Loopback);
    for (machine, table) in MACHINES {
        for call in CALLS {
            let Some(number) = call.number(table) else { continue };
            let args = [u32::MAX, u32::MAX];
            let refused = verdict(build.instructions(), number, machine, args);
            assert!(refused.is_some(), "{} in {table:?}", call.name);
            let refused = verdict(nested.instructions(), number, machine, args);
            assert_eq!(refused.is_some(), call.group == super::Group::Machine, "{}", call.name);
            assert_eq!(verdict(any.instructions(), number, machine, args), None, "{}", call.name);
        }
        for filter in [&build, &nested, &any] {
            let ioctl = |request| {
                verdict(filter.instructions(), IOCTL[table as usize], machine, [0, request])
            };
            assert_eq!(ioctl(0x5412), Some(Errno::PERM));
            assert_eq!(ioctl(0x541c), Some(Errno::PERM));
            assert_eq!(ioctl(0x5401), None);
        }
    }
}

#[test]
fn threads_and_processes_can_be_made() {
    let build = program(&MACHINES, SystemCalls::Build, Network::Loopback);
    let x86_64 = |number, first| verdict(build.instructions(), number, X86_64, [first, 0]);
    assert_eq!(x86_64(56, 0x3d_0f00), None, "clone, as for a thread");
    assert_eq!(x86_64(56, 0x0120_0011), None, "clone, as for a process");
    assert_eq!(x86_64(56, 0x1000_0011), Some(Errno::PERM), "clone, CLONE_NEWUSER");
    assert_eq!(x86_64(435, 0), Some(Errno::NOSYS), "clone3");
    assert_eq!(x86_64(272, 0x400), None, "unshare, CLONE_FILES");
    assert_eq!(x86_64(101, 0), None, "ptrace");
    assert_eq!(x86_64(135, 0), None, "personality");
}

#[test]
fn sockets_are_those_that_namespaces_keep_apart() {
    let of = |network, family| {
        let filter = program(&MACHINES, SystemCalls::Build, network);
        verdict(filter.instructions(), 41, X86_64, [family, 0])
    };
    for family in [1, 2, 10, 16] {
        assert_eq!(of(Network::Loopback, family), None);
    }
    assert_eq!(of(Network::Loopback, 40), Some(Errno::AFNOSUPPORT), "vsock");
    assert_eq!(of(Network::Host, 40), None);
}

#[test]
fn foreign_tables_are_refused_where_only_the_native_one_is_wanted() {
    let native = program(&MACHINES, SystemCalls::Native, Network::Loopback);
    let build = program(&MACHINES, SystemCalls::Build, Network::Loopback);
    let refused = |machine, number| verdict(native.instructions(), number, machine, [0, 0]);
    assert_eq!(refused(X86_64, 0), None);
    assert_eq!(refused(X86, 3), Some(Errno::NOSYS));
    assert_eq!(refused(ARM64, 63), Some(Errno::NOSYS));
    if cfg!(target_pointer_width = "64") {
        assert_eq!(refused(X86_64, 0x4000_0000), Some(Errno::NOSYS));
    }
    assert_eq!(verdict(build.instructions(), 0, 0x1234, [0, 0]), Some(Errno::NOSYS), "no table");
    let x32 =
        |number: u32| verdict(build.instructions(), 0x4000_0000 + number, X86_64, [0, 0x5412]);
    assert_eq!(x32(0), None);
    assert_eq!(x32(165), Some(Errno::PERM));
    assert_eq!(x32(514), Some(Errno::PERM), "ioctl");
    assert_eq!(x32(528), Some(Errno::PERM), "kexec_load");
}

#[test]
fn this_machine_has_a_filter() {
    let filter = program(ABIS, SystemCalls::Build, Network::Loopback);
    assert!(!ABIS.is_empty());
    assert!(filter.instructions().len() < 4096);
}

#[test]
fn a_listener_is_told_of_paths_and_of_nothing_else() {
    let filter = paths::program(&MACHINES);
    let is_told =
        |machine, number, args: &[u32]| match outcome(filter.instructions(), number, machine, args)
        {
            libc::SECCOMP_RET_USER_NOTIF => true,
            other => {
                assert_eq!(other, libc::SECCOMP_RET_ALLOW);
                false
            }
        };
    for (machine, table) in MACHINES {
        for call in PATH_CALLS {
            let Some(number) = call.number(table) else { continue };
            assert!(is_told(machine, number, &[0; 6]), "{} in {table:?}", call.name);
        }
        for number in [IOCTL, SOCKET] {
            assert!(!is_told(machine, number[table as usize], &[0; 6]));
        }
    }
    let at = |number, fd: i32, place: usize| {
        let mut args = [0; 6];
        (args[0], args[place]) = (fd.cast_unsigned(), 0x1000);
        is_told(X86_64, number, &args)
    };
    assert!(!at(262, 3, 3), "newfstatat of a descriptor, AT_EMPTY_PATH");
    assert!(at(262, -100, 3), "newfstatat of the working directory, AT_EMPTY_PATH");
    assert!(!at(332, 3, 2), "statx of a descriptor, AT_EMPTY_PATH");
    assert!(at(322, 3, 4), "execveat of a descriptor, AT_EMPTY_PATH");
    assert!(is_told(X86_64, 0x4000_0000 + 520, &[0; 6]), "execve of x32");
    assert!(!is_told(ARM64, 520, &[0; 6]));
    assert!(!is_told(0x1234, 2, &[0; 6]), "an unknown machine");
}
