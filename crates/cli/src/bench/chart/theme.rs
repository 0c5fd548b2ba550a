//! Colours and type, for a light page and a dark one.

use std::fmt::Write as _;

/// How many lines have a colour of their own; further ones begin anew, and the markers tell them apart.
pub(super) const COLOURS: usize = 8;

/// What a page is painted with. The colours of lines stay apart for most people with a colour vision deficiency, and are
/// given to lines in this order.
struct Theme {
    page: &'static str,
    ink: &'static str,
    quiet: &'static str,
    grid: &'static str,
    lines: [&'static str; COLOURS],
}

const LIGHT: Theme = Theme {
    page: "#ffffff",
    ink: "#1b1f24",
    quiet: "#59636e",
    grid: "#d8dee4",
    lines: ["#0058a8", "#c2410c", "#007a5e", "#8b2f97", "#8a6100", "#0e7490", "#be123c", "#4d5b6b"],
};

const DARK: Theme = Theme {
    page: "#0d1117",
    ink: "#e6edf3",
    quiet: "#9198a1",
    grid: "#30363d",
    lines: ["#6cb6ff", "#ff9e64", "#4fd1a5", "#dba1e8", "#e3b341", "#56c8d8", "#ff8fa3", "#aab6c4"],
};

/// What does not depend on the theme.
const SHAPES: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;font-size:12px}
.title{font-size:16px;font-weight:600}
.s polyline{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
.s line{stroke-width:1.5;stroke-linecap:round}
.s .open{stroke-width:1.5}
.strong polyline{stroke-width:3}
.base polyline{stroke-dasharray:1 5}
.s .guess{stroke-dasharray:5 4;stroke-width:1.5}
.s .range{opacity:.6}
";

/// The style sheet: the light theme, and over it the dark one for readers who prefer that.
///
/// Without custom properties, which programs other than browsers don't know.
pub(super) fn style() -> String {
    let (light, dark) = (colours(&LIGHT), colours(&DARK));
    format!("{SHAPES}{light}@media (prefers-color-scheme:dark){{\n{dark}}}\n")
}

fn colours(theme: &Theme) -> String {
    let Theme { page, ink, quiet, grid, lines } = theme;
    let mut rules = format!(
        "text{{fill:{ink}}}\n.quiet{{fill:{quiet}}}\n.page{{fill:{page}}}\n\
         .grid{{stroke:{grid}}}\n.minor{{stroke:{grid};opacity:.5}}\n.frame{{stroke:{quiet}}}\n"
    );
    for (at, colour) in lines.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = write!(
            rules,
            ".c{at} polyline,.c{at} line{{stroke:{colour}}}\n\
             .c{at} .full{{fill:{colour};stroke:{page}}}\n\
             .c{at} .open{{fill:{page};stroke:{colour}}}\n"
        );
    }
    rules
}
