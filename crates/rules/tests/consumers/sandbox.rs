//! gentoo/sandbox refuses what the view hides, and its log names it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hermitage_rules::Survey;
use hermitage_rules::sandbox::{Form, Moment, Options, Rules, log, render};

use crate::fixture::Fixture;
use crate::{Case, Need};

const NEED: Need = Need::Variable("HERMITAGE_SANDBOX");

pub(crate) const CASES: &[Case] = &[
    ("gentoo/sandbox lets visible files be read, and logs others as refused", NEED, refuses),
    ("gentoo/sandbox reads names with spaces and quotes as they are written", NEED, odd_names),
    (
        "gentoo/sandbox lets be written what may be",
        Need::VariableAndRoot("HERMITAGE_SANDBOX"),
        writes,
    ),
];

struct Run {
    succeeded: bool,
    stdout: Vec<u8>,
    log: Vec<u8>,
}

/// Runs a command of words within the rules. The shell that sandbox starts is no part of the view, so it is let through.
fn run(sandbox: &Path, rules: &Rules, shell: &str) -> Run {
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("sandbox.log");
    let mut command = Command::new(sandbox);
    for variable in rules.variables().split(|&byte| byte == 0).filter(|text| !text.is_empty()) {
        let equals = variable.iter().position(|&byte| byte == b'=').unwrap();
        let text = std::ffi::OsStr::from_bytes;
        command.env(text(&variable[..equals]), text(&variable[equals + 1..]));
    }
    let output = command.arg(shell).env("SANDBOX_LOG", &log).env("NOCOLOR", "1").output().unwrap();
    let log = fs::read(&log).unwrap_or_default();
    Run { succeeded: output.status.success(), stdout: output.stdout, log }
}

/// With sandbox's own files visible, which it loads into every program.
fn fixture(sandbox: &Path) -> Fixture {
    Fixture::with_trees(&[prefix(sandbox)])
}

fn prefix(sandbox: &Path) -> &Path {
    sandbox.ancestors().nth(2).unwrap()
}

fn rules(fixture: &Fixture, form: Form) -> Rules {
    let options = Options { form, moment: Moment::Start, ..Options::default() };
    render(&Survey::new(&fixture.view, &fixture.host), &options).unwrap().output
}

fn refused(log: &[u8]) -> Vec<PathBuf> {
    let path = |record: log::Record<'_>| {
        assert_eq!(record.status, log::Status::Deny);
        PathBuf::from(std::ffi::OsStr::from_bytes(record.canonical))
    };
    log::parse(log).map(Result::unwrap).map(path).collect()
}

fn refuses(sandbox: &Path) {
    let fixture = fixture(sandbox);
    let rules = rules(&fixture, Form::Deny);
    let shown = fixture.path("part/shown");
    let read =
        run(sandbox, &rules, &format!("read -r line <\"{}\"; echo \"$line\"", shown.display()));
    assert_eq!((read.stdout, refused(&read.log)), (b"part/shown\n".to_vec(), vec![]));

    let hidden = fixture.path("part/hidden");
    let link = fixture.path("part/link");
    let script = format!(
        "read -r a <\"{}\"; read -r b <\"{}\"; echo \"$a$b\"",
        link.display(),
        hidden.display()
    );
    let read = run(sandbox, &rules, &script);
    assert_eq!(read.stdout, b"part/shown\n");
    assert_eq!(refused(&read.log), [hidden]);
    assert!(!read.succeeded);
}

fn odd_names(sandbox: &Path) {
    let fixture = fixture(sandbox);
    for name in ["it's \"x\" \\", " trailing ", "ü\t*?"] {
        fs::write(fixture.path("part").join(name), "secret").unwrap();
    }
    // These can't be named, so the directories they are in are refused.
    for name in ["odd/line\nbreak", "odd2/$HOME", "odd3/a:b"] {
        fs::create_dir_all(fixture.path(name).parent().unwrap()).unwrap();
        fs::write(fixture.path(name), "secret").unwrap();
    }
    let rules = rules(&fixture, Form::Deny);
    let script = format!(
        "cd '{}' && for file in part/* odd*/*; do read -r line <\"$file\"; echo \"$line\"; done",
        fixture.path("").display()
    );
    let read = run(sandbox, &rules, &script);
    assert!(
        !read.stdout.windows(6).any(|window| window == b"secret"),
        "{}",
        read.stdout.escape_ascii()
    );
    let names: BTreeSet<PathBuf> = refused(&read.log).into_iter().collect();
    let part = ["part/ trailing ", "part/hidden", "part/it's \"x\" \\", "part/ü\t*?"];
    assert!(part.iter().all(|name| names.contains(&fixture.path(name))), "{names:?}");
    assert!(!names.contains(&fixture.path("part/shown")), "{names:?}");
}

fn writes(sandbox: &Path) {
    // sandbox's own configuration lets /tmp and /var/tmp be written.
    let home = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let dir = home.path().canonicalize().unwrap();
    let fixture = Fixture::with_trees(&[prefix(sandbox), &dir]);
    let survey = Survey::new(&fixture.view, &fixture.host);
    let script = format!("echo x >\"{}/new\"", dir.display());
    let before = render(&survey, &Options::default()).unwrap().output;
    assert!(!run(sandbox, &before, &script).succeeded);
    let survey = survey.with_writable([dir.as_os_str().as_bytes().to_vec()]);
    let rules = render(&survey, &Options::default()).unwrap().output;
    assert!(run(sandbox, &rules, &script).succeeded);
    assert_eq!(fs::read(dir.join("new")).unwrap(), b"x\n");
}
