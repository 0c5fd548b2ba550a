//! The parts of an atom, and where they are in its text.

/// `!` or `!!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blocker {
    /// `!!`: must not be installed together, not even for a moment.
    Strong,
    /// `!`: may be installed together while one replaces the other.
    Weak,
}

impl Blocker {
    /// The blocker as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "!",
            Self::Strong => "!!",
        }
    }
}

/// How an atom's version is compared with a package's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `=`
    Equal,
    /// `=` with `*` behind the version.
    EqualGlob,
    /// `~`: equal, whatever the revisions.
    Approximate,
    /// `>=`
    GreaterEqual,
    /// `>`
    Greater,
}

impl Operator {
    /// What stands in front of the category; the `*` of [`Operator::EqualGlob`] stands behind the version.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Equal | Self::EqualGlob => "=",
            Self::Approximate => "~",
            Self::GreaterEqual => ">=",
            Self::Greater => ">",
        }
    }
}

/// `:=` or `:*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotOperator {
    /// `=`: rebuild when the slot or sub-slot changes.
    Equal,
    /// `*`: any slot will do, and it may change later.
    Any,
}

impl SlotOperator {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "*",
            Self::Equal => "=",
        }
    }
}

/// Where the parts of an atom are. A part that is absent is empty: its start is not before its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    pub(super) name: u32,
    pub(super) slash: u32,
    pub(super) package_end: u32,
    pub(super) version_end: u32,
    pub(super) slot: u32,
    pub(super) slot_end: u32,
    pub(super) subslot_end: u32,
    pub(super) repo: u32,
    pub(super) repo_end: u32,
    pub(super) uses: u32,
    pub(super) uses_end: u32,
    pub(super) blocker: Option<Blocker>,
    pub(super) operator: Option<Operator>,
    pub(super) slot_operator: Option<SlotOperator>,
    pub(super) conditional: bool,
}

impl Layout {
    pub(super) fn without_blocker(self) -> Self {
        let by = self.blocker.map_or(0, |blocker| u32::from(blocker == Blocker::Strong) + 1);
        let back = |place: u32| place.saturating_sub(by);
        Self {
            name: back(self.name),
            slash: back(self.slash),
            package_end: back(self.package_end),
            version_end: back(self.version_end),
            slot: back(self.slot),
            slot_end: back(self.slot_end),
            subslot_end: back(self.subslot_end),
            repo: back(self.repo),
            repo_end: back(self.repo_end),
            uses: back(self.uses),
            uses_end: back(self.uses_end),
            blocker: None,
            ..self
        }
    }
}
