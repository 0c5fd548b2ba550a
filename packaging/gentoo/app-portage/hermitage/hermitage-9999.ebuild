# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

RUST_MIN_VER="1.88.0"

inherit cargo shell-completion git-r3

DESCRIPTION="Hermetic builds: a build sees exactly what its package declares"
HOMEPAGE="https://github.com/hermitage-build/hermitage"
EGIT_REPO_URI="https://github.com/hermitage-build/hermitage.git"

src_unpack() {
	git-r3_src_unpack
	cargo_live_src_unpack
}

LICENSE="|| ( MIT Apache-2.0 )"
# Of the crates that are linked in.
LICENSE+=" Apache-2.0 BSD MIT Unicode-3.0 ZLIB"
SLOT="0"

RESTRICT="test" # They enter namespaces and need Portage of PyPI.

QA_FLAGS_IGNORED="usr/bin/hermitage"

src_compile() {
	cargo_src_compile --package hermitage-cli
	local hermitage="$(cargo_target_dir)/hermitage" shell
	"${hermitage}" man man || die
	for shell in bash fish zsh; do
		"${hermitage}" completions "${shell}" > "hermitage.${shell}" || die
	done
}

src_install() {
	dobin "$(cargo_target_dir)/hermitage"
	doman man/*.1
	newbashcomp hermitage.bash hermitage
	newfishcomp hermitage.fish hermitage.fish
	newzshcomp hermitage.zsh _hermitage
	dodoc README.md CHANGELOG.md
	docinto examples
	dodoc packaging/tinderbox
}

pkg_postinst() {
	elog "To build one package in its view:  hermitage emerge ..."
	elog "To build all of them so:           hermitage portage setup"
}

pkg_prerm() {
	if [[ -z ${REPLACED_BY_VERSION} ]] && hermitage portage status >/dev/null 2>&1; then
		ewarn "Portage still calls hermitage; undoing that."
		hermitage portage remove || die
	fi
}
