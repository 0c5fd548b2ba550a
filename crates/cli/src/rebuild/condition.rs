use clap::ValueEnum;
use serde::Serialize;

/// Something about the circumstances of a build that has no business in its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Condition {
    /// Variables of the environment
    Environment,
    /// The host's name
    Host,
    /// The user's name, number and home
    User,
    /// The time zone
    TimeZone,
    /// The locale
    Locale,
    /// The file mode creation mask
    Umask,
    /// The order in which directories list their names
    Order,
    /// How many processors there are
    Cpus,
    /// When the sources were modified last
    Date,
    /// The time of day and the date, by libfaketime
    Clock,
    /// The path at which the sources lie
    Place,
    /// Packages that are installed and not declared: all of them are visible
    Packages,
}

impl Condition {
    /// The name on the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Host => "host",
            Self::User => "user",
            Self::TimeZone => "time-zone",
            Self::Locale => "locale",
            Self::Umask => "umask",
            Self::Order => "order",
            Self::Cpus => "cpus",
            Self::Date => "date",
            Self::Clock => "clock",
            Self::Place => "place",
            Self::Packages => "packages",
        }
    }

    /// Whether `run --pure` shows every build the same of it.
    pub(crate) fn is_held_by_pure(self) -> bool {
        !matches!(self, Self::Order | Self::Date | Self::Clock | Self::Place)
    }
}
