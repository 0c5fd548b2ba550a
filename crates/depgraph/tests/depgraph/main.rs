//! Tests of the public interface, against hand-written databases and a naive oracle.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod answers;
mod chains;
mod closures;
mod disk;
mod loadable;
mod profiles;
mod properties;
mod roots;
mod support;

/// Everything a closure says, as text.
fn closure_json(closure: &hermitage_depgraph::Closure) -> String {
    let report = serde_json::to_string(&closure.report()).expect("a report serialises");
    format!(
        "{report} {:?} {:?} {:?} {:?} {:?}",
        closure.unsatisfied(),
        closure.blocked(),
        closure.withheld(),
        closure.loadable_files(),
        closure.cycles()
    )
}
