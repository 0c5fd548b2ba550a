//! The recorded calls of Portage's own tests.

use super::{portage_atoms, portage_specs};
use crate::tally::Tally;
use serde_json::Value;

/// Counts every call.
pub(crate) fn tally(oracle: &Value) -> Tally {
    let mut tally = Tally::new("portage-unit-tables");
    for call in oracle["cases"].as_array().unwrap() {
        if !portage_atoms::count(&mut tally, call) && !portage_specs::count(&mut tally, call) {
            tally.outside(call["fn"].as_str().unwrap());
        }
    }
    tally
}
