//! What is refused, with each machine's number for it.

use rustix::io::Errno;

/// A table of system calls: which column of [`CALLS`] holds its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    X86_64,
    X86,
    Arm,
    /// The one that arm64, riscv64 and loongarch64 share.
    Generic,
    PowerPc,
    S390,
}

/// Why a call is refused, which decides when it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Changes what the whole machine has in common, or sees it; or a part of the kernel where a program without rights
    /// has no business and often found a hole.
    Machine,
    /// Namespaces and mounts.
    Namespace,
}

/// How a call is refused.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// Always.
    Always(Errno),
    /// When the first argument has one of these bits (the second one on s390, where clone swaps them).
    Bits(u32),
}

/// A system call that is refused.
#[derive(Debug)]
pub(super) struct Call {
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "for people, and for the test of the numbers")
    )]
    pub(super) name: &'static str,
    pub(super) group: Group,
    pub(super) refusal: Refusal,
    numbers: [u32; 6],
}

impl Call {
    pub(super) const fn number(&self, table: Table) -> Option<u32> {
        let number = self.numbers[table as usize];
        if number == NONE { None } else { Some(number) }
    }
}

/// The numbers of calls that are looked into rather than refused: `ioctl` and `socket`.
pub(super) const IOCTL: [u32; 6] = [16, 54, 54, 29, 54, 54];
pub(super) const SOCKET: [u32; 6] = [41, 359, 281, 198, 326, 359];
/// The older way to all calls for sockets, which call it is being the first argument.
pub(super) const SOCKETCALL: [u32; 6] = [NONE, 102, NONE, NONE, 102, 102];

/// The table has no such call.
pub(super) const NONE: u32 = u32::MAX;
const NO: Refusal = Refusal::Always(Errno::PERM);
/// As if the kernel were built without it, for which programs have a way around.
const ABSENT: Refusal = Refusal::Always(Errno::NOSYS);
/// `CLONE_NEWNS`, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
const NEW: u32 =
    0x2_0000 | 0x200_0000 | 0x400_0000 | 0x800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;
/// For clone this bit is a part of the signal's number.
const NEW_TIME: u32 = 0x80;

const fn call(
    name: &'static str,
    group: Group,
    refusal: Refusal,
    [x86_64, x86, arm, generic, powerpc, s390]: [u32; 6],
) -> Call {
    Call { name, group, refusal, numbers: [x86_64, x86, arm, generic, powerpc, s390] }
}

/// A call that came after every machine got the same numbers for new ones.
const fn recent(name: &'static str, group: Group, refusal: Refusal, number: u32) -> Call {
    Call { name, group, refusal, numbers: [number; 6] }
}

use Group::{Machine, Namespace};

#[rustfmt::skip]
pub(super) const CALLS: &[Call] = &[
    //                                            x86-64  x86  arm generic ppc s390
    call("mount",              Namespace, NO,     [165,   21,   21,   40,   21,   21]),
    call("umount",             Namespace, NO,     [NONE,  22, NONE, NONE,   22,   22]),
    call("umount2",            Namespace, NO,     [166,   52,   52,   39,   52,   52]),
    call("pivot_root",         Namespace, NO,     [155,  217,  218,   41,  203,  217]),
    call("chroot",             Namespace, NO,     [161,   61,   61,   51,   61,   61]),
    recent("open_tree",        Namespace, NO,     428),
    recent("move_mount",       Namespace, NO,     429),
    recent("fsopen",           Namespace, NO,     430),
    recent("fsconfig",         Namespace, NO,     431),
    recent("fsmount",          Namespace, NO,     432),
    recent("fspick",           Namespace, NO,     433),
    recent("mount_setattr",    Namespace, NO,     442),
    recent("open_tree_attr",   Namespace, NO,     467),
    recent("listns",           Namespace, NO,     470),
    call("setns",              Namespace, NO,     [308,  346,  375,  268,  350,  339]),
    call("unshare",            Namespace, Refusal::Bits(NEW | NEW_TIME),
                                                  [272,  310,  337,   97,  282,  303]),
    call("clone",              Namespace, Refusal::Bits(NEW),
                                                  [56,   120,  120,  220,  120,  120]),
    // Its flags are in memory, where a filter can't look; the C libraries then use clone.
    recent("clone3",           Namespace, ABSENT, 435),

    call("acct",               Machine, NO,       [163,   51,   51,   89,   51,   51]),
    call("bpf",                Machine, NO,       [321,  357,  386,  280,  361,  351]),
    call("clock_settime",      Machine, NO,       [227,  264,  262,  112,  245,  259]),
    call("clock_settime64",    Machine, NO,       [NONE, 404,  404,  404,  404, NONE]),
    call("settimeofday",       Machine, NO,       [164,   79,   79,  170,   79,   79]),
    call("stime",              Machine, NO,       [NONE,  25, NONE, NONE,   25, NONE]),
    call("delete_module",      Machine, NO,       [176,  129,  129,  106,  129,  129]),
    call("init_module",        Machine, NO,       [175,  128,  128,  105,  128,  128]),
    call("finit_module",       Machine, NO,       [313,  350,  379,  273,  353,  344]),
    call("fanotify_init",      Machine, NO,       [300,  338,  367,  262,  323,  332]),
    call("ioperm",             Machine, NO,       [173,  101, NONE, NONE,  101, NONE]),
    call("iopl",               Machine, NO,       [172,  110, NONE, NONE,  110, NONE]),
    call("kexec_load",         Machine, NO,       [246,  283,  347,  104,  268,  277]),
    call("kexec_file_load",    Machine, NO,       [320, NONE,  401,  294,  382,  381]),
    call("open_by_handle_at",  Machine, NO,       [304,  342,  371,  265,  346,  336]),
    call("perf_event_open",    Machine, NO,       [298,  336,  364,  241,  319,  331]),
    call("quotactl",           Machine, NO,       [179,  131,  131,   60,  131,  131]),
    recent("quotactl_fd",      Machine, NO,       443),
    call("reboot",             Machine, NO,       [169,   88,   88,  142,   88,   88]),
    call("swapon",             Machine, NO,       [167,   87,   87,  224,   87,   87]),
    call("swapoff",            Machine, NO,       [168,  115,  115,  225,  115,  115]),
    call("syslog",             Machine, NO,       [103,  103,  103,  116,  103,  103]),
    call("userfaultfd",        Machine, NO,       [323,  374,  388,  282,  364,  355]),
    call("vhangup",            Machine, NO,       [153,  111,  111,   58,  111,  111]),
    // The keyrings are the caller's: a namespace has none of its own.
    call("add_key",            Machine, ABSENT,   [248,  286,  309,  217,  269,  278]),
    call("request_key",        Machine, ABSENT,   [249,  287,  310,  218,  270,  279]),
    call("keyctl",             Machine, ABSENT,   [250,  288,  311,  219,  271,  280]),
    // It carries out calls that no filter sees.
    recent("io_uring_setup",   Machine, ABSENT,   425),
    recent("io_uring_enter",   Machine, ABSENT,   426),
    recent("io_uring_register", Machine, ABSENT,  427),
    call("lookup_dcookie",     Machine, ABSENT,   [212,  253,  249,   18,  235,  110]),
    call("uselib",             Machine, ABSENT,   [134,   86,   86, NONE,   86,   86]),
    call("vm86",               Machine, ABSENT,   [NONE, 166, NONE, NONE,  113, NONE]),
    call("vm86old",            Machine, ABSENT,   [NONE, 113, NONE, NONE, NONE, NONE]),
    // What a file system without handles answers.
    call("name_to_handle_at",  Machine, Refusal::Always(Errno::OPNOTSUPP),
                                                  [303,  341,  370,  264,  345,  335]),
];
