use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::{attempt, tried};

/// What of /proc tells of or changes the whole machine.
pub(crate) fn machine() {
    for path in ["/proc/kcore", "/proc/kmsg", "/proc/kpageflags", "/proc/slabinfo", "/proc/mtrr"] {
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut [0; 64]));
        tried(path, read);
    }
    // Without the right to see them, addresses are zero.
    let symbols = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    let shown = symbols.lines().any(|line| !line.starts_with("0000000000000000 "));
    attempt("addresses of the kernel", if shown { Ok(()) } else { Err(0) });
    for path in ["/sys", "/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/kvm", "/dev/net"] {
        tried(path, fs::symlink_metadata(path));
    }
    writable(Path::new("/proc"));
}

/// The names of the caller's keys.
pub(crate) fn names_of_keys() {
    let keys = fs::read_to_string("/proc/keys").unwrap_or_default();
    attempt("the caller's keys", if keys.contains("hermitage-test") { Ok(()) } else { Err(0) });
}

/// What everybody may open for writing, and can do no harm with: alarms of one's own for a want of memory, say, and
/// the last process id given, which is the namespace's.
const HARMLESS: [&str; 4] = [
    "/proc/pressure/cpu",
    "/proc/pressure/io",
    "/proc/pressure/memory",
    "/proc/sys/kernel/ns_last_pid",
];

/// Whatever of /proc can be opened for writing, but for the processes' own.
fn writable(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_str().unwrap();
        let process = name.parse::<u32>().is_ok() || name == "self" || name == "thread-self";
        if dir == Path::new("/proc") && process {
            continue;
        }
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            writable(&path);
        } else if kind.is_file() {
            let opened = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(&path);
            let Ok(mut file) = opened else { continue };
            // Who passes over permissions can open files that take no data, which then say EIO.
            let takes = !file.write(b"").is_err_and(|e| e.raw_os_error() == Some(libc::EIO));
            if takes && !HARMLESS.contains(&path.to_str().unwrap()) {
                println!("writable {} OPEN", path.display());
            }
        }
    }
}
