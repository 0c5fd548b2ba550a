//! What a command sees with `--pure` does not depend on who calls it, from where and with what around.

use std::process::Command;

use crate::machine::Machine;
use crate::support::{Answer, call, in_database, on, small_system};

/// Prints all that `--pure` promises to be the same.
const TELL: &str = "env | sort; umask; uname -n; id -un; id -gn; date +%Z; cat /etc/passwd /etc/group; ls /etc/localtime
nproc; ulimit -c; ulimit -n; ulimit -s; ls -U /; cd /proc; cat cpuinfo stat meminfo uptime loadavg version cmdline sys/kernel/random/boot_id; ls tty";

fn told(command: &mut Command) -> Answer {
    Answer::of(command.args(["--", "sh", "-c", TELL]).output().unwrap())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn a_pure_build_does_not_see_who_calls_it() {
    let machine = Machine::get();
    let mut plain = machine.run();
    let plain = told(plain.arg("--pure").env("LC_ALL", "C"));
    // What a limit may be raised to is the caller's own.
    let asked = machine.run();
    let mut varied = Command::new("sh");
    varied.args([
        "-c",
        "ulimit -S -c unlimited; ulimit -S -n 777; ulimit -S -s 4096; exec \"$@\"",
        "sh",
    ]);
    varied.arg(asked.get_program()).args(asked.get_args());
    varied.args(["--pure", "--backend", "skeleton", "--cpus", "1"]).current_dir("/");
    varied.envs([
        ("LC_ALL", "de_DE"),
        ("TZ", "Asia/Tokyo"),
        ("MAKEFLAGS", "-j9"),
        ("PATH", "/bin"),
    ]);
    varied.envs([("SOURCE_DATE_EPOCH", "1"), ("USER", "jane"), ("CFLAGS", "-O9")]);
    let varied = told(&mut varied);
    // ls of what is hidden fails, and says so in the same words.
    assert_eq!((plain.code, &plain.stdout), (varied.code, &varied.stdout), "{plain:?} {varied:?}");

    let user = if is_root() { "root" } else { "build" };
    let fixed = format!(
        "HOME=/tmp\nLANG=C.UTF-8\nLC_ALL=C.UTF-8\nLOGNAME={user}\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n\
         SHELL=/bin/sh\nSOURCE_DATE_EPOCH=315532800\nTERM=dumb\nTZ=UTC\nUSER={user}\n0022\nhermitage\n{user}\n{user}\nUTC\nroot:x:0:0:"
    );
    assert!(plain.stdout.starts_with(&fixed), "{plain:?}");
    assert!(plain.stderr.contains("No such file"), "{plain:?}");
    assert!(
        plain.stdout.contains("\n1\n0\n1024\n8192\nbin\n"),
        "one processor, limits, names in order: {plain:?}"
    );
}

#[test]
fn variables_are_added_to_a_pure_environment_and_win() {
    let machine = Machine::get();
    let mut command = machine.run();
    command.args(["--pure", "--env", "TZ=CET", "--env", "CC", "--env", "ABSENT", "--epoch", "7"]);
    let answer = Answer::of(command.env("CC", "cc").args(["--", "env"]).output().unwrap());
    let text = answer.good();
    for line in ["TZ=CET", "CC=cc", "SOURCE_DATE_EPOCH=7"] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(!text.contains("ABSENT"), "{text}");
}

#[test]
fn addresses_are_fixed_and_processors_kept_with_and_without_pure() {
    let machine = Machine::get();
    let maps = |options: &[&str]| {
        let mut command = machine.run();
        command.args(options).args([
            "--",
            "sh",
            "-c",
            "grep -E 'stack|vdso' /proc/self/maps; nproc",
        ]);
        Answer::of(command.output().unwrap()).good()
    };
    let once = maps(&["--no-aslr", "--cpus", "1"]);
    assert_eq!(once, maps(&["--pure", "--no-aslr"]));
    assert!(once.ends_with("\n1\n"), "{once}");
    assert_ne!(maps(&["--pure"]), maps(&["--pure"]));
}

#[test]
fn a_pure_build_has_the_time_of_its_target() {
    let system = small_system();
    let epoch = |arguments: &[&str]| {
        let text = on(&system, "plan", arguments).good();
        let line = text.lines().find_map(|line| line.strip_prefix("env SOURCE_DATE_EPOCH="));
        line.map(str::to_owned)
    };
    assert_eq!(epoch(&["tool", "--pure"]).as_deref(), Some("315532800"));
    let build_time = in_database(&system, "app-misc/tool-1.0-r1/BUILD_TIME");
    std::fs::write(&build_time, "1500000123\n").unwrap();
    assert_eq!(epoch(&["tool", "--pure"]).as_deref(), Some("1500000123"));
    assert_eq!(epoch(&["tool", "--pure", "--epoch", "5"]).as_deref(), Some("5"));
    let given = ["tool", "--pure", "--env", "SOURCE_DATE_EPOCH=6"];
    assert_eq!(epoch(&given).as_deref(), Some("6"));
    assert_eq!(epoch(&["--depend", "dev-libs/z", "--pure"]).as_deref(), Some("315532800"));

    std::fs::write(&build_time, "yesterday\n").unwrap();
    on(&system, "plan", &["tool", "--pure"]).refused(&["BUILD_TIME"]);
    on(&system, "plan", &["tool"]).good();
}

#[test]
fn what_pure_can_t_be_with_is_refused() {
    let system = small_system();
    let answer = on(&system, "run", &["tool", "--pure", "--backend", "landlock", "--", "true"]);
    answer.refused(&["--pure", "landlock"]);
    for cpus in ["0", "few"] {
        let answer = call(["plan", "x/y", "--cpus", cpus]);
        assert!(answer.code == Some(125) && answer.stderr.contains("nor \"all\""), "{answer:?}");
    }
    let answer = call(["plan", "x/y", "--epoch", "5"]);
    assert_eq!(answer.code, Some(125), "{answer:?}");
    assert!(answer.stderr.contains("--pure"), "{answer:?}");
}
