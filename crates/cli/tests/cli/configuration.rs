//! The configuration file.

use std::fs;

use crate::support::{Answer, hermitage, small_system};

fn with_configuration(text: &str, arguments: &[&str]) -> Answer {
    let system = small_system();
    let file = system.root().join("hermitage.toml");
    fs::write(&file, text.replace("ROOT", system.root().to_str().unwrap())).unwrap();
    let mut command = hermitage();
    Answer::of(command.arg("--config").arg(&file).args(arguments).output().unwrap())
}

#[test]
fn settings_stand_for_options_of_the_same_name() {
    let text = "root = \"ROOT\"\nsystem = \"none\"\nclosure = \"runtime-only\"\n";
    assert_eq!(
        with_configuration(text, &["deps", "tool", "--format", "json"])
            .good()
            .matches("cpv")
            .count(),
        2
    );
}

#[test]
fn options_win_over_settings() {
    let text = "root = \"ROOT\"\nsystem = \"all\"\nclosure = \"runtime-only\"\n";
    let options = ["deps", "tool", "--system", "none", "--closure", "direct", "--format", "json"];
    assert_eq!(with_configuration(text, &options).good().matches("cpv").count(), 1);
}

#[test]
fn lists_of_the_file_are_added_to_those_of_the_command_line() {
    let text = "root = \"ROOT\"\nsystem = \"none\"\nhide = [\"/usr/include\"]\n";
    let listed = with_configuration(text, &["files", "tool", "--hide", "/dev"]).good();
    assert!(!listed.contains("/usr/include"), "{listed}");
}

#[test]
fn an_unknown_key_is_an_error_with_its_line() {
    let answer = with_configuration("system = \"none\"\nbackand = \"bind\"\n", &["doctor"]);
    answer.refused(&["hermitage.toml:2: unknown field `backand`"]);
    with_configuration("system = \n", &["doctor"]).refused(&["hermitage.toml:1:"]);
}

#[test]
fn a_configuration_that_is_not_there_is_an_error_only_when_it_was_asked_for() {
    let answer = Answer::of(hermitage().args(["--config", "/no/such", "doctor"]).output().unwrap());
    answer.refused(&["/no/such", "can't be read"]);
}

#[test]
fn the_usual_place_is_looked_at() {
    let system = small_system();
    fs::write(system.root().join("hermitage.toml"), "nonsense = 1\n").unwrap();
    let answer = Answer::of(
        hermitage().env("XDG_CONFIG_HOME", system.root()).arg("doctor").output().unwrap(),
    );
    answer.refused(&["hermitage.toml:1: unknown field `nonsense`"]);
}

#[test]
fn a_home_that_is_no_directory_has_no_configuration() {
    let system = small_system();
    let mut command = hermitage();
    command.env_remove("XDG_CONFIG_HOME").env("HOME", "/dev/null");
    command.args(["deps", "tool", "--system", "none", "--root"]).arg(system.root());
    Answer::of(command.output().unwrap()).good();
}

/// What is written, the line that is told, and what is said about it.
const MISTAKES: [(&str, usize, &str); 26] = [
    ("read = \"/usr\"", 1, "invalid type: string \"/usr\", expected a sequence"),
    ("\n\npure = \"yes\"", 3, "expected a boolean"),
    ("portage = 1", 1, "invalid type: integer `1`, expected a table"),
    ("cache-limit = -1", 1, "expected a number of bytes, or a text such as \"512M\""),
    ("tmp-size = \"some\"", 1, "\"some\" is no number with"),
    ("limit = [\n  \"cpu=1\",\n  \"memory=1\"]", 3, "\"memory\" is no resource; known are"),
    ("also = [\n  \"a/b\",\n  \"a/b/c\"]", 3, "\"a/b/c\" at byte 3: expected the end"),
    (
        "without = [\"=a/b\"]",
        1,
        "\"=a/b\" at byte 4: expected a package name followed by a version",
    ),
    ("withhold = [\"dev-*/[ab]\"]", 1, "\"dev-*/[ab]\" at byte 6: expected a package name"),
    ("system = \"most\"", 1, "\"most\" is none of \"all\", \"none\" and the absolute path"),
    ("env = [\"A=1\", \"=1\"]", 1, "\"=1\" is not NAME or NAME=VALUE"),
    ("env = [\"A=\\u0000\"]", 1, "is not NAME or NAME=VALUE"),
    ("root = \"sub\"", 1, "\"sub\" is no absolute path"),
    ("hide = [\"~/x\"]", 1, "\"~/x\" is no absolute path"),
    ("pure = true\npure = false", 2, "duplicate key"),
    ("[portage]\nmode = \"hide\"\n[portage]\npure = true", 3, "duplicate key"),
    ("[portage]\nmode = \"hidden\"", 2, "unknown variant `hidden`, expected one of `off`"),
    ("[portage]\nmodus = \"hide\"", 2, "unknown field `modus`, expected one of `mode`"),
    ("[portage]\nchain = \"sandbox\"", 2, "\"sandbox\" is no absolute path"),
    ("[portage]\nneeds = [\"a/**\"]", 2, "\"a/**\" at byte"),
    ("[portage.package]\nmatch = \"a/b\"", 1, "invalid type: map, expected a sequence"),
    ("[[portage.package]]\nmode = \"hide\"", 1, "missing field `match`"),
    (
        "[[portage.package]]\nmatch = \"a/b\"\n[[portage.package]]\nmatch = \"a\"",
        4,
        "\"a\" at byte 1",
    ),
    ("[[portage.package]]\nmatch = \"a/b\"\nwrite = [\"x\"]", 3, "\"x\" is no absolute path"),
    (
        "[[portage.suppression]]\nid = \"a:*\"\nreason = \"a\"\n[[portage.suppression]]\nid = \"b:*\"",
        4,
        "not a suppression: missing field `reason`",
    ),
    ("[portage\n", 1, "unclosed table"),
];

#[test]
fn a_mistake_is_told_with_its_line_and_what_stands_there() {
    for (text, line, what) in MISTAKES {
        let shown = text.lines().nth(line - 1).unwrap().trim();
        let place = format!("hermitage.toml:{line}: ");
        with_configuration(text, &["doctor"]).refused(&[&place, what, &format!("\n  {shown}\n")]);
    }
}

#[test]
fn a_size_is_a_number_or_a_text() {
    for text in
        ["cache-limit = 536870912\ntmp-size = 1024", "cache-limit = \"512M\"\ntmp-size = \"1K\""]
    {
        with_configuration(text, &["doctor"]).good();
    }
    with_configuration("", &["doctor"]).good();
}

#[test]
fn a_file_that_is_no_configuration_is_told() {
    let system = small_system();
    let file = system.root().join("hermitage.toml");
    let refused = |words: &[&str]| {
        let answer = |command: &mut std::process::Command| {
            Answer::of(command.arg("doctor").output().unwrap())
        };
        answer(hermitage().arg("--config").arg(&file)).refused(words);
        answer(hermitage().env("XDG_CONFIG_HOME", system.root())).refused(words);
    };
    fs::write(&file, b"# fine\n# \xff\n").unwrap();
    refused(&["hermitage.toml:2: not UTF-8"]);
    fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
    refused(&["hermitage.toml: more than 1 MiB"]);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    refused(&["hermitage.toml: the configuration can't be read: Is a directory"]);
    fs::remove_dir(&file).unwrap();
    // A link to nothing was meant to lead to one.
    std::os::unix::fs::symlink("nowhere", &file).unwrap();
    refused(&["hermitage.toml: the configuration can't be read: No such file"]);
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("hermitage.toml", &file).unwrap();
    refused(&["hermitage.toml: the configuration can't be read: Too many levels"]);
}

/// As the specification of such directories has it.
#[test]
fn a_relative_directory_of_configurations_is_passed_over() {
    let system = small_system();
    let usual = system.root().join(".config");
    fs::create_dir(&usual).unwrap();
    fs::write(system.root().join("hermitage.toml"), "wrong = 1\n").unwrap();
    fs::write(usual.join("hermitage.toml"), "meant = 1\n").unwrap();
    let mut command = hermitage();
    command.current_dir(system.root()).env("XDG_CONFIG_HOME", ".").env("HOME", system.root());
    Answer::of(command.arg("doctor").output().unwrap()).refused(&["unknown field `meant`"]);
}
