use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::{attempt, tried};
use crate::raw::{self, Arg, call};

/// Tries to change every file and directory outside the given ones in every way there is.
///
/// Prints only what could be changed: a line with OPEN.
pub(crate) fn everywhere(without: &[&str]) {
    let mut dirs = vec![Path::new("/").to_owned()];
    while let Some(dir) = dirs.pop() {
        if without.iter().any(|skip| dir == Path::new(skip)) {
            continue;
        }
        metadata(&dir);
        into_directory(&dir);
        for entry in fs::read_dir(&dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                dirs.push(path);
                continue;
            }
            // What is a link's target is tried where it is; those of /dev lead to what the caller gave.
            if kind.is_symlink() {
                open("unlink", &path, fs::remove_file(&path).is_ok());
                continue;
            }
            // The devices of /dev are there to be written to, and belong to everybody.
            let device = kind.is_char_device() && path.starts_with("/dev");
            if !device {
                content(&path);
            }
            metadata(&path);
            names(&path);
        }
    }
}

fn open(what: &str, path: &Path, done: bool) {
    if done {
        println!("{what} {} OPEN", path.display());
    }
}

fn into_directory(dir: &Path) {
    let new = dir.join("made-inside");
    open("create in", dir, fs::write(&new, "x").is_ok());
    open("mkdir in", dir, fs::create_dir(dir.join("dir-inside")).is_ok());
    open("symlink in", dir, std::os::unix::fs::symlink("x", dir.join("link-inside")).is_ok());
    let unnamed = OpenOptions::new().write(true).custom_flags(libc::O_TMPFILE).open(dir);
    open("unnamed file in", dir, unnamed.is_ok());
}

fn content(path: &Path) {
    let flags = libc::O_NONBLOCK;
    for (what, options) in [
        ("open for writing", OpenOptions::new().write(true).custom_flags(flags)),
        ("open for appending", OpenOptions::new().append(true).custom_flags(flags)),
        ("open for both", OpenOptions::new().read(true).write(true).custom_flags(flags)),
        ("truncate", OpenOptions::new().write(true).truncate(true).custom_flags(flags)),
    ] {
        open(what, path, options.open(path).is_ok());
    }
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    open("truncate(2)", path, call(libc::SYS_truncate, &[Arg::S(&name), Arg::N(0)]).is_ok());
    let Ok(file) = OpenOptions::new().read(true).custom_flags(flags).open(path) else { return };
    open("map", path, raw::map_for_writing(&file));
    open("ftruncate", path, file.set_len(0).is_ok());
    let again = format!("/proc/self/fd/{}", file.as_raw_fd());
    let again = OpenOptions::new().write(true).custom_flags(flags).open(again);
    open("open again by descriptor", path, again.is_ok());
    // FS_IOC_SETFLAGS: to make it immutable, say.
    let args = [Arg::N(file.as_raw_fd().into()), Arg::N(0x4008_6602), Arg::B(&[0])];
    open("set flags", path, call(libc::SYS_ioctl, &args).is_ok());
}

fn metadata(path: &Path) {
    let mode = fs::metadata(path).map_or(0o755, |meta| meta.permissions().mode());
    open(
        "chmod",
        path,
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o4000)).is_ok(),
    );
    open("chown", path, std::os::unix::fs::chown(path, Some(1), Some(1)).is_ok());
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    let args = [Arg::N(-100), Arg::S(&name), Arg::N(0), Arg::N(0)];
    open("utimensat", path, call(libc::SYS_utimensat, &args).is_ok());
    let args = [Arg::S(&name), Arg::S(c"user.mark"), Arg::S(c"x"), Arg::N(1), Arg::N(0)];
    open("setxattr", path, call(libc::SYS_setxattr, &args).is_ok());
}

fn names(path: &Path) {
    open("link beside", path, fs::hard_link(path, path.with_extension("linked")).is_ok());
    open("link into /tmp of", path, fs::hard_link(path, "/tmp/linked").is_ok());
    open("rename", path, fs::rename(path, path.with_extension("renamed")).is_ok());
    open("rename into /tmp of", path, fs::rename(path, "/tmp/renamed").is_ok());
    open("unlink", path, fs::remove_file(path).is_ok());
}

/// The program itself, through the kernel's names for it.
pub(crate) fn program() {
    for path in ["/proc/self/exe", "/proc/1/exe"] {
        tried(path, OpenOptions::new().write(true).open(path));
    }
    let map = fs::read_dir("/proc/self/map_files").unwrap().next().unwrap().unwrap().path();
    tried("map_files", OpenOptions::new().write(true).open(map));
}

/// Makes devices, and opens one that is visible (the arguments name it and a writable directory).
pub(crate) fn devices(args: &[&str]) {
    for (kind, name) in [(libc::S_IFCHR, "character"), (libc::S_IFBLK, "block")] {
        for dir in ["/tmp", args[1]] {
            let path = CString::new(format!("{dir}/{name}")).unwrap();
            // 1:3 is null, 259:0 a disk.
            let number = if kind == libc::S_IFCHR { 0x103 } else { 0x10300 };
            let words =
                [Arg::N(-100), Arg::S(&path), Arg::N((kind | 0o666).into()), Arg::N(number)];
            attempt(&format!("mknod {name} in {dir}"), call(libc::SYS_mknodat, &words));
        }
    }
    for path in args[0].split(':').filter(|path| !path.is_empty()) {
        tried(&format!("open {path}"), File::open(path));
    }
}
