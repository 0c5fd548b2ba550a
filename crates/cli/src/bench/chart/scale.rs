//! A logarithmic axis: where a value lies, and which values get a tick.

use super::{Axis, Quantity};
use crate::bench::units;

/// An axis of values from `low` to `high`, drawn from `start` to `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

/// A value with its place on the axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    /// None for a line between two that are labelled.
    pub(super) label: Option<String>,
}

impl Scale {
    /// A scale that has room for all values and begins and ends at a tick.
    pub(super) fn over(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, high) = values
            .filter(|value| *value > 0.0 && value.is_finite())
            .fold((f64::INFINITY, 0.0), |(low, high), value| (value.min(low), value.max(high)));
        let (low, high) = if low <= high { (low, high) } else { (1.0, 10.0) };
        let (low, high) = (step_down(low), step_up(high));
        let high = if high > low { high } else { low * 10.0 };
        Self { low, high, start, end }
    }

    /// Where a positive value lies.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        self.start + share * (self.end - self.start)
    }

    /// The ticks in ascending order: powers of ten, and between them 2 and 5 where there are few.
    pub(super) fn ticks(&self, axis: &Axis) -> Vec<Tick> {
        let decades = (self.high / self.low).log10();
        let mut ticks = Vec::new();
        let mut decade = 10_f64.powf((self.low * 1.000_001).log10().floor());
        while decade <= self.high * 1.000_001 {
            for factor in [1.0, 2.0, 5.0] {
                let value = decade * factor;
                if value < self.low * 0.999_999 || value > self.high * 1.000_001 {
                    continue;
                }
                let labelled = factor < 1.5 || decades < 2.5;
                let label = labelled.then(|| label(axis.quantity, value));
                ticks.push(Tick { at: self.place(value), label });
            }
            decade *= 10.0;
        }
        ticks
    }
}

/// The next 1, 2 or 5 times a power of ten that is not above the value.
fn step_down(value: f64) -> f64 {
    let decade = 10_f64.powf((value * 1.000_001).log10().floor());
    let factor = [5.0, 2.0].into_iter().find(|factor| value >= decade * factor * 0.999_999);
    decade * factor.unwrap_or(1.0)
}

/// The next one that is not below the value.
fn step_up(value: f64) -> f64 {
    let below = step_down(value);
    if below >= value * 0.999_999 {
        return below;
    }
    let decade = 10_f64.powf((below * 1.000_001).log10().floor());
    match below / decade {
        factor if factor < 1.5 => decade * 2.0,
        factor if factor < 3.0 => decade * 5.0,
        _ => decade * 10.0,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a tick is a positive number, and a whole one where it is cast"
)]
fn label(quantity: Quantity, value: f64) -> String {
    let whole = |value: f64| units::count(value.round() as usize);
    match quantity {
        Quantity::Count => whole(value),
        // Powers of ten are round numbers of seconds, not of minutes.
        Quantity::Duration if value >= 999.5 => format!("{} s", whole(value / 1000.0)),
        Quantity::Duration => short(&units::duration(value)),
    }
}

/// Ticks are round numbers: what is after the point is zeros.
fn short(text: &str) -> String {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use crate::bench::chart::{Axis, Quantity};

    fn labels(values: &[f64], quantity: Quantity) -> String {
        let axis = Axis { label: String::new(), quantity };
        let ticks = Scale::over(values.iter().copied(), 0.0, 100.0).ticks(&axis);
        ticks.iter().filter_map(|tick| tick.label.clone()).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn an_axis_ends_at_round_numbers_around_its_values() {
        assert_eq!(
            labels(&[1_000.0, 90_000.0], Quantity::Count),
            "1,000 | 2,000 | 5,000 | 10,000 | 20,000 | 50,000 | 100,000"
        );
        assert_eq!(
            labels(&[0.9, 61_000.0], Quantity::Duration),
            "1 ms | 10 ms | 100 ms | 1 s | 10 s | 100 s"
        );
        assert_eq!(labels(&[0.000_5, 0.004], Quantity::Duration), "500 ns | 1 µs | 2 µs | 5 µs");
        assert_eq!(labels(&[120_000.0, 300_000.0], Quantity::Duration), "100 s | 200 s | 500 s");
    }

    #[test]
    fn one_value_no_value_and_zero_make_an_axis_too() {
        assert_eq!(labels(&[10.0], Quantity::Count), "10 | 20 | 50 | 100");
        assert_eq!(labels(&[], Quantity::Count), "1 | 2 | 5 | 10");
        assert_eq!(labels(&[0.0, -1.0, 10.0], Quantity::Count), "10 | 20 | 50 | 100");
    }

    #[test]
    fn a_decade_has_the_same_length_everywhere() {
        let scale = Scale::over([1.0, 1_000.0].into_iter(), 50.0, 350.0);
        for (value, place) in [(1.0, 50.0), (10.0, 150.0), (100.0, 250.0), (1_000.0, 350.0)] {
            assert!((scale.place(value) - place).abs() < 1e-9);
        }
    }
}
