//! The names of the lines, beside the plot, in the order in which their right ends stand.

use super::svg::{Anchor, Svg};
use super::{Chart, Mark, Series};

/// Where the legend is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) left: f64,
    pub(super) top: f64,
}

const STEP: f64 = 22.0;
const SAMPLE: f64 = 30.0;

/// Writes a name beside a sample of each line; `class` and `marker` are those of the line in the plot.
pub(super) fn draw(
    svg: &mut Svg,
    chart: &Chart,
    place: Place,
    class: impl Fn(usize) -> String,
    marker: impl Fn(&mut Svg, usize, (f64, f64), Mark),
) {
    for (row, at) in order(&chart.series).into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "there are few lines")]
        let y = place.top + STEP * row as f64;
        svg.group(&class(at), |svg| {
            svg.polyline("", &[(place.left, y), (place.left + SAMPLE, y)]);
            marker(svg, at, (place.left + SAMPLE / 2.0, y), Mark::Measured);
        });
        let name = &chart.series[at].name;
        svg.text("name", (place.left + SAMPLE + 8.0, y + 4.0), Anchor::Start, name);
    }
}

/// The lines from the uppermost right end down. A line that ends early stands by how high it was then.
fn order(series: &[Series]) -> Vec<usize> {
    let end = |at: &usize| series[*at].points.last().map_or(0.0, |point| point.y);
    let mut order: Vec<_> = (0..series.len()).collect();
    order.sort_by(|a, b| end(b).total_cmp(&end(a)));
    order
}
