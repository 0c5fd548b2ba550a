use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use super::words;

/// The phases that run in a view. `depend` reads nothing but the ebuild, `clean` and `misc-functions.sh` are Portage's own work.
const CONFINED: [&str; 6] = ["unpack", "prepare", "configure", "compile", "test", "install"];

/// What Portage asks `sandbox` for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// What `bash -c` is to carry out; none is an interactive shell.
    pub(super) command: Option<OsString>,
    /// The phase, where it is one that is to run in a view.
    pub(super) phase: Option<String>,
}

impl Call {
    /// What is meant by arguments, which are one command as the real `sandbox` has it.
    pub(super) fn of(arguments: &[OsString]) -> Self {
        if arguments.is_empty() {
            return Self { command: None, phase: None };
        }
        let command = arguments.join(OsStr::new(" "));
        let phase = phase_of(command.as_bytes());
        Self { command: Some(command), phase }
    }
}

fn phase_of(command: &[u8]) -> Option<String> {
    let (program, rest) = words::word(command).ok()?;
    let (phase, rest) = words::word(rest.strip_prefix(b" ")?).ok()?;
    let is_ebuild = Path::new(OsStr::from_bytes(&program)).ends_with("ebuild.sh");
    let phase = String::from_utf8(phase).ok()?;
    (is_ebuild && rest.is_empty() && CONFINED.contains(&&phase[..])).then_some(phase)
}

/// The arguments of a call that is meant for `sandbox`: by the name we are called under, or since the only argument is one
/// of the two programs that Portage gives it, whose paths no verb looks like.
pub(crate) fn asked_of_sandbox(arguments: &[OsString]) -> Option<&[OsString]> {
    let (own, rest) = arguments.split_first()?;
    let is_sandbox = Path::new(own).file_name().is_some_and(|name| name == "sandbox");
    (is_sandbox || matches!(rest, [only] if is_portages(only))).then_some(rest)
}

fn is_portages(argument: &OsStr) -> bool {
    let Ok((program, rest)) = words::word(argument.as_bytes()) else { return false };
    let program = OsString::from_vec(program);
    let path = Path::new(&program);
    let known = path.ends_with("ebuild.sh") || path.ends_with("misc-functions.sh");
    path.is_absolute() && known && rest.starts_with(b" ")
}

#[cfg(test)]
mod tests {
    use super::{Call, asked_of_sandbox};
    use std::ffi::OsString;

    fn arguments(texts: &[&str]) -> Vec<OsString> {
        texts.iter().map(OsString::from).collect()
    }

    fn phase(texts: &[&str]) -> Option<String> {
        Call::of(&arguments(texts)).phase
    }

    #[test]
    fn the_phases_that_build_are_recognised() {
        for name in ["unpack", "prepare", "configure", "compile", "test", "install"] {
            let command = format!("/usr/lib/portage/python3.13/ebuild.sh {name}");
            assert_eq!(phase(&[&command]).as_deref(), Some(name));
        }
        assert_eq!(phase(&["'/a b/ebuild.sh' compile"]).as_deref(), Some("compile"));
    }

    #[test]
    fn everything_else_is_passed_on() {
        for command in [
            "/p/ebuild.sh depend",
            "/p/ebuild.sh nofetch",
            "/p/ebuild.sh",
            "/p/ebuild.sh compile; rm x",
            "/p/misc-functions.sh __dyn_instprep",
            "/p/not-ebuild.sh compile",
            "make",
        ] {
            assert_eq!(phase(&[command]), None, "{command}");
        }
        assert_eq!(Call::of(&[]), Call { command: None, phase: None });
        assert_eq!(Call::of(&arguments(&["echo", "a"])).command, Some("echo a".into()));
    }

    #[test]
    fn only_portages_calls_and_the_name_sandbox_are_taken() {
        let taken = |texts: &[&str]| asked_of_sandbox(&arguments(texts)).is_some();
        assert!(taken(&["/usr/bin/sandbox"]));
        assert!(taken(&["sandbox", "make"]));
        assert!(taken(&["hermitage", "/p/ebuild.sh compile"]));
        assert!(taken(&["hermitage", "/p/misc-functions.sh __dyn_instprep"]));
        for other in
            [&["hermitage"][..], &["hermitage", "run"], &["hermitage", "ebuild.sh compile"]]
        {
            assert!(!taken(other), "{other:?}");
        }
        assert!(!taken(&["hermitage", "/p/ebuild.sh compile", "more"]));
    }
}
