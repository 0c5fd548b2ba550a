use std::fs;

use super::attempt;
use crate::raw::{Arg, call, fork, wait};

/// Signals to, and the insides of, the processes outside and of process 1.
pub(crate) fn others(outside: &[&str]) {
    let none = Arg::N(0);
    let outside = outside.iter().map(|pid| pid.parse().unwrap()).filter(|&pid: &i64| pid > 40);
    for pid in outside.chain([1]) {
        let target = Arg::N(pid);
        let name =
            |what: &str| if pid == 1 { format!("{what} 1") } else { format!("{what} outside") };
        if pid != 1 {
            attempt(&name("kill"), call(libc::SYS_kill, &[target, none]));
            attempt(&name("kill group"), call(libc::SYS_kill, &[Arg::N(-pid), none]));
        }
        // PTRACE_ATTACH, PTRACE_SEIZE.
        for request in [16, 0x4206] {
            attempt(
                &name("ptrace"),
                call(libc::SYS_ptrace, &[Arg::N(request), target, none, none]),
            );
        }
        let memory = [0_u64; 8];
        let vector = [memory.as_ptr().expose_provenance() as u64, 64];
        let read = [target, Arg::B(&vector), Arg::N(1), Arg::B(&vector), Arg::N(1), none];
        attempt(&name("read memory"), call(libc::SYS_process_vm_readv, &read));
        attempt(&name("compare"), call(libc::SYS_kcmp, &[target, Arg::N(2), none, none, none]));
        let Ok(pidfd) = call(libc::SYS_pidfd_open, &[target, none]) else { continue };
        for fd in 0..4 {
            let args = [Arg::N(pidfd), Arg::N(fd), none];
            attempt(&name("take descriptor"), call(libc::SYS_pidfd_getfd, &args));
        }
    }
    // The server of the view among them, whatever its number.
    let own = i64::from(std::process::id());
    let found: Vec<i64> = (2..70_000)
        .filter(|&pid| pid != own && call(libc::SYS_kill, &[Arg::N(pid), none]) != Err(libc::ESRCH))
        .collect();
    attempt(&format!("find {found:?}"), if found.is_empty() { Err(libc::ESRCH) } else { Ok(()) });
    // What the server answers through, and what ends it.
    for path in ["/dev/fuse", "/sys/fs/fuse/connections"] {
        super::tried(path, fs::File::open(path));
    }
    for name in
        ["root", "cwd", "exe", "mem", "environ", "maps", "fd", "map_files", "stack", "syscall"]
    {
        let path = format!("/proc/1/{name}");
        super::tried(&path, fs::read_link(&path));
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            let path = entry.path();
            super::tried(&format!("{} leads", path.display()), fs::read_link(&path));
            super::tried(&format!("{} opens", path.display()), fs::File::open(&path));
        }
        let content = fs::read(&path).map(|content| content.len()).unwrap_or_default();
        attempt(&format!("read {path}"), if content == 0 { Err(0) } else { Ok(()) });
    }
    // Process 1 ignores what would end it, or the whole view would end here.
    for signal in [9, 19] {
        let _ = call(libc::SYS_kill, &[Arg::N(1), Arg::N(signal)]);
    }
    println!("still here");
}

/// Debuggers and tracers work on processes of the view.
pub(crate) fn trace() {
    let child = fork(|| {
        let traced = call(libc::SYS_ptrace, &[Arg::N(0), Arg::N(0), Arg::N(0), Arg::N(0)]);
        let _ = call(libc::SYS_kill, &[Arg::N(std::process::id().into()), Arg::N(19)]);
        i32::from(traced.is_err())
    });
    let child = child.unwrap();
    println!("stopped {}", libc::WIFSTOPPED(wait(child)));
    // PTRACE_CONT.
    let args = [Arg::N(7), Arg::N(child.into()), Arg::N(0), Arg::N(0)];
    call(libc::SYS_ptrace, &args).unwrap();
    println!("exit {}", wait(child));
    // ADDR_NO_RANDOMIZE, as setarch(1) sets it.
    println!("personality {:?}", call(libc::SYS_personality, &[Arg::N(0x4_0000)]).is_ok());
}

/// Forks for as long as it can; says how often, and why no more.
pub(crate) fn bomb() {
    let mut children = Vec::new();
    let refused = loop {
        match fork(|| {
            std::thread::sleep(std::time::Duration::from_secs(60));
            0
        }) {
            Ok(child) => children.push(child),
            Err(errno) => break errno,
        }
        if children.len() == 3000 {
            break 0;
        }
    };
    println!("{} {refused}", children.len());
    for child in &children {
        let _ = call(libc::SYS_kill, &[Arg::N((*child).into()), Arg::N(9)]);
    }
    children.into_iter().for_each(|child| {
        wait(child);
    });
}

/// Makes empty files for as long as it can.
pub(crate) fn many_files(dir: &str) {
    let made = (0..100_000).take_while(|number| fs::write(format!("{dir}/{number}"), "").is_ok());
    println!("{}", made.count());
}

/// Goes through the directories above a descriptor that the caller left open.
pub(crate) fn above_descriptors() {
    for fd in 0..64 {
        let mut path = format!("/proc/self/fd/{fd}/..");
        path.push_str(&"/..".repeat(20));
        let Ok(names) = fs::read_dir(&path) else { continue };
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        let here: Vec<_> =
            fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
        attempt(&format!("above descriptor {fd}"), if names == here { Err(0) } else { Ok(()) });
    }
}
