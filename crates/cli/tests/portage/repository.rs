//! The tiny repository: each file is one literal, written under the directory that is given.

use std::fs;
use std::path::Path;

use crate::ebuilds;

/// The packages that are merged before the tests start, in the order they are asked for.
pub(crate) const MERGED: &[&str] = &["app-misc/hconsumer", "dev-libs/hauto"];

/// The library that `hconsumer` declares, with names in it that are awkward to record: two spaces,
/// bytes beyond ASCII, and the arrow with which CONTENTS separates a link from its target.
const LIBRARY: &str = r#"EAPI=8
DESCRIPTION="A library"
SLOT="0/1"
KEYWORDS="amd64"
S="${WORKDIR}"
src_compile() {
	echo "int ${PN}_answer(void) { return 42; }" > "${PN}.c"
	echo "int ${PN}_answer(void);" > "${PN}.h"
	gcc -shared -fPIC -Wl,-soname,"lib${PN}.so.1" -o "lib${PN}.so.1.2" "${PN}.c" || die
}
src_install() {
	insinto /usr/include
	doins "${PN}.h"
	exeinto /usr/lib
	doexe "lib${PN}.so.1.2"
	dosym "lib${PN}.so.1.2" "/usr/lib/lib${PN}.so.1"
	dosym "lib${PN}.so.1" "/usr/lib/lib${PN}.so"
	insinto "/usr/share/${PN}/two  spaces"
	newins "${PN}.h" "Grüße.h"
	newins "${PN}.h" "arrow -> name.h"
	dosym "arrow -> name.h" "/usr/share/${PN}/two  spaces/link"
	keepdir "/var/lib/${PN}"
}
"#;

/// Depends on the first alternative that is there.
const VIRTUAL: &str = r#"EAPI=8
DESCRIPTION="Whoever provides hlib"
SLOT="0"
KEYWORDS="amd64"
RDEPEND="|| ( dev-libs/hmissing dev-libs/hlib )"
"#;

/// Declares hlib and, by USE, hextra; links hauto too when it finds it: an automagic dependency.
const CONSUMER: &str = r##"EAPI=8
DESCRIPTION="Uses what it declares, and what it finds"
SLOT="0"
KEYWORDS="amd64"
IUSE="+extra unused"
DEPEND="
	virtual/hlib
	>=dev-libs/hlib-1.1:=
	extra? ( dev-libs/hextra:0= )
	unused? ( dev-libs/hmissing )
"
RDEPEND="${DEPEND}"
S="${WORKDIR}"
has_header() {
	echo "#include <$1.h>" | gcc -I"${ESYSROOT}/usr/include" -E -o /dev/null - 2>/dev/null
}
src_configure() {
	local name libs="-lhlib" calls="hlib_answer() - 42"
	echo "#include <hlib.h>" > hconsumer.c
	for name in hextra hauto; do
		has_header "${name}" || { einfo "checking for ${name}: no"; continue; }
		einfo "checking for ${name}: yes"
		libs+=" -l${name}"
		calls+=" + ${name}_answer() - 42"
		echo "#include <${name}.h>" >> hconsumer.c
	done
	echo "int main(void) { return ${calls}; }" >> hconsumer.c
	echo "${libs}" > libs
}
src_compile() {
	gcc -I"${ESYSROOT}/usr/include" -o hconsumer hconsumer.c \
		-L"${ESYSROOT}/usr/lib" -Wl,-rpath,"${EPREFIX}/usr/lib" $(<libs) || die
	./hconsumer || die "the program does not run"
}
src_install() {
	dobin hconsumer
}
"##;

const FILES: &[(&str, &str)] = &[
    (
        "metadata/layout.conf",
        "masters =\nrepo-name = tiny\nthin-manifests = true\nsign-manifests = false\n\
         cache-formats = md5-dict\nprofile-formats = portage-2\n",
    ),
    ("profiles/repo_name", "tiny\n"),
    ("profiles/categories", "app-misc\ndev-libs\ndev-util\nvirtual\n"),
    ("profiles/arch.list", "amd64\n"),
    ("profiles/profiles.desc", "amd64 tiny stable\n"),
    ("profiles/tiny/eapi", "8\n"),
    (
        "profiles/tiny/make.defaults",
        "ARCH=\"amd64\"\nACCEPT_KEYWORDS=\"amd64\"\nCHOST=\"x86_64-pc-linux-gnu\"\n",
    ),
    ("profiles/tiny/packages", "*virtual/hlib\n"),
    ("dev-libs/hlib/hlib-1.2.ebuild", LIBRARY),
    ("dev-libs/hextra/hextra-1.2_p3-r1.ebuild", LIBRARY),
    ("dev-libs/hauto/hauto-0.ebuild", LIBRARY),
    ("virtual/hlib/hlib-0.ebuild", VIRTUAL),
    ("app-misc/hconsumer/hconsumer-3_rc1-r2.ebuild", CONSUMER),
];

/// The ebuild whose phases run inside a view, relative to the repository.
pub(crate) const CONSUMER_EBUILD: &str = "app-misc/hconsumer/hconsumer-3_rc1-r2.ebuild";

/// Writes the repository.
pub(crate) fn write(directory: &Path) {
    let more = ebuilds::files();
    let more = more.iter().map(|(path, text)| (&path[..], &text[..]));
    for (path, text) in FILES.iter().copied().chain(more) {
        let file = directory.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}
