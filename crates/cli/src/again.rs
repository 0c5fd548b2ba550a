//! Processes that are hermitage again, with what it was asked for but for a few options.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;

use rustix::process::{Pid, Signal};

use crate::failure::Failure;

/// The words of a command line without some of its options, each given with how many words its value takes. The command
/// stays as it is.
pub(crate) fn without(words: &[OsString], options: &[(&str, usize)]) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            kept.push(word.clone());
            kept.extend(rest.cloned());
            break;
        }
        let found = options.iter().find(|(option, _)| {
            let tail = word.as_bytes().strip_prefix(option.as_bytes());
            tail.is_some_and(|tail| tail.is_empty() || tail.starts_with(b"="))
        });
        match found {
            None => kept.push(word.clone()),
            Some((_, values)) if !word.as_bytes().contains(&b'=') => {
                // Its values go with it.
                rest = rest.as_slice()[(*values).min(rest.len())..].iter();
            }
            Some(_) => {}
        }
    }
    kept
}

/// Has the end of the process that started us, which has this number, end us with a signal.
pub(crate) fn die_with(parent: i32, signal: Signal) -> Result<(), Failure> {
    rustix::process::set_parent_process_death_signal(Some(signal))
        .map_err(|errno| Failure::new(format!("prctl(PR_SET_PDEATHSIG): {errno}")))?;
    // It may have ended before.
    if rustix::process::getppid().map(Pid::as_raw_nonzero).is_none_or(|pid| pid.get() != parent) {
        return Err(Failure::new("the process that started this one has ended"));
    }
    Ok(())
}
