//! A chart of lines over two logarithmic axes, as SVG.
//!
//! Written here, because no library of charts at hand writes colours that follow the reader's light or dark theme.

mod draw;
mod legend;
mod scale;
mod svg;
mod theme;

pub(crate) use draw::render;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// How and on what it was measured; one line.
    pub(crate) subtitle: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
    /// Sentences below: what is not shown, and why.
    pub(crate) notes: Vec<String>,
}

/// One of the axes.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) quantity: Quantity,
}

/// How the numbers of an axis are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// A number of things.
    Count,
    /// Milliseconds.
    Duration,
}

/// A line, and its name in the legend. Points that are not positive have no place on a logarithmic axis: they are left out.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) weight: Weight,
    pub(crate) points: Vec<Point>,
}

/// How much a line stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// What the chart is about.
    Strong,
    /// What it is compared with.
    Light,
    /// What there would be without any of it.
    Base,
}

/// A point of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// The least and the greatest sample.
    pub(crate) range: (f64, f64),
    pub(crate) mark: Mark,
}

/// What is known about a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It was measured.
    Measured,
    /// It is more than this: the measurement was broken off.
    AtLeast,
    /// It was not measured, but follows from other points.
    Estimated,
}
