//! `deps`, `files`, `why` and `owner` on a made-up system.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use crate::machine::Machine;
use crate::support::{Answer, call, hermitage, in_database, on, small_system};

#[test]
fn deps_prints_a_tree_with_the_atoms_that_ask() {
    let system = small_system();
    let text = on(&system, "deps", &["tool"]).good();
    assert!(
        text.starts_with("app-misc/tool-1.0-r1\n  dev-libs/z-1.0  (DEPEND dev-libs/z)\n"),
        "{text}"
    );
}

#[test]
fn deps_prints_json_sorted_by_package_with_every_reason() {
    let system = small_system();
    let text = on(
        &system,
        "deps",
        &["=app-misc/tool-1.0-r1", "--closure", "runtime-only", "--format", "json"],
    )
    .good();
    assert_eq!(
        text,
        concat!(
            r#"{"schema":1,"packages":[{"cpv":"app-misc/tool-1.0-r1","why":[{"from":"app-misc/tool-1.0-r1"}]},"#,
            r#"{"cpv":"dev-libs/z-1.0","why":[{"from":"app-misc/tool-1.0-r1","class":"RDEPEND","atom":"dev-libs/z"}]}]}"#,
            "\n"
        )
    );
}

#[test]
fn deps_prints_tables_and_graphs() {
    let system = small_system();
    let tsv = on(&system, "deps", &["tool", "--format", "tsv"]).good();
    assert_eq!(tsv, "dev-libs/z-1.0\tapp-misc/tool-1.0-r1\tDEPEND\tdev-libs/z\n");
    let dot = on(&system, "deps", &["tool", "--format", "dot"]).good();
    assert!(
        dot.contains(
            "\"app-misc/tool-1.0-r1\" -> \"dev-libs/z-1.0\" [label=\"DEPEND dev-libs/z\"];"
        ),
        "{dot}"
    );
}

#[test]
fn people_read_the_versions_of_the_distribution_and_programs_those_that_can_be_given_back() {
    let system = small_system();
    fs::write(in_database(&system, "dev-libs/z-1.0/DEBIAN_VERSION"), "1:1.0-1+b1\n").unwrap();
    fs::write(in_database(&system, "app-misc/tool-1.0-r1/DEPEND"), "~dev-libs/z-1.0\n").unwrap();
    let deps = on(&system, "deps", &["tool"]).good();
    assert!(
        deps.contains("\n  dev-libs/z-1:1.0-1+b1  (DEPEND ~dev-libs/z-1:1.0-1+b1)\n"),
        "{deps}"
    );
    let tsv = on(&system, "deps", &["tool", "--format", "tsv"]).good();
    assert!(tsv.starts_with("dev-libs/z-1.0\t"), "{tsv}");
    let why = on(&system, "why", &["/usr/include/z.h", "tool"]).good();
    let chain = "app-misc/tool-1.0-r1 --DEPEND ~dev-libs/z-1:1.0-1+b1--> dev-libs/z-1:1.0-1+b1\n";
    assert_eq!(
        why,
        format!("/usr/include/z.h is visible: dev-libs/z-1:1.0-1+b1 owns it\n  {chain}")
    );
    assert_eq!(on(&system, "why", &["dev-libs/z", "tool"]).good(), chain);
}

#[test]
fn an_ebuild_that_is_not_installed_is_a_target_with_its_metadata_and_flags() {
    let system = small_system();
    let entry = system.root().join("cat/new-1");
    fs::create_dir(system.root().join("cat")).unwrap();
    fs::write(&entry, "EAPI=7\nIUSE=extra\nDEPEND=extra? ( dev-libs/z )\nBDEPEND=sys-libs/z\n")
        .unwrap();
    let ask = |flags: &str| {
        let path = entry.to_str().unwrap();
        on(&system, "deps", &["--ebuild-metadata", path, "--use", flags, "--format", "tsv"]).good()
    };
    assert_eq!(ask(""), "sys-libs/z-2.0\tcat/new-1\tBDEPEND\tsys-libs/z\n");
    assert!(ask("extra").starts_with("dev-libs/z-1.0\tcat/new-1\tDEPEND\tdev-libs/z\n"));
}

#[test]
fn a_withheld_package_goes_with_what_only_it_needs() {
    let system = small_system();
    fs::write(in_database(&system, "dev-libs/z-1.0/RDEPEND"), "sys-libs/z\n").unwrap();
    let ask = |more: &[&str]| {
        let answer = on(&system, "deps", &[&["tool", "--format", "json"], more].concat()).good();
        answer.matches("\"cpv\"").count()
    };
    assert_eq!(ask(&[]), 2);
    assert_eq!(ask(&["--withhold", "sys-libs/z"]), 1);
    assert_eq!(ask(&["--withhold", "dev-libs/z"]), 0);
    on(&system, "deps", &["tool", "--withhold", "app-misc/nosuch"]).refused(&["app-misc/nosuch"]);
}

#[test]
fn files_lists_paths_with_owners_and_reasons() {
    let system = small_system();
    let text = on(&system, "files", &["tool"]).good();
    assert_eq!(
        text,
        "/\t(parent)\n/dev\t(fresh)\n/proc\t(fresh)\n/tmp\t(fresh)\n/usr\tdev-libs/z-1.0\n\
         /usr/include\tdev-libs/z-1.0\n/usr/include/z.h\tdev-libs/z-1.0\n"
    );
    let json = on(&system, "files", &["tool", "--format", "json"]).good();
    assert!(
        json.contains(r#"{"path":"/usr/include/z.h","kind":"file","owners":["dev-libs/z-1.0"]}"#),
        "{json}"
    );
}

#[test]
fn read_write_and_hide_change_what_files_lists() {
    let system = small_system();
    let text =
        on(&system, "files", &["tool", "--read", "/usr/bin", "--hide", "/usr/include/z.h"]).good();
    assert!(text.contains("/usr/bin\t(shown on request)\n"), "{text}");
    assert!(!text.contains("z.h"), "{text}");
}

#[test]
fn why_prints_the_chain_or_what_to_declare() {
    let system = small_system();
    let visible = on(&system, "why", &["/usr/include/z.h", "tool"]).good();
    assert!(
        visible.contains(
            "dev-libs/z-1.0 owns it\n  app-misc/tool-1.0-r1 --DEPEND dev-libs/z--> dev-libs/z-1.0\n"
        ),
        "{visible}"
    );
    let hidden = on(&system, "why", &["/usr/z.conf", "tool"]);
    assert_eq!(hidden.code, Some(1), "{hidden:?}");
    assert!(
        hidden.stdout.contains("sys-libs/z-2.0 owns it\n  to show it, declare sys-libs/z\n"),
        "{hidden:?}"
    );
    let package = on(&system, "why", &["sys-libs/z", "tool"]);
    assert_eq!(package.code, Some(1), "{package:?}");
    assert!(package.stdout.contains("declare sys-libs/z"), "{package:?}");
    let nothing = on(&system, "why", &["/usr/nothing", "tool"]);
    assert!(nothing.stdout.contains("there is no such file"), "{nothing:?}");
}

#[test]
fn owner_finds_paths_through_links_and_says_where_unowned_links_lead() {
    let system = small_system();
    std::os::unix::fs::symlink("usr/bin", system.root().join("bin")).unwrap();
    std::os::unix::fs::symlink("tool", system.root().join("usr/bin/alias")).unwrap();
    assert_eq!(on(&system, "owner", &["/bin/tool"]).good(), "/bin/tool\tapp-misc/tool-1.0-r1\n");
    let nobody = on(&system, "owner", &["/bin/alias"]);
    assert_eq!((nobody.code, nobody.stdout.as_str()), (Some(1), ""));
    for word in ["no package owns it", "/usr/bin/tool", "app-misc/tool-1.0-r1"] {
        assert!(nobody.stderr.contains(word), "{nobody:?}");
    }
    let json = on(&system, "owner", &["/usr/z.conf", "--format", "json"]).good();
    assert_eq!(json, "[{\"path\":\"/usr/z.conf\",\"owners\":[\"sys-libs/z-2.0\"]}]\n");
}

#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    let mut child =
        Machine::get().verb("files").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap());
    assert_eq!((answer.code, &*answer.stderr), (Some(0), ""));
}

#[test]
fn completions_and_manual_pages_know_every_verb() {
    for shell in ["bash", "zsh", "fish"] {
        let script = call(["completions", shell]).good();
        assert!(script.contains("import") && script.contains("doctor"), "{shell}");
    }
    assert!(call(["man"]).good().contains("hermitage"));
    let pages = tempfile::tempdir().unwrap();
    call(["man", pages.path().to_str().unwrap()]).good();
    assert!(pages.path().join("hermitage-run.1").is_file());
}

#[test]
fn doctor_says_what_works() {
    let output = hermitage().args(["doctor", "--format", "json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r#"{"name":"backend bind","works":"#), "{text}");
}

#[test]
fn of_many_that_start_with_an_empty_cache_one_imports() {
    let root = tempfile::tempdir().unwrap();
    let admindir = root.path().join("var/lib/dpkg");
    fs::create_dir_all(admindir.join("info")).unwrap();
    let entry = |number| {
        format!(
            "Package: p{number}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"
        )
    };
    fs::write(admindir.join("status"), (0..400).map(entry).collect::<String>()).unwrap();
    for number in 0..400 {
        fs::write(admindir.join(format!("info/p{number}.list")), "/.\n").unwrap();
    }
    let start = || {
        let mut command = hermitage();
        command.env("XDG_CACHE_HOME", root.path().join("cache"));
        command.args(["deps", "--depend", "debian/p1", "--system", "none", "--root"]);
        command.arg(root.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started: Vec<_> = (0..8).map(|_| start()).collect();
    let errors: Vec<_> = started
        .into_iter()
        .map(|process| {
            let output = process.wait_with_output().unwrap();
            let errors = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{errors}");
            errors
        })
        .collect();
    let imports = errors.iter().filter(|errors| errors.contains("imported 400 packages"));
    assert_eq!(imports.count(), 1, "{errors:?}");
}

/// Root may search every directory, unless what it starts can't have the capabilities for that.
fn without_the_right_to_search() {
    use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set as remove};
    if rustix::process::geteuid().is_root() {
        remove(CapabilitySet::DAC_OVERRIDE).unwrap();
        remove(CapabilitySet::DAC_READ_SEARCH).unwrap();
    }
}

#[test]
fn a_directory_that_one_may_not_search_does_not_spoil_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let system = small_system();
    let closed = system.root().join("closed");
    fs::create_dir_all(closed.join("inner")).unwrap();
    let contents = in_database(&system, "sys-libs/z-2.0/CONTENTS");
    let listed = fs::read_to_string(&contents).unwrap();
    let closed_file = "obj /closed/inner/deep/file d41d8cd98f00b204e9800998ecf8427e 1500000000\n";
    fs::write(&contents, format!("{listed}dir /closed\ndir /closed/inner\n{closed_file}")).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // The bounding set is a thread's own, and what the thread starts inherits it.
    let answer = std::thread::scope(|scope| {
        let ask = || {
            without_the_right_to_search();
            on(&system, "files", &["tool"])
        };
        scope.spawn(ask).join().unwrap()
    });
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(answer.good().contains("/usr/include/z.h"));
}

/// A repository of two versions, with the metadata of both, and of an ebuild whose metadata nobody made.
fn repository(directory: &std::path::Path) {
    let cache = directory.join("metadata/md5-cache/app-misc");
    fs::create_dir_all(&cache).unwrap();
    for (version, slot, depend) in
        [("1.9", "1", "dev-libs/z"), ("1.10", "2", "ssl? ( sys-libs/z )")]
    {
        let entry = format!("DEFINED_PHASES=-\nDEPEND={depend}\nEAPI=8\nIUSE=ssl\nSLOT={slot}\n");
        fs::write(cache.join(format!("new-{version}")), entry).unwrap();
    }
    fs::write(cache.join("Manifest.gz"), "").unwrap();
    for ebuild in ["app-misc/new/new-1.9.ebuild", "app-misc/bare/bare-1.ebuild"] {
        let ebuild = directory.join(ebuild);
        fs::create_dir_all(ebuild.parent().unwrap()).unwrap();
        fs::write(ebuild, "EAPI=8\n").unwrap();
    }
}

#[test]
fn an_ebuild_of_a_repository_is_a_target_by_its_metadata() {
    let system = small_system();
    let directory = tempfile::tempdir().unwrap();
    repository(directory.path());
    let path = directory.path().to_str().unwrap();
    let deps = |target: &str, more: &[&str]| {
        let arguments = [&[target, "--repository", path, "--format", "tsv"], more].concat();
        on(&system, "deps", &arguments)
    };
    let ssl = deps("app-misc/new", &["--use", "ssl"]).good();
    assert!(ssl.starts_with("sys-libs/z-2.0\tapp-misc/new-1.10\tDEPEND\tsys-libs/z\n"), "{ssl}");
    assert_eq!(deps("=app-misc/new-1.10", &[]).good(), "");
    for older in ["<app-misc/new-1.10", "app-misc/new:1", "app-misc/new-1.9"] {
        let found = deps(older, &[]).good();
        assert!(found.contains("\tapp-misc/new-1.9\tDEPEND\tdev-libs/z\n"), "{older}: {found}");
    }
    deps("=app-misc/new-3", &[]).refused(&["no metadata of =app-misc/new-3", "app-misc/new-1.10"]);
    deps("app-misc/bare", &[]).refused(&["no metadata", "egencache", "pmaint regen"]);
    deps("app-misc/new[ssl]", &[]).refused(&["--use"]);

    let by_path = |ebuild: &str| {
        let ebuild = format!("{path}/{ebuild}");
        on(&system, "deps", &["--ebuild-metadata", &ebuild, "--format", "tsv"])
    };
    let found = by_path("app-misc/new/new-1.9.ebuild").good();
    assert!(found.contains("\tapp-misc/new-1.9\tDEPEND\tdev-libs/z\n"), "{found}");
    by_path("app-misc/bare/bare-1.ebuild").refused(&["no metadata of this ebuild", "egencache"]);
    on(&system, "deps", &["tool", "--use", "ssl"]).refused(&["--repository"]);
}

#[test]
fn patterns_withhold_whole_categories() {
    let system = small_system();
    let all = on(&system, "deps", &["--depend", "dev-libs/z sys-libs/z", "--format", "tsv"]).good();
    assert!(all.contains("dev-libs/z-1.0\t") && all.contains("sys-libs/z-2.0\t"), "{all}");
    let withhold = |pattern: &str| {
        let depend = "dev-libs/z sys-libs/z";
        on(&system, "deps", &["--depend", depend, "--format", "tsv", "--withhold", pattern])
    };
    let left = withhold("sys-*/*").good();
    assert!(left.contains("dev-libs/z-1.0\t") && !left.contains("sys-libs/z"), "{left}");
    assert_eq!(withhold("*/z").good(), "");
    withhold("net-*/*").refused(&["--withhold net-*/*"]);
    withhold("**/z").refused(&["category", "*/pkg"]);
}

#[test]
fn hiding_what_is_not_there_is_warned_of() {
    let system = small_system();
    let typo = on(&system, "files", &["tool", "--hide", "/usr/incldue"]);
    assert!(typo.stderr.contains("--hide /usr/incldue: there is no such path"), "{typo:?}");
    let right = on(&system, "files", &["tool", "--hide", "/usr/include/z.h", "--hide", "/dev/shm"]);
    assert!(!right.stderr.contains("no such path"), "{right:?}");
}
