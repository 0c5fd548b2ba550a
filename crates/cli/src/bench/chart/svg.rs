//! The few elements of SVG that a chart is made of.

use std::fmt::{self, Display, Write as _};

/// A document that is being written.
#[derive(Debug, Default)]
pub(super) struct Svg(String);

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A number with at most two decimals, so that the same chart is the same bytes everywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounded(pub(super) f64);

impl Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Svg {
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (rounded(from), rounded(to));
        self.put(format_args!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        ));
    }

    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = points.iter().map(|point| {
            let (x, y) = rounded(*point);
            format!("{x},{y}")
        });
        let points = points.collect::<Vec<_>>().join(" ");
        self.put(format_args!("<polyline class=\"{class}\" points=\"{points}\"/>"));
    }

    pub(super) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let ((x, y), r) = (rounded(at), Rounded(radius));
        self.put(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"));
    }

    pub(super) fn rectangle(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let ((x, y), (width, height)) = (rounded(at), rounded(size));
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let (x, y) = rounded(at);
        let (anchor, text) = (anchor.name(), Escaped(text));
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// Text that runs upwards, its middle at the place.
    pub(super) fn upright(&mut self, class: &str, at: (f64, f64), text: &str) {
        let ((x, y), text) = (rounded(at), Escaped(text));
        self.put(format_args!(
            "<text class=\"{class}\" transform=\"translate({x} {y}) rotate(-90)\" \
             text-anchor=\"middle\">{text}</text>"
        ));
    }

    /// An element around others, which `inside` writes.
    pub(super) fn group(&mut self, class: &str, inside: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g class=\"{class}\">"));
        inside(self);
        self.put("</g>");
    }

    /// The whole document.
    pub(super) fn document(self, size: (f64, f64), title: &str, style: &str) -> String {
        let ((width, height), title) = (rounded(size), Escaped(title));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\">\n\
             <title>{title}</title>\n<style>\n{style}</style>\n{}</svg>\n",
            self.0
        )
    }

    fn put(&mut self, element: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{element}");
    }
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

fn rounded((x, y): (f64, f64)) -> (Rounded, Rounded) {
    (Rounded(x), Rounded(y))
}

struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            // XML has no way to write these.
            character if character.is_control() => f.write_char('\u{fffd}'),
            character => f.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Svg};

    #[test]
    fn text_is_escaped_and_numbers_are_short() {
        let mut svg = Svg::default();
        svg.text("t", (1.0, 2.345_6), Anchor::End, "a < b & \u{1b}c");
        let expected = "<text class=\"t\" x=\"1\" y=\"2.35\" text-anchor=\"end\">a &lt; b &amp; \u{fffd}c</text>\n";
        assert!(svg.document((10.0, 0.5), "x<y", "").contains(expected));
    }
}
