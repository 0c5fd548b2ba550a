/// How what a consumer does with its rules compares to the view.
///
/// Measured on the host as it was surveyed, and by what can be read: a file's content, a directory's list. What a consumer can't
/// control at all (such as `stat` for gentoo/sandbox) is said in the documentation of its module and not repeated here. A view
/// that can't be written is an [`Error`](crate::Error), so that there is no text that could be used by mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fidelity {
    /// Exactly what the view shows.
    #[default]
    Exact,
    /// All that is allowed is in the view, but these paths (each by itself) are in the view and are not allowed.
    Stricter {
        /// The paths, sorted.
        paths: Vec<Vec<u8>>,
    },
    /// All that is in the view is allowed, but below these paths the host's own content is, too.
    Wider {
        /// The paths, sorted.
        paths: Vec<Vec<u8>>,
    },
    /// Stricter in places and wider in others.
    Mixed {
        /// As for [`Stricter`](Self::Stricter).
        stricter: Vec<Vec<u8>>,
        /// As for [`Wider`](Self::Wider).
        wider: Vec<Vec<u8>>,
    },
}

impl Fidelity {
    /// The right variant for these differences.
    pub fn of(mut stricter: Vec<Vec<u8>>, mut wider: Vec<Vec<u8>>) -> Self {
        stricter.sort_unstable();
        stricter.dedup();
        wider.sort_unstable();
        wider.dedup();
        match (stricter.is_empty(), wider.is_empty()) {
            (true, true) => Self::Exact,
            (false, true) => Self::Stricter { paths: stricter },
            (true, false) => Self::Wider { paths: wider },
            (false, false) => Self::Mixed { stricter, wider },
        }
    }

    /// The visible paths that are not allowed, sorted.
    pub fn stricter(&self) -> &[Vec<u8>] {
        match self {
            Self::Stricter { paths } | Self::Mixed { stricter: paths, .. } => paths,
            Self::Exact | Self::Wider { .. } => &[],
        }
    }

    /// The paths below which the host's own content is allowed, sorted.
    pub fn wider(&self) -> &[Vec<u8>] {
        match self {
            Self::Wider { paths } | Self::Mixed { wider: paths, .. } => paths,
            Self::Exact | Self::Stricter { .. } => &[],
        }
    }

    /// Whether there is no difference.
    pub fn is_exact(&self) -> bool {
        *self == Self::Exact
    }
}

/// Rules for a consumer, with what they are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered<T> {
    /// The rules.
    pub output: T,
    /// How they compare to the view.
    pub fidelity: Fidelity,
}
