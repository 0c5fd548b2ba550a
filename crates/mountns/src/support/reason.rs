//! Which setting of the machine is behind an error.

use crate::{Error, ErrorKind};

/// The error, and the switch that most likely decides it.
pub(super) fn of(error: &Error) -> String {
    match hint(error) {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

fn hint(error: &Error) -> Option<String> {
    let ErrorKind::Call { call, errno } = error.kind() else { return None };
    let starts = |start: &str| call.starts_with(start);
    if starts("unshare(CLONE_NEWUSER") || call.contains("_map\"") {
        return Some(user_namespace(*errno));
    }
    // AppArmor lets the namespace be made and takes the rights in it away.
    if matches!(*errno, libc::EPERM | libc::EACCES)
        && let Some(hint) = apparmor()
    {
        return Some(hint);
    }
    match *errno {
        libc::EPERM if call.contains("proc") => Some(
            "parts of /proc are covered by other mounts, as in most containers: a fresh one is refused".into(),
        ),
        libc::EINVAL if call.contains("overlay") => Some(
            "the kernel has no data-only layers for users, which came with Linux 6.16, or the directory is on an overlay itself".into(),
        ),
        libc::ENODEV if call.contains("overlay") => Some("the kernel has no overlayfs".into()),
        libc::EOPNOTSUPP if call.contains("setxattr") => {
            Some("tmpfs has no user attributes, which came with Linux 6.6 (CONFIG_TMPFS_XATTR)".into())
        }
        libc::ENOSYS => Some("the kernel is too old or built without it".into()),
        libc::ENOSPC if call.starts_with("mount(") => limit("/proc/sys/fs/mount-max"),
        libc::ENOSPC if call.starts_with("unshare") => {
            Some("a limit in /proc/sys/user is reached".into())
        }
        _ => None,
    }
}

fn user_namespace(errno: i32) -> String {
    let zero = |path: &str| number(path) == Some(0);
    if zero("/proc/sys/kernel/unprivileged_userns_clone") {
        return "sysctl kernel.unprivileged_userns_clone is 0".into();
    }
    if zero("/proc/sys/user/max_user_namespaces") {
        return "sysctl user.max_user_namespaces is 0".into();
    }
    if let Some(hint) = apparmor() {
        return hint;
    }
    match errno {
        libc::ENOSPC => "the limit in sysctl user.max_user_namespaces is reached".into(),
        libc::EUSERS => "user namespaces are nested too deeply".into(),
        libc::EINVAL => "the kernel has no user namespaces (CONFIG_USER_NS)".into(),
        _ => {
            "a chroot, or a seccomp filter or security module as of a container, forbids it".into()
        }
    }
}

fn apparmor() -> Option<String> {
    let set = number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")? != 0;
    set.then(|| {
        "AppArmor: sysctl kernel.apparmor_restrict_unprivileged_userns is 1, and no profile with userns is loaded for this program".into()
    })
}

fn limit(path: &str) -> Option<String> {
    Some(format!("the limit in {path} is {}", number(path)?))
}

fn number(path: &str) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}
