//! Whatever is wrong, one clear error with its place and what to do, and exit code 125 (or 127 for a missing command).

use std::fs;
use std::process::Command;

use hermitage_vdb::test_support::Fixture;

use crate::machine::Machine;
use crate::support::{Answer, call, hermitage, in_database, on, small_system};

#[test]
fn a_package_that_is_not_installed_is_named() {
    let system = small_system();
    on(&system, "deps", &["nosuch"])
        .refused(&["\"nosuch\"", "no package of this name is installed"]);
    on(&system, "deps", &["dev-libs/tool"])
        .refused(&["dev-libs/tool", "there is app-misc/tool-1.0-r1"]);
    on(&system, "deps", &["=dev-libs/z-3"]).refused(&["=dev-libs/z-3", "no such package"]);
}

#[test]
fn an_ambiguous_name_lists_the_candidates() {
    let system = small_system();
    on(&system, "files", &["z"])
        .refused(&["dev-libs/z-1.0, sys-libs/z-2.0", "\"=dev-libs/z-1.0\""]);
}

#[test]
fn an_ambiguous_atom_lists_the_candidates() {
    let system = Fixture::new("== a/b-1\nSLOT=1\n== a/b-2\nSLOT=2\n").unwrap();
    on(&system, "plan", &["a/b"]).refused(&["a/b-1, a/b-2"]);
    assert_eq!(on(&system, "deps", &["a/b:2"]).code, Some(0));
}

#[test]
fn text_that_is_no_atom_is_an_error_with_its_place() {
    let system = small_system();
    on(&system, "deps", &[">=dev-libs/z"]).refused(&[">=dev-libs/z", "byte 12"]);
    on(&system, "deps", &["--depend", "|| ( a/b"]).refused(&["DEPEND is malformed", "|| ( a/b"]);
    on(&system, "deps", &["tool", "--without", "x"]).refused(&["\"x\""]);
}

#[test]
fn a_database_that_is_not_there_or_not_readable_is_named() {
    let system = small_system();
    call(["deps", "x", "--db", "/nonexistent/db"]).refused(&["/nonexistent/db", "--db DIR"]);
    call(["deps", "x", "--root", "/nonexistent"]).refused(&["/nonexistent/var/db/pkg"]);
    let slot = in_database(&system, "dev-libs/z-1.0/SLOT");
    fs::remove_file(&slot).unwrap();
    fs::create_dir(&slot).unwrap();
    on(&system, "deps", &["tool"]).refused(&["dev-libs/z-1.0"]);
}

#[test]
fn a_nul_in_contents_stops_the_run_unless_that_is_allowed() {
    let system = small_system();
    let contents = in_database(&system, "dev-libs/z-1.0/CONTENTS");
    let mut bytes = fs::read(&contents).unwrap();
    bytes.splice(0..0, *b"obj /usr/a\0b d41d8cd98f00b204e9800998ecf8427e 1\n");
    fs::write(&contents, bytes).unwrap();
    let place = format!("{}:1: a NUL byte", contents.display());
    on(&system, "files", &["tool"]).refused(&[&place, "--allow-damaged"]);
    let allowed = on(&system, "files", &["tool", "--allow-damaged"]);
    assert!(allowed.stderr.contains(&place) && allowed.stderr.contains("warning"), "{allowed:?}");
    assert!(allowed.good().contains("/usr/include/z.h\t"));
}

#[test]
fn contents_that_is_cut_in_half_stops_the_run() {
    let system = small_system();
    let contents = in_database(&system, "dev-libs/z-1.0/CONTENTS");
    let bytes = fs::read(&contents).unwrap();
    fs::write(&contents, &bytes[..bytes.len() / 2]).unwrap();
    let place = format!("{}:", contents.display());
    on(&system, "files", &["tool"]).refused(&[&place, "cut off"]);
}

#[test]
fn a_package_without_contents_is_an_error_where_its_files_are_wanted() {
    let system = small_system();
    fs::remove_file(in_database(&system, "dev-libs/z-1.0/CONTENTS")).unwrap();
    on(&system, "files", &["tool"]).refused(&["dev-libs/z-1.0", "no CONTENTS"]);
}

#[test]
fn an_unsatisfied_dependency_is_an_error_with_its_chain() {
    let system = small_system();
    let rdepend = in_database(&system, "dev-libs/z-1.0/RDEPEND");
    fs::write(rdepend, ">=sys-libs/z-3\n").unwrap();
    let chain =
        "app-misc/tool-1.0-r1 --DEPEND dev-libs/z--> dev-libs/z-1.0 --RDEPEND >=sys-libs/z-3-->";
    on(&system, "files", &["tool"]).refused(&[
        chain,
        "sys-libs/z-2.0 will not do",
        "--allow-unsatisfied",
    ]);
    let allowed = on(&system, "files", &["tool", "--allow-unsatisfied"]);
    assert!(allowed.stderr.contains(chain), "{allowed:?}");
    allowed.good();
}

#[test]
fn deps_prints_what_there_is_before_it_fails_for_what_is_not() {
    let system = small_system();
    fs::write(in_database(&system, "dev-libs/z-1.0/RDEPEND"), "no/such\n").unwrap();
    let answer = on(&system, "deps", &["tool"]);
    assert_eq!(answer.code, Some(125), "{answer:?}");
    assert!(answer.stdout.contains("dev-libs/z-1.0"), "{answer:?}");
}

#[test]
fn a_system_without_a_profile_has_no_system_set_to_guess() {
    let system = small_system();
    let root = system.root().to_str().unwrap();
    call(["deps", "tool", "--root", root]).refused(&["make.profile", "--system none"]);
}

#[test]
fn nothing_to_build_is_an_error() {
    on(&small_system(), "deps", &[]).refused(&["nothing says what is to be built", "--depend"]);
}

#[test]
fn an_unknown_option_is_one_of_our_errors() {
    let answer = call(["deps", "--nosuch"]);
    assert_eq!((answer.code, &*answer.stdout), (Some(125), ""), "{answer:?}");
    assert!(answer.stderr.contains("--nosuch"), "{answer:?}");
}

#[test]
fn a_writable_path_that_does_not_exist_is_an_error() {
    let system = small_system();
    on(&system, "plan", &["tool", "--write", "/no/such"]).refused(&[
        "/no/such",
        "--write",
        "Make it first",
    ]);
}

#[test]
fn a_plan_that_is_none_is_an_error() {
    let system = small_system();
    let file = system.root().join("plan.json");
    for (text, word) in [("{}", "not a plan"), ("{\"schema\":99}", "schema 99"), ("", "not a plan")]
    {
        fs::write(&file, text).unwrap();
        let answer = call(["exec", "--plan", file.to_str().unwrap(), "--", "true"]);
        answer.refused(&[file.to_str().unwrap(), word]);
    }
    call(["exec", "--plan", "/no/such", "--", "true"]).refused(&["/no/such", "can't be read"]);
}

#[test]
fn without_any_way_to_make_a_view_nothing_is_run() {
    let machine = Machine::get();
    let mut command = machine.run();
    command.args([
        "--pretend-without",
        "served",
        "--pretend-without",
        "skeleton",
        "--pretend-without",
        "bind",
        "--",
        "sh",
        "-c",
        "echo ran",
    ]);
    Answer::of(command.output().unwrap()).refused(&["not to be had here", "hermitage doctor"]);
    let mut command = hermitage();
    command.arg("doctor");
    for backend in ["served", "skeleton", "bind"] {
        command.args(["--pretend-without", backend]);
    }
    let doctor = Answer::of(command.output().unwrap());
    assert_eq!(doctor.code, Some(125), "{doctor:?}");
    assert!(doctor.stdout.contains("no view can be made here"), "{doctor:?}");
}

/// Runs the program as root of a user namespace that has no rights and may not have another one below it.
#[test]
fn without_user_namespaces_the_switch_that_forbids_them_is_named() {
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"";
    let mut run = Machine::get().run();
    run.args(["--", "sh", "-c", "echo ran"]);
    // In there we are another user, and the usual cache is not ours.
    let cache = tempfile::tempdir().unwrap();
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", script, "sh"]);
    command.arg(run.get_program()).arg("--quiet").args(run.get_args());
    command.env("XDG_CONFIG_HOME", "/nonexistent").env("XDG_CACHE_HOME", cache.path());
    let answer = Answer::of(command.output().expect("unshare, of util-linux"));
    answer.refused(&["max_user_namespaces is 0", "hermitage doctor"]);
}

#[test]
fn a_command_that_is_not_in_the_view_is_127() {
    let mut command = Machine::get().run();
    let answer = Answer::of(command.args(["--", "nosuchcommand"]).output().unwrap());
    assert_eq!(answer.code, Some(127), "{answer:?}");
    assert!(
        answer.stderr.contains("\"nosuchcommand\": the command is not in the view"),
        "{answer:?}"
    );
}

#[test]
fn a_command_that_can_not_be_executed_is_126() {
    let mut command = Machine::get().run();
    let answer = Answer::of(command.args(["--", "/usr/include/stdio.h"]).output().unwrap());
    assert_eq!(answer.code, Some(126), "{answer:?}");
}

#[test]
fn files_installed_below_tmp_are_refused_unless_they_are_shown_on_request() {
    let system = small_system();
    let contents = in_database(&system, "dev-libs/z-1.0/CONTENTS");
    let listed = fs::read_to_string(&contents).unwrap();
    let below = "obj /tmp/prefix/z.h d41d8cd98f00b204e9800998ecf8427e 1500000000\n";
    fs::write(&contents, format!("{listed}{below}")).unwrap();
    on(&system, "plan", &["tool"]).refused(&["/tmp/prefix/z.h, of dev-libs/z-1.0", "--read"]);
    fs::create_dir_all(system.root().join("tmp/prefix")).unwrap();
    assert!(on(&system, "plan", &["tool", "--read", "/tmp/prefix"]).good().contains("/tmp/prefix"));
}

#[test]
fn a_command_without_dashes_before_it_is_recognised() {
    let tip = |arguments: &[&str]| {
        let answer = call(arguments);
        assert_eq!((answer.code, &*answer.stdout), (Some(125), ""), "{answer:?}");
        answer.stderr
    };
    let whole = "put '--' before the command: hermitage run app-arch/xz -- make all";
    assert!(tip(&["run", "app-arch/xz", "make", "all"]).contains(whole));
    for arguments in [
        &["run", "--depend", "a/b", "make"][..],
        &["run", "--depend", "a/b", "make", "-j2"],
        &["check", "make"],
        &["exec", "--plan", "plan.json"],
    ] {
        assert!(tip(arguments).contains("put '--' before the command"), "{arguments:?}");
    }
    // Where the dashes are, or no command can stand, something else is wrong.
    for arguments in [&["run", "--nonsense", "--", "make"][..], &["deps", "a/b", "make"]] {
        assert!(!tip(arguments).contains("put '--'"), "{arguments:?}");
    }
}

#[test]
fn control_characters_of_what_was_given_do_not_reach_the_terminal() {
    let system = small_system();
    let coloured = "app-misc/\u{1b}[31mred\u{7}\r";
    let path = format!("/nonexistent/{coloured}");
    let answers = [
        on(&system, "deps", &[coloured]),
        on(&system, "deps", &["--depend", coloured]),
        on(&system, "deps", &["tool", "--without", coloured]),
        on(&system, "files", &["tool", "--read", &path]),
        on(&system, "deps", &["tool", "--format", coloured]),
        on(&system, "deps", &["tool", coloured]),
        call(["deps", "x", "--db", &path]),
    ];
    for answer in answers {
        assert_eq!(answer.code, Some(125), "{answer:?}");
        let raw = |char: char| char.is_control() && char != '\n';
        assert!(!answer.stderr.contains(raw), "{answer:?}");
    }
    on(&system, "deps", &[coloured]).refused(&["app-misc/\\u{1b}[31mred"]);
    // Nor does a line of it look like another message.
    let lines = on(&system, "deps", &["--depend", "x/y\nhermitage: all is well"]).stderr;
    assert_eq!(lines.lines().filter(|line| line.starts_with("hermitage: ")).count(), 1, "{lines}");
    // Warnings go the same way.
    let warned = on(&system, "files", &["tool", "--hide", &path]);
    assert!(warned.stderr.contains("\\u{1b}[31mred\\u{7}\\r"), "{warned:?}");
}
