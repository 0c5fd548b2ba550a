//! Suggestions written into the ebuild.

use similar::TextDiff;

use crate::inventory::Class;
use crate::report::{Finding, Kind};

/// A unified diff that adds to an ebuild what findings suggest; `None` where nothing is to be added.
///
/// `name` is how the ebuild is called in the diff. Where one variable is made of another (`DEPEND="${RDEPEND}"`), the other one gets
/// the dependency. What is to be removed is left to people: another configuration may need it.
pub fn patch(name: &str, ebuild: &str, findings: &[Finding]) -> Option<String> {
    let mut text = ebuild.to_owned();
    for finding in findings.iter().filter(|finding| finding.kind != Kind::Unused) {
        let Some(suggestion) = &finding.suggestion else { continue };
        for class in places(&text, &suggestion.classes) {
            text = with_dependency(&text, class.as_str(), &suggestion.dependency());
        }
    }
    if text == ebuild {
        return None;
    }
    let diff = TextDiff::from_lines(ebuild, &text);
    Some(diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string())
}

/// The variables to write into: not those that contain another one of them.
fn places(ebuild: &str, classes: &[Class]) -> Vec<Class> {
    let contains = |class: Class, other: Class| {
        let names = [format!("${{{other}}}"), format!("${other} "), format!("${other}\"")];
        let value = value(ebuild, class.as_str()).map(|range| &ebuild[range.start..=range.end]);
        value.is_some_and(|value| names.iter().any(|name| value.contains(name)))
    };
    let has_source = |class: &&Class| classes.iter().any(|&other| contains(**class, other));
    classes.iter().filter(|class| !has_source(class)).copied().collect()
}

/// Where the value of a variable stands, without its quotes.
fn value(ebuild: &str, variable: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    for line in ebuild.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let rest = line[indent..].strip_prefix(variable);
        let rest = rest.map(|rest| rest.strip_prefix('+').unwrap_or(rest));
        if let Some(quote) = rest.and_then(|rest| rest.strip_prefix("=\"")) {
            let start = at + line.len() - quote.len();
            let end = closing(&ebuild[start..])?;
            return Some(start..start + end);
        }
        at += line.len();
    }
    None
}

/// The place of the first double quote that is not escaped.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, char)| {
        let is_end = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        is_end.then_some(at)
    })
}

fn with_dependency(ebuild: &str, variable: &str, dependency: &str) -> String {
    let Some(range) = value(ebuild, variable) else {
        return with_variable(ebuild, variable, dependency);
    };
    let old = &ebuild[range.clone()];
    if old.lines().any(|line| line.trim() == dependency) || old.trim() == dependency {
        return ebuild.to_owned();
    }
    let new = if old.trim().is_empty() {
        format!("\n\t{dependency}\n")
    } else if old.contains('\n') {
        let kept = old.trim_end();
        format!("{kept}\n\t{dependency}\n{}", &old[kept.len()..].trim_start_matches(['\n', ' ']))
    } else {
        format!("\n\t{}\n\t{dependency}\n", old.trim())
    };
    format!("{}{new}{}", &ebuild[..range.start], &ebuild[range.end..])
}

/// The ebuild with a variable that it does not have yet: after the last variable of dependencies, else before the first function.
fn with_variable(ebuild: &str, variable: &str, dependency: &str) -> String {
    let classes = [Class::Depend, Class::Bdepend, Class::Rdepend, Class::Pdepend, Class::Idepend];
    let ends = classes.iter().filter_map(|class| value(ebuild, class.as_str()));
    let after_last = ends
        .map(|range| range.end)
        .max()
        .map(|end| ebuild[end..].find('\n').map_or(ebuild.len(), |newline| end + newline + 1));
    let before_functions = || {
        let starts = ebuild.match_indices('\n').map(|(at, _)| at + 1);
        let function = starts
            .filter(|&at| ebuild[at..].lines().next().is_some_and(|line| line.contains("() {")))
            .min();
        function.unwrap_or(ebuild.len())
    };
    let at = after_last.unwrap_or_else(before_functions);
    format!("{}{variable}=\"\n\t{dependency}\n\"\n{}", &ebuild[..at], &ebuild[at..])
}

#[cfg(test)]
mod tests {
    use super::with_dependency;

    #[test]
    fn a_dependency_goes_where_its_variable_is() {
        for (ebuild, wanted) in [
            ("DEPEND=\"a/b\"\n", "DEPEND=\"\n\ta/b\n\tx/y\n\"\n"),
            ("DEPEND=\"\n\ta/b\n\"\n", "DEPEND=\"\n\ta/b\n\tx/y\n\"\n"),
            ("DEPEND=\"\"\n", "DEPEND=\"\n\tx/y\n\"\n"),
            ("RDEPEND=\"a/b\"\n\nsrc() {\n", "RDEPEND=\"a/b\"\nDEPEND=\"\n\tx/y\n\"\n\nsrc() {\n"),
            ("EAPI=8\nsrc_test() {\n", "EAPI=8\nDEPEND=\"\n\tx/y\n\"\nsrc_test() {\n"),
            ("DEPEND=\"x/y\"\n", "DEPEND=\"x/y\"\n"),
        ] {
            assert_eq!(with_dependency(ebuild, "DEPEND", "x/y"), wanted);
        }
    }
}
