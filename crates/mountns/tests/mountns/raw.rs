//! System calls as an attacker makes them, past every library: the only unsafe code of the tests.
#![allow(unsafe_code, reason = "what is tried here has no safe wrapper, and must fail anyway")]

use std::ffi::CStr;

/// An argument: a number, or a string by its address.
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a> {
    N(i64),
    S(&'a CStr),
    /// Bytes the kernel may read and write.
    B(&'a [u64]),
}

impl Arg<'_> {
    fn word(self) -> libc::c_long {
        match self {
            Self::N(number) => number,
            Self::S(text) => text.as_ptr().expose_provenance().cast_signed() as libc::c_long,
            Self::B(bytes) => bytes.as_ptr().expose_provenance().cast_signed() as libc::c_long,
        }
    }
}

/// Makes a call; the error is its number.
pub(crate) fn call(number: libc::c_long, args: &[Arg<'_>]) -> Result<i64, i32> {
    let mut words = [0; 6];
    words.iter_mut().zip(args).for_each(|(word, arg)| *word = arg.word());
    // SAFETY: pointers are those of living strings and buffers; the calls used write at most into the buffers given.
    let result = unsafe {
        libc::syscall(number, words[0], words[1], words[2], words[3], words[4], words[5])
    };
    if result < 0 { Err(errno()) } else { Ok(result) }
}

fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or_default()
}

/// Makes a call by the table of 32-bit programs, from a 64-bit one.
#[cfg(target_arch = "x86_64")]
pub(crate) fn call_32(number: u32, args: [u32; 3]) -> Result<i32, i32> {
    let result: i32;
    // SAFETY: pointers among the arguments are null, or those of living strings that are read; rbx, which the compiler keeps for itself, is put back.
    unsafe {
        std::arch::asm!(
            "xchg {first:r}, rbx",
            "int 0x80",
            "xchg {first:r}, rbx",
            first = inout(reg) u64::from(args[0]) => _,
            inlateout("eax") number.cast_signed() => result,
            in("ecx") args[1],
            in("edx") args[2],
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    if result < 0 { Err(-result) } else { Ok(result) }
}

/// Forks; the child gets the result of `child` as its exit code.
pub(crate) fn fork(child: impl FnOnce() -> i32) -> Result<i32, i32> {
    // SAFETY: the test program has one thread, and the child ends without destructors.
    let pid = unsafe { libc::fork() };
    match pid {
        0 => {
            let code = child();
            // SAFETY: ends the process.
            unsafe { libc::_exit(code) }
        }
        -1 => Err(errno()),
        pid => Ok(pid),
    }
}

/// Waits for a child and gives its status.
pub(crate) fn wait(pid: i32) -> i32 {
    let mut status = 0;
    // SAFETY: the status lives through the call.
    unsafe { libc::waitpid(pid, &raw mut status, 0) };
    status
}

/// Maps a file's first page to be written; whether that is possible.
pub(crate) fn map_for_writing(file: &std::fs::File) -> bool {
    use std::os::fd::AsRawFd as _;
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
    // SAFETY: a new mapping at a place the kernel chooses; nothing is accessed through it.
    let address =
        unsafe { libc::mmap(std::ptr::null_mut(), 1, protection, flags, file.as_raw_fd(), 0) };
    address != libc::MAP_FAILED
}

/// Copies a text to the end of a page behind which nothing is, and gives its address; `flags` are more of mmap's.
pub(crate) fn at_page_end(text: &CStr, flags: i32) -> i64 {
    let (protection, page) = (libc::PROT_READ | libc::PROT_WRITE, 4096);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags;
    // SAFETY: a new mapping at a place the kernel chooses.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), 2 * page, protection, flags, -1, 0) };
    assert_ne!(start, libc::MAP_FAILED);
    let (bytes, start) = (text.to_bytes_with_nul(), start.cast::<u8>());
    let place = start.wrapping_add(page - bytes.len());
    // SAFETY: the place is in the first page of the mapping, ours, and as long as the text.
    unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    // SAFETY: the second page of the mapping; nobody has a reference to it.
    unsafe { libc::munmap(start.wrapping_add(page).cast(), page) };
    place.expose_provenance().cast_signed() as i64
}
