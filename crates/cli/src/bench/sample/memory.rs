//! How much memory the kernel uses for itself.

/// Bytes of the kernel's memory that views take: objects such as mounts, inodes and names, the content of tmpfs, page tables.
///
/// It is that of the whole machine, so of several samples the least growth says most. None where `/proc` does not tell.
pub(super) fn of_kernel() -> Option<u64> {
    sum(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn sum(text: &str) -> Option<u64> {
    const COUNTED: [&str; 5] = ["Slab", "Shmem", "PageTables", "KernelStack", "Percpu"];
    let value = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        let kib = rest.trim().strip_suffix(" kB")?.parse::<u64>().ok()?;
        COUNTED.contains(&name).then_some(kib * 1024)
    };
    text.lines().filter_map(value).reduce(|sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn only_the_kernels_own_memory_counts() {
        let text =
            "MemTotal: 100 kB\nShmem:   3 kB\nSlab: 5 kB\nSReclaimable: 4 kB\nHugePages_Total: 0\n";
        assert_eq!(sum(text), Some(8 * 1024));
        assert_eq!(sum("MemTotal: 100 kB\n"), None);
    }
}
