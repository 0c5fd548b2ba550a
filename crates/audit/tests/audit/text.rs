use hermitage_audit::format::{self, TextOptions};
use hermitage_audit::{Comparison, Observer, Outcome, Suppressed};

use crate::support::{comparison, small};

const EXPECTED: &str = r#"1 error
  undeclared:sys-libs/zlib
    "cc1 conftest.c" looked for /usr/include/zlib.h of sys-libs/zlib-1.3, which is not declared
      /usr/include/zlib.h (header, missing) by cc1 conftest.c < gcc conftest.c < ... < bash ebuild.sh < make
      /usr/include/zconf.h (header, missing)
      and 4 more
    => add "sys-libs/zlib:=" to DEPEND and RDEPEND, or pass --without-zlib

1 warning
  indirect:dev-libs/b
    the build used /usr/bin/b of dev-libs/b-2, which is not declared
      by way of viewer --DEPEND dev-libs/a--> dev-libs/a-1 --RDEPEND dev-libs/b--> dev-libs/b-2
      /usr/bin/b (program, executed)

1 note
  unused:dev-util/flex
    dev-util/flex-2.6 is declared in BDEPEND, and the build touched no file of it

app-misc/viewer-1.2, configure: 1 error, 1 warning, 1 note in 12,345 looks of 67 processes
"#;

#[test]
fn findings_stand_by_severity_with_what_shows_them_and_what_to_do() {
    assert_eq!(format::text(&small(), &TextOptions::default()), EXPECTED);
}

#[test]
fn how_the_result_differs_is_told() {
    let mut report = small();
    report.findings.clear();
    report.comparison = Some(comparison());
    assert_eq!(
        format::text(&report, &TextOptions::default()),
        r"with all of the host visible the build differs
  config.h: HAVE_ZLIB_H is 1, with what is declared not set
  /usr/bin/<viewer>: needs +libz.so.1
  /usr/bin/<viewer>: needs -libown.so.2
  +/usr/share/extra
  -/usr/share/le\xffss

app-misc/viewer-1.2, configure: 0 errors, 0 warnings, 0 notes in 12,345 looks of 67 processes
"
    );
    report.comparison = Some(Comparison::default());
    let text = format::text(&report, &TextOptions::default());
    assert!(
        text.starts_with("with all of the host visible the build leaves the same\n\n"),
        "{text}"
    );
}

#[test]
fn that_the_command_failed_is_said_twice_and_what_could_not_be_read_once() {
    let mut report = small();
    report.findings.clear();
    report.outcome = Some(Outcome::Signaled(9));
    report.observer = Some(Observer::Calls);
    report.warnings.push("/src/secret: can't be read".to_owned());
    assert_eq!(
        format::text(&report, &TextOptions::default()),
        "the command was ended by signal 9: what is declared and unused is not told, for the build has ended early
/src/secret: can't be read

app-misc/viewer-1.2, configure: the command was ended by signal 9; 0 errors, 0 warnings, 0 notes in 12,345 looks of 67 processes, seen by system calls
"
    );
    let page = format::html(&[report]);
    assert_eq!(page.matches("the command was ended by signal 9").count(), 2, "{page}");
    assert!(page.contains("<p class=\"warning\">/src/secret: can&#39;t be read</p>"), "{page}");
}

#[test]
fn colours_are_the_only_difference_that_colours_make() {
    let coloured = format::text(&small(), &TextOptions { colour: true, ..TextOptions::default() });
    let mut plain = String::new();
    for (at, part) in coloured.split("\x1b[").enumerate() {
        plain.push_str(if at == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert!(coloured.contains("\x1b[1;31m1 error\x1b[0m"));
    assert_eq!(plain, EXPECTED);
}

#[test]
fn as_many_looks_are_shown_as_asked_for() {
    let text = format::text(&small(), &TextOptions { looks: 1, ..TextOptions::default() });
    assert!(text.contains("      and 5 more\n"), "{text}");
    assert!(!text.contains("zconf.h"), "{text}");
}

#[test]
fn the_last_line_counts_what_was_put_up_with() {
    let mut report = small();
    let finding = report.findings.remove(0);
    report.suppressed.push(Suppressed { finding, reason: "known".to_owned() });
    let text = format::text(&report, &TextOptions::default());
    assert_eq!(
        text.lines().last().unwrap(),
        "app-misc/viewer-1.2, configure: 0 errors, 1 warning, 1 note in 12,345 looks of 67 processes; 1 suppressed"
    );
    assert!(!text.contains("zlib"), "{text}");
}
