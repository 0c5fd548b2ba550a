//! bash reads the fragment for Portage's bashrc as it is meant.

use std::path::Path;
use std::process::{Command, Output};

use hermitage_rules::{Survey, sandbox};
use hermitage_view::{MemoryHost, ViewBuilder};

use crate::{Case, Need};

pub(crate) const CASES: &[Case] = &[
    (
        "the bashrc fragment takes back that all may be read, and keeps the rest",
        Need::Program("bash"),
        takes_back,
    ),
    ("the bashrc fragment read twice does nothing more", Need::Program("bash"), is_idempotent),
    (
        "the bashrc fragment leaves the depend phase alone",
        Need::Program("bash"),
        leaves_depend_alone,
    ),
    (
        "the bashrc fragment dies when a variable becomes too long",
        Need::Program("bash"),
        dies_when_too_long,
    ),
];

/// The text for a view with odd names, by form.
fn fragment(form: sandbox::Form) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let host = MemoryHost::new()
        .file("/a b/it's", "")
        .file("/a b/\\x", "")
        .file(b"/a b/\xff\n$HOME*", "")
        .file("/a b/z", "")
        .file("/c", "");
    let mut builder = ViewBuilder::new(&host);
    builder.extra("/a b/it's").extra("/a b/\\x").extra("/c");
    let view = builder.build().unwrap();
    let options = sandbox::Options { form, ..sandbox::Options::default() };
    let rules = sandbox::render(&Survey::new(&view, &host), &options).unwrap().output;
    (rules.bashrc(), rules.read_value(), rules.deny_value())
}

/// Runs the text `times` in a phase, as ebuild.sh does after it has allowed reading everything.
fn run(bash: &Path, text: &[u8], phase: &str, read: &str, times: usize) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bashrc");
    std::fs::write(&file, text).unwrap();
    let script = "die() { echo \"$*\" >&2; exit 1; }
        for ((i = 0; i < $2; i++)); do
            export SANDBOX_READ=${SANDBOX_READ}:/
            source \"$1\" || exit
        done
        [[ $IFS == $' \\t\\n' && $- != *f* ]] || die 'settings changed'
        printf '%s\\0%s' \"$SANDBOX_READ\" \"$SANDBOX_DENY\"";
    Command::new(bash)
        .args(["-c", script, "bash"])
        .arg(&file)
        .arg(times.to_string())
        .env("EBUILD_PHASE", phase)
        .env("SANDBOX_READ", read)
        .env("SANDBOX_DENY", "/own")
        .output()
        .unwrap()
}

fn values(output: &Output) -> (Vec<u8>, Vec<u8>) {
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    let zero = output.stdout.iter().position(|&byte| byte == 0).unwrap();
    (output.stdout[..zero].to_vec(), output.stdout[zero + 1..].to_vec())
}

fn takes_back(bash: &Path) {
    for form in [sandbox::Form::Deny, sandbox::Form::Least, sandbox::Form::Allow] {
        let (text, read, deny) = fragment(form);
        let (got_read, got_deny) = values(&run(bash, &text, "compile", "/var/tmp/x:/:/var/y", 1));
        assert_eq!(got_read, [b"/var/tmp/x:/var/y:", &read[..]].concat(), "{form:?}");
        let own: &[u8] = if deny.is_empty() { b"/own" } else { b"/own:" };
        assert_eq!(got_deny, [own, &deny[..]].concat(), "{form:?}");
    }
}

fn is_idempotent(bash: &Path) {
    for form in [sandbox::Form::Deny, sandbox::Form::Allow] {
        let (text, ..) = fragment(form);
        let once = values(&run(bash, &text, "install", "/x", 1));
        assert_eq!(values(&run(bash, &text, "install", "/x", 3)), once, "{form:?}");
    }
}

fn leaves_depend_alone(bash: &Path) {
    let (text, ..) = fragment(sandbox::Form::Allow);
    let values = values(&run(bash, &text, "depend", "/x", 1));
    assert_eq!(values, (b"/x:/".to_vec(), b"/own".to_vec()));
}

fn dies_when_too_long(bash: &Path) {
    let (text, read, _) = fragment(sandbox::Form::Allow);
    // The variable's name with its equals sign, a separator, and the byte that ends it.
    let room = sandbox::LIMIT - read.len() - "SANDBOX_READ=".len() - 2;
    let fits = format!("/{}", "x".repeat(room - 1));
    // The value that is too long must not come from outside, or bash could not be started.
    assert!(run(bash, &text, "compile", &fits, 1).status.success());
    let output = run(bash, &text, "compile", &format!("{fits}x"), 1);
    assert!(!output.status.success());
    assert!(output.stderr.starts_with(b"SANDBOX_READ has"), "{}", output.stderr.escape_ascii());
}
