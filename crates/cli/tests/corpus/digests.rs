//! The digest of recorded closures: one name wherever the same is seen, another when anything of it is another.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use hermitage_atom::Cpv;
use hermitage_testing::Corpus;
use hermitage_vdb::{Contents, Entry};
use tempfile::TempDir;

use crate::installed::Installed;

/// Closures of each database, and how many other packages come beside them.
const CLOSURES: usize = 10;
const OTHERS: usize = 100;

/// Another user makes containers, since everybody may.
const NOBODY: &str = "65534";

/// Shows a root under another path, and asks there.
const IN_CONTAINER: &str = r#"mount --bind "$1" "$2" && shift 2 && exec "$@""#;

pub(crate) fn of_a_prefix_they_are_equal_where_the_same_is_seen(corpus: &Corpus) {
    of_database(corpus, "clusterhq-prefix-2014");
}

pub(crate) fn of_a_desktop_they_are_equal_where_the_same_is_seen(corpus: &Corpus) {
    of_database(corpus, "yangmame-desktop-2018");
}

fn of_database(corpus: &Corpus, dataset: &str) {
    let database = |dataset: &str| corpus.unpacked(&format!("vdb/{dataset}.tar.xz"));
    let [from, others] =
        [database(dataset), database("yangmame-desktop-2018")].map(|root| root.join("var/db/pkg"));
    let closures = closures(corpus, dataset, &from);
    let mut digests = BTreeSet::new();
    for (target, members) in &closures {
        let machine = Machine::new(&from, target, members);
        digests.insert(machine.digest());
        machine.is_the_same_elsewhere();
        let unrelated = unrelated(&others, &machine);
        machine.is_the_same_beside(&others, &unrelated);
        machine.is_another_after_each_change(&unrelated[0]);
    }
    assert_eq!(digests.len(), CLOSURES, "no two closures have one name");
}

/// Some of the closures that Portage tells of, neither tiny nor huge, from all over the list.
fn closures(corpus: &Corpus, dataset: &str, database: &Path) -> Vec<(String, Vec<String>)> {
    let answer = corpus.oracle(&format!("portage-closure-{dataset}"));
    let contents =
        |member: &String| fs::read(database.join(member).join("CONTENTS")).unwrap_or_default();
    let has_link =
        |member: &String| Contents::parse(&contents(member)).any(|entry| is_link(&entry.unwrap()));
    let mut found = Vec::new();
    for (target, answer) in answer["roots"].as_object().unwrap() {
        let keep = answer["bdeps_n"]["keep"].as_array().unwrap();
        let members: Vec<_> = keep.iter().map(|cpv| cpv.as_str().unwrap().to_owned()).collect();
        let paths: usize =
            members.iter().map(|member| Contents::parse(&contents(member)).count()).sum();
        let fits = members.len() > 1 && (40..1600).contains(&paths);
        if target.starts_with('=') && fits && members.iter().any(has_link) {
            found.push((paths, target.clone(), members));
        }
    }
    found.sort();
    let every = found.len() / CLOSURES;
    assert!(every > 0, "{dataset}: {found:?}");
    let some = found.into_iter().rev().step_by(every).take(CLOSURES);
    some.map(|(_, target, members)| (target, members)).collect()
}

/// The smallest packages that nothing in a closure names, and no file of which is there already.
fn unrelated(database: &Path, machine: &Machine<'_>) -> Vec<String> {
    let named: String = machine.members.iter().map(|member| machine.dependencies(member)).collect();
    let mut found = Vec::new();
    for cpv in packages(database) {
        let package = Cpv::parse(&cpv).unwrap();
        let name = format!("{}/{}", package.category(), package.package());
        let is_member = machine.members.iter().any(|member| member.starts_with(&name));
        let contents = fs::read(database.join(&cpv).join("CONTENTS")).unwrap_or_default();
        let is_there = Contents::parse(&contents).map(Result::unwrap).any(|entry| {
            let place = machine.here.join(entry.as_path().strip_prefix("/").unwrap());
            !matches!(entry, Entry::Dir { .. }) && place.symlink_metadata().is_ok()
        });
        if !contents.is_empty() && !is_member && !named.contains(&name) && !is_there {
            found.push((contents.len(), cpv));
        }
    }
    found.sort();
    assert!(found.len() >= OTHERS, "{}: {} others", machine.target, found.len());
    found.into_iter().take(OTHERS).map(|(_, cpv)| cpv).collect()
}

fn packages(database: &Path) -> Vec<String> {
    let names = |dir: &Path| {
        let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect::<Vec<_>>()
    };
    let of = |category: String| {
        let packages = names(&database.join(&category)).into_iter();
        packages.map(move |package| format!("{category}/{package}")).collect::<Vec<_>>()
    };
    names(database).into_iter().flat_map(of).collect()
}

/// A closure that is installed alone, and the cache of who asks for its digest.
struct Machine<'a> {
    from: &'a Path,
    target: &'a str,
    members: &'a [String],
    scratch: TempDir,
    here: PathBuf,
}

impl<'a> Machine<'a> {
    fn new(from: &'a Path, target: &'a str, members: &'a [String]) -> Self {
        // A file system on a disk takes its time to make so many files.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory } else { &std::env::temp_dir() };
        let scratch = tempfile::tempdir_in(place).unwrap();
        // Another user looks too.
        fs::set_permissions(scratch.path(), Permissions::from_mode(0o755)).unwrap();
        let here = scratch.path().join("here");
        let machine = Self { from, target, members, scratch, here };
        machine.install(&machine.here, true);
        machine
    }

    fn install(&self, root: &Path, keeps_times: bool) {
        // Every machine has it, and a view has names of hosts where it is.
        fs::create_dir_all(root.join("etc")).unwrap();
        let installed = Installed { from: self.from, root, keeps_times };
        for member in self.members {
            installed.install(member);
        }
    }

    /// The directory of a package in the database.
    fn package(&self, cpv: &str) -> PathBuf {
        self.here.join("var/db/pkg").join(cpv)
    }

    /// All that a package says it needs.
    fn dependencies(&self, cpv: &str) -> String {
        let field = |name| fs::read_to_string(self.package(cpv).join(name)).unwrap_or_default();
        ["DEPEND", "BDEPEND", "RDEPEND", "PDEPEND", "IDEPEND"].map(field).concat()
    }

    fn digest(&self) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermitage"));
        command.args(self.question(&self.here));
        answer(&mut command, &self.scratch.path().join("cache"))
    }

    /// The words that ask for the digest below a root.
    fn question(&self, root: &Path) -> Vec<String> {
        let root = root.to_str().unwrap();
        let words = ["digest", self.target, "--root", root, "--system", "none"];
        let words = words.into_iter().chain(["--closure", "runtime-only", "--allow-unsatisfied"]);
        words.map(str::to_owned).collect()
    }

    /// In another root, whose files have other times; by another user, as root of a container; and under another path.
    fn is_the_same_elsewhere(&self) {
        let place = |name: &str| self.scratch.path().join(name);
        let [there, shown, cache] = ["there", "shown", "other-cache"].map(place);
        self.install(&there, false);
        for made in [&shown, &cache] {
            fs::create_dir(made).unwrap();
            fs::set_permissions(made, Permissions::from_mode(0o777)).unwrap();
        }
        let mut command = Command::new("unshare");
        if rustix::process::geteuid().is_root() {
            command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "unshare"]);
        }
        command.args(["--user", "--map-root-user", "--mount", "--uts", "--ipc", "--net"]);
        command.args(["sh", "-c", IN_CONTAINER, "sh"]).arg(&there).arg(&shown);
        command.arg(env!("CARGO_BIN_EXE_hermitage")).args(self.question(&shown));
        assert_eq!(answer(&mut command, &cache), self.digest(), "{}", self.target);
    }

    fn is_the_same_beside(&self, database: &Path, others: &[String]) {
        let before = self.digest();
        let installed = Installed { from: database, root: &self.here, keeps_times: true };
        for other in others {
            installed.install(other);
        }
        assert_eq!(self.digest(), before, "{}", self.target);
    }

    fn is_another_after_each_change(&self, other: &str) {
        let mut known = vec![self.digest()];
        let mut changed = |what: &str| {
            let digest = self.digest();
            assert!(!known.contains(&digest), "{}: {what} does not count", self.target);
            known.push(digest);
        };
        let is_file = |entry: &Entry<'_>| matches!(entry, Entry::Obj { .. });
        let (file, link) = (self.first(is_file), self.first(is_link));
        let mut content = fs::read(&file).unwrap();
        content[0] ^= 1;
        fs::write(&file, content).unwrap();
        changed("a byte");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        fs::set_permissions(&file, Permissions::from_mode(mode ^ 1)).unwrap();
        changed("a bit of a mode");
        let target = fs::read_link(&link).unwrap();
        fs::remove_file(&link).unwrap();
        // It leads to the same place in other words.
        let start = if target.is_absolute() { "/." } else { "./" };
        symlink([start, target.to_str().unwrap()].concat(), &link).unwrap();
        changed("the target of a link");
        let last = self.members.last().unwrap();
        append(&self.package(last).join("USE"), "one-more");
        changed("a flag");
        let target = self.target.strip_prefix('=').unwrap();
        append(&self.package(target).join("RDEPEND"), &format!("={other}"));
        changed("a dependency");
    }

    /// The first path of such a kind that a package of the closure has.
    fn first(&self, is_it: impl Fn(&Entry<'_>) -> bool) -> PathBuf {
        let of = |member: &String| {
            let contents = fs::read(self.package(member).join("CONTENTS")).unwrap();
            let place = |path: &Path| self.here.join(path.strip_prefix("/").unwrap());
            // What one package has as a link can be another's directory.
            let is_so = |entry: &Entry<'_>| {
                is_it(entry) && is_link(entry) == place(entry.as_path()).is_symlink()
            };
            let found = Contents::parse(&contents).map(Result::unwrap).find(is_so)?;
            Some(place(found.as_path()))
        };
        self.members.iter().find_map(of).unwrap()
    }
}

fn is_link(entry: &Entry<'_>) -> bool {
    matches!(entry, Entry::Sym { .. })
}

/// Adds a word to a field, which may not be there.
fn append(field: &Path, word: &str) {
    let before = fs::read_to_string(field).unwrap_or_default();
    fs::write(field, format!("{} {word}\n", before.trim_end())).unwrap();
}

fn answer(command: &mut Command, cache: &Path) -> String {
    command.env("XDG_CONFIG_HOME", "/nonexistent").env("XDG_CACHE_HOME", cache);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let digest = String::from_utf8(output.stdout).unwrap();
    assert!(digest.starts_with("sha256:") && digest.len() == 72, "{digest}");
    digest
}
