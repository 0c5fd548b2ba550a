use hermitage_view::{Host, Kind};

use super::links::real_path;
use crate::landlock::{Grant, Rule};

/// A thread restricted by Landlock.
#[derive(Clone, Debug)]
pub struct LandlockModel {
    rules: Vec<Rule>,
}

impl LandlockModel {
    /// Restricted by these rules.
    pub fn new(rules: &[Rule]) -> Self {
        Self { rules: rules.to_vec() }
    }

    /// Whether opening a path for reading (of a directory: for listing) is allowed: by a rule for it or for something above it.
    pub fn reads(&self, host: &dyn Host, path: &[u8]) -> bool {
        let Some(real) = real_path(host, path) else { return false };
        let is_dir = matches!(host.lstat(&real), Ok(Some(meta)) if meta.kind == Kind::Dir);
        self.rules.iter().any(|rule| {
            let grants = match rule.grant {
                Grant::ListTree => is_dir,
                Grant::ReadFile | Grant::UseDevice | Grant::WriteFile => !is_dir,
                Grant::ReadTree | Grant::WriteTree => true,
            };
            // The rule belongs to what its path leads to.
            grants && real_path(host, &rule.path).is_some_and(|top| is_at_or_below(&real, &top))
        })
    }
}

fn is_at_or_below(path: &[u8], top: &[u8]) -> bool {
    path == top || top == b"/" || path.starts_with(&[top, b"/"].concat())
}
