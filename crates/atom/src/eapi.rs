//! The EAPIs and what each of them allows in a dependency.

use crate::error::{Error, ErrorKind, Fault};
use std::fmt;
use std::str::FromStr;

/// An EAPI that PMS defines.
///
/// They are ordered by age, so `eapi >= Eapi::V5` reads as "since EAPI 5".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Eapi {
    /// EAPI 0, also meant where an installed package records none.
    #[default]
    V0,
    /// EAPI 1: slot dependencies.
    V1,
    /// EAPI 2: USE dependencies, strong blockers, arrows in `SRC_URI`.
    V2,
    /// EAPI 3.
    V3,
    /// EAPI 4: defaults of USE dependencies, `REQUIRED_USE`.
    V4,
    /// EAPI 5: sub-slots, slot operators, `??`.
    V5,
    /// EAPI 6.
    V6,
    /// EAPI 7: `BDEPEND`; an empty `||` is no longer satisfied.
    V7,
    /// EAPI 8: `IDEPEND`, selective fetch and mirror restrictions.
    V8,
    /// EAPI 9.
    V9,
}

impl Eapi {
    /// The newest EAPI this crate knows.
    pub const LATEST: Self = Self::V9;

    /// Every EAPI, oldest first.
    pub const ALL: [Self; 10] = [
        Self::V0,
        Self::V1,
        Self::V2,
        Self::V3,
        Self::V4,
        Self::V5,
        Self::V6,
        Self::V7,
        Self::V8,
        Self::V9,
    ];

    /// Reads an EAPI as it stands in an ebuild or an `EAPI` file, without surrounding white space.
    ///
    /// # Errors
    /// [`ErrorKind::Eapi`] for anything but `0` to `9`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Ok(Self::ALL[usize::from(digit - b'0')]),
            _ => Err(Fault::new(0, ErrorKind::Eapi, "an EAPI from 0 to 9").of(text)),
        }
    }

    /// The EAPI as text.
    pub fn as_str(self) -> &'static str {
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"][self as usize]
    }

    /// Whether `cat/pkg:slot` is legal (EAPI 1).
    pub fn has_slot_deps(self) -> bool {
        self >= Self::V1
    }

    /// Whether `cat/pkg[flag]` is legal (EAPI 2).
    pub fn has_use_deps(self) -> bool {
        self >= Self::V2
    }

    /// Whether `!!cat/pkg` is legal (EAPI 2).
    pub fn has_strong_blockers(self) -> bool {
        self >= Self::V2
    }

    /// Whether `uri -> name` is legal in `SRC_URI` (EAPI 2).
    pub fn has_src_uri_arrows(self) -> bool {
        self >= Self::V2
    }

    /// Whether `cat/pkg[flag(+)]` is legal (EAPI 4).
    pub fn has_use_dep_defaults(self) -> bool {
        self >= Self::V4
    }

    /// Whether `REQUIRED_USE` exists (EAPI 4).
    pub fn has_required_use(self) -> bool {
        self >= Self::V4
    }

    /// Whether `cat/pkg:slot/subslot` is legal (EAPI 5).
    pub fn has_subslots(self) -> bool {
        self >= Self::V5
    }

    /// Whether `:=` and `:*` are legal (EAPI 5).
    pub fn has_slot_operators(self) -> bool {
        self >= Self::V5
    }

    /// Whether `??` is legal in `REQUIRED_USE` (EAPI 5).
    pub fn has_at_most_one_of(self) -> bool {
        self >= Self::V5
    }

    /// Whether a `||` or `^^` without members counts as satisfied (up to EAPI 6).
    pub fn empty_group_matches(self) -> bool {
        self <= Self::V6
    }

    /// Whether `BDEPEND` exists (EAPI 7).
    pub fn has_bdepend(self) -> bool {
        self >= Self::V7
    }

    /// Whether `IDEPEND` exists (EAPI 8).
    pub fn has_idepend(self) -> bool {
        self >= Self::V8
    }

    /// Whether `fetch+` and `mirror+` are legal in `SRC_URI` (EAPI 8).
    pub fn has_selective_uri_restrictions(self) -> bool {
        self >= Self::V8
    }
}

impl fmt::Display for Eapi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Eapi {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}
