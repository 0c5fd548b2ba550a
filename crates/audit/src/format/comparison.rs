//! How two builds differ, a difference a line.

use crate::Comparison;

/// What is said before the differences.
pub(super) fn title(comparison: &Comparison) -> &'static str {
    if comparison.is_empty() {
        "with all of the host visible the build leaves the same"
    } else {
        "with all of the host visible the build differs"
    }
}

/// The differences: features, libraries that are needed, files. `+` is what only the build has that saw all of the host.
pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    for feature in &comparison.features {
        let (host, declared) = (value(&feature.with_host), value(&feature.with_declared));
        let (file, name) = (&feature.file, &feature.name);
        lines.push(format!("{file}: {name} is {host}, with what is declared {declared}"));
    }
    for needed in &comparison.needed {
        for (libraries, sign) in [(&needed.only_with_host, '+'), (&needed.only_with_declared, '-')]
        {
            let needs = |library| format!("{}: needs {sign}{library}", needed.file);
            lines.extend(libraries.iter().map(needs));
        }
    }
    for (files, sign) in [(&comparison.only_with_host, '+'), (&comparison.only_with_declared, '-')]
    {
        lines.extend(files.iter().map(|file| format!("{sign}{file}")));
    }
    lines
}
