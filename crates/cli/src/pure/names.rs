use std::fmt::Write as _;

use hermitage_view::GeneratedTable;

use crate::failure::Failure;

/// The home of a pure build's user: empty, writable, and gone afterwards.
pub(crate) const HOME: &str = "/tmp";

/// The number of an ordinary user and their group in a pure view: the first one that people get.
const BUILD: u32 = 1000;

/// Who a pure build is run by, seen from the inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct BuildUser {
    pub(super) name: &'static str,
    pub(super) id: u32,
}

/// Root stays root, since it has the host's owners; every other user is the same one.
pub(super) fn build_user() -> BuildUser {
    let me = rustix::process::geteuid();
    if me.is_root() {
        BuildUser { name: "root", id: 0 }
    } else {
        BuildUser { name: "build", id: BUILD }
    }
}

/// The files by which names and numbers of users are told apart, and what else is the administrator's choice, for a pure view.
pub(crate) fn names() -> Result<GeneratedTable, Failure> {
    let user = build_user();
    let (mut passwd, mut group) = (String::new(), String::new());
    let mut entry = |name: &str, group_name: &str, id: u32, home: &str| {
        // A String takes all that is written to it.
        let _ = writeln!(passwd, "{name}:x:{id}:{id}:{name}:{home}:/bin/sh");
        let _ = writeln!(group, "{group_name}:x:{id}:");
    };
    entry("root", "root", 0, HOME);
    if user.id != 0 {
        entry(user.name, user.name, user.id, HOME);
    }
    entry("nobody", "nogroup", 65534, "/nonexistent");
    let text = format!(
        r#"
schema = 1

[[rule]]
paths = ["/etc/passwd"]
treatment = "synthesise"
content = {passwd:?}
even-if-owned = true
reason = "with --pure every machine has the same users"

[[rule]]
paths = ["/etc/group"]
treatment = "synthesise"
content = {group:?}
even-if-owned = true
reason = "with --pure every machine has the same groups"

[[rule]]
paths = ["/etc/nsswitch.conf"]
treatment = "synthesise"
content = "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n"
even-if-owned = true
reason = "with --pure names are looked up in the files above, not where the administrator keeps them"

[[rule]]
paths = ["/etc/localtime", "/etc/timezone", "/etc/host.conf", "/etc/gai.conf"]
treatment = "hide"
even-if-owned = true
reason = "the administrator's choice; without them there is UTC, and the C library's defaults"
"#
    );
    GeneratedTable::parse(&text).map_err(Failure::from)
}
