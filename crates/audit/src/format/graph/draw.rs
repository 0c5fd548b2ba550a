//! From places to SVG.

use std::fmt::{self, Write as _};

use super::super::{Xml, counted};
use super::lanes::{Chip, Lane};

/// Lengths in pixels. Names are cut to what fits a chip in a monospaced font of 12 pixels, of which a character is 7.3 wide.
const CHIP: (usize, usize) = (270, 24);
const PITCH: (usize, usize) = (292, 32);
const SHOWN: usize = 35;
const TARGET: (usize, usize) = (230, 40);
const TARGET_SHOWN: usize = 29;
const MARGIN: usize = 14;
const GAP: usize = 70;
const TITLE: usize = 26;

/// The picture.
pub(super) fn svg(target: &str, lanes: &[Lane]) -> String {
    let mut svg = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut svg, target, lanes);
    svg
}

fn height(lane: &Lane) -> usize {
    TITLE + lane.rows() * PITCH.1 + MARGIN / 2
}

fn write(to: &mut String, target: &str, lanes: &[Lane]) -> fmt::Result {
    let columns = lanes.iter().map(Lane::columns).max().unwrap_or(1);
    let left = MARGIN + TARGET.0 + GAP;
    let (lane_width, bottom) = (
        columns * PITCH.0 + MARGIN,
        MARGIN + lanes.iter().map(|lane| height(lane) + MARGIN).sum::<usize>(),
    );
    let (width, height_of_all) = (left + lane_width + MARGIN, bottom.max(TARGET.1 + 2 * MARGIN));
    writeln!(
        to,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height_of_all}\" \
         viewBox=\"0 0 {width} {height_of_all}\"><title>packages with findings of {}</title>",
        Xml(target)
    )?;
    let from = (MARGIN + TARGET.0, 2 * MARGIN + TARGET.1 / 2);
    let mut top = MARGIN;
    for lane in lanes {
        writeln!(to, "<g class=\"{}\">", lane.kind.as_str())?;
        edge(to, from, (left, top + TITLE / 2))?;
        write_lane(to, lane, (left, top), lane_width)?;
        writeln!(to, "</g>")?;
        top += height(lane) + MARGIN;
    }
    write_target(to, target)?;
    writeln!(to, "</svg>")
}

fn write_target(to: &mut String, target: &str) -> fmt::Result {
    let (width, height) = TARGET;
    writeln!(
        to,
        "<g class=\"chip target\"><title>{}</title>\
         <rect x=\"{MARGIN}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        Xml(target),
        2 * MARGIN,
        MARGIN + 10,
        2 * MARGIN + height / 2 + 4,
        Xml(&cut(target, TARGET_SHOWN))
    )
}

fn write_lane(to: &mut String, lane: &Lane, (x, y): (usize, usize), width: usize) -> fmt::Result {
    let height = height(lane);
    writeln!(
        to,
        "<rect class=\"lane\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\
         <text class=\"title\" x=\"{}\" y=\"{}\">{}: {}</text>",
        x + 10,
        y + 18,
        lane.kind.as_str(),
        counted(lane.findings, "finding")
    )?;
    let place = |chip: &Chip| (x + MARGIN + chip.column * PITCH.0, y + TITLE + chip.row * PITCH.1);
    for &(one, other) in &lane.edges {
        let (from, to_place) = (place(&lane.chips[one]), place(&lane.chips[other]));
        let start = (from.0 + CHIP.0, from.1 + CHIP.1 / 2);
        edge(to, start, (to_place.0, to_place.1 + CHIP.1 / 2))?;
    }
    lane.chips.iter().try_for_each(|chip| write_chip(to, chip, place(chip)))
}

fn write_chip(to: &mut String, chip: &Chip, (x, y): (usize, usize)) -> fmt::Result {
    let (width, height) = CHIP;
    let name = Xml(&chip.name);
    let count = if chip.findings > 1 { format!(" ({})", chip.findings) } else { String::new() };
    if chip.findings == 0 {
        write!(to, "<g class=\"chip plain\">")?;
    } else {
        write!(to, "<g class=\"chip\" tabindex=\"0\" role=\"button\" data-subject=\"{name}\">")?;
    }
    let why = if chip.why.is_empty() { String::new() } else { format!(" by {}", Xml(&chip.why)) };
    let shown = cut(&chip.name, SHOWN - count.len());
    writeln!(
        to,
        "<title>{name}{count}{why}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\"/>\
         <text x=\"{}\" y=\"{}\">{}{count}</text></g>",
        x + 8,
        y + 16,
        Xml(&shown)
    )
}

/// A line that leaves and arrives level.
fn edge(to: &mut String, (x1, y1): (usize, usize), (x2, y2): (usize, usize)) -> fmt::Result {
    let middle = usize::midpoint(x1, x2);
    writeln!(to, "<path class=\"edge\" d=\"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}\"/>")
}

/// A text with its middle left out where it is too long: of a package, both its name and its version tell it apart.
fn cut(text: &str, width: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= width {
        return text.to_owned();
    }
    let end = width / 2;
    let start = width - end - 1;
    chars[..start].iter().chain(&['\u{2026}']).chain(&chars[chars.len() - end..]).collect()
}
