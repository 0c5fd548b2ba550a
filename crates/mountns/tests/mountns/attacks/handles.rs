use std::ffi::CStr;
use std::os::fd::AsRawFd as _;

use super::attempt;
use crate::raw::{Arg, call};

/// The largest handle the kernel makes, in bytes (`MAX_HANDLE_SZ`).
const LARGEST: u64 = 128;

/// Opens files by their handles, past every path: those that the kernel tells, and made-up ones of what file systems have
/// for a root.
pub(crate) fn main() {
    for path in
        [c"/", c"/usr/bin/tool", c"/bin/inside", c"/usr", c"/tmp", c"/dev/null", c"/proc/self"]
    {
        let name = path.to_str().unwrap();
        let Ok(here) = std::fs::File::open(name) else { continue };
        let here = Arg::N(here.as_raw_fd().into());
        for flags in [0, 0x200, 0x1000] {
            // With AT_HANDLE_FID, too, which makes handles where none can be opened.
            let told = told(path, flags);
            println!("handle of {name} with {flags:#x}: {}", told.is_some());
            let Some(handle) = told else { continue };
            open(&format!("told {name}"), here, &handle);
        }
        for inode in [1, 2, 32, 64, 128, 256] {
            // FILEID_INO32_GEN with 32 bits of generation, and FILEID_INO64_GEN.
            open(&format!("made-up {inode} in {name}"), here, &made_up(8, 1, &[inode]));
            open(
                &format!("made-up 64-bit {inode} in {name}"),
                here,
                &made_up(12, 0x81, &[inode, 0]),
            );
        }
    }
}

fn told(path: &CStr, flags: i64) -> Option<Vec<u64>> {
    let mut handle = vec![0; 32];
    handle[0] = LARGEST;
    let mount = [0];
    let args = [Arg::N(-100), Arg::S(path), Arg::B(&handle), Arg::B(&mount), Arg::N(flags)];
    call(libc::SYS_name_to_handle_at, &args).ok().map(|_| handle)
}

/// The first word holds the length and, above it, the type.
fn made_up(bytes: u64, kind: u64, words: &[u64]) -> Vec<u64> {
    [&[bytes | kind << 32], words, &[0; 16]].concat()
}

fn open(name: &str, mount: Arg<'_>, handle: &[u64]) {
    // For reading, O_PATH.
    for flags in [0, 0x20_0000] {
        attempt(name, call(libc::SYS_open_by_handle_at, &[mount, Arg::B(handle), Arg::N(flags)]));
    }
}
