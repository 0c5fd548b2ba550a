//! Quantities as people read them, three digits or so.

/// A time in milliseconds.
pub(crate) fn duration(milliseconds: f64) -> String {
    let size = milliseconds.abs();
    let (value, unit) = match size {
        _ if size >= 3.6e6 * 3.0 => (milliseconds / 3.6e6, "h"),
        _ if size >= 6e4 * 3.0 => (milliseconds / 6e4, "min"),
        _ if size >= 999.5 => (milliseconds / 1e3, "s"),
        _ if size >= 0.9995 || size == 0.0 => (milliseconds, "ms"),
        _ if size >= 0.000_999_5 => (milliseconds * 1e3, "µs"),
        _ => (milliseconds * 1e6, "ns"),
    };
    format!("{} {unit}", digits(value))
}

/// A size in bytes.
pub(crate) fn size(bytes: f64) -> String {
    let (value, unit) = match bytes {
        _ if bytes >= 1023.5 * 1_048_576.0 => (bytes / 1_073_741_824.0, "GiB"),
        _ if bytes >= 1023.5 * 1024.0 => (bytes / 1_048_576.0, "MiB"),
        _ if bytes >= 1023.5 => (bytes / 1024.0, "KiB"),
        _ => (bytes, "B"),
    };
    format!("{} {unit}", digits(value))
}

/// A number of things, in groups of three digits.
pub(crate) fn count(number: usize) -> String {
    let plain = number.to_string();
    let mut text = String::with_capacity(plain.len() + plain.len() / 3);
    for (at, digit) in plain.chars().enumerate() {
        if at > 0 && (plain.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A ratio.
pub(crate) fn ratio(value: f64) -> String {
    if value < 9.995 { format!("{value:.2}") } else { digits(value) }
}

/// Three digits, but all of those before the point.
fn digits(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 99.95 || size == 0.0 => 0,
        _ if size >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::{count, duration, ratio, size};

    #[test]
    fn durations_have_three_digits_and_a_fitting_unit() {
        let expected = [
            (0.0, "0 ms"),
            (0.000_45, "450 ns"),
            (0.001_7, "1.70 µs"),
            (0.999_6, "1.00 ms"),
            (0.999_4, "999 µs"),
            (45.23, "45.2 ms"),
            (999.4, "999 ms"),
            (999.6, "1.00 s"),
            (48_000.0, "48.0 s"),
            (179_000.0, "179 s"),
            (1_860_000.0, "31.0 min"),
            (18_000_000.0, "5.00 h"),
        ];
        for (milliseconds, text) in expected {
            assert_eq!(duration(milliseconds), text);
        }
    }

    #[test]
    fn sizes_counts_and_ratios_are_short() {
        assert_eq!(size(0.0), "0 B");
        assert_eq!(size(1_023.0), "1023 B");
        assert_eq!(size(1_048_576.0), "1.00 MiB");
        assert_eq!(size(123.0 * 1_048_576.0), "123 MiB");
        assert_eq!(size(3.5 * 1_073_741_824.0), "3.50 GiB");
        assert_eq!(
            [1, 999, 1_000, 30_000, 1_234_567].map(count).join(" "),
            "1 999 1,000 30,000 1,234,567"
        );
        assert_eq!(
            [0.987, 1.0, 9.99, 12.34, 1_500.0].map(ratio).join(" "),
            "0.99 1.00 9.99 12.3 1500"
        );
    }
}
