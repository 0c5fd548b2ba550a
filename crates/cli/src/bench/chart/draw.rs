//! Puts a chart together.

use super::legend;
use super::scale::{Scale, Tick};
use super::svg::{Anchor, Svg};
use super::theme::{self, COLOURS};
use super::{Chart, Mark, Point, Series, Weight};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 660.0;
const TOP: f64 = 72.0;
const BOTTOM: f64 = 440.0;
const NOTES: f64 = BOTTOM + 72.0;
const NOTE_STEP: f64 = 18.0;
/// As many letters of a note as are as wide as the page between its margins.
const LONGEST: usize = 110;

/// The chart as an SVG document. The same chart gives the same bytes.
pub(crate) fn render(chart: &Chart) -> String {
    let notes: Vec<String> = chart.notes.iter().flat_map(|note| lines(note)).collect();
    #[allow(clippy::cast_precision_loss, reason = "there are few notes")]
    let height = NOTES + NOTE_STEP * notes.len() as f64;
    let mut svg = Svg::default();
    svg.rectangle("page", (0.0, 0.0), (WIDTH, height));
    svg.text("title", (LEFT, 28.0), Anchor::Start, &chart.title);
    svg.text("quiet", (LEFT, 50.0), Anchor::Start, &chart.subtitle);
    let plot = Plot::of(chart);
    plot.axes(&mut svg, chart);
    for (at, series) in chart.series.iter().enumerate() {
        svg.group(&class(series, at), |svg| plot.line(svg, series, at));
    }
    let place = legend::Place { left: RIGHT + 24.0, top: TOP + 12.0 };
    legend::draw(&mut svg, chart, place, |at| class(&chart.series[at], at), marker);
    let mut y = NOTES;
    for line in &notes {
        svg.text("quiet", (LEFT, y), Anchor::Start, line);
        y += NOTE_STEP;
    }
    svg.document((WIDTH, height), &chart.title, &theme::style())
}

/// A text as lines of which none runs off the page; what goes on is set in.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        for (at, piece) in pieces(word).into_iter().enumerate() {
            let last = lines.last().map_or(0, |line| line.chars().count());
            if last > 0 && last + 1 + piece.chars().count() > LONGEST {
                lines.push("   ".to_owned());
            }
            if let Some(line) = lines.last_mut() {
                if at == 0 && !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&piece);
            }
        }
    }
    lines
}

/// A word cut where it alone is longer than a line may be.
fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(LONGEST - 4).map(|piece| piece.iter().collect()).collect()
}

/// The plot's two scales.
struct Plot {
    x: Scale,
    y: Scale,
}

impl Plot {
    fn of(chart: &Chart) -> Self {
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let spans = points().flat_map(|point| [point.y, point.range.0, point.range.1]);
        Self {
            x: Scale::over(points().map(|point| point.x), LEFT, RIGHT),
            y: Scale::over(spans, BOTTOM, TOP),
        }
    }

    fn axes(&self, svg: &mut Svg, chart: &Chart) {
        let grid = |tick: &Tick| if tick.label.is_some() { "grid" } else { "minor" };
        for tick in self.x.ticks(&chart.x) {
            svg.line(grid(&tick), (tick.at, TOP), (tick.at, BOTTOM));
            if let Some(label) = &tick.label {
                svg.text("quiet", (tick.at, BOTTOM + 20.0), Anchor::Middle, label);
            }
        }
        for tick in self.y.ticks(&chart.y) {
            svg.line(grid(&tick), (LEFT, tick.at), (RIGHT, tick.at));
            if let Some(label) = &tick.label {
                svg.text("quiet", (LEFT - 10.0, tick.at + 4.0), Anchor::End, label);
            }
        }
        svg.line("frame", (LEFT, BOTTOM), (RIGHT, BOTTOM));
        svg.line("frame", (LEFT, TOP), (LEFT, BOTTOM));
        let middle = f64::midpoint(LEFT, RIGHT);
        svg.text("axis", (middle, BOTTOM + 44.0), Anchor::Middle, &chart.x.label);
        svg.upright("axis", (20.0, f64::midpoint(TOP, BOTTOM)), &chart.y.label);
    }

    fn line(&self, svg: &mut Svg, series: &Series, at: usize) {
        let points: Vec<&Point> =
            series.points.iter().filter(|point| point.x > 0.0 && point.y > 0.0).collect();
        let known = points.iter().take_while(|point| point.mark == Mark::Measured).count();
        let places = |points: &[&Point]| points.iter().map(|p| self.place(p)).collect::<Vec<_>>();
        svg.polyline("", &places(&points[..known]));
        if known < points.len() {
            svg.polyline("guess", &places(&points[known.saturating_sub(1)..]));
        }
        for point in &points {
            self.range(svg, point);
            marker(svg, at, self.place(point), point.mark);
        }
    }

    /// From the least to the greatest sample, where one can see it.
    fn range(&self, svg: &mut Svg, point: &Point) {
        let (x, (low, high)) = (self.x.place(point.x), point.range);
        if low > 0.0 && (self.y.place(low) - self.y.place(high)).abs() > 2.0 {
            svg.line("range", (x, self.y.place(low)), (x, self.y.place(high)));
        }
    }

    fn place(&self, point: &Point) -> (f64, f64) {
        (self.x.place(point.x), self.y.place(point.y))
    }
}

fn class(series: &Series, at: usize) -> String {
    let weight = match series.weight {
        Weight::Strong => "strong",
        Weight::Light => "light",
        Weight::Base => "base",
    };
    format!("s {weight} c{}", at % COLOURS)
}

/// A full circle for what was measured, an open one for an estimate, an open one with an arrow upwards for a lower bound.
/// Lines beyond the number of colours get squares.
fn marker(svg: &mut Svg, at: usize, (x, y): (f64, f64), mark: Mark) {
    const RADIUS: f64 = 4.5;
    let class = if mark == Mark::Measured { "full" } else { "open" };
    if at / COLOURS % 2 == 1 {
        svg.rectangle(class, (x - RADIUS + 0.5, y - RADIUS + 0.5), (8.0, 8.0));
    } else {
        svg.circle(class, (x, y), RADIUS);
    }
    if mark == Mark::AtLeast {
        let (foot, tip) = (y - RADIUS, y - 18.0);
        svg.line("", (x, foot), (x, tip));
        svg.line("", (x - 4.0, tip + 5.0), (x, tip));
        svg.line("", (x + 4.0, tip + 5.0), (x, tip));
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, lines, render};
    use crate::bench::chart::{Axis, Chart, Mark, Point, Quantity, Series, Weight};

    fn point(x: f64, y: f64, mark: Mark) -> Point {
        Point { x, y, range: (y * 0.8, y * 1.5), mark }
    }

    fn series(name: &str, weight: Weight, points: Vec<Point>) -> Series {
        Series { name: name.into(), weight, points }
    }

    fn chart() -> Chart {
        use Mark::{AtLeast, Estimated, Measured};
        Chart {
            title: "Setting up a view".into(),
            subtitle: "medians of 3 rounds".into(),
            x: Axis { label: "files".into(), quantity: Quantity::Count },
            y: Axis { label: "time".into(), quantity: Quantity::Duration },
            series: vec![
                series(
                    "served",
                    Weight::Strong,
                    vec![point(1e3, 0.9, Measured), point(9e4, 45.0, Measured)],
                ),
                series(
                    "bubble <wrap>",
                    Weight::Light,
                    vec![
                        point(1e3, 1_400.0, Measured),
                        point(1e4, 60_000.0, AtLeast),
                        point(3e4, 1_860_000.0, Estimated),
                    ],
                ),
                series(
                    "no view",
                    Weight::Base,
                    vec![point(1e3, 0.0, Measured), point(9e4, 1.0, Measured)],
                ),
                series("nothing", Weight::Base, Vec::new()),
            ],
            notes: vec!["other: refused".into()],
        }
    }

    /// Written anew with `HERMITAGE_BLESS=1`, to be looked at before it is committed.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test reads its settings from the environment")]
    fn a_chart_is_the_same_bytes_everywhere() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/chart.svg");
        let text = render(&chart());
        if std::env::var_os("HERMITAGE_BLESS").is_some() {
            std::fs::write(golden, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(golden).unwrap());
    }

    #[test]
    fn every_line_is_in_the_legend_and_every_positive_point_in_the_plot() {
        let text = render(&chart());
        for name in ["served", "bubble &lt;wrap&gt;", "no view", "nothing"] {
            assert_eq!(text.matches(&format!(">{name}</text>")).count(), 1, "{name}");
        }
        let markers = text.matches("<circle").count();
        assert_eq!(
            markers,
            4 + 6,
            "one for each name, and for each point but the one that is zero"
        );
        assert_eq!(text.matches("class=\"open\"").count(), 2);
        assert_eq!(text.matches("class=\"guess\"").count(), 1);
    }

    #[test]
    fn a_chart_without_points_has_axes_all_the_same() {
        let empty = Chart { series: Vec::new(), notes: Vec::new(), ..chart() };
        assert!(render(&empty).contains(">files</text>"));
    }

    #[test]
    fn long_notes_are_broken_between_words_and_nothing_is_lost() {
        assert_eq!(lines("short"), ["short"]);
        let words: Vec<String> = (0..80).map(|number| format!("word{number}")).collect();
        let long = lines(&words.join(" "));
        assert!(
            long.len() > 3 && long.iter().all(|line| line.chars().count() <= LONGEST),
            "{long:?}"
        );
        let again: Vec<&str> = long.iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(again, words);
        let word = "x".repeat(3 * LONGEST);
        let cut = lines(&word);
        assert!(cut.iter().all(|line| line.chars().count() <= LONGEST), "{cut:?}");
        assert_eq!(cut.concat().replace(' ', ""), word);
    }
}
