use hermitage_audit::{format, strategy};
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

proptest! {
    #[test]
    fn whatever_names_hold_there_are_as_many_lines_as_findings(report in strategy::report(5)) {
        let text = format::lines(&report);
        prop_assert_eq!(text.lines().count(), report.findings.len());
        for (line, finding) in text.lines().zip(&report.findings) {
            let fields: Vec<_> = line.split('\t').collect();
            prop_assert_eq!(fields.len(), 5);
            prop_assert_eq!(fields[0], finding.severity.as_str());
        }
    }
}
