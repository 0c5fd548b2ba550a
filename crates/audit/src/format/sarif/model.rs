//! As much of SARIF's object model as is written, each object with the section of the standard that describes it.

use serde::Serialize;

use crate::{Comparison, Observer, Suggestion};

/// Section 3.13.
#[derive(Debug, Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: Vec<Run<'a>>,
}

/// Section 3.14.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub(super) tool: Tool,
    pub(super) automation_details: Automation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) invocations: Vec<Invocation>,
    pub(super) column_kind: &'static str,
    pub(super) results: Vec<SarifResult<'a>>,
    pub(super) properties: RunProperties<'a>,
}

/// Section 3.8: what has no place in SARIF, for programs that know this one.
#[derive(Debug, Serialize)]
pub(super) struct RunProperties<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) observer: Option<Observer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comparison: Option<&'a Comparison>,
}

/// Section 3.17.
#[derive(Debug, Serialize)]
pub(super) struct Automation {
    pub(super) id: String,
}

/// Section 3.20: of the command that was watched.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exit_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exit_signal_number: Option<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_execution_notifications: Vec<Notification>,
}

/// Section 3.58.
#[derive(Debug, Serialize)]
pub(super) struct Notification {
    pub(super) level: Level,
    pub(super) message: Message,
}

/// Section 3.18.
#[derive(Debug, Serialize)]
pub(super) struct Tool {
    pub(super) driver: Driver,
}

/// Section 3.19.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    pub(super) name: &'static str,
    pub(super) semantic_version: &'static str,
    pub(super) information_uri: &'static str,
    pub(super) rules: Vec<SarifRule>,
}

/// Section 3.49.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifRule {
    pub(super) id: &'static str,
    pub(super) short_description: Message,
    pub(super) full_description: Message,
    pub(super) help: Message,
    pub(super) default_configuration: Configuration,
}

/// Section 3.50.
#[derive(Debug, Serialize)]
pub(super) struct Configuration {
    pub(super) level: Level,
}

/// Sections 3.27.10 and 3.50.3.
#[derive(Debug, Serialize)]
pub(super) struct Level(pub(super) &'static str);

/// Section 3.27.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult<'a> {
    pub(super) rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule_index: Option<usize>,
    pub(super) level: Level,
    pub(super) message: Message,
    pub(super) locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location>,
    pub(super) partial_fingerprints: Fingerprints<'a>,
    /// Always there: without it a reader does not know whether the result is suppressed (section 3.27.23).
    pub(super) suppressions: Vec<SarifSuppression>,
    pub(super) properties: Properties<'a>,
}

/// Section 3.27.17. A name with the version of how it is made, as the standard recommends.
#[derive(Debug, Serialize)]
pub(super) struct Fingerprints<'a> {
    #[serde(rename = "hermitageFinding/v1")]
    pub(super) id: &'a str,
}

/// The same of a result.
#[derive(Debug, Serialize)]
pub(super) struct Properties<'a> {
    pub(super) looks: usize,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) candidates: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) chain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suggestion: Option<&'a Suggestion>,
}

/// Section 3.35.
#[derive(Debug, Serialize)]
pub(super) struct SarifSuppression {
    kind: &'static str,
    justification: String,
}

impl SarifSuppression {
    /// One that does not stand in what was scanned.
    pub(super) fn external(reason: &str) -> Self {
        Self { kind: "external", justification: reason.to_owned() }
    }
}

/// Section 3.28.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the standard's names")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message>,
}

/// Section 3.29.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
}

/// Section 3.4.
#[derive(Debug, Serialize)]
pub(super) struct ArtifactLocation {
    pub(super) uri: String,
}

/// Section 3.30.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: usize,
}

/// Section 3.33.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation {
    pub(super) fully_qualified_name: String,
    pub(super) kind: &'static str,
}

/// Section 3.11.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    text: String,
}

impl Message {
    /// Text that means itself: braces would be places for arguments (section 3.11.5), and brackets before parentheses links
    /// (section 3.11.6).
    pub(super) fn plain(text: &str) -> Self {
        let is_like_link = text.contains("](");
        let mut plain = String::with_capacity(text.len());
        for char in text.chars() {
            match char {
                '{' => plain.push_str("{{"),
                '}' => plain.push_str("}}"),
                '[' if is_like_link => plain.push_str("\\["),
                ']' if is_like_link => plain.push_str("\\]"),
                char => plain.push(char),
            }
        }
        Self { text: plain }
    }
}
