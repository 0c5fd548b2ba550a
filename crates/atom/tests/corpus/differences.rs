//! The recorded answers that we deliberately do not give, each with its reason.

/// Cases that are answered otherwise, all for one reason.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The oracle file.
    pub(crate) file: &'static str,
    /// The cases, as the tests name them.
    pub(crate) cases: Cases,
    /// How many there are.
    pub(crate) count: usize,
    /// Why.
    pub(crate) reason: &'static str,
}

/// Which cases are meant.
#[derive(Debug)]
pub(crate) enum Cases {
    /// These.
    These(&'static [&'static str]),
    /// Those for which the function says so.
    Like(fn(&str) -> bool),
}

impl Cases {
    pub(crate) fn contain(&self, case: &str) -> bool {
        match self {
            Self::These(cases) => cases.contains(&case),
            Self::Like(is) => is(case),
        }
    }
}

/// The list.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        file: "portage-unit-tables",
        cases: Cases::These(&[
            "Atom cat/pkg[a(+),-a]",
            "Atom cat/pkg[a(-),-a]",
            "Atom cat/pkg[-a,a(+)]",
            "Atom cat/pkg[-a,a(-)]",
            "Atom cat/pkg[-a(+),a(-)]",
            "Atom cat/pkg[-a(-),a(+)]",
        ]),
        count: 6,
        reason: "PMS does not forbid two defaults for a flag; such an atom is legal, but matches little",
    },
    Difference {
        file: "portage-unit-tables",
        cases: Cases::These(&["check_required_use ^^ ( || ( a b ) ^^ ( b c ) ) []"]),
        count: 1,
        reason: "it fails for a flag missing in IUSE, which the call was given as an unrecorded function",
    },
    Difference {
        file: "pkgcore-unit-tables",
        cases: Cases::Like(|case| case.starts_with("CPV ") && case.contains("-3D")),
        count: 766,
        reason: "PMS has lower-case letters only in versions; pkgcore takes 3D",
    },
    Difference {
        file: "pkgcore-unit-tables",
        cases: Cases::Like(|case| case.starts_with("atom ~app-arch/tarsync-1-r")),
        count: 3,
        reason: "PMS has ~ ignore the revisions; it does not forbid to write one",
    },
    Difference {
        file: "pkgcore-unit-tables",
        cases: Cases::These(&[
            "match dev-util/bsdiff[-not,debug] dev-util/bsdiff-1",
            "match dev-util/bsdiff:1[-not,debug] dev-util/bsdiff-1",
        ]),
        count: 2,
        reason: "a flag that the package lacks, without a default: PMS makes it an error, pkgcore takes it as off",
    },
    Difference {
        file: "pkgcore-unit-tables",
        cases: Cases::These(&["atom dev-util/confcache:+bar in any"]),
        count: 1,
        reason: "PMS: a slot name must not start with a plus sign",
    },
    Difference {
        file: "pkgcraft-version",
        cases: Cases::Like(|case| {
            case.starts_with("invalid") && case.contains("18446744073709551616")
        }),
        count: 5,
        reason: "PMS has no limit on numbers; pkgcraft's is 64 bits",
    },
    Difference {
        file: "pkgcraft-version",
        cases: Cases::These(&["invalid ~2-r1"]),
        count: 1,
        reason: "PMS has ~ ignore the revisions; it does not forbid to write one",
    },
    Difference {
        file: "pkgcraft-version",
        cases: Cases::Like(|case| case.contains("2.2.2b_beta2-r1 2.2.2b_beta2-r1")),
        count: 1,
        reason: "the row has the same version twice in a strictly ascending list",
    },
    Difference {
        file: "pkgcraft-version",
        cases: Cases::These(&["intersects >=1-r12 =1-r1*"]),
        count: 1,
        reason: "=1-r1* takes whole components, so neither 1-r12 nor anything above it",
    },
    Difference {
        file: "pkgcraft-dep",
        cases: Cases::These(&["valid !a/b"]),
        count: 1,
        reason: "PMS: EAPI 0 and 1 have blockers with one exclamation mark too",
    },
    Difference {
        file: "pkgcraft-dep",
        cases: Cases::These(&["invalid ~a/b-1-r1"]),
        count: 1,
        reason: "PMS has ~ ignore the revisions; it does not forbid to write one",
    },
    Difference {
        file: "pkgcraft-dep",
        cases: Cases::These(&[
            "compares a/b[u] == a/b[u,u]",
            "compares a/b[a,b] == a/b[b,a]",
            "sorting =a/b-0 =a/b-00 =a/b-0-r0",
            "sorting =a/b-1.0.2 =a/b-1.0.2-r0 =a/b-1.000.2",
        ]),
        count: 4,
        reason: "atoms are equal when their text is: reports have to name them as they were written",
    },
    Difference {
        file: "pkgcraft-dep",
        cases: Cases::Like(|case| case.contains("!>b/b-2-r2:2/2=::a[b] !>b/b-2-r2:2/2=::a[b]")),
        count: 1,
        reason: "the row has the same atom twice in a strictly ascending list",
    },
    Difference {
        file: "paludis-version",
        cases: Cases::These(&[
            "equal_star_compare 1.02 1.020",
            "equal_star_compare 1.020 1.02",
            "equal_star_compare 1_alpha1 1_alpha01",
            "equal_star_compare 1_alpha01 1_alpha1",
            "equal_star_compare 2.010 2.01",
            "equal_star_compare 2.010.1 2.01",
            "equal_star_compare 2.010.1 2.01.1",
        ]),
        count: 7,
        reason: "Paludis normalises numbers under =*; Portage, which decides what is installed, compares text",
    },
    Difference {
        file: "paludis-version",
        cases: Cases::These(&[
            "tilde_compare 1.3 1.3-r1",
            "tilde_compare 1.2-r1 1.2-r2",
            "tilde_compare 1.2-r0 1.2-r1",
        ]),
        count: 3,
        reason: "PMS: ~ ignores both revisions; Paludis wants at least the one that is given",
    },
    Difference {
        file: "portage-utils-atom-compare",
        cases: Cases::These(&["a-3.10.5 == >=a-3.10.0_p1_r1"]),
        count: 1,
        reason: "3.10.0_p1_r1 is no version: there is no suffix _r",
    },
];
