use hermitage_audit::{Outcome, format, strategy};
use proptest::prelude::*;

use crate::support::small;

#[test]
fn a_finding_is_a_line_with_five_fields() {
    assert_eq!(
        format::lines(&small()),
        "error\tundeclared:sys-libs/zlib\tsys-libs/zlib-1.3\t/usr/include/zlib.h\tadd \"sys-libs/zlib:=\" to DEPEND and RDEPEND, or pass --without-zlib\n\
         warning\tindirect:dev-libs/b\tdev-libs/b-2\t/usr/bin/b\t-\n\
         note\tunused:dev-util/flex\tdev-util/flex-2.6\t-\t-\n"
    );
}

#[test]
fn a_failed_command_and_what_could_not_be_read_are_lines_of_their_own() {
    let mut report = small();
    report.findings.clear();
    report.outcome = Some(Outcome::Exited(2));
    report.warnings.push("/src/a\tb: can't be read".to_owned());
    assert_eq!(
        format::lines(&report),
        "error\tcommand\t-\t-\tthe command failed with exit code 2\nwarning\twarning\t-\t-\t/src/a\\x09b: can't be read\n"
    );
}

proptest! {
    #[test]
    fn whatever_names_hold_there_are_as_many_lines_as_findings(report in strategy::report(5)) {
        let text = format::lines(&report);
        let before = usize::from(report.failure().is_some()) + report.warnings.len();
        prop_assert_eq!(text.lines().count(), before + report.findings.len());
        prop_assert!(text.lines().all(|line| line.split('\t').count() == 5));
        for (line, finding) in text.lines().skip(before).zip(&report.findings) {
            let fields: Vec<_> = line.split('\t').collect();
            prop_assert_eq!(fields[0], finding.severity.as_str());
        }
    }
}
