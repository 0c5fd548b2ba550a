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
