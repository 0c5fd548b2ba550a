//! What belongs to a closure, and what is said of what does not, on made-up systems.

use std::fs;

use hermitage_vdb::test_support::Fixture;

use crate::support::{Answer, call, in_database, on, small_system};

/// Fails unless the program failed as itself and said all of `words`; it may have printed what there is to look at.
fn refused(answer: &Answer, words: &[&str]) {
    assert_eq!(answer.code, Some(125), "{answer:?}");
    for word in words {
        assert!(answer.stderr.contains(word), "{word:?} is not in {answer:?}");
    }
}

#[test]
fn the_advice_of_why_names_the_package_that_was_asked_for() {
    let system = Fixture::new(
        "
        == a/py-2.7
        SLOT=2.7
        -- CONTENTS
        obj /py2 d41d8cd98f00b204e9800998ecf8427e 1500000000

        == a/py-3.5
        SLOT=3
        -- CONTENTS

        == a/py-3.6
        SLOT=3
        -- CONTENTS
        ",
    )
    .unwrap();
    fs::write(system.root().join("py2"), "").unwrap();
    let advice = |subject: &str| {
        let answer = on(&system, "why", &[subject, "--depend", ""]);
        assert_eq!(answer.code, Some(1), "{answer:?}");
        let (_, advice) = answer.stdout.trim_end().rsplit_once("to show it, declare ").unwrap();
        on(&system, "why", &[subject, "--depend", advice]).good();
        advice.to_owned()
    };
    assert_eq!(advice("=a/py-2.7"), "a/py:2.7");
    assert_eq!(advice("/py2"), "a/py:2.7");
    assert_eq!(advice("=a/py-3.5"), "=a/py-3.5");
    assert_eq!(advice("=a/py-3.6"), "a/py");
}

#[test]
fn what_is_not_on_disk_is_not_shown_by_declaring_its_owner() {
    let system = small_system();
    fs::remove_file(system.root().join("usr/include/z.h")).unwrap();
    let answer = on(&system, "why", &["/usr/include/z.h", "tool"]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert!(answer.stdout.contains("dev-libs/z-1.0 owns it, but it is not on disk"), "{answer:?}");
    assert!(!answer.stdout.contains("declare"), "{answer:?}");
}

#[test]
fn why_knows_the_packages_of_every_root() {
    let root = small_system();
    let sysroot = Fixture::new("== dev-libs/z-3\nSLOT=0\n\n== only/there-1\nSLOT=0\n").unwrap();
    let ask = |name: &str| {
        let sysroot = sysroot.root().to_str().unwrap();
        on(&root, "why", &[name, "--depend", "dev-libs/z", "--sysroot", sysroot])
    };
    let chain = "what is declared --DEPEND dev-libs/z--> dev-libs/z-3\n";
    assert_eq!(ask("dev-libs/z").good(), chain);
    assert_eq!(ask("=dev-libs/z-3").good(), chain);
    let hidden = ask("=dev-libs/z-1.0");
    assert_eq!(hidden.code, Some(1), "{hidden:?}");
    assert!(ask("there").stdout.contains("only/there-1 is not visible"));
    refused(&ask("only/gone"), &["only/gone"]);
}

#[test]
fn flags_are_names_with_spaces_between_and_may_be_taken_back() {
    let system = small_system();
    let ask = |flags: &str| {
        let depend = "x? ( dev-libs/z ) y? ( sys-libs/z )";
        on(&system, "deps", &["--depend", depend, "--use", flags, "--format", "tsv"])
    };
    let count = |flags: &str| ask(flags).good().lines().count();
    assert_eq!(count("x y"), 2);
    assert_eq!(count("-x y"), 1);
    assert_eq!(count("x y -x"), 1);
    assert_eq!(count("-x x -y"), 1);
    assert_eq!(count("x y -* y"), 1);
    assert_eq!(count(""), 0);
    for wrong in ["x,y", "+x", "-", "--depend", "x y?"] {
        refused(&ask(wrong), &["not a USE flag"]);
    }
}

#[test]
fn what_is_taken_out_of_the_system_may_be_missing() {
    let system = small_system();
    let list = system.root().join("list");
    fs::write(&list, "dev-libs/z\ngone/gone\n").unwrap();
    let ask = |more: &[&str]| {
        let root = system.root().to_str().unwrap();
        let list = ["--system", list.to_str().unwrap()];
        call([&["deps", "--root", root, "--depend", ""][..], &list, more].concat())
    };
    refused(&ask(&[]), &["gone/gone"]);
    refused(&ask(&["--without", "gone/other"]), &["gone/gone"]);
    ask(&["--without", "gone/gone"]).good();
}

#[test]
fn what_can_not_mean_a_package_is_refused() {
    let system = small_system();
    refused(&on(&system, "deps", &["!dev-libs/z"]), &["a blocker does not name a package"]);
    refused(&on(&system, "why", &["!dev-libs/z", "tool"]), &["a blocker"]);
    for option in ["--with", "--without", "--also", "--withhold"] {
        refused(&on(&system, "deps", &["tool", option, "!!dev-libs/z"]), &["a blocker"]);
    }
    refused(&on(&system, "deps", &["tool", "--eapi", "5"]), &["--eapi"]);
    let nothing = on(&system, "deps", &[""]);
    refused(&nothing, &["no package of this name"]);
    assert!(!nothing.stderr.contains("There is"), "{nothing:?}");
    refused(&call(["deps", "--depend", "", "--system", ""]), &["--system"]);
    refused(&on(&system, "deps", &["a/b", "--repository", "/nonexistent"]), &["can't be read"]);
}

#[test]
fn blockers_that_are_declared_with_what_they_block_are_told() {
    let system = small_system();
    let ask = |depend: &str, more: &[&str]| {
        let arguments = [&["--depend", depend][..], more].concat();
        let answer = on(&system, "deps", &arguments);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        answer.stderr
    };
    let told = ask("!<dev-libs/z-2 app-misc/tool", &[]);
    assert!(
        told.contains(
            "what is declared --DEPEND !<dev-libs/z-2--> dev-libs/z-1.0, which is visible"
        ),
        "{told}"
    );
    assert_eq!(ask("!dev-libs/z", &[]), "");
    assert!(ask("!dev-libs/z", &["-v"]).contains("which is installed"));
    assert_eq!(ask("!>dev-libs/z-2 dev-libs/z", &[]), "");
}

#[test]
fn a_damaged_line_of_a_record_is_told_where_owners_are_asked_for() {
    let system = small_system();
    let contents = in_database(&system, "dev-libs/z-1.0/CONTENTS");
    fs::write(&contents, "obj /usr/z.conf\n").unwrap();
    let answer = on(&system, "owner", &["/usr/z.conf"]);
    assert_eq!(answer.stdout, "/usr/z.conf\tsys-libs/z-2.0\n");
    assert!(answer.stderr.contains("dev-libs/z-1.0/CONTENTS:1"), "{answer:?}");
}

#[test]
fn lines_of_package_provided_that_are_left_out_are_told() {
    let system = small_system();
    let profile = system.root().join("etc/portage/make.profile");
    fs::create_dir_all(&profile).unwrap();
    fs::write(profile.join("package.provided"), "gone/gone-1\n>=gone/other-1\n").unwrap();
    let ask = || on(&system, "deps", &["--depend", "gone/gone"]);
    let answer = ask();
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(answer.stderr.contains("package.provided:2: left out"), "{answer:?}");
    // @system is not asked for, so that the profile matters for nothing else.
    fs::write(profile.join("parent"), ".\n").unwrap();
    refused(&ask(), &["package.provided counts for nothing", "inherits itself", "gone/gone"]);
}
