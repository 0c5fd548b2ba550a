//! What a phase gets and how it ends, without Portage: its calls and what it says about a phase are made up.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hermitage_vdb::test_support::Fixture;
use tempfile::TempDir;

use crate::support::{Answer, hermitage};

/// A Prefix with a library and a tool, and a build directory.
struct Shim {
    prefix: TempDir,
    database: Fixture,
}

impl Shim {
    fn new() -> Self {
        // Not in /tmp, which is a fresh one inside.
        let prefix =
            tempfile::Builder::new().prefix("hermitage-shim.").tempdir_in("/var/tmp").unwrap();
        let at = prefix.path().display();
        let package = |name: &str, file: &str| {
            format!(
                "== {name}-1\nSLOT=2/2.5\nEAPI=8\n-- CONTENTS\ndir {at}/usr\n\
                 obj {at}/usr/{file} d41d8cd98f00b204e9800998ecf8427e 1500000000\n\n"
            )
        };
        let text = package("dev-libs/lib", "lib.h") + &package("dev-util/tool", "tool");
        let shim = Self { database: Fixture::new(&text).unwrap(), prefix };
        for dir in ["usr", "bin", "etc", "build/portage/app-misc/foo-1/temp/logging"] {
            fs::create_dir_all(shim.at(dir)).unwrap();
        }
        shim.write("usr/lib.h", "");
        shim.write("usr/tool", "#!/bin/sh\n");
        shim.configure("");
        shim.saved("DEPEND=\"\"\nBDEPEND=\"\"\n");
        shim
    }

    fn at(&self, path: &str) -> PathBuf {
        self.prefix.path().join(path)
    }

    fn build(&self, path: &str) -> PathBuf {
        self.at("build/portage/app-misc/foo-1").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn configure(&self, more: &str) {
        let tools = ["/usr", "/bin", "/lib", "/lib64", "/etc"];
        let tools: Vec<_> = tools.into_iter().filter(|path| Path::new(path).exists()).collect();
        let database = self.database.root().join("var/db/pkg");
        let text =
            format!("system = \"none\"\ndb = \"{}\"\nread = {tools:?}\n{more}", database.display());
        self.write("etc/hermitage.toml", &text);
    }

    /// What the build has saved of the ebuild.
    fn saved(&self, text: &str) {
        fs::write(self.build("temp/environment"), text).unwrap();
    }

    /// Runs a phase that consists of `script`, called from a shell that does `before` first.
    fn calls(&self, phase: &str, script: &str, before: &str, variables: &[(&str, &str)]) -> Answer {
        self.write("bin/ebuild.sh", &format!("#!/bin/bash\n{script}\n"));
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &format!("{before}\nexec \"$@\""), "sh"]);
        command.arg(hermitage().get_program()).args(["portage", "shim"]);
        command.arg(format!("{}/ebuild.sh {phase}", self.at("bin").display()));
        let environment = [
            ("PATH", PathBuf::from("/usr/local/bin:/usr/bin:/bin")),
            ("PORTAGE_BUILDDIR", self.build("")),
            ("PORTAGE_BIN_PATH", self.at("bin")),
            ("PORTAGE_CONFIGROOT", self.at("")),
            ("EPREFIX", self.prefix.path().to_owned()),
            ("EBUILD", self.at("repository/app-misc/foo/foo-1.ebuild")),
            ("PORTAGE_DEPCACHEDIR", self.at("cache")),
            ("T", self.build("temp")),
            ("CATEGORY", "app-misc".into()),
            ("PF", "foo-1".into()),
            ("EAPI", "8".into()),
        ];
        command.env_clear().envs(environment).envs(variables.iter().copied());
        Answer::of(command.output().unwrap())
    }

    fn phase(&self, script: &str, variables: &[(&str, &str)]) -> Answer {
        self.calls("compile", script, "", variables)
    }

    /// What there is inside of what packages own.
    fn visible(&self, phase: &str, variables: &[(&str, &str)]) -> String {
        self.calls(phase, "cd \"${EPREFIX}/usr\" 2>/dev/null; echo *", "", variables).good()
    }
}

#[test]
fn a_phase_has_the_mask_and_the_files_of_its_caller_but_no_directory() {
    let shim = Shim::new();
    let before = format!(
        "umask 0027; exec 5>'{0}/five' 6<'{0}' 9>'{0}/status'; export PORTAGE_EBUILD_EXIT_FD=9",
        shim.prefix.path().display()
    );
    let script = "umask; echo said >&5; for fd in 6 9; do [[ -e /proc/self/fd/${fd} ]] && echo \"has ${fd}\"; done
        echo 0 >&${PORTAGE_EBUILD_EXIT_FD}; exit 3";
    let answer = shim.calls("compile", script, &before, &[]);
    assert_eq!((answer.code, &answer.stdout[..]), (Some(3), "0027\n"), "{answer:?}");
    assert_eq!(fs::read_to_string(shim.at("five")).unwrap(), "said\n");
    assert_eq!(fs::read_to_string(shim.at("status")).unwrap(), "0\n");
}

#[test]
fn a_phase_that_is_refused_fails_in_both_ways_of_telling() {
    let shim = Shim::new();
    shim.configure("[portage]\nmode = \"enforce\"\n");
    let script = "cat \"${EPREFIX}/usr/lib.h\" 2>/dev/null
        [[ ! ${PORTAGE_EBUILD_EXIT_FD} ]] || echo 0 >&${PORTAGE_EBUILD_EXIT_FD}; exit 0";
    let answer = shim.phase(script, &[]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.stderr.contains("undeclared:dev-libs/lib"), "{answer:?}");
    let log = fs::read_to_string(shim.build("temp/logging/compile")).unwrap();
    assert!(log.starts_with("ERROR hermitage: app-misc/foo-1, compile: "), "{log}");

    let before =
        format!("exec 9>'{}'; export PORTAGE_EBUILD_EXIT_FD=9", shim.at("status").display());
    shim.calls("compile", script, &before, &[]);
    assert_eq!(fs::read_to_string(shim.at("status")).unwrap(), "1\n");

    fs::remove_file(shim.build("temp/logging/compile")).unwrap();
    shim.configure("");
    shim.phase(script, &[]).good();
    let log = fs::read_to_string(shim.build("temp/logging/compile")).unwrap();
    assert!(
        log.lines().all(|line| line.starts_with("QA ")) && log.contains("dev-libs/lib"),
        "{log}"
    );
}

#[test]
fn what_a_package_declares_is_read_wherever_portage_has_it() {
    let shim = Shim::new();
    assert!(!shim.visible("compile", &[]).contains("lib.h"));
    let declared = "DEPEND=\"dev-libs/lib\"\nBDEPEND=\"x? ( dev-util/tool )\"\n";
    shim.saved(declared);
    assert_eq!(shim.visible("compile", &[("USE", "x")]), "lib.h tool\n");
    assert_eq!(shim.visible("compile", &[]), "lib.h\n");
    // Before EAPI 7 a variable of that name is any other.
    assert_eq!(shim.visible("compile", &[("USE", "x"), ("EAPI", "6")]), "lib.h\n");

    // Before there is an environment that could be saved.
    fs::remove_file(shim.build("temp/environment")).unwrap();
    let entry = format!("cache{}/app-misc/foo-1", shim.at("repository").display());
    shim.write(&entry, &declared.replace('"', ""));
    assert_eq!(shim.visible("unpack", &[("USE", "x")]), "lib.h tool\n");
    shim.write(&entry, "DEPEND=dev-util/tool\n");
    assert_eq!(shim.visible("unpack", &[]), "tool\n");
}

#[test]
fn what_is_not_exported_is_read_from_the_file_that_says_it() {
    let shim = Shim::new();
    shim.saved("DEPEND=\"x? ( dev-libs/lib )\"\nBDEPEND=\"dev-util/tool\"\n");
    let file = shim.at("extra");
    fs::write(&file, "CATEGORY='app-misc'\nPF='foo-1'\nEAPI='9'\nUSE='x y'\n").unwrap();
    let unset = ["CATEGORY", "PF", "EAPI", "USE"].join(" ");
    let source = [("PORTAGE_EBUILD_EXTRA_SOURCE", file.to_str().unwrap())];
    let script = "cd \"${EPREFIX}/usr\" && echo *";
    let answer = shim.calls("compile", script, &format!("unset {unset}"), &source);
    assert_eq!(answer.good(), "lib.h tool\n");
    let answer = shim.calls("compile", script, &format!("unset {unset}"), &[]);
    assert_eq!(answer.code, Some(125), "{answer:?}");
    assert!(answer.stderr.contains("(CATEGORY, PF)"), "{answer:?}");
}

/// Before EAPI 7, what is needed on either side is in DEPEND.
#[test]
fn a_tool_in_depend_is_misplaced_where_there_is_bdepend() {
    let shim = Shim::new();
    shim.saved("DEPEND=\"dev-util/tool\"\nBDEPEND=\"\"\n");
    // The rules tell a program by its place.
    let script = "\"${EPREFIX}/usr/bin/prog\"";
    shim.write("usr/bin/prog", "#!/bin/sh\n");
    let owned = shim.database.root().join("var/db/pkg/dev-util/tool-1/CONTENTS");
    let text = format!(
        "dir {0}/usr\ndir {0}/usr/bin\nobj {0}/usr/bin/prog d41d8cd98f00b204e9800998ecf8427e 1500000000\n",
        shim.prefix.path().display()
    );
    fs::write(owned, text).unwrap();
    for (eapi, is_told) in [("6", false), ("7", true), ("8", true)] {
        let answer = shim.phase(script, &[("EAPI", eapi)]);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        assert_eq!(
            answer.stderr.contains("misplaced:dev-util/tool"),
            is_told,
            "{eapi}: {answer:?}"
        );
    }
}

#[test]
fn settings_of_a_package_are_added_to_those_of_all() {
    let shim = Shim::new();
    shim.saved("DEPEND=\"dev-util/tool\"\nSLOT=\"5\"\n");
    shim.write("more/file", "");
    let script = "cat \"${EPREFIX}\"/usr/lib.h 2>/dev/null; cd \"${EPREFIX}\" && echo more/* usr/*";
    let more = |key: &str, value: &str, pattern: &str| {
        shim.configure(&format!(
            "[portage]\nmode = \"enforce\"\n[[portage.package]]\nmatch = \"{pattern}\"\n{key} = {value}\n"
        ));
        shim.phase(script, &[])
    };
    let path = |name: &str| format!("[\"{}\"]", shim.at(name).display());
    let refused = more("read", &path("more"), "app-misc/*");
    assert_eq!(
        (refused.code, &refused.stdout[..]),
        (Some(1), "more/file usr/tool\n"),
        "{refused:?}"
    );
    let refused = more("hide", &path("usr/tool"), "app-misc/foo");
    assert_eq!((refused.code, &refused.stdout[..]), (Some(1), "more/* usr/*\n"), "{refused:?}");
    assert_eq!(more("ignore", "[\"dev-libs/*\"]", "app-misc/foo:5").stderr, "");
    assert_eq!(more("ignore", "[\"dev-libs/*\"]", "app-misc/foo:0").code, Some(1));
    assert_eq!(more("ignore", "[\"dev-libs/*\"]", "=app-misc/foo-2").code, Some(1));
    assert_eq!(more("fail-on", "\"never\"", "*/foo").code, Some(0));
    assert_eq!(more("mode", "\"hide\"", "dev-libs/*").code, Some(1));

    let rule = |pattern: &str, mode: &str| {
        format!("[[portage.package]]\nmatch = \"{pattern}\"\nmode = \"{mode}\"\n")
    };
    shim.configure(&(rule("app-misc/foo", "enforce") + &rule("app-misc/*", "hide")));
    assert_eq!(shim.phase(script, &[]).code, Some(0));
    shim.configure(&(rule("app-misc/*", "hide") + &rule("app-misc/foo", "enforce")));
    assert_eq!(shim.phase(script, &[]).code, Some(1));
}

#[test]
fn files_can_be_given_away_by_root_and_are_made_where_portage_wants_them() {
    let shim = Shim::new();
    let temporary = shim.build("temp");
    let variables = [("TMPDIR", temporary.to_str().unwrap())];
    let made = PathBuf::from(shim.phase("mktemp", &variables).good().trim_end());
    assert_eq!(made.parent(), Some(&*temporary));
    assert!(made.exists());
    if rustix::process::geteuid().is_root() {
        shim.phase("chown 12:34 \"${T}\"/tmp.*", &variables).good();
        let meta = fs::metadata(made).unwrap();
        assert_eq!((meta.uid(), meta.gid()), (12, 34));
    }
}

/// A phase, what it has in its environment, and whether it has the network.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

#[test]
fn the_network_is_there_where_portage_leaves_it() {
    let shim = Shim::new();
    let own = fs::read_link("/proc/self/ns/net").unwrap().display().to_string();
    let sandbox = ("FEATURES", "network-sandbox");
    let distcc = ("FEATURES", "network-sandbox distcc");
    let (test, live) = (("PORTAGE_PROPERTIES", "test_network"), ("PORTAGE_PROPERTIES", "live"));
    let restrict = ("PORTAGE_RESTRICT", "strip network-sandbox");
    let cases: [Case<'_>; 11] = [
        ("compile", &[], true),
        ("compile", &[sandbox], false),
        ("compile", &[sandbox, restrict], true),
        ("compile", &[sandbox, test], false),
        ("test", &[sandbox, test], true),
        ("test", &[sandbox], false),
        ("unpack", &[sandbox], false),
        ("unpack", &[sandbox, live], true),
        ("compile", &[sandbox, live], false),
        ("compile", &[distcc], true),
        ("test", &[distcc], false),
    ];
    for (phase, variables, expected) in cases {
        let seen = shim.calls(phase, "readlink /proc/self/ns/net", "", variables).good();
        assert_eq!(seen.trim_end() == own, expected, "{phase} {variables:?}");
    }
}

#[test]
fn portages_own_programs_are_not_asked_what_they_look_for() {
    let shim = Shim::new();
    shim.configure("[portage]\nmode = \"enforce\"\n");
    let own = "#!/bin/bash\n{ : < \"${EPREFIX}/usr/lib.h\"; } 2>/dev/null\nexit 0\n";
    shim.write("bin/helper", own);
    let answer = shim.phase("\"${PORTAGE_BIN_PATH}/helper\"", &[]);
    assert_eq!((answer.code, &answer.stderr[..]), (Some(0), ""), "{answer:?}");
    let answer = shim.phase("{ : < \"${EPREFIX}/usr/lib.h\"; } 2>/dev/null; exit 0", &[]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
}

#[test]
fn of_the_compilers_caches_those_that_are_used_can_be_written() {
    let shim = Shim::new();
    let dirs = ["ccache", "distcc"].map(|name| shim.at(&format!("caches/{name}")));
    for dir in &dirs {
        fs::create_dir_all(dir).unwrap();
    }
    let [ccache, distcc] = dirs.each_ref().map(|dir| dir.to_str().unwrap());
    let script = "for dir in \"${CCACHE_DIR}\" \"${DISTCC_DIR}\"; do
        { : > \"${dir}/written\"; } 2>/dev/null && echo \"${dir##*/}\"; done; exit 0";
    for (features, expected) in [
        ("", ""),
        ("ccache", "ccache\n"),
        ("distcc", "distcc\n"),
        ("distcc ccache", "ccache\ndistcc\n"),
    ] {
        let variables = [("FEATURES", features), ("CCACHE_DIR", ccache), ("DISTCC_DIR", distcc)];
        assert_eq!(shim.phase(script, &variables).good(), expected, "{features}");
    }
}

#[test]
fn a_directory_that_a_declared_package_has_too_is_not_missed() {
    let shim = Shim::new();
    shim.configure("[portage]\nmode = \"enforce\"\n");
    // As a compiler is told where to search.
    let script = "bash -c ': < \"${EPREFIX}/usr/tool\"' \"-I${EPREFIX}/usr\"";
    shim.saved("DEPEND=\"dev-util/tool\"\n");
    let answer = shim.phase(script, &[]);
    assert_eq!((answer.code, &answer.stderr[..]), (Some(0), ""), "{answer:?}");
}
