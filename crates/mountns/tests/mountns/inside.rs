//! What the test program does as the command inside a view.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::ExitCode;

use hermitage_mountns::ByteString;

use crate::fixture::checksum;
use crate::{attacks, looks};

pub(crate) fn main(args: &[&str]) -> ExitCode {
    match args[0] {
        "walk" => walk(&args[1..]),
        "write" => write_everywhere(&args[1..]),
        "status" => print!("{}", fs::read_to_string("/proc/self/status").unwrap()),
        "cat" => print!("{}", fs::read_to_string(args[1]).unwrap()),
        "owner" => println!("{}", fs::metadata(args[1]).unwrap().uid()),
        "list" => list(args[1]),
        "listing" => listing(args[1]),
        "around" => around(),
        "fds" => fds(),
        "network" => network(),
        "devices" => devices(),
        "cwd" => println!("{}", std::env::current_dir().unwrap().display()),
        "exit" => std::process::exit(args[1].parse().unwrap()),
        "die" => die(args[1].parse().unwrap()),
        "env" => std::env::vars().for_each(|(name, value)| println!("{name}={value}")),
        "touch" => fs::write(args[1], "made inside").unwrap(),
        "orphan" => orphan(),
        "sleep" => sleep(args[1]),
        "fill" => fill(args[1]),
        "signals" => signals(args[1]),
        "escape" => escape(),
        "look" => args[1..].iter().for_each(|path| drop(fs::symlink_metadata(path))),
        "look-every-way" => looks::every_way(),
        "look-elsewhere" => looks::elsewhere(args[1], args[2]),
        // A script names this program to run it.
        script if script.ends_with("/script") => {}
        "read-and-wait" => read_and_wait(args[1], args[2], &args[3..]),
        "user" => println!("{}", rustix::process::geteuid().as_raw()),
        "attack-mounts" => attacks::mounts::change(),
        "attack-nested" => attacks::mounts::nested(),
        "attack-calls" => attacks::calls(),
        #[cfg(target_arch = "x86_64")]
        "attack-foreign-calls" => attacks::foreign_calls(),
        #[cfg(target_arch = "x86_64")]
        "foreign" => println!("getpid {:?}", crate::raw::call_32(20, [0; 3])),
        "attack-terminal" => attacks::terminal(),
        "attack-writing" => {
            attacks::writing::everywhere(&["/proc", "/tmp", "/dev/shm", "/dev/pts"]);
        }
        "attack-program" => attacks::writing::program(),
        "attack-devices" => attacks::writing::devices(&args[1..]),
        "attack-processes" => attacks::processes::others(&args[1..]),
        "attack-handles" => attacks::handles::main(),
        "attack-descriptors" => attacks::processes::above_descriptors(),
        "attack-machine" => attacks::reading::machine(),
        "attack-keys" => attacks::keys(),
        "attack-names-of-keys" => attacks::reading::names_of_keys(),
        "attack-sockets" => attacks::sockets::main(args[1]),
        "container" => attacks::mounts::container(),
        "trace" => attacks::processes::trace(),
        "bomb" => attacks::processes::bomb(),
        "many-files" => attacks::processes::many_files(args[1]),
        verb => panic!("there is no verb {verb}"),
    }
    ExitCode::SUCCESS
}

/// Reads files, says so, and waits for an answer.
fn read_and_wait(say: &str, answer: &str, files: &[&str]) {
    files.iter().for_each(|file| assert_eq!(fs::read(file).unwrap(), b"before"));
    fs::write(say, "").unwrap();
    while !Path::new(answer).exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Prints every path outside the given ones, with all that stat and a read tell.
fn walk(without: &[&str]) {
    let mut lines = Vec::new();
    visit(Path::new("/"), without, &mut lines);
    lines.sort();
    lines.iter().for_each(|line| println!("{line}"));
}

fn visit(path: &Path, without: &[&str], lines: &mut Vec<String>) {
    if without.iter().any(|skip| path == Path::new(skip)) {
        return;
    }
    let meta = fs::symlink_metadata(path).unwrap();
    let name = ByteString::from(path);
    let mode = meta.mode() & 0o7777;
    let kind = meta.file_type();
    let rest = if kind.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            visit(&entry.unwrap().path(), without, lines);
        }
        format!("dir {mode:o} {}.{}", meta.mtime(), meta.mtime_nsec())
    } else if kind.is_symlink() {
        let target = fs::read_link(path).unwrap();
        format!("symlink {}", ByteString::from(target.as_path()))
    } else if kind.is_file() {
        let sum = fs::read(path).map_or("unreadable".into(), |content| checksum(&content));
        let (size, time) = (meta.size(), format!("{}.{}", meta.mtime(), meta.mtime_nsec()));
        format!("file {mode:o} {size} {time} {sum}")
    } else if kind.is_fifo() {
        format!("Fifo {mode:o}")
    } else if kind.is_socket() {
        format!("Socket {mode:o}")
    } else if kind.is_char_device() {
        format!("CharDevice {mode:o}")
    } else {
        format!("BlockDevice {mode:o}")
    };
    lines.push(format!("{name} {rest}"));
}

/// Tries to change everything outside the given paths, and prints what could be changed.
fn write_everywhere(without: &[&str]) {
    let mut dirs = vec![Path::new("/").to_owned()];
    while let Some(dir) = dirs.pop() {
        if without.iter().any(|skip| dir == Path::new(skip)) {
            continue;
        }
        let new = dir.join("made-inside");
        report(&new, "create", fs::write(&new, "x").is_ok());
        report(&dir, "mkdir", fs::create_dir(dir.join("dir-inside")).is_ok());
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                dirs.push(path);
                continue;
            }
            let opened = OpenOptions::new().write(true).custom_flags(0o4000).open(&path);
            // A link's target is tried where it is; those of /dev lead to what the caller gave.
            let regular = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
            report(&path, "open for writing", opened.is_ok() && regular);
            report(&path, "unlink", fs::remove_file(&path).is_ok());
            report(&path, "rename", fs::rename(&path, &new).is_ok());
        }
    }
}

fn report(path: &Path, what: &str, done: bool) {
    if done {
        println!("{what} {}", path.display());
    }
}

/// The names in a directory as they come.
fn listing(dir: &str) {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    names.for_each(|name| println!("{}", name.display()));
}

/// What a process can find out about the machine and itself.
fn around() {
    use rustix::time::{ClockId, clock_gettime};
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    println!("user {uid} {gid}");
    println!("file {}", fs::metadata("/bin/inside").unwrap().uid());
    println!("processors {}", rustix::thread::sched_getaffinity(None).unwrap().count());
    let (on_stack, on_heap) = (0_u8, Box::new(0_u8));
    let code = around as fn() as usize;
    println!("addresses {code:x} {:p} {:p}", &raw const on_stack, &raw const *on_heap);
    println!("monotonic {}", clock_gettime(ClockId::Monotonic).tv_sec);
    println!("boottime {}", clock_gettime(ClockId::Boottime).tv_sec);
}

fn list(dir: &str) {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    names.iter().for_each(|name| println!("{}", ByteString::from(name.as_os_str())));
}

fn fds() {
    let mut fds: Vec<u32> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|entry| entry.unwrap())
        // The one that reads the directory.
        .filter(|entry| {
            !fs::read_link(entry.path())
                .is_ok_and(|t| t.as_os_str().as_bytes().starts_with(b"/proc/"))
        })
        .map(|entry| entry.file_name().into_string().unwrap().parse().unwrap())
        .collect();
    fds.sort_unstable();
    println!("{fds:?}");
}

fn network() {
    for line in fs::read_to_string("/proc/self/net/dev").unwrap().lines().skip(2) {
        println!("device {}", line.split(':').next().unwrap().trim());
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut out = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    out.write_all(b"hello").unwrap();
    drop(out);
    let mut text = String::new();
    listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
    println!("loopback {text}");
    let far =
        std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.connect("192.0.2.1:9"));
    println!("far {}", far.is_ok());
}

fn devices() {
    let read = |path: &str, length: usize| {
        let mut buffer = vec![1; length];
        let result = fs::File::open(path).and_then(|mut file| file.read(&mut buffer));
        result.map(|got| buffer[..got].to_vec())
    };
    println!("null {:?}", read("/dev/null", 4).unwrap());
    println!("zero {:?}", read("/dev/zero", 4).unwrap());
    println!(
        "random {}",
        read("/dev/urandom", 8).unwrap().len() + read("/dev/random", 8).unwrap().len()
    );
    fs::write("/dev/null", "gone").unwrap();
    println!("full {:?}", fs::write("/dev/full", "x").unwrap_err().raw_os_error());
    println!("terminal {}", fs::File::open("/dev/ptmx").is_ok());
    fs::write("/dev/shm/x", "x").unwrap();
}

fn die(signal: i32) {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::from_named_raw(signal).unwrap())
        .unwrap();
    sleep("");
}

/// Leaves a process behind that would run on for long.
fn orphan() {
    let exe = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(exe);
    std::mem::forget(command.args(["--inside", "sleep", ""]).spawn().unwrap());
}

/// Says that it runs by making a file, and stays.
fn sleep(mark: &str) {
    if !mark.is_empty() {
        fs::write(mark, "running").unwrap();
    }
    std::thread::sleep(std::time::Duration::from_secs(600));
}

fn fill(path: &str) {
    let mut file = fs::File::create(path).unwrap();
    let block = vec![0; 64 << 10];
    let written = (0..64).take_while(|_| file.write_all(&block).is_ok()).count();
    println!("{} KiB", written * 64);
}

fn signals(mark: &str) {
    sleep(mark);
}

/// Ways out that must all be closed.
fn escape() {
    use rustix::mount::UnmountFlags;
    let outcome = |name: &str, result: rustix::io::Result<()>| {
        println!("{name} {}", if result.is_ok() { "OPEN" } else { "closed" });
    };
    outcome("umount /", rustix::mount::unmount("/", UnmountFlags::DETACH));
    outcome("umount /tmp", rustix::mount::unmount("/tmp", UnmountFlags::DETACH));
    let flags = rustix::mount::MountFlags::BIND;
    outcome("remount /", rustix::mount::mount_remount("/", flags, ""));
    outcome("bind", rustix::mount::mount_bind("/bin", "/tmp"));
    outcome("chroot", rustix::process::chroot("/tmp"));
    let opened =
        |name: &str, open: bool| println!("{name} {}", if open { "OPEN" } else { "closed" });
    let writable = |path: &str| OpenOptions::new().write(true).open(path).is_ok();
    opened("/proc/1/root", fs::read_dir("/proc/1/root/").is_ok());
    opened("/proc/1/mem", fs::File::open("/proc/1/mem").is_ok());
    opened("/proc/1/environ", fs::read("/proc/1/environ").is_ok());
    opened("core_pattern", writable("/proc/sys/kernel/core_pattern"));
    opened("sysrq-trigger", writable("/proc/sysrq-trigger"));
    println!("up {}", fs::read_dir("/..").unwrap().count() == fs::read_dir("/").unwrap().count());
    println!("processes {}", pids());
}

fn pids() -> usize {
    let names = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.as_bytes().iter().all(u8::is_ascii_digit)).count()
}
