//! What a hostile command tries, each attempt by name; run inside a view.
//!
//! An attempt prints `NAME refused ERRNO` or `NAME OPEN`. What is only possible and does no harm is not tried.

pub(crate) mod handles;
pub(crate) mod mounts;
pub(crate) mod processes;
pub(crate) mod reading;
pub(crate) mod sockets;
pub(crate) mod writing;

use crate::raw::{Arg, call};

/// Prints how an attempt ended.
#[allow(clippy::needless_pass_by_value, reason = "what is passed was made for this")]
pub(crate) fn attempt<T>(name: &str, result: Result<T, i32>) {
    match result {
        Ok(_) => println!("{name} OPEN"),
        Err(errno) => println!("{name} refused {errno}"),
    }
}

/// The same for what std tries.
pub(crate) fn tried<T>(name: &str, result: std::io::Result<T>) {
    attempt(name, result.map_err(|error| error.raw_os_error().unwrap_or(-1)));
}

/// The calls that no build needs, with arguments that could only be meant well: none may come through.
pub(crate) fn calls() {
    use Arg::{N, S};
    let root = S(c"/");
    let empty = [0_u64; 8];
    let buffer = Arg::B(&empty);
    for (name, number, args) in [
        ("acct", libc::SYS_acct, &[S(c"/tmp/x")][..]),
        ("bpf", libc::SYS_bpf, &[N(0), buffer, N(64)]),
        ("clock_settime", libc::SYS_clock_settime, &[N(0), buffer]),
        ("settimeofday", libc::SYS_settimeofday, &[buffer, N(0)]),
        ("init_module", libc::SYS_init_module, &[buffer, N(64), S(c"")]),
        ("delete_module", libc::SYS_delete_module, &[S(c"x"), N(0)]),
        ("fanotify_init", libc::SYS_fanotify_init, &[N(0x200), N(0)]),
        ("kexec_load", libc::SYS_kexec_load, &[N(0), N(0), N(0), N(0)]),
        ("perf_event_open", libc::SYS_perf_event_open, &[buffer, N(0), N(-1), N(-1), N(0)]),
        ("quotactl", libc::SYS_quotactl, &[N(0x80_0001 << 8), N(0), N(0), N(0)]),
        ("reboot", libc::SYS_reboot, &[N(0xfee1_dead), N(672_274_793), N(0)]),
        ("swapon", libc::SYS_swapon, &[S(c"/tmp/x"), N(0)]),
        ("swapoff", libc::SYS_swapoff, &[S(c"/tmp/x")]),
        ("syslog", libc::SYS_syslog, &[N(3), buffer, N(64)]),
        ("userfaultfd", libc::SYS_userfaultfd, &[N(0)]),
        ("vhangup", libc::SYS_vhangup, &[]),
        ("io_uring_setup", libc::SYS_io_uring_setup, &[N(1), buffer]),
        ("lookup_dcookie", libc::SYS_lookup_dcookie, &[N(1), buffer, N(64)]),
        ("name_to_handle_at", libc::SYS_name_to_handle_at, &[N(-100), root, buffer, buffer, N(0)]),
        ("add_key", libc::SYS_add_key, &[S(c"user"), S(c"x"), S(c"x"), N(1), N(-3)]),
        ("request_key", libc::SYS_request_key, &[S(c"user"), S(c"caller's"), N(0), N(0)]),
        ("session keyring", libc::SYS_keyctl, &[N(0), N(-3), N(0)]),
        ("user keyring", libc::SYS_keyctl, &[N(0), N(-4), N(1)]),
        ("unshare user", libc::SYS_unshare, &[N(0x1000_0000)]),
        ("clone user", libc::SYS_clone, &[N(0x1000_0011), N(0), N(0), N(0), N(0)]),
        ("clone3", libc::SYS_clone3, &[buffer, N(64)]),
        ("fsopen", libc::SYS_fsopen, &[S(c"tmpfs"), N(0)]),
        ("open_tree", libc::SYS_open_tree, &[N(-100), root, N(0)]),
    ] {
        attempt(name, call(number, args));
    }
}

/// The same calls, and those that must not come through in any case, by the tables of 32-bit programs.
#[cfg(target_arch = "x86_64")]
pub(crate) fn foreign_calls() {
    const X32: i64 = 0x4000_0000;
    for (name, number, args) in [
        ("mount", 21, [0, 0, 0]),
        ("umount", 22, [0, 0, 0]),
        ("umount2", 52, [0, 2, 0]),
        ("unshare user", 310, [0x1000_0000, 0, 0]),
        ("clone user", 120, [0x1000_0011, 0, 0]),
        ("keyctl", 288, [0, 0xffff_fffd, 0]),
        ("bpf", 357, [0, 0, 0]),
        ("io_uring_setup", 425, [1, 0, 0]),
        ("vsock", 359, [40, 1, 0]),
        ("socket by socketcall", 102, [1, 0, 0]),
        ("TIOCSTI", 54, [0, 0x5412, 0]),
    ] {
        attempt(&format!("32-bit {name}"), crate::raw::call_32(number, args));
    }
    attempt("x32 mount", call(X32 + 165, &[]));
    attempt("x32 keyctl", call(X32 + 250, &[Arg::N(0), Arg::N(-3)]));
    attempt("x32 TIOCSTI", call(X32 + 514, &[Arg::N(0), Arg::N(0x5412)]));
}

/// Pushes a character into a terminal of one's own, the controlling one, which the kernel itself would allow.
pub(crate) fn terminal() {
    use std::os::fd::AsRawFd as _;
    let master = std::fs::File::open("/dev/ptmx").unwrap();
    let number = [0_u64];
    for (request, argument) in [(0x4004_5431, &number), (0x8004_5430, &number)] {
        // TIOCSPTLCK with 0, and TIOCGPTN.
        let args = [Arg::N(master.as_raw_fd().into()), Arg::N(request), Arg::B(argument)];
        call(libc::SYS_ioctl, &args).unwrap();
    }
    let name = std::fs::read_dir("/dev/pts").unwrap().map(|entry| entry.unwrap().path());
    let name = name.into_iter().find(|path| !path.ends_with("ptmx")).unwrap();
    // The first terminal that a session's leader opens becomes its controlling one.
    let terminal = std::fs::OpenOptions::new().read(true).write(true).open(name).unwrap();
    std::fs::File::open("/dev/tty").unwrap();
    // Hangs up, which is a signal to us, when it is closed.
    std::mem::forget(master);
    for (name, request) in [("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541c)] {
        let args = [Arg::N(terminal.as_raw_fd().into()), Arg::N(request), Arg::S(c"x")];
        attempt(name, call(libc::SYS_ioctl, &args));
        // The upper half of the number is not looked at by the kernel.
        let args = [args[0], Arg::N(request | 1 << 32), args[2]];
        attempt(&format!("{name} with more bits"), call(libc::SYS_ioctl, &args));
    }
}

/// The session keyring of the caller, and what is in it.
pub(crate) fn keys() {
    use Arg::{N, S};
    let found = call(libc::SYS_request_key, &[S(c"user"), S(c"hermitage-test"), N(0), N(0)]);
    attempt("request_key", found);
    // KEYCTL_SEARCH in the session keyring.
    let args = [N(10), N(-3), S(c"user"), S(c"hermitage-test"), N(0)];
    attempt("search of the session keyring", call(libc::SYS_keyctl, &args));
}
