use std::ffi::OsString;

use super::names::{HOME, build_user};

/// What a pure build has for an environment, before `--env` adds to it.
///
/// Nothing of the caller's is in it. README.md has the same list.
pub(crate) fn environment() -> Vec<(OsString, OsString)> {
    let user = build_user().name;
    let fixed = [
        ("HOME", HOME),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("LOGNAME", user),
        // /usr/local and the like come after what packages own, or not at all.
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ("SHELL", "/bin/sh"),
        ("TERM", "dumb"),
        ("TZ", "UTC"),
        ("USER", user),
    ];
    fixed.iter().map(|(name, value)| (name.into(), value.into())).collect()
}
