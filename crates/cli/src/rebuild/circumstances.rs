//! What a condition is in the first build, and in one that varies it.

use std::path::Path;
use std::time::Duration;

use hermitage_mountns::{Access, Bind, ByteString, Entry, EntryKind, Plan, Tmpfs};

use super::Condition;
use super::clock::FakeTime;
use crate::copies::{Manner, Order};
use crate::plan::{set_variable, variable};

/// The variable that a build with another environment has.
pub(super) const VARIABLE: &str = "HERMITAGE_REBUILD";
/// Its value.
pub(super) const VALUE: &str = "seen-by-the-build";
/// The other host's name.
pub(super) const HOST: &str = "rebuilt-elsewhere";
/// The other user: name, number and home.
pub(super) const USER: &str = "somebody-else";
const USER_NUMBER: u32 = 4242;
const USER_HOME: &str = "/dev/shm";
/// A time zone that no place has, in the form that needs no data: half past eleven hours ahead.
pub(super) const TIME_ZONE: &str = "HRM-11:30";
/// Below which directory the sources lie in another place.
pub(super) const PLACE: &str = "/moved-for-rebuild";
/// How much older the sources are.
const AGE: Duration = Duration::from_secs((24 * 397 + 7) * 3600);

/// Files that another user needs, on the host.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) passwd: ByteString,
    pub(super) group: ByteString,
}

/// What the condition is in the first build, and in one that varies it, in a few words.
pub(super) fn values(condition: Condition, plan: &Plan) -> [String; 2] {
    let env = |name: &str| variable(plan, name).map_or_else(|| "unset".into(), ToString::to_string);
    let both = |first: String, second: &str| [first, second.to_owned()];
    match condition {
        Condition::Environment => both(format!("{VARIABLE} unset"), &format!("{VARIABLE}={VALUE}")),
        Condition::Host => both(plan.hostname.to_string(), HOST),
        Condition::User => {
            let number = other_number(plan).map(|number| format!(", number {number}"));
            both(env("USER"), &format!("{USER}{}, HOME={USER_HOME}", number.unwrap_or_default()))
        }
        Condition::TimeZone => both(format!("TZ {}", env("TZ")), &format!("TZ={TIME_ZONE}")),
        Condition::Locale => both(env("LC_ALL"), other_locale(plan)),
        Condition::Umask => {
            both(format!("{:03o}", plan.umask), &format!("{:03o}", other_umask(plan)))
        }
        Condition::Order => both("ascending".into(), "descending"),
        Condition::Cpus => both(
            plan.surroundings.processors.map_or_else(|| "all".into(), |count| count.to_string()),
            "1",
        ),
        Condition::Date => both("as they are".into(), "397 days and 7 hours older"),
        Condition::Clock => {
            let fake = FakeTime::find(plan.host_root.as_path());
            both("the machine's".into(), &fake.map(|fake| fake.told()).unwrap_or_default())
        }
        Condition::Place => both("as they lie".into(), &format!("below {PLACE}")),
        Condition::Packages => both("what is declared".into(), "all that are installed"),
    }
}

/// How copies of the sources are made.
pub(super) fn manner(varied: &[Condition]) -> Manner {
    Manner {
        order: if varied.contains(&Condition::Order) {
            Order::Descending
        } else {
            Order::Ascending
        },
        age: if varied.contains(&Condition::Date) { AGE } else { Duration::ZERO },
    }
}

/// Changes a plan to what some conditions are in a build that varies them.
pub(super) fn apply(varied: &[Condition], plan: &mut Plan, names: &Names) {
    for condition in varied {
        match condition {
            Condition::Environment => set_variable(plan, VARIABLE, VALUE),
            Condition::Host => plan.hostname = HOST.into(),
            Condition::User => become_another(plan, names),
            Condition::TimeZone => set_variable(plan, "TZ", TIME_ZONE),
            Condition::Locale => {
                let locale = other_locale(plan);
                for name in ["LANG", "LC_ALL", "LANGUAGE"] {
                    set_variable(plan, name, locale);
                }
            }
            Condition::Umask => plan.umask = other_umask(plan),
            Condition::Cpus => plan.surroundings.processors = Some(1),
            Condition::Clock => {
                if let Some(fake) = FakeTime::find(plan.host_root.as_path()) {
                    fake.put_into(plan);
                }
            }
            Condition::Place => move_away(plan),
            // They are a matter of the copies, and of another view.
            Condition::Order | Condition::Date | Condition::Packages => {}
        }
    }
}

/// None where root is to have power over the owners of files, which takes being root.
fn other_number(plan: &Plan) -> Option<u32> {
    let is_other = |number: &u32| plan.surroundings.user != Some(*number);
    let numbers = [USER_NUMBER, USER_NUMBER + 1];
    numbers.into_iter().find(is_other).filter(|_| plan.capabilities.is_empty())
}

/// Entries of files of names for the user that a build runs as when it is another.
pub(super) fn entries(plan: &Plan) -> [String; 2] {
    let number = other_number(plan).unwrap_or(0);
    [
        format!("{USER}:x:{number}:{number}:{USER}:{USER_HOME}:/bin/sh\n"),
        format!("{USER}:x:{number}:\n"),
    ]
}

fn become_another(plan: &mut Plan, names: &Names) {
    plan.surroundings.user = other_number(plan).or(plan.surroundings.user);
    for (name, value) in [("USER", USER), ("LOGNAME", USER), ("HOME", USER_HOME)] {
        set_variable(plan, name, value);
    }
    for (path, source) in [("/etc/group", &names.group), ("/etc/passwd", &names.passwd)] {
        // Where nobody has a name, the other one has none either.
        if plan.entry(path.as_bytes()).is_some() || plan.may_be_directory(path.as_bytes()) {
            plan.binds.push(Bind {
                source: source.clone(),
                destination: path.into(),
                access: Access::Read,
            });
        }
    }
}

fn move_away(plan: &mut Plan) {
    let moved =
        |path: &ByteString| ByteString::from(&[PLACE.as_bytes(), path.as_bytes()].concat()[..]);
    let writable = |bind: &&mut Bind| bind.access == Access::Write;
    let mut cwd = None;
    for bind in plan.binds.iter_mut().filter(writable) {
        if plan.cwd.as_path().starts_with(bind.destination.as_path()) {
            cwd = Some(moved(&plan.cwd));
        }
        bind.destination = moved(&bind.destination);
    }
    if let Some(cwd) = cwd {
        if variable(plan, "PWD").is_some() {
            set_variable(plan, "PWD", cwd.clone());
        }
        plan.cwd = cwd;
    }
    let entry = Entry { path: PLACE.into(), kind: EntryKind::Dir { mode: 0o755 } };
    if let Err(at) = plan.entries.binary_search_by(|known| known.path.cmp(&entry.path)) {
        plan.entries.insert(at, entry);
    }
    plan.tmpfs.push(Tmpfs { path: PLACE.into(), mode: 0o755, size: None });
}

fn other_locale(plan: &Plan) -> &'static str {
    /// Locales that sort otherwise than by code points, where the C library's data has them as directories.
    const SORTING: [(&str, &str); 4] = [
        ("/usr/lib/locale/et_EE.utf8", "et_EE.UTF-8"),
        ("/usr/lib/locale/fr_FR.utf8", "fr_FR.UTF-8"),
        ("/usr/lib/locale/de_DE.utf8", "de_DE.UTF-8"),
        ("/usr/lib/locale/en_US.utf8", "en_US.UTF-8"),
    ];
    let now = variable(plan, "LC_ALL").or_else(|| variable(plan, "LANG"));
    let is_now = |name: &str| now.is_some_and(|now| now.as_bytes() == name.as_bytes());
    let there = |path: &str| plan.entry(path.as_bytes()).is_some();
    let sorting = SORTING.iter().find(|(path, name)| there(path) && !is_now(name));
    match sorting {
        Some((_, name)) => name,
        None if is_now("C.UTF-8") => "C",
        None => "C.UTF-8",
    }
}

pub(super) fn other_umask(plan: &Plan) -> u32 {
    if plan.umask == 0o002 { 0o022 } else { 0o002 }
}

/// Why a condition can't be varied here; none when it can.
pub(super) fn obstacle(condition: Condition, plan: &Plan, memory: Option<&str>) -> Option<String> {
    match condition {
        Condition::Order => memory.map(|reason| {
            format!("it takes a file system in memory, which is not to be had: {reason}")
        }),
        Condition::Cpus if plan.surroundings.processors == Some(1) => {
            Some("there is one only, by --cpus".into())
        }
        Condition::Cpus => {
            let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            (count == 1).then(|| "this machine has one only".into())
        }
        Condition::Clock => FakeTime::find(plan.host_root.as_path())
            .is_none()
            .then(|| "it takes libfaketime, which is not installed".into()),
        Condition::Packages if plan.host_root.as_path() != Path::new("/") => {
            Some("packages are those of another root".into())
        }
        _ => None,
    }
}
