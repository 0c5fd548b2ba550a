//! Bounds on what a command may use, and what is refused as such.

use std::fs;

use crate::machine::Machine;
use crate::support::{Answer, hermitage, on, small_system};

#[test]
fn limits_hold_for_the_command() {
    let machine = Machine::get();
    let script = "ulimit -n; ulimit -Hn; ulimit -f; ulimit -t; head -c 9000000 /dev/zero > /tmp/x";
    let mut command = machine.run();
    command.args(["--limit", "open-files=100:200", "--limit", "file-size=4M"]);
    command.args(["--limit", "cpu=9", "--limit", "cpu=20", "--tmp-size", "1M"]);
    let answer = Answer::of(command.args(["--", "sh", "-c", script]).output().unwrap());
    // The unit of ulimit -f is 512 bytes in dash.
    assert_eq!(answer.stdout, "100\n200\n8192\n20\n");
    assert!(answer.stderr.contains("No space left on device"), "{answer:?}");
}

/// What is written to a file that may not grow is lost, and nothing else.
#[test]
fn an_error_that_can_not_be_written_is_still_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = fs::File::create(dir.path().join("stderr")).unwrap();
    let program = hermitage();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -f 0; exec \"$@\"", "sh"]).arg(program.get_program());
    shell.args(["run", "--db", "/nowhere", "x/y", "--", "true"]).stderr(file);
    assert_eq!(shell.status().unwrap().code(), Some(125));
    assert_eq!(fs::read(dir.path().join("stderr")).unwrap(), b"");
}

#[test]
fn a_limit_above_what_the_caller_has_is_refused() {
    let machine = Machine::get();
    let limited = machine.run();
    let mut shell = std::process::Command::new("sh");
    let arguments: Vec<_> = limited.get_args().map(std::ffi::OsStr::to_owned).collect();
    shell
        .args(["-c", "ulimit -Sn 400; ulimit -Hn 500; exec \"$@\"", "sh"])
        .arg(limited.get_program());
    shell.args(arguments).args(["--limit", "open-files=600", "--", "true"]);
    for (name, value) in limited.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let answer = Answer::of(shell.output().unwrap());
    // Root's command is none that may raise limits either.
    answer.refused(&["open-files=600:600", "above the hard limit", "500"]);
}

#[test]
fn what_is_no_limit_is_told() {
    let system = small_system();
    let refused = |arguments: &[&str], words: &[&str]| {
        let answer = on(&system, "plan", &[&["tool"], arguments].concat());
        assert_eq!((answer.code, answer.stdout.as_str()), (Some(125), ""), "{answer:?}");
        for word in words {
            assert!(answer.stderr.contains(word), "{word:?} is not in {answer:?}");
        }
    };
    refused(&["--limit", "nonsense=1"], &["nonsense", "known are address-space, core, cpu"]);
    refused(&["--limit", "cpu"], &["NAME=SOFT"]);
    refused(&["--limit", "cpu=2:1"], &["soft limit is above the hard one"]);
    refused(&["--limit", "cpu=-1"], &["\"-1\" is no number"]);
    refused(&["--limit", "stack=20000000T"], &["\"20000000T\" is no number"]);
    refused(&["--tmp-size", "big"], &["\"big\" is no number"]);
    refused(&["--syscalls", "none"], &["none", "native"]);
}

#[test]
fn the_whole_host_can_t_be_shown() {
    let system = small_system();
    for path in ["/", "/usr/..", "//"] {
        on(&system, "plan", &["tool", "--write", path]).refused(&["--write", "the whole host"]);
        on(&system, "plan", &["tool", "--read", path]).refused(&["--read", "the whole host"]);
    }
}

#[test]
fn a_root_with_dots_in_it_is_the_directory_it_leads_to() {
    let system = small_system();
    let mut command = hermitage();
    let roundabout = system.root().join("usr/..");
    command.args(["plan", "tool", "--system", "none", "--root"]).arg(roundabout);
    let plan = Answer::of(command.output().unwrap()).good();
    let real = fs::canonicalize(system.root()).unwrap();
    assert!(plan.contains(&format!("host {}\n", real.display())), "{plan}");
}

#[test]
fn the_configuration_holds_limits_too() {
    let system = small_system();
    let file = system.root().join("hermitage.toml");
    let text = "limit = [\"cpu=10\", \"core=0\"]\ntmp-size = \"1M\"\nsyscalls = \"native\"\n";
    fs::write(&file, text).unwrap();
    let mut command = hermitage();
    command.arg("--config").arg(&file).args(["plan", "tool", "--system", "none", "--root"]);
    let plan =
        Answer::of(command.arg(system.root()).args(["--limit", "cpu=5:6"]).output().unwrap());
    let plan = plan.good();
    for line in ["limit Cpu 5 6\n", "limit Core 0 0\n", "tmpfs /tmp 1777 1048576\n"] {
        assert!(plan.contains(line), "{line} is not in {plan}");
    }
    assert!(plan.contains("system-calls native\n"), "{plan}");
    fs::write(&file, "limit = [\"cpu\"]\n").unwrap();
    let mut command = hermitage();
    let answer = command.arg("--config").arg(&file).arg("doctor").output().unwrap();
    Answer::of(answer).refused(&["hermitage.toml:1:", "NAME=SOFT"]);
}
