//! A view out of the cache is the one that would be made anew.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hermitage_vdb::test_support::Fixture;

use crate::support::{Answer, hermitage, in_database, small_system};

/// A made-up system with a shell, and a cache of its own.
struct Stage {
    fixture: Fixture,
    cache: tempfile::TempDir,
}

/// What a run was asked to look for.
const LOOK: &str = "for path in /usr/bin/* /usr/include/* /opt/* /run/* /srv/* /srv/all/*; do echo \"$path\"; done";

impl Stage {
    fn new() -> Self {
        let fixture = small_system();
        let stage = Self { fixture, cache: tempfile::tempdir().unwrap() };
        let mut contents = Vec::new();
        for path in shell_and_libraries() {
            let to = stage.real(&path);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&path, &to).unwrap();
            let path = path.display();
            contents.push(format!("obj {path} d41d8cd98f00b204e9800998ecf8427e 1500000000\n"));
        }
        let shell = in_database(&stage.fixture, "app-shells/sh-1");
        std::fs::create_dir_all(&shell).unwrap();
        std::fs::write(shell.join("SLOT"), "0\n").unwrap();
        std::fs::write(shell.join("CONTENTS"), contents.concat()).unwrap();
        wait();
        stage
    }

    fn real(&self, path: impl AsRef<Path>) -> PathBuf {
        self.fixture.root().join(path.as_ref().strip_prefix("/").unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", self.cache.path()).args(["-v", "run", "--root"]);
        command.arg(self.fixture.root()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        let mut command = self.command(arguments);
        Answer::of(command.args(["--", "/bin/sh", "-c", LOOK]).output().unwrap())
    }

    /// Runs with the cache and without it; returns what was seen, and whether the cache had it.
    fn look(&self, arguments: &[&str]) -> (String, bool) {
        let answer = self.run(arguments);
        let cached = answer.stderr.contains("took: cache");
        assert!(cached != answer.stderr.contains("took: database"), "{answer:?}");
        let seen = answer.good();
        let anew = self.run(&[arguments, &["--no-cache"]].concat());
        assert!(anew.stderr.contains("took: database"), "{anew:?}");
        assert_eq!(seen, anew.good());
        (seen, cached)
    }

    /// Fills the cache, changes something, and makes sure that this is noticed, and what is seen then kept.
    fn notices(&self, arguments: &[&str], change: impl FnOnce(&Self)) -> (String, String) {
        self.look(arguments);
        let (before, cached) = self.look(arguments);
        assert!(cached, "the second run was not cached");
        change(self);
        wait();
        let (after, cached) = self.look(arguments);
        assert!(!cached, "the change was not noticed");
        assert!(self.look(arguments).1, "the new state was not cached");
        (before, after)
    }

    fn verb(&self, arguments: &[&str]) -> Answer {
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", self.cache.path()).arg("cache").args(arguments);
        Answer::of(command.output().unwrap())
    }

    fn files(&self) -> Vec<PathBuf> {
        let dir = self.cache.path().join("hermitage/views");
        let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let is_index =
            |path: &PathBuf| path.extension().is_some_and(|e| e == "view" || e == "base");
        let mut files: Vec<_> = files.filter(is_index).collect();
        files.sort();
        files
    }
}

/// What has just changed is not cached, because it might change again with the same time.
fn wait() {
    std::thread::sleep(Duration::from_millis(150));
}

/// The shell of this machine and what the loader needs for it.
fn shell_and_libraries() -> Vec<PathBuf> {
    let output = Command::new("ldd").arg("/bin/sh").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words = text.split_whitespace().filter(|word| word.starts_with('/'));
    words.map(PathBuf::from).chain(["/bin/sh".into()]).collect()
}

const TOOL: &[&str] =
    &["app-misc/tool", "--with", "app-shells/sh", "--with", "app-misc/tool", "--system", "none"];

#[test]
fn a_second_run_takes_the_view_from_the_cache() {
    let stage = Stage::new();
    assert!(!stage.look(TOOL).1);
    let (seen, cached) = stage.look(TOOL);
    assert!(cached);
    assert!(seen.contains("/usr/bin/tool") && seen.contains("/usr/include/z.h"), "{seen}");
    // With every backend.
    for backend in ["served", "skeleton", "bind"] {
        let (again, cached) = stage.look(&[TOOL, &["--backend", backend]].concat());
        assert!(cached);
        assert_eq!(again, seen, "{backend}");
    }
}

#[test]
fn what_is_not_of_the_view_does_not_spoil_a_cached_one() {
    let stage = Stage::new();
    stage.look(TOOL);
    std::fs::create_dir_all(stage.real("/srv/unrelated")).unwrap();
    std::fs::remove_dir_all(stage.real("/srv")).unwrap();
    std::fs::write(stage.real("/usr/include/z.h"), "another content").unwrap();
    wait();
    stage.look(TOOL);
    assert!(stage.look(TOOL).1);
    std::fs::write(stage.real("/usr/include/z.h"), "yet another content").unwrap();
    assert!(stage.look(TOOL).1, "the content of a file is none of an index's facts");
}

#[test]
fn a_changed_list_of_files_is_noticed() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.real("/opt")).unwrap();
    std::fs::write(stage.real("/opt/new"), "").unwrap();
    wait();
    let (before, after) = stage.notices(TOOL, |stage| {
        let path = in_database(&stage.fixture, "dev-libs/z-1.0/CONTENTS");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text += "obj /opt/new d41d8cd98f00b204e9800998ecf8427e 1500000000\n";
        std::fs::write(path, text).unwrap();
    });
    assert!(!before.contains("/opt/new") && after.contains("/opt/new"), "{before}{after}");
}

#[test]
fn a_changed_dependency_is_noticed() {
    let stage = Stage::new();
    let (before, after) =
        stage.notices(&["--depend", "app-misc/tool app-shells/sh", "--system", "none"], |stage| {
            std::fs::remove_file(in_database(&stage.fixture, "app-misc/tool-1.0-r1/RDEPEND"))
                .unwrap();
        });
    assert!(
        before.contains("/usr/include/z.h") && !after.contains("/usr/include/z.h"),
        "{before}{after}"
    );
}

#[test]
fn a_merged_package_is_noticed() {
    let stage = Stage::new();
    stage.notices(TOOL, |stage| {
        let from = in_database(&stage.fixture, "dev-libs/z-1.0");
        std::fs::rename(from, in_database(&stage.fixture, "dev-libs/z-1.1")).unwrap();
    });
}

#[test]
fn a_link_that_no_package_owns_is_noticed() {
    let stage = Stage::new();
    let (before, after) = stage.notices(TOOL, |stage| {
        std::os::unix::fs::symlink("tool", stage.real("/usr/bin/alias")).unwrap();
    });
    assert!(
        !before.contains("/usr/bin/alias") && after.contains("/usr/bin/alias"),
        "{before}{after}"
    );
}

#[test]
fn a_file_that_is_gone_is_noticed() {
    let stage = Stage::new();
    let (_, after) = stage.notices(TOOL, |stage| {
        std::fs::remove_file(stage.real("/usr/include/z.h")).unwrap();
    });
    assert!(!after.contains("/usr/include/z.h"), "{after}");
}

/// Without it the view that was kept can't even be set up.
#[test]
fn a_directory_that_is_gone_is_noticed() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.real("/opt")).unwrap();
    std::fs::write(stage.real("/opt/x"), "").unwrap();
    let path = in_database(&stage.fixture, "app-misc/tool-1.0-r1/CONTENTS");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = "obj /opt/x d41d8cd98f00b204e9800998ecf8427e 1500000000\n";
    std::fs::write(path, text + line).unwrap();
    wait();
    let (before, after) = stage.notices(TOOL, |stage| {
        std::fs::remove_dir_all(stage.real("/opt")).unwrap();
    });
    assert!(before.contains("/opt/x") && !after.contains("/opt/x"), "{before}{after}");
}

#[test]
fn a_changed_mode_of_a_directory_is_noticed() {
    let stage = Stage::new();
    stage.notices(TOOL, |stage| {
        let mode = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(stage.real("/usr/include"), mode).unwrap();
    });
}

/// What other builds do beside this one is no change, and what could be seen of it is.
#[test]
fn what_others_make_beside_a_place_to_write_is_noticed_where_it_is_visible() {
    type Change = fn(&Path);
    let stage = Stage::new();
    std::fs::create_dir_all(stage.real("/srv/all/one")).unwrap();
    let contents = in_database(&stage.fixture, "app-misc/tool-1.0-r1").join("CONTENTS");
    let known = std::fs::read_to_string(&contents).unwrap();
    let more = "obj /srv/all/recorded d41d8cd98f00b204e9800998ecf8427e 1500000000\n";
    std::fs::write(&contents, known + more).unwrap();
    wait();
    let arguments = [TOOL, &["--write", "/srv/all/one"]].concat();
    stage.look(&arguments);
    std::fs::create_dir(stage.real("/srv/all/two")).unwrap();
    std::fs::write(stage.real("/srv/all/.lock"), "").unwrap();
    let (seen, cached) = stage.look(&arguments);
    assert!(cached && seen.contains("/srv/all/one") && !seen.contains("two"), "{seen}");
    let changes: [(&str, Change); 4] = [
        ("/srv/all/link", |path| std::os::unix::fs::symlink("/usr/bin/tool", path).unwrap()),
        ("/srv/all/link", |path| std::fs::remove_file(path).unwrap()),
        ("/srv/all/recorded", |path| std::fs::write(path, "text").unwrap()),
        ("/srv/all/recorded", |path| std::fs::remove_file(path).unwrap()),
    ];
    for (path, change) in changes {
        let (before, after) = stage.notices(&arguments, |stage| change(&stage.real(path)));
        assert!(before.contains(path) != after.contains(path), "{path}: {before}{after}");
    }
    stage.notices(&arguments, |stage| {
        let mode = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(stage.real("/srv/all"), mode).unwrap();
    });
}

/// Anybody's files in a directory that a package owns are no change, and what could be seen of them is.
#[test]
fn what_people_make_in_directories_of_packages_is_noticed_where_it_is_visible() {
    let stage = Stage::new();
    let contents = in_database(&stage.fixture, "app-misc/tool-1.0-r1").join("CONTENTS");
    let known = std::fs::read_to_string(&contents).unwrap();
    std::fs::write(&contents, known + "dir /srv\ndir /srv/all\ndir /root\ndir /opt\n").unwrap();
    for (path, mode) in [("/srv/all", 0o1777), ("/root", 0o700), ("/opt", 0o755)] {
        std::fs::create_dir_all(stage.real(path)).unwrap();
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(stage.real(path), mode).unwrap();
    }
    wait();
    stage.look(TOOL);
    std::fs::write(stage.real("/srv/all/scratch"), "").unwrap();
    std::fs::write(stage.real("/root/.history"), "").unwrap();
    let (seen, cached) = stage.look(TOOL);
    assert!(cached && !seen.contains("scratch"), "{seen}");
    let (before, after) = stage.notices(TOOL, |stage| {
        std::os::unix::fs::symlink("/usr/bin/tool", stage.real("/srv/all/link")).unwrap();
    });
    assert!(!before.contains("/srv/all/link") && after.contains("/srv/all/link"), "{after}");
    // Only package managers make things elsewhere.
    stage.notices(TOOL, |stage| std::fs::write(stage.real("/opt/new"), "").unwrap());
}

#[test]
fn a_changed_rule_for_generated_files_is_noticed() {
    let stage = Stage::new();
    let rules = stage.real("/rules.toml");
    let rule = "[[rule]]\npaths = [\"/usr/include/made.h\"]\ntreatment = \"synthesise\"\ncontent = \"text\"\n\
                mode = 0o644\nmade-by = \"nobody\"\nreason = \"a test\"\n";
    std::fs::write(&rules, "schema = 1\n").unwrap();
    wait();
    let arguments = [TOOL, &["--generated", rules.to_str().unwrap()]].concat();
    let (before, after) = stage.notices(&arguments, |_| {
        std::fs::write(&rules, format!("schema = 1\n{rule}")).unwrap();
    });
    assert!(!before.contains("made.h") && after.contains("made.h"), "{before}{after}");
}

#[test]
fn a_changed_profile_is_noticed() {
    let stage = Stage::new();
    let profile = stage.real("/etc/portage/make.profile");
    std::fs::create_dir_all(&profile).unwrap();
    std::fs::write(profile.join("packages"), "*app-shells/sh\n").unwrap();
    std::fs::write(profile.join("eapi"), "8\n").unwrap();
    wait();
    let (before, after) = stage.notices(&["--depend", "app-misc/tool"], |_| {
        std::fs::write(profile.join("packages"), "*app-shells/sh\n*sys-libs/z\n").unwrap();
    });
    // The other library's file is no name that was asked for, but it is in the index.
    assert_eq!(before, after);
}

#[test]
fn changed_metadata_of_an_ebuild_is_noticed() {
    let stage = Stage::new();
    let file = stage.real("/tool-2");
    let entry = |depend: &str| format!("DEFINED_PHASES=-\nDEPEND={depend}\nEAPI=8\nSLOT=0\n");
    std::fs::write(&file, entry("app-shells/sh dev-libs/z")).unwrap();
    wait();
    let arguments = ["--ebuild-metadata", file.to_str().unwrap(), "--system", "none"];
    let (before, after) = stage.notices(&arguments, |_| {
        std::fs::write(&file, entry("app-shells/sh")).unwrap();
    });
    assert!(before.contains("z.h") && !after.contains("z.h"), "{before}{after}");
}

#[test]
fn changed_metadata_and_another_version_in_a_repository_are_noticed() {
    let stage = Stage::new();
    let cache = stage.real("/repository/metadata/md5-cache/app-misc");
    let entry = |version: &str, depend: &str| {
        let text = format!("DEFINED_PHASES=-\nDEPEND={depend}\nEAPI=8\nSLOT=0\n");
        std::fs::write(cache.join(format!("new-{version}")), text).unwrap();
    };
    std::fs::create_dir_all(&cache).unwrap();
    entry("2", "app-shells/sh dev-libs/z");
    wait();
    let repository = stage.real("/repository");
    let arguments =
        ["app-misc/new", "--repository", repository.to_str().unwrap(), "--system", "none"];
    let (before, after) = stage.notices(&arguments, |_| entry("2", "app-shells/sh"));
    assert!(before.contains("z.h") && !after.contains("z.h"), "{before}{after}");
    let (before, after) = stage.notices(&arguments, |_| entry("3", "app-shells/sh dev-libs/z"));
    assert!(!before.contains("z.h") && after.contains("z.h"), "{before}{after}");
}

#[test]
fn a_damaged_file_is_made_anew_and_told_of() {
    let stage = Stage::new();
    stage.look(TOOL);
    assert_eq!(stage.files().len(), 2, "{:?}", stage.files());
    assert_eq!(stage.verb(&["verify"]).code, Some(0));
    for number in 0..2 {
        for cut in [true, false] {
            let file = &stage.files()[number];
            let mut bytes = std::fs::read(file).unwrap();
            if cut {
                bytes.truncate(bytes.len() / 2);
            } else {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
            // As a crash would leave it, not through the open mapping of anybody.
            std::fs::remove_file(file).unwrap();
            std::fs::write(file, bytes).unwrap();
            let verified = stage.verb(&["verify"]);
            assert_eq!(verified.code, Some(1), "{verified:?}");
            assert!(verified.stdout.contains("DAMAGED"), "{verified:?}");
            assert!(!stage.look(TOOL).1, "a damaged file was trusted");
            assert!(stage.look(TOOL).1);
            assert_eq!(stage.verb(&["verify"]).code, Some(0));
        }
    }
}

#[test]
fn many_that_start_at_once_make_a_view_once() {
    let stage = Stage::new();
    let start = || {
        let mut command = stage.command(TOOL);
        command.args(["--", "/bin/sh", "-c", LOOK]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started: Vec<_> = (0..8).map(|_| start()).collect();
    let ended = started.into_iter().map(|child| Answer::of(child.wait_with_output().unwrap()));
    let answers: Vec<_> = ended.collect();
    let made = answers.iter().filter(|answer| answer.stderr.contains("took: database")).count();
    assert_eq!(made, 1, "{answers:?}");
    let expected = stage.look(TOOL).0;
    for answer in answers {
        assert_eq!(answer.good(), expected);
    }
}

#[test]
fn a_full_cache_gives_up_what_was_not_used_for_longest() {
    let stage = Stage::new();
    stage.look(TOOL);
    let other = ["--depend", "app-shells/sh", "--system", "none"];
    stage.look(&other);
    let listed = stage.verb(&["list", "--format", "json"]).good();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let files = listed["files"].as_array().unwrap();
    let views: Vec<_> = files.iter().filter(|file| file["kind"] == "view").collect();
    assert_eq!(views.len(), 2, "{listed}");
    let bytes = listed["bytes"].as_u64().unwrap();
    assert_eq!(stage.verb(&["prune", "--size", &(bytes - 1).to_string()]).code, Some(0));
    assert!(!stage.look(TOOL).1, "the older one is gone");
    assert!(stage.look(&other).1, "the newer one is there");
    assert_eq!(stage.verb(&["prune", "--all"]).code, Some(0));
    let views: Vec<_> =
        stage.files().into_iter().filter(|p| p.extension().unwrap() == "view").collect();
    assert!(views.is_empty(), "{views:?}");
}

#[test]
fn digests_and_sums_are_listed_checked_and_bounded_as_views_are() {
    let stage = Stage::new();
    let digest = |settings: &str| {
        let config = stage.cache.path().join("settings.toml");
        std::fs::write(&config, settings).unwrap();
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", stage.cache.path()).arg("--config").arg(config);
        command.arg("digest").arg("--root").arg(stage.fixture.root()).args(TOOL);
        Answer::of(command.output().unwrap()).good()
    };
    stage.look(TOOL);
    let name = digest("");
    let kinds = || {
        let listed = stage.verb(&["list", "--format", "json"]).good();
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let files = listed["files"].as_array().unwrap().clone();
        let mut kinds: Vec<_> =
            files.iter().map(|file| file["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(), ["base", "digest", "sums", "view"]);
    assert_eq!(stage.verb(&["verify"]).code, Some(0));
    let cache = stage.cache.path().join("hermitage");
    let kept = std::fs::read_dir(cache.join("digests")).unwrap().next().unwrap().unwrap().path();
    for file in [kept, cache.join("sums")] {
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        let verified = stage.verb(&["verify"]);
        let short = file.strip_prefix(&cache).unwrap().to_str().unwrap();
        let line = verified.stdout.lines().find(|line| line.contains(short)).unwrap();
        assert!(verified.code == Some(1) && line.contains("DAMAGED"), "{verified:?}");
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, &bytes).unwrap();
    }
    assert_eq!(stage.verb(&["verify"]).code, Some(0));
    // Who asks for a digest bounds all of it; what views share is spared while it is new, since one may be about to need it.
    assert_eq!(digest("cache-limit = 1\n"), name);
    assert_eq!(kinds(), ["base"]);
    digest("");
    assert_eq!(stage.verb(&["prune", "--all"]).code, Some(0));
    assert_eq!(kinds(), ["base"]);
}

#[test]
fn the_cache_is_not_to_be_seen_from_inside() {
    let stage = Stage::new();
    let within = tempfile::tempdir_in(stage.fixture.root()).unwrap();
    let cache = within.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    wait();
    let inside = Path::new("/").join(within.path().strip_prefix(stage.fixture.root()).unwrap());
    for _ in 0..2 {
        let mut command = stage.command(TOOL);
        command.env("XDG_CACHE_HOME", &cache).arg("--write").arg(&inside);
        let script = format!(
            "cd {0} && echo {0}/cache/* {0}/cache/hermitage/* && : > {0}/w",
            inside.display()
        );
        let answer = Answer::of(command.args(["--", "/bin/sh", "-c", &script]).output().unwrap());
        let expected = format!("{0}/cache/hermitage {0}/cache/hermitage/*\n", inside.display());
        assert_eq!(answer.good(), expected);
    }
}
