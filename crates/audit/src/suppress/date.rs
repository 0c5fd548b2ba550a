use std::fmt;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// How many days after the beginning of 1970 the last day is, in a year that a [`Date`] can hold.
    const LAST: u64 = 20_000_000;

    /// The day, in UTC, on which so many seconds have passed since the beginning of 1970.
    ///
    /// ```
    /// # use hermitage_audit::Date;
    /// assert_eq!(Date::at(951_827_696).to_string(), "2000-02-29");
    /// ```
    pub fn at(seconds: u64) -> Self {
        let mut days = (seconds / 86_400).min(Self::LAST);
        let mut year = 1970;
        while days >= days_of_year(year) {
            days -= days_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while days >= days_of_month(year, month) {
            days -= days_of_month(year, month);
            month += 1;
        }
        // A month has at most 31 days.
        Self { year, month, day: u8::try_from(days).unwrap_or(30) + 1 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_of_year(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of_month(year: u16, month: u8) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
