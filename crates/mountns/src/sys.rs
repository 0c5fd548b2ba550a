//! System calls that rustix lacks or declares unsafe; the only unsafe code of the crate.
#![allow(unsafe_code, reason = "the kernel edge: calls that have no safe wrapper")]

use std::ffi::{CStr, c_char, c_int, c_ulong};
use std::mem::{size_of, zeroed};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::ptr;

use rustix::io::Errno;
use rustix::process::Pid;
use rustix::thread::UnshareFlags;

/// Which side of a fork this is.
pub(crate) enum Fork {
    /// The new process.
    Child,
    /// The old one, and the new one's id.
    Parent(Pid),
}

/// fork(2). The child is a copy with one thread; glibc and musl keep their allocators usable in it.
pub(crate) fn fork() -> Result<Fork, Errno> {
    // SAFETY: no memory is shared with the child, and its one thread goes on in Rust code that takes no lock
    // another thread of the parent could have held: it neither prints nor touches shared state.
    let pid = check(i64::from(unsafe { libc::fork() }))?;
    let pid = c_int::try_from(pid).unwrap_or(0);
    Ok(Pid::from_raw(pid).map_or(Fork::Child, Fork::Parent))
}

/// _exit(2): no destructors, no buffers flushed twice.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process; nothing is run afterwards.
    unsafe { libc::_exit(code) }
}

/// unshare(2) in a process that has one thread.
pub(crate) fn unshare(flags: UnshareFlags) -> Result<(), Errno> {
    // SAFETY: CLONE_FILES is never among the flags used in this crate, so no descriptor table is split.
    unsafe { rustix::thread::unshare_unsafe(flags) }
}

/// The flags of `struct mount_attr`.
#[derive(Clone, Copy)]
pub(crate) struct MountAttr(pub(crate) u64);

impl MountAttr {
    pub(crate) const RDONLY: Self = Self(0x1);
    pub(crate) const NOSUID: Self = Self(0x2);
    pub(crate) const NODEV: Self = Self(0x4);
    pub(crate) const NOEXEC: Self = Self(0x8);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Sets flags on the mount of a descriptor and all mounts below it: `mount_setattr(fd, "", AT_RECURSIVE)`.
pub(crate) fn mount_setattr(mount: BorrowedFd<'_>, set: MountAttr) -> Result<(), Errno> {
    #[repr(C)]
    struct Attr {
        set: u64,
        clear: u64,
        propagation: u64,
        userns: u64,
    }
    let attr = Attr { set: set.0, clear: 0, propagation: 0, userns: 0 };
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    // SAFETY: the path is a NUL-terminated constant, the structure lives through the call and its size is given.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attr,
            size_of::<Attr>(),
        )
    };
    check(result).map(drop)
}

/// A file in memory.
#[derive(Debug)]
pub(crate) struct Mapping(memmap2::Mmap);

impl Mapping {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Maps a whole file for reading.
pub(crate) fn map(file: &std::fs::File) -> std::io::Result<Mapping> {
    // SAFETY: the files that are mapped are written once, under another name, and renamed into place; whoever
    // changes one in place breaks the contract of `Index::open`, which says so.
    unsafe { memmap2::Mmap::map(file) }.map(Mapping)
}

/// execve(2); returns only the error.
pub(crate) fn execve(path: &CStr, argv: &[&CStr], env: &[&CStr]) -> Errno {
    let argv = pointers(argv);
    let env = pointers(env);
    // SAFETY: both arrays end in a null pointer, and their strings outlive the call.
    unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    last_error()
}

fn pointers(strings: &[&CStr]) -> Vec<*const c_char> {
    strings.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}

/// Marks all descriptors from `first` on close-on-exec.
pub(crate) fn close_on_exec_from(first: RawFd) -> Result<(), Errno> {
    close_range(first, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC)
}

/// Closes every descriptor above 2 but these; what can't be closed is not open.
pub(crate) fn close_all_but(kept: &[BorrowedFd<'_>]) {
    let mut kept: Vec<_> = kept.iter().map(std::os::fd::AsRawFd::as_raw_fd).collect();
    kept.sort_unstable();
    let mut first = 3;
    for fd in kept.into_iter().chain([RawFd::MAX]) {
        if first < fd {
            let _not_open = close_range(first, (fd - 1).cast_unsigned(), 0);
        }
        first = fd.saturating_add(1);
    }
}

fn close_range(first: RawFd, last: libc::c_uint, flags: libc::c_uint) -> Result<(), Errno> {
    // SAFETY: called only by forked children for descriptors that no owned value of theirs uses afterwards.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    check(result).map(drop)
}

/// Lets a descriptor, given by number, survive an exec.
pub(crate) fn keep_on_exec(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: F_SETFD on any number is harmless; a closed one gives EBADF.
    check(i64::from(unsafe { libc::fcntl(fd, libc::F_SETFD, 0) })).map(drop)
}

/// The dispositions and the mask a caller had, to be restored.
pub(crate) struct Ignored([(c_int, libc::sigaction); 2]);

/// Ignores SIGINT and SIGQUIT, as system(3) does while a child runs that gets them too. Where the caller handles one, it stays so.
pub(crate) fn ignore_interrupts() -> Ignored {
    Ignored([libc::SIGINT, libc::SIGQUIT].map(|signal| (signal, ignore(signal))))
}

fn ignore(signal: c_int) -> libc::sigaction {
    // SAFETY: all bits zero is a valid sigaction: the default action, an empty mask.
    let (mut new, mut old): (libc::sigaction, libc::sigaction) = unsafe { zeroed() };
    new.sa_sigaction = libc::SIG_IGN;
    // SAFETY: the structure lives through the call; the signals are valid.
    unsafe { libc::sigaction(signal, ptr::null(), &raw mut old) };
    if old.sa_sigaction == libc::SIG_DFL {
        // SAFETY: as above.
        unsafe { libc::sigaction(signal, &raw const new, ptr::null_mut()) };
    }
    old
}

impl Ignored {
    /// Puts the dispositions back.
    pub(crate) fn restore(&self) {
        for (signal, action) in &self.0 {
            // SAFETY: the structure is one the kernel gave.
            unsafe { libc::sigaction(*signal, action, ptr::null_mut()) };
        }
    }
}

/// Gives SIGPIPE, which Rust's runtime ignores, its default action again.
pub(crate) fn default_sigpipe() {
    // SAFETY: setting a default action is always valid.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Blocks every signal that can be blocked, in this thread.
pub(crate) fn block_signals() {
    // SAFETY: all bits zero is a valid signal set.
    let mut all: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: the set lives through the call.
    unsafe { libc::sigfillset(&raw mut all) };
    // SAFETY: as above.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const all, ptr::null_mut()) };
}

/// Unblocks every signal.
pub(crate) fn unblock_signals() {
    // SAFETY: all bits zero is the empty signal set.
    let none: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: the set lives through the call.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut()) };
}

/// Waits for the next of the blocked signals.
pub(crate) fn next_signal() -> c_int {
    // SAFETY: all bits zero is a valid signal set.
    let mut all: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: the set lives through the call.
    unsafe { libc::sigfillset(&raw mut all) };
    loop {
        // SAFETY: a null siginfo is allowed.
        let signal = unsafe { libc::sigwaitinfo(&raw const all, ptr::null_mut()) };
        if signal > 0 {
            return signal;
        }
    }
}

/// Sends a signal to a process group (`pid` negative) or a process; one that is gone is no error.
pub(crate) fn send_signal(pid: i32, signal: c_int) {
    // SAFETY: kill touches no memory.
    unsafe { libc::kill(pid, signal) };
}

/// Has the programs that this process becomes, and their children's, lie at the same addresses each time.
pub(crate) fn fix_addresses() -> Result<(), Errno> {
    // SAFETY: touches no memory; the highest value asks only.
    let now = unsafe { libc::personality(0xffff_ffff) };
    check(i64::from(now))?;
    let wanted = c_ulong::from(now.cast_unsigned()) | libc::ADDR_NO_RANDOMIZE as c_ulong;
    // SAFETY: touches no memory.
    check(i64::from(unsafe { libc::personality(wanted) })).map(drop)
}

/// Leaves the caller's session keyring for a new, empty one.
pub(crate) fn new_session_keyring() -> Result<(), Errno> {
    let join = c_ulong::from(libc::KEYCTL_JOIN_SESSION_KEYRING);
    let no_name = ptr::null::<c_char>();
    // SAFETY: without a name the call takes no memory of ours.
    check(unsafe { libc::syscall(libc::SYS_keyctl, join, no_name) }).map(drop)
}

/// Installs a seccomp filter in this thread, for good.
pub(crate) fn seccomp_filter(program: &[libc::sock_filter]) -> Result<(), Errno> {
    let length = u16::try_from(program.len()).map_err(|_long| Errno::INVAL)?;
    let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    let mode = c_ulong::from(libc::SECCOMP_MODE_FILTER);
    // SAFETY: the kernel copies the program, whose length is right, and does not write to it.
    let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program) };
    check(i64::from(result)).map(drop)
}

/// Installs a filter that tells a listener of calls, and gives the listener.
///
/// Once a call was received only signals that kill end its wait, where the kernel can do that (Linux 5.19).
pub(crate) fn seccomp_listener(program: &[libc::sock_filter]) -> Result<OwnedFd, Errno> {
    let length = u16::try_from(program.len()).map_err(|_long| Errno::INVAL)?;
    let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    let set = |flags: c_ulong| {
        let set = libc::SECCOMP_SET_MODE_FILTER;
        // SAFETY: the kernel copies the program, whose length is right, and does not write to it.
        check(unsafe { libc::syscall(libc::SYS_seccomp, set, flags, &raw const program) })
    };
    let listen = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    let fd = match set(listen | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) {
        Err(Errno::INVAL) => set(listen),
        result => result,
    }?;
    let fd = RawFd::try_from(fd).map_err(|_large| Errno::BADF)?;
    // SAFETY: the descriptor was just made and nobody else has it.
    Ok(unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(fd) })
}

/// Has a listener's answers wake who waits on the processor of who answers; kernels before 6.6 can't, and it is slower.
pub(crate) fn answer_on_same_processor(listener: BorrowedFd<'_>) {
    const SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP: c_ulong = 1;
    let request = libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS;
    // SAFETY: the flags are the argument itself; no memory is taken.
    unsafe { libc::ioctl(listener.as_raw_fd(), request, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) };
}

/// Waits for the next call a listener is told of.
pub(crate) fn next_call(listener: BorrowedFd<'_>) -> Result<libc::seccomp_notif, Errno> {
    // SAFETY: all bits zero is what the kernel wants to be given.
    let mut call: libc::seccomp_notif = unsafe { zeroed() };
    // SAFETY: the structure is the one of the request, and lives through the call.
    let result =
        unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut call) };
    check(i64::from(result)).map(|_done| call)
}

/// Whether the call still waits: what was read of its process since is then that process's.
pub(crate) fn still_waits(listener: BorrowedFd<'_>, id: u64) -> bool {
    // SAFETY: the number lives through the call.
    let result = unsafe {
        libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID, &raw const id)
    };
    result == 0
}

/// Lets a call go on; one that does not wait any more is no error.
pub(crate) fn let_go_on(listener: BorrowedFd<'_>, id: u64) {
    // The libc crate has it in another width than the field it is for.
    const SECCOMP_USER_NOTIF_FLAG_CONTINUE: u32 = 1;
    let flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    let mut answer = libc::seccomp_notif_resp { id, val: 0, error: 0, flags };
    // SAFETY: the structure is the one of the request, and lives through the call.
    unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut answer) };
}

/// Reads another process's memory; as much as is there, in one piece.
pub(crate) fn read_memory(pid: Pid, address: u64, to: &mut [u8]) -> Result<usize, Errno> {
    let address = usize::try_from(address).map_err(|_far| Errno::FAULT)?;
    let local = libc::iovec { iov_base: to.as_mut_ptr().cast(), iov_len: to.len() };
    let base = ptr::without_provenance_mut(address);
    let remote = libc::iovec { iov_base: base, iov_len: to.len() };
    let pid = pid.as_raw_nonzero().get();
    // SAFETY: the local part is a slice that is ours alone; the remote one is checked by the kernel.
    let result =
        unsafe { libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0) };
    let read = check(i64::try_from(result).unwrap_or(-1))?;
    Ok(usize::try_from(read).unwrap_or_default())
}

/// Sets `IFF_UP` on the loopback device of the network namespace of `socket`.
pub(crate) fn loopback_up() -> Result<(), Errno> {
    // SAFETY: creates a descriptor or fails.
    let fd = unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) };
    check(i64::from(fd))?;
    // SAFETY: the descriptor was just made and nobody else has it.
    let socket = unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(fd) };
    // SAFETY: all bits zero is a valid ifreq.
    let mut request: libc::ifreq = unsafe { zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = from.cast_signed() as c_char;
    }
    interface_ioctl(socket.as_fd(), libc::SIOCGIFFLAGS, &mut request)?;
    let up = libc::c_short::try_from(libc::IFF_UP).unwrap_or_default();
    // SAFETY: SIOCGIFFLAGS filled in this member.
    let flags = unsafe { request.ifr_ifru.ifru_flags };
    request.ifr_ifru.ifru_flags = flags | up;
    interface_ioctl(socket.as_fd(), libc::SIOCSIFFLAGS, &mut request)
}

fn interface_ioctl(
    socket: BorrowedFd<'_>,
    call: c_ulong,
    request: &mut libc::ifreq,
) -> Result<(), Errno> {
    // SAFETY: both requests used take a pointer to an ifreq.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), call as _, ptr::from_mut(request)) };
    check(i64::from(result)).map(drop)
}

fn check(result: i64) -> Result<i64, Errno> {
    if result < 0 { Err(last_error()) } else { Ok(result) }
}

fn last_error() -> Errno {
    Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)
}
