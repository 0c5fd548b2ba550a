//! Medians of rounds, and what follows from them.

use serde::Serialize;

/// One quantity over the rounds in which it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) rounds: usize,
}

impl Summary {
    /// The summary of some samples; none of no samples. The median of an even number is the mean of the middle two.
    pub(crate) fn of(samples: &[f64]) -> Option<Self> {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median, min, max, rounds: sorted.len() })
    }

    /// What `samples` are in proportion to `base`, round by round: a pair was measured within moments, so what slows the
    /// whole machine down slows both.
    pub(crate) fn of_ratios(samples: &[f64], base: &[f64]) -> Option<Self> {
        let pairs = samples.iter().zip(base).filter(|(_, base)| **base > 0.0);
        Self::of(&pairs.map(|(sample, base)| sample / base).collect::<Vec<_>>())
    }
}

/// A quantity that grows as a power of the number of files.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct PowerLaw {
    /// 1 for a cost that is linear, 2 for one that is quadratic.
    pub(crate) exponent: f64,
    #[serde(skip)]
    at: (f64, f64),
}

impl PowerLaw {
    /// The law through the last two of some points in ascending order; none of fewer than two points, or when one is not positive.
    pub(crate) fn through(points: &[(f64, f64)]) -> Option<Self> {
        let [.., a, b] = points else { return None };
        let positive = [a.0, a.1, b.0, b.1].iter().all(|value| *value > 0.0);
        let exponent = (b.1 / a.1).ln() / (b.0 / a.0).ln();
        (positive && exponent.is_finite()).then_some(Self { exponent, at: *b })
    }

    /// What it comes to for another number of files.
    pub(crate) fn value(&self, x: f64) -> f64 {
        self.at.1 * (x / self.at.0).powf(self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::{PowerLaw, Summary};

    fn summary(samples: &[f64]) -> (f64, f64, f64, usize) {
        let Summary { median, min, max, rounds } = Summary::of(samples).unwrap();
        (median, min, max, rounds)
    }

    #[test]
    fn the_median_is_the_middle_one_whatever_the_order() {
        assert_eq!(summary(&[5.0]), (5.0, 5.0, 5.0, 1));
        assert_eq!(summary(&[9.0, 1.0, 2.0]), (2.0, 1.0, 9.0, 3));
        assert_eq!(summary(&[1.0, 1000.0, 3.0, 2.0]), (2.5, 1.0, 1000.0, 4));
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The second round was slow for both: the ratio of the medians would be 2 as well, that of the means would not.
        let ratio = Summary::of_ratios(&[2.0, 30.0, 2.2], &[1.0, 10.0, 1.0]).unwrap();
        assert_eq!((ratio.median, ratio.min, ratio.max, ratio.rounds), (2.2, 2.0, 3.0, 3));
        assert_eq!(Summary::of_ratios(&[1.0], &[0.0]), None, "nothing to compare with");
        assert_eq!(Summary::of_ratios(&[1.0, 2.0], &[1.0]).unwrap().rounds, 1, "unpaired rounds");
    }

    #[test]
    fn a_power_law_goes_on_as_its_last_two_points_do() {
        let quadratic = PowerLaw::through(&[(1.0, 100.0), (10.0, 3.0), (20.0, 12.0)]).unwrap();
        assert!((quadratic.exponent - 2.0).abs() < 1e-9);
        assert!((quadratic.value(40.0) - 48.0).abs() < 1e-9);
        assert_eq!(PowerLaw::through(&[(10.0, 3.0)]), None);
        assert_eq!(PowerLaw::through(&[(10.0, 3.0), (10.0, 4.0)]), None, "twice the same number");
        assert_eq!(PowerLaw::through(&[(10.0, 0.0), (20.0, 4.0)]), None);
    }
}
