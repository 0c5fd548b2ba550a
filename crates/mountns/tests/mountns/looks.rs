//! Looks of every kind, as the command inside a view; each prints what came of it, and each is at a name of its own.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStringExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal};

use crate::raw::{self, Arg, call};

const CWD: Arg<'static> = Arg::N(libc::AT_FDCWD as i64);
const EMPTY_PATH: i64 = libc::AT_EMPTY_PATH as i64;

/// Every kind of call, all at paths below `/data`.
pub(crate) fn every_way() {
    relative();
    by_each_call();
    #[cfg(target_arch = "x86_64")]
    older_calls();
    odd_paths();
    others();
    programs();
}

/// Looks for a path, and for another one twice from a mount namespace of its own.
pub(crate) fn elsewhere(here: &str, there: &str) {
    let [here, there] = [here, there].map(|path| CString::new(path).unwrap());
    assert!(stat(&here).is_err());
    let flags = libc::CLONE_NEWUSER | libc::CLONE_NEWNS;
    call(libc::SYS_unshare, &[Arg::N(flags.into())]).unwrap();
    assert!(stat(&there).is_err() && stat(&there).is_err());
}

fn tell(name: &str, result: Result<i64, i32>) {
    // Which number a descriptor has depends on what else is open.
    println!("{name} {:?}", result.map(|number| number.min(0)));
}

fn stat(path: &CStr) -> Result<i64, i32> {
    at(CWD, path)
}

fn at(directory: Arg<'_>, path: &CStr) -> Result<i64, i32> {
    call(libc::SYS_faccessat, &[directory, Arg::S(path), Arg::N(0)])
}

fn open(path: &CStr, flags: i32) -> Result<i64, i32> {
    call(libc::SYS_openat, &[CWD, Arg::S(path), Arg::N(flags.into()), Arg::N(0)])
}

fn relative() {
    std::env::set_current_dir("/data/dir").unwrap();
    tell("relative", stat(c"by-chdir"));
    tell("dots", stat(c"../by-dots"));
    std::env::set_current_dir("/data/link").unwrap();
    tell("link as working directory", stat(c"deeper/by-link-cwd"));
    std::env::set_current_dir("/").unwrap();
    tell("slashes", stat(c"//data//./dir/by-slashes"));
    tell("link", stat(c"/data/link/by-link"));
    tell("link to nowhere", stat(c"/data/dangling"));
    let stay = Arg::N(libc::AT_SYMLINK_NOFOLLOW.into());
    let path = Arg::S(c"/data/to-untouched");
    tell("link itself", call(libc::SYS_statx, &[CWD, path, stay, Arg::N(0), Arg::B(&[0; 32])]));
}

fn by_each_call() {
    let fd = open(c"/data/dir", libc::O_RDONLY | libc::O_DIRECTORY).unwrap();
    let dir = Arg::N(fd);
    let space = [0; 64];
    let buffer = Arg::B(&space);
    let path = |path| Arg::S(path);
    tell("openat", call(libc::SYS_openat, &[dir, path(c"by-openat"), Arg::N(0)]));
    for (name, file, resolve) in
        [("openat2", c"by-openat2", 0), ("openat2 in a root", c"/../by-root", 0x10)]
    {
        let how = [0, 0, resolve];
        let args = [dir, path(file), Arg::B(&how), Arg::N(24)];
        tell(name, call(libc::SYS_openat2, &args));
    }
    tell("statx", call(libc::SYS_statx, &[dir, path(c"by-statx"), Arg::N(0), Arg::N(0), buffer]));
    tell(
        "faccessat2",
        call(libc::SYS_faccessat2, &[dir, path(c"by-access"), Arg::N(0), Arg::N(0)]),
    );
    let args = [dir, path(c"by-readlinkat"), buffer, Arg::N(8)];
    tell("readlinkat", call(libc::SYS_readlinkat, &args));
    tell("chdir", call(libc::SYS_chdir, &[path(c"/data/by-chdir-itself")]));
    tell("statfs", call(libc::SYS_statfs, &[path(c"/data/by-statfs"), buffer]));
    let args = [path(c"/data/by-xattr"), path(c"user.x"), buffer, Arg::N(8)];
    tell("getxattr", call(libc::SYS_getxattr, &args));
    // What the command may not.
    tell("refused", open(c"/data/secret", libc::O_RDONLY));
    tell("refused to execute", execute(CWD, c"/data/shown", 0));
}

#[cfg(target_arch = "x86_64")]
fn older_calls() {
    let space = [0; 64];
    let buffer = Arg::B(&space);
    tell("open", call(libc::SYS_open, &[Arg::S(c"/data/by-open"), Arg::N(0)]));
    tell("stat", call(libc::SYS_stat, &[Arg::S(c"/data/by-stat"), buffer]));
    tell("lstat", call(libc::SYS_lstat, &[Arg::S(c"/data/by-lstat"), buffer]));
    tell("access", call(libc::SYS_access, &[Arg::S(c"/data/by-old-access"), Arg::N(0)]));
    tell("readlink", call(libc::SYS_readlink, &[Arg::S(c"/data/by-readlink"), buffer, Arg::N(8)]));
    let address = raw::at_page_end(c"/data/by-32-bit", libc::MAP_32BIT);
    let low = u32::try_from(address).unwrap();
    tell("32-bit open", raw::call_32(5, [low, 0, 0]).map(i64::from));
    // Of x32; the kernel may know none of its calls.
    let told = call(0x4000_0000 + libc::SYS_access, &[Arg::S(c"/data/by-x32"), Arg::N(0)]);
    assert!(told.is_err());
}

fn odd_paths() {
    tell("no path", call(libc::SYS_faccessat, &[CWD, Arg::N(0), Arg::N(0)]));
    tell("bad path", call(libc::SYS_faccessat, &[CWD, Arg::N(4096 * 3 + 1), Arg::N(0)]));
    let end = Arg::N(raw::at_page_end(c"/data/by-page-end", 0));
    tell("end of a page", call(libc::SYS_faccessat, &[CWD, end, Arg::N(0)]));
    tell("no UTF-8", stat(c"/data/\xff\xfe by bytes\n"));
    tell("empty", stat(c""));
    tell("bad descriptor", at(Arg::N(999), c"by-nobody"));
    tell("pipe", at(Arg::N(0), c"by-pipe"));
    tell("below a file", stat(c"/data/shown/by-file"));
    let long = |unit: &str, times: usize, end: &str| {
        CString::new(format!("/data{}{end}", unit.repeat(times))).unwrap()
    };
    tell("4000 bytes", stat(&long("/.", 1990, "/by-long")));
    tell("too long", stat(&long("/.", 2100, "/by-too-long")));
    tell("too long a name", stat(&long("/", 1, &"n".repeat(256))));
}

fn others() {
    std::thread::spawn(|| tell("thread", stat(c"/data/by-thread"))).join().unwrap();
    let child = raw::fork(|| stat(c"/data/by-fork").unwrap_err()).unwrap();
    tell("fork", Ok(raw::wait(child).into()));
    let hidden = raw::fork(|| {
        let undumpable = rustix::process::DumpableBehavior::NotDumpable;
        rustix::process::set_dumpable_behavior(undumpable).unwrap();
        stat(c"/data/by-undumpable").unwrap_err()
    });
    tell("undumpable", Ok(raw::wait(hidden.unwrap()).into()));
    for patience in 1..=10 {
        let endless = raw::fork(|| {
            loop {
                let _ = stat(c"/data/by-killed");
                let _ = open(c"/data/dir/by-killed", 0);
            }
        });
        // On a busy machine the first ones are killed before they have looked at anything.
        std::thread::sleep(std::time::Duration::from_millis(patience));
        let pid = endless.unwrap();
        rustix::process::kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        tell("killed", Ok(raw::wait(pid).into()));
    }
}

fn programs() {
    let exe = std::env::current_exe().unwrap();
    let again = |path| Command::new(&exe).args(["--inside", "look", path]).status().unwrap();
    println!("spawned {:?}", again("/data/by-spawn").code());
    println!("script {:?}", Command::new("/data/script").status().unwrap().code());
    std::env::set_current_dir("/data").unwrap();
    println!("relative script {:?}", Command::new("./dir/script").status().unwrap().code());
    let missing = Command::new("/data/by-execve").status().unwrap_err();
    println!("missing {:?}", missing.raw_os_error());
    let exe = CString::new(exe.into_os_string().into_vec()).unwrap();
    let fd = open(&exe, libc::O_PATH).unwrap();
    let child = raw::fork(|| execute(Arg::N(fd), c"", EMPTY_PATH).unwrap_err()).unwrap();
    println!("execveat {}", raw::wait(child));
}

/// Executes a file, which is then to exit at once.
fn execute(directory: Arg<'_>, path: &CStr, flags: i64) -> Result<i64, i32> {
    let words = [c"inside", c"--inside", c"exit", c"7"];
    let mut argv = words.map(|word| word.as_ptr().expose_provenance() as u64).to_vec();
    argv.push(0);
    let environment: Vec<CString> = std::env::vars()
        .map(|(name, value)| CString::new(format!("{name}={value}")).unwrap())
        .collect();
    let mut env: Vec<u64> =
        environment.iter().map(|line| line.as_ptr().expose_provenance() as u64).collect();
    env.push(0);
    let args = [directory, Arg::S(path), Arg::B(&argv), Arg::B(&env), Arg::N(flags)];
    call(libc::SYS_execveat, &args)
}
