//! What stands in the place of what `/proc` tells of the machine.

use std::fmt::Write as _;

use hermitage_mountns::Cover;

/// Directories of `/proc` that are about devices and drivers of the machine.
const EMPTY: [&str; 12] = [
    "acpi",
    "asound",
    "bus",
    "device-tree",
    "driver",
    "dynamic_debug",
    "fs",
    "irq",
    "mpt",
    "pressure",
    "scsi",
    "tty",
];

/// Files about the machine that no build has a use for.
const BLANK: [&str; 28] = [
    "buddyinfo",
    "cgroups",
    "config.gz",
    "consoles",
    "crypto",
    "devices",
    "diskstats",
    "dma",
    "execdomains",
    "fb",
    "interrupts",
    "kallsyms",
    "locks",
    "mdstat",
    "misc",
    "modules",
    "mtrr",
    "partitions",
    "schedstat",
    "slabinfo",
    "softirqs",
    "swaps",
    "timer_list",
    "version_signature",
    "vmallocinfo",
    "vmstat",
    "zoneinfo",
    "kpagecgroup",
];

/// How much memory there seems to be: configure scripts and linkers reckon with it.
const MEMORY_KIB: u64 = 4 << 20;

/// The flags that every x86-64 processor has, by the names of `/proc/cpuinfo`.
const X86_64_FLAGS: &str = "fpu tsc msr cx8 cmov mmx fxsr sse sse2 syscall nx lm constant_tsc";

/// The files for a machine with so many processors; with none given, those that tell how many there are are left as they are.
pub(super) fn covers(processors: Option<u32>) -> Vec<Cover> {
    let cover = |name: &str, content: Option<String>| Cover {
        path: format!("/proc/{name}").as_str().into(),
        content: content.map(|content| content.as_str().into()),
    };
    let file = |name: &str, content: &str| cover(name, Some(content.to_owned()));
    let mut covers: Vec<_> = EMPTY.iter().map(|name| cover(name, None)).collect();
    covers.extend(BLANK.iter().map(|name| file(name, "")));
    covers.extend([
        file("cmdline", "\n"),
        file("filesystems", "nodev\tproc\nnodev\ttmpfs\nnodev\tdevpts\nnodev\toverlay\n\text4\n"),
        file("loadavg", "0.00 0.00 0.00 1/1 1\n"),
        cover("meminfo", Some(meminfo())),
        file("sys/kernel/random/boot_id", "00000000-0000-4000-8000-000000000000\n"),
        file("uptime", "1.00 1.00\n"),
        file("version", "Linux version 6.1.0 (build@hermitage) #1 SMP\n"),
    ]);
    if let Some(processors) = processors {
        covers.extend([
            cover("cpuinfo", Some(cpuinfo(processors))),
            cover("stat", Some(stat(processors))),
        ]);
    }
    covers.sort_by(|a, b| a.path.cmp(&b.path));
    covers
}

fn meminfo() -> String {
    let all = MEMORY_KIB;
    let lines = [
        ("MemTotal", all),
        ("MemFree", all / 2),
        ("MemAvailable", all / 2),
        ("Buffers", 0),
        ("Cached", 0),
        ("SwapCached", 0),
        ("Active", 0),
        ("Inactive", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
        ("Dirty", 0),
        ("Slab", 0),
        ("CommitLimit", all / 2),
        ("Committed_AS", 0),
    ];
    let line = |(name, kib): (&str, u64)| format!("{:<16}{kib:>8} kB\n", format!("{name}:"));
    lines.into_iter().map(line).collect()
}

/// The least that a processor of this kind can be.
fn cpuinfo(processors: u32) -> String {
    let mut text = String::new();
    for number in 0..processors {
        // A String takes all that is written to it.
        let _ = writeln!(text, "processor\t: {number}\nmodel name\t: {}", std::env::consts::ARCH);
        let _ =
            writeln!(text, "cpu cores\t: {processors}\nsiblings\t: {processors}\nphysical id\t: 0");
        let _ = writeln!(text, "core id\t\t: {number}");
        if cfg!(target_arch = "x86_64") {
            let _ = writeln!(text, "flags\t\t: {X86_64_FLAGS}");
        }
        text.push('\n');
    }
    text
}

fn stat(processors: u32) -> String {
    let times = "0 0 0 0 0 0 0 0 0 0";
    let mut text = format!("cpu  {times}\n");
    for number in 0..processors {
        // A String takes all that is written to it.
        let _ = writeln!(text, "cpu{number} {times}");
    }
    text + "intr 0\nctxt 0\nbtime 0\nprocesses 1\nprocs_running 1\nprocs_blocked 0\nsoftirq 0\n"
}
