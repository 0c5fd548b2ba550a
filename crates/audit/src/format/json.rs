use crate::Report;

/// The schema of what [`json`] writes, as JSON Schema of 2020-12. A program may rely on it as long as the report's `schema` is
/// the same number.
pub const JSON_SCHEMA: &str = include_str!("../../report.schema.json");

/// A report with everything that is in it.
///
/// ```
/// # use hermitage_audit::{Audit, MemoryInventory, Report, Trace, format};
/// # let report = Audit::new("app-misc/viewer-1", &MemoryInventory::default()).report(Trace::default())?;
/// let read: Report = serde_json::from_str(&format::json(&report))?;
/// assert_eq!(read, report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn json(report: &Report) -> String {
    pretty(report)
}

/// Data of this crate as JSON.
pub(crate) fn pretty(data: &impl serde::Serialize) -> String {
    // It can fail for maps whose keys are no strings, and for implementations that do so by themselves: there is neither here.
    let mut text = serde_json::to_string_pretty(data).expect("plain data can be written as JSON");
    text.push('\n');
    text
}
