use std::ffi::CString;
use std::fs;
use std::os::fd::AsRawFd as _;

use super::{attempt, tried};
use crate::raw::{Arg, call, fork, wait};

const DETACH: i64 = 2;
const FORCE: i64 = 1;

/// Every mount of the view, innermost first, by what /proc tells.
fn mount_points() -> Vec<String> {
    let text = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mut points: Vec<String> =
        text.lines().map(|line| line.split(' ').nth(4).unwrap().to_owned()).collect();
    points.sort();
    points.dedup();
    // A view of binds has thousands.
    points.truncate(40);
    points.reverse();
    points
}

/// Takes off, makes writable and covers whatever is mounted.
pub(crate) fn change() {
    for point in mount_points() {
        let path = CString::new(point.as_str()).unwrap();
        let path = Arg::S(&path);
        for (how, flags) in [("", 0), (" lazily", DETACH), (" by force", FORCE)] {
            let result = call(libc::SYS_umount2, &[path, Arg::N(flags)]);
            attempt(&format!("umount {point}{how}"), result);
        }
        writable_again(&point);
    }
    cover();
    tricks();
}

/// `remount,rw`, and the same by `mount_setattr`.
fn writable_again(point: &str) {
    const REMOUNT: i64 = 0x20;
    const BIND: i64 = 0x1000;
    let path = CString::new(point).unwrap();
    let path = Arg::S(&path);
    let none = Arg::S(c"");
    for (how, flags) in [("remount", REMOUNT), ("remount of the bind", REMOUNT | BIND)] {
        let result = call(libc::SYS_mount, &[none, path, none, Arg::N(flags), Arg::N(0)]);
        attempt(&format!("{how} {point}"), result);
    }
    // attr_clr = MOUNT_ATTR_RDONLY | NOSUID | NODEV, of this mount and then of all below.
    let clear = [0, 7, 0, 0];
    for (how, flags) in [("", 0), (" recursively", 0x8000)] {
        let args = [Arg::N(-100), path, Arg::N(flags), Arg::B(&clear), Arg::N(32)];
        attempt(&format!("mount_setattr {point}{how}"), call(libc::SYS_mount_setattr, &args));
    }
}

fn cover() {
    let (tmpfs, none) = (Arg::S(c"tmpfs"), Arg::N(0));
    for (name, place) in [("/", c"/"), ("/bin", c"/bin"), ("/proc", c"/proc"), ("/tmp", c"/tmp")] {
        let result = call(libc::SYS_mount, &[tmpfs, Arg::S(place), tmpfs, none, none]);
        attempt(&format!("mount over {name}"), result);
    }
    let args = [Arg::S(c"/bin"), Arg::S(c"/tmp"), none, Arg::N(0x1000), none];
    attempt("bind", call(libc::SYS_mount, &args));
    attempt("clone a tree", call(libc::SYS_open_tree, &[Arg::N(-100), Arg::S(c"/"), Arg::N(1)]));
}

fn tricks() {
    let _ = fs::create_dir("/tmp/jail");
    let (jail, root) = (Arg::S(c"/tmp/jail"), Arg::S(c"/"));
    attempt("pivot_root", call(libc::SYS_pivot_root, &[root, root]));
    attempt("pivot_root to /tmp", call(libc::SYS_pivot_root, &[Arg::S(c"/tmp"), jail]));
    attempt("chroot", call(libc::SYS_chroot, &[jail]));
    for name in ["mnt", "user", "pid", "net", "ipc", "uts", "cgroup"] {
        let Ok(namespace) = fs::File::open(format!("/proc/1/ns/{name}")) else { continue };
        let args = [Arg::N(namespace.as_raw_fd().into()), Arg::N(0)];
        attempt(&format!("setns {name}"), call(libc::SYS_setns, &args));
    }
}

/// In a user namespace of its own, where it has every capability, a command tries all of that on the view's mounts.
pub(crate) fn nested() {
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    if let Err(errno) = call(libc::SYS_unshare, &[Arg::N(0x1000_0000 | 0x2_0000)]) {
        println!("namespaces refused {errno}");
        return;
    }
    println!("namespaces made");
    // Real root may not map itself without CAP_SETFCAP, and has every capability in its namespace all the same.
    let _ = fs::write("/proc/self/setgroups", "deny");
    let _ = fs::write("/proc/self/uid_map", format!("0 {uid} 1"));
    let _ = fs::write("/proc/self/gid_map", format!("0 {gid} 1"));
    for point in mount_points() {
        let path = CString::new(point.as_str()).unwrap();
        for (how, flags) in [("", 0), (" lazily", DETACH)] {
            let result = call(libc::SYS_umount2, &[Arg::S(&path), Arg::N(flags)]);
            attempt(&format!("nested umount {point}{how}"), result);
        }
        if !["/tmp", "/dev/shm", "/dev/pts"].contains(&point.as_str()) {
            writable_again(&point);
        }
    }
    copies();
    fresh();
    leave_chroot();
    super::writing::everywhere(&["/proc", "/tmp", "/dev/shm", "/dev/pts"]);
}

/// A copy of the view's mounts has their locks too.
fn copies() {
    fs::create_dir_all("/tmp/copy").unwrap();
    let (copy, none) = (Arg::S(c"/tmp/copy"), Arg::N(0));
    let args = [Arg::S(c"/"), copy, none, Arg::N(0x1000 | 0x4000), none];
    if call(libc::SYS_mount, &args).is_err() {
        return;
    }
    writable_again("/tmp/copy");
    tried("write into a copy", fs::write("/tmp/copy/bin/inside-made", "x"));
    attempt("umount inside a copy", call(libc::SYS_umount2, &[Arg::S(c"/tmp/copy/proc"), none]));
    let _ = call(libc::SYS_umount2, &[copy, Arg::N(DETACH)]);
}

/// File systems of which a new instance would show or change what the machine has in common.
fn fresh() {
    let none = Arg::N(0);
    for kind in [c"sysfs", c"cgroup", c"debugfs", c"tracefs", c"securityfs", c"efivarfs", c"ext4"] {
        let args = [Arg::S(c"x"), Arg::S(c"/tmp/copy"), Arg::S(kind), none, none];
        attempt(&format!("mount {}", kind.to_str().unwrap()), call(libc::SYS_mount, &args));
    }
    // With a cgroup file system, who is root could end the processes of the caller's cgroup.
    let args = [Arg::S(c"x"), Arg::S(c"/tmp/copy"), Arg::S(c"cgroup2"), none, none];
    let _ = call(libc::SYS_mount, &args);
    for file in ["cgroup.kill", "cgroup.procs", "cgroup.freeze"] {
        let opened = fs::OpenOptions::new().write(true).open(format!("/tmp/copy/{file}"));
        tried(&format!("new cgroup2 {file}"), opened);
    }
    // In a process namespace of its own a new /proc may be had, but nothing of the machine be written there.
    let child = fork(|| {
        let _ = call(libc::SYS_unshare, &[Arg::N(0x2000_0000)]);
        let grandchild = fork(|| {
            let args = [Arg::S(c"x"), Arg::S(c"/tmp/copy"), Arg::S(c"proc"), none, none];
            let _ = call(libc::SYS_mount, &args);
            for file in ["sys/kernel/core_pattern", "sysrq-trigger", "sys/vm/drop_caches"] {
                let opened = fs::OpenOptions::new().write(true).open(format!("/tmp/copy/{file}"));
                tried(&format!("new /proc/{file}"), opened);
            }
            0
        });
        wait(grandchild.unwrap());
        0
    });
    wait(child.unwrap());
}

/// The classic: with the root set below the working directory, `..` leads above it. Above the view there is nothing.
fn leave_chroot() {
    let child = fork(|| {
        let _ = fs::create_dir("/tmp/jail");
        let inside: Vec<_> = names("/");
        attempt_silently(call(libc::SYS_chroot, &[Arg::S(c"/tmp/jail")]));
        (0..40).for_each(|_| drop(std::env::set_current_dir("..")));
        attempt_silently(call(libc::SYS_chroot, &[Arg::S(c".")]));
        let outcome = if names("/") == inside { Err(0) } else { Ok(()) };
        attempt("leave by chroot", outcome);
        0
    });
    wait(child.unwrap());
}

fn attempt_silently<T>(result: Result<T, i32>) {
    drop(result);
}

fn names(dir: &str) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

/// What a container tool does, which has to work where nested namespaces are allowed.
pub(crate) fn container() {
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    let none = Arg::N(0);
    call(libc::SYS_unshare, &[Arg::N(0x1000_0000 | 0x2_0000)]).unwrap();
    fs::write("/proc/self/setgroups", "deny").unwrap();
    fs::write("/proc/self/uid_map", format!("0 {uid} 1")).unwrap();
    fs::write("/proc/self/gid_map", format!("0 {gid} 1")).unwrap();
    fs::create_dir("/tmp/root").unwrap();
    let tmpfs = Arg::S(c"tmpfs");
    call(libc::SYS_mount, &[tmpfs, Arg::S(c"/tmp/root"), tmpfs, none, none]).unwrap();
    fs::create_dir("/tmp/root/old").unwrap();
    let roots = [Arg::S(c"/tmp/root"), Arg::S(c"/tmp/root/old")];
    call(libc::SYS_pivot_root, &roots).unwrap();
    std::env::set_current_dir("/").unwrap();
    call(libc::SYS_umount2, &[Arg::S(c"/old"), Arg::N(DETACH)]).unwrap();
    println!("{:?}", names("/"));
}
