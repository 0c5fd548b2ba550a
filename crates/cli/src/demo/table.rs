//! The outcome, as people read it.

use std::time::Duration;

use super::Build;
use super::setting::Setting;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn print(setting: &Setting, builds: &[Build], out: &mut Output) -> Result<(), Failure> {
    let name = setting.library.name;
    out.line(format_args!(
        "peek 1.0, a C program whose configure uses {name} if it finds it, built thrice"
    ))?;
    out.line(format_args!("packages: {}", setting.origin))?;
    out.line(format_args!(
        "declared: {}; {} only in the last build",
        setting.declared.join(" "),
        setting.atom
    ))?;
    let backend = builds.iter().find_map(|build| Some(build.view.as_ref()?.backend.as_str()));
    out.line(format_args!("view:     made with {}\n", backend.unwrap_or("nothing")))?;
    let header = ["", "configure finds", "the program needs", "visible paths", "set-up", "total"];
    let mut rows = vec![header.map(str::to_owned)];
    rows.extend(builds.iter().map(|build| row(build, name)));
    let widths: Vec<_> = (0..header.len())
        .map(|at| rows.iter().map(|row| row[at].len()).max().unwrap_or(0))
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (at, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            // Words to the left, numbers to the right.
            let cell =
                if at < 3 { format!("{cell:<width$}  ") } else { format!("{cell:>width$}  ") };
            line.push_str(&cell);
        }
        out.line(line.trim_end())?;
    }
    out.line(format_args!(
        "\nLeft to itself the build silently took {name}, because it happened to be installed. In the view there is only \
         what was\ndeclared, so the outcome depends on the declaration and on nothing else."
    ))
}

fn row(build: &Build, name: &str) -> [String; 6] {
    let found = if build.found { format!("{name}: yes") } else { format!("{name}: no") };
    let view = build.view.as_ref();
    [
        build.title.to_owned(),
        found,
        build.needed.join(" "),
        view.map_or_else(|| "all there are".to_owned(), |view| thousands(view.files)),
        view.map_or_else(|| "none".to_owned(), |view| seconds(view.set_up)),
        seconds(build.total),
    ]
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
