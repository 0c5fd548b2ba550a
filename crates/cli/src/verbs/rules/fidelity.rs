//! What rules are worth, in words.

use hermitage_rules::Fidelity;

use crate::failure::Failure;
use crate::report::Reporter;

/// How many paths are named without being asked for all.
const NAMED: usize = 5;

/// Says on stderr how what will be allowed compares to the view.
pub(super) fn tell(fidelity: &Fidelity, reporter: Reporter) {
    if fidelity.is_exact() {
        reporter.note("fidelity: exact");
    }
    let shown = if reporter.tells_details() { usize::MAX } else { NAMED };
    for line in differences(fidelity, shown) {
        reporter.note(format_args!("fidelity: {line}"));
    }
}

/// Fails when there is any difference.
pub(super) fn require_exact(fidelity: &Fidelity) -> Result<(), Failure> {
    if fidelity.is_exact() {
        return Ok(());
    }
    let text = differences(fidelity, NAMED).join("; ");
    Err(Failure::new(format!("--require-exact: {text}")).advise(
        "bwrap, nsjail, oci and nspawn hide and can be exact; --verbose without --require-exact names all paths.",
    ))
}

fn differences(fidelity: &Fidelity, shown: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (stricter, wider) = (fidelity.stricter(), fidelity.wider());
    if !stricter.is_empty() {
        let count = stricter.len();
        lines.push(format!(
            "stricter: {count} visible paths are not allowed: {}",
            list(stricter, shown)
        ));
    }
    if !wider.is_empty() {
        lines.push(format!("wider: the host's own content shows below {}", list(wider, shown)));
    }
    lines
}

fn list(paths: &[Vec<u8>], shown: usize) -> String {
    let named = paths.iter().take(shown).map(|path| path.escape_ascii().to_string());
    let mut text = named.collect::<Vec<_>>().join(", ");
    if paths.len() > shown {
        text.push_str(", ... (--verbose names all)");
    }
    text
}
