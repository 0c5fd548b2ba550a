//! The ebuilds that are built with Hermitage in the place of Portage's sandbox.

/// A package that installs what it found when it was configured, and what it declares.
struct Prober {
    name: &'static str,
    text: &'static str,
}

/// Each says in its name how it declares, and all are the same else.
const PROBERS: &[Prober] = &[
    Prober { name: "nothing-1", text: "EAPI=8" },
    // Found plainly, and not in a view: hauto.
    Prober { name: "automagic-1", text: "EAPI=8\nDEPEND=\"dev-libs/hextra\"" },
    Prober {
        name: "conditional-1",
        text: "EAPI=8\nIUSE=\"+on off\"\nDEPEND=\"on? ( dev-libs/hextra ) off? ( dev-libs/hauto ) !on? ( dev-libs/hauto )\"",
    },
    Prober { name: "slotted-1", text: "EAPI=8\nDEPEND=\"dev-libs/hslot:2=\"" },
    Prober {
        name: "anyof-1",
        text: "EAPI=8\nDEPEND=\"|| ( dev-libs/hmissing dev-libs/hextra dev-libs/hauto )\"",
    },
    Prober { name: "virtual-1", text: "EAPI=8\nDEPEND=\"virtual/hlib\"" },
    Prober { name: "tool-1", text: "EAPI=8\nBDEPEND=\"dev-util/htool\"" },
    Prober {
        name: "runtime-1",
        text: "EAPI=8\nRDEPEND=\"dev-libs/hauto\"\nPDEPEND=\"dev-libs/hslot\"",
    },
    Prober { name: "eapi6-1", text: "EAPI=6\nDEPEND=\"dev-util/htool dev-libs/hextra\"" },
    Prober {
        name: "eapi7-1",
        text: "EAPI=7\nDEPEND=\"dev-libs/hextra\"\nBDEPEND=\"dev-util/htool\"",
    },
    Prober {
        name: "eapi9-1",
        text: "EAPI=9\nDEPEND=\"dev-libs/hextra\"\nBDEPEND=\"dev-util/htool\"",
    },
    // What the installed version has recorded is not what the new one declares.
    Prober { name: "newer-1", text: "EAPI=8\nDEPEND=\"dev-libs/hauto\"" },
    Prober { name: "newer-2", text: "EAPI=8\nDEPEND=\"dev-libs/hextra\"" },
    Prober { name: "absent-1", text: "EAPI=8\nDEPEND=\"dev-libs/hmissing\"" },
];

/// Every file of the repository: path and text.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = [
        ("eclass/probe.eclass", PROBE),
        ("app-misc/undeclared/undeclared-1.ebuild", UNDECLARED),
        ("app-misc/misplaced/misplaced-1.ebuild", MISPLACED),
        ("app-misc/caches/caches-1.ebuild", CACHES),
        ("app-misc/live/live-1.ebuild", LIVE),
        ("app-misc/waiter/waiter-1.ebuild", WAITER),
        ("app-misc/surroundings/surroundings-1.ebuild", SURROUNDINGS),
        ("dev-libs/hslot/hslot-1.ebuild", SLOTTED),
        ("dev-libs/hslot/hslot-2.ebuild", SLOTTED),
        ("dev-util/htool/htool-1.ebuild", TOOL),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    files.push(("app-misc/sleeper/sleeper-1.ebuild".to_owned(), SLEEPER.replace("TIME", &time())));
    for Prober { name, text } in PROBERS {
        let package = name.rsplit_once('-').unwrap().0;
        let text = format!(
            "{text}\ninherit probe\nDESCRIPTION=\"Says what it finds\"\nSLOT=\"0\"\nKEYWORDS=\"amd64\"\n"
        );
        files.push((format!("app-misc/{package}/{name}.ebuild"), text));
    }
    files
}

/// Looks for everything there is, as a configure script does, and says what it found.
const PROBE: &str = r##"
S="${WORKDIR}"
probe_src_configure() {
	local name
	for name in hlib hextra hauto hslot1 hslot2; do
		if echo "#include <${name}.h>" | gcc -I"${EPREFIX}/usr/include" -E -o /dev/null - 2>/dev/null; then
			einfo "checking for ${name}: yes"
			echo "${name}" >> found
		else
			einfo "checking for ${name}: no"
		fi
	done
	[[ $("${EPREFIX}"/usr/bin/htool 2>/dev/null) == "a tool" ]] && echo htool >> found
	touch found
}
probe_src_compile() {
	echo "uid $(id -u) gid $(id -g)" > circumstances
	echo "net $(sed -n 's/^ *\(.*\):.*/\1/p' /proc/net/dev | sort | tr '\n' ' ')" >> circumstances
	echo "tmp ${TMPDIR#${PORTAGE_BUILDDIR}} umask $(umask)" >> circumstances
	has_version dev-libs/hlib && echo "portage answers" >> circumstances
	mkfifo pipe && rm pipe || die "no pipes"
	[[ ! -e ${EPREFIX}/var/db/pkg ]] || echo "the database is visible" >> circumstances
	{ : > "${EPREFIX}/usr/written"; } 2>/dev/null && echo "the prefix can be written to" >> circumstances
	return 0
}
probe_src_install() {
	insinto "/usr/share/${PN}"
	doins found circumstances
	fowners "$(id -u):$(id -g)" "/usr/share/${PN}/found"
}
EXPORT_FUNCTIONS src_configure src_compile src_install
"##;

/// Says what --pure is to hold.
const SURROUNDINGS: &str = r#"EAPI=8
DESCRIPTION="Says what it sees of the machine"
SLOT="0"
KEYWORDS="amd64"
S="${WORKDIR}"
src_compile() {
	echo "seen: ${TZ} ${SOURCE_DATE_EPOCH} $(</proc/uptime) $(</proc/loadavg)"
}
"#;

/// Says which directories of caches it can write to.
const CACHES: &str = r#"EAPI=8
DESCRIPTION="Writes into caches"
SLOT="0"
KEYWORDS="amd64"
S="${WORKDIR}"
src_compile() {
	local name
	for name in CCACHE_DIR DISTCC_DIR; do
		{ : > "${!name}/written"; } 2>/dev/null && echo "${name}" >> found
	done
	touch found
}
src_install() {
	insinto /usr/share/caches
	doins found
}
"#;

/// Keeps a clone beside what is fetched, as ebuilds do that build what is newest.
const LIVE: &str = r#"EAPI=8
DESCRIPTION="Fetches when it unpacks"
SLOT="0"
KEYWORDS="amd64"
PROPERTIES="live"
S="${WORKDIR}"
devices() {
	echo "$1 net $(sed -n 's/^ *\(.*\):.*/\1/p' /proc/net/dev | sort | tr '\n' ' ')" >> "${WORKDIR}/found"
}
src_unpack() {
	devices unpack
	echo cloned > "${PORTAGE_ACTUAL_DISTDIR}/clone" && echo "unpack writes" >> found
}
src_compile() {
	devices compile
	[[ $(<"${PORTAGE_ACTUAL_DISTDIR}/clone") == cloned ]] && echo "compile reads" >> found
	{ : > "${PORTAGE_ACTUAL_DISTDIR}/clone"; } 2>/dev/null && echo "compile writes" >> found
	return 0
}
src_install() {
	insinto /usr/share/live
	doins found
}
"#;

/// Looks at a file, and waits to be told to go on.
const WAITER: &str = r#"EAPI=8
DESCRIPTION="Waits"
SLOT="0"
KEYWORDS="amd64"
DEPEND="dev-libs/hextra"
S="${WORKDIR}"
src_compile() {
	cat "${ESYSROOT}/usr/include/hextra.h" || die
	: > "${T}/looked"
	until [[ -e ${T}/go-on ]]; do sleep 0.1; done
}
"#;

/// Uses a package that is there for another one's sake, and each of two for what the other variable declares.
const MISPLACED: &str = r#"EAPI=8
DESCRIPTION="Declares in the wrong place"
SLOT="0"
KEYWORDS="amd64"
DEPEND="app-misc/hconsumer dev-util/htool"
BDEPEND="dev-libs/hauto"
S="${WORKDIR}"
src_compile() {
	printf '#include <%s.h>\n' hextra hauto > uses.c
	gcc -I"${ESYSROOT}/usr/include" -c uses.c || die "it does not compile"
	"${EPREFIX}"/usr/bin/htool || die "there is no tool"
}
"#;

/// Can't do without hauto, and does not say so.
const UNDECLARED: &str = r##"EAPI=8
DESCRIPTION="Needs what it does not declare"
SLOT="0"
KEYWORDS="amd64"
DEPEND="dev-libs/hextra"
S="${WORKDIR}"
src_compile() {
	echo "#include <hauto.h>" > undeclared.c
	gcc -I"${ESYSROOT}/usr/include" -c undeclared.c || die "it does not compile"
}
"##;

/// For how long the sleeper sleeps, which no other run's does.
pub(crate) fn time() -> String {
    format!("987654.{}", std::process::id())
}

/// Takes its time, so that it can be interrupted.
const SLEEPER: &str = r#"EAPI=8
DESCRIPTION="Sleeps"
SLOT="0"
KEYWORDS="amd64"
S="${WORKDIR}"
src_compile() {
	sleep TIME &
	wait
}
"#;

/// A header for each slot.
const SLOTTED: &str = r#"EAPI=8
DESCRIPTION="A library in slots"
SLOT="${PV}/${PV}.5"
KEYWORDS="amd64"
S="${WORKDIR}"
src_install() {
	echo "int hslot(void);" > "hslot${PV}.h"
	insinto /usr/include
	doins "hslot${PV}.h"
}
"#;

const TOOL: &str = r#"EAPI=8
DESCRIPTION="A tool to build with"
SLOT="0"
KEYWORDS="amd64"
S="${WORKDIR}"
src_install() {
	printf '#!/bin/sh\necho a tool\n' > htool
	dobin htool
}
"#;
