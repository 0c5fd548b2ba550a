//! Mistakes on the command line, and what is meant instead.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::{FAILED, escaped};

/// Tells what is wrong with the command line. Help is data; a mistake is one of ours, and exits as such.
pub(crate) fn tell(mut error: clap::Error, arguments: &[OsString]) -> ExitCode {
    if let Some(tip) = forgotten_dashes(&error, arguments) {
        let tip = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tip);
    }
    let controls =
        |argument: &OsString| argument.as_encoded_bytes().iter().any(u8::is_ascii_control);
    // Nobody is left to tell when this fails.
    let _ = if arguments.iter().any(controls) {
        std::io::stderr().write_all(escaped(&error.render().to_string()).as_bytes())
    } else {
        error.print()
    };
    if error.use_stderr() { ExitCode::from(FAILED) } else { ExitCode::SUCCESS }
}

/// What to type where a command stands without `--` before it: `hermitage run app-arch/xz make`.
fn forgotten_dashes(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let takes_command = error.render().to_string().contains("-- <COMMAND>");
    if !takes_command || arguments.iter().any(|argument| argument == "--") {
        return None;
    }
    let place = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(word))) => {
            arguments.iter().position(|argument| argument == word.as_str())
        }
        (
            ErrorKind::UnknownArgument
            | ErrorKind::ArgumentConflict
            | ErrorKind::MissingRequiredArgument,
            _,
        ) => None,
        _ => return None,
    };
    let words: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    // An option that is not known may as well be one of ours that is misspelt.
    let Some(place) = place.filter(|&place| place > 1 && !words[place].starts_with('-')) else {
        return Some("put '--' before the command that is to be run".to_owned());
    };
    let (ours, command) = (words[1..place].join(" "), words[place..].join(" "));
    Some(format!("put '--' before the command: hermitage {ours} -- {command}"))
}
