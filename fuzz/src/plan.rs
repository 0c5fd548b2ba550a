use hermitage_mountns::Plan;

/// A plan from any bytes: reading never panics, and what was read is written and read again as the
/// same plan and the same bytes.
///
/// # Panics
/// When a law breaks.
pub fn plan_json(input: &[u8]) {
    let Some(plan) = std::str::from_utf8(input).ok().and_then(|text| Plan::from_json(text).ok())
    else {
        return;
    };
    assert!(!plan.to_string().is_empty());
    let written = plan.to_json().unwrap();
    let again = Plan::from_json(&written).unwrap();
    assert_eq!(again, plan);
    assert_eq!(again.to_json().unwrap(), written);
}
