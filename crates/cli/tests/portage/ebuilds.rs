//! The ebuilds that are built with Hermitage in the place of Portage's sandbox.

/// Each is a file of the repository: path and text.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("eclass/probe.eclass", PROBE),
    ("app-misc/automagic/automagic-1.ebuild", AUTOMAGIC),
    ("app-misc/undeclared/undeclared-1.ebuild", UNDECLARED),
];

/// Looks for headers as a configure script does, and says what it found.
const PROBE: &str = r##"
has_header() {
	echo "#include <$1.h>" | gcc -I"${ESYSROOT}/usr/include" -E -o /dev/null - 2>/dev/null
}
probe() {
	local name
	for name; do
		if has_header "${name}"; then
			einfo "checking for ${name}: yes"
			echo "${name}" >> found
		else
			einfo "checking for ${name}: no"
		fi
	done
	touch found
}
probe_src_install() {
	insinto "/usr/share/${PN}"
	doins found
}
EXPORT_FUNCTIONS src_install
"##;

/// Uses hextra, which it declares, and hauto, if it finds it.
const AUTOMAGIC: &str = r#"EAPI=8
inherit probe
DESCRIPTION="Uses what it finds"
SLOT="0"
KEYWORDS="amd64"
DEPEND="dev-libs/hextra"
S="${WORKDIR}"
src_configure() { probe hextra hauto; }
"#;

/// Can't do without hauto, and does not say so.
const UNDECLARED: &str = r##"EAPI=8
inherit probe
DESCRIPTION="Needs what it does not declare"
SLOT="0"
KEYWORDS="amd64"
DEPEND="dev-libs/hextra"
S="${WORKDIR}"
src_compile() {
	echo "#include <hauto.h>" > undeclared.c
	gcc -I"${ESYSROOT}/usr/include" -c undeclared.c || die "it does not compile"
	touch found
}
"##;
