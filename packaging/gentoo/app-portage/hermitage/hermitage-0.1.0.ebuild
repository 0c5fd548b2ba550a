# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

CRATES="
	anstream@1.0.0
	anstyle-parse@1.0.0
	anstyle-query@1.1.5
	anstyle-wincon@3.0.11
	anstyle@1.0.14
	autocfg@1.5.1
	bitflags@2.13.2
	block-buffer@0.12.1
	cfg-if@1.0.5
	cfg_aliases@0.2.2
	clap@4.6.9
	clap_builder@4.6.7
	clap_complete@4.6.11
	clap_derive@4.6.9
	clap_lex@1.1.2
	clap_mangen@0.3.3
	colorchoice@1.0.5
	console@0.16.6
	const-oid@0.10.3
	cpufeatures@0.3.1
	crc32fast@1.5.5
	crypto-common@0.2.2
	digest@0.11.3
	encode_unicode@1.0.0
	enumflags2@0.7.12
	enumflags2_derive@0.7.12
	equivalent@1.0.3
	errno@0.3.15
	fastrand@2.5.0
	fixedbitset@0.5.9
	foldhash@0.1.5
	foldhash@0.2.0
	fuser@0.18.0
	getrandom@0.4.3
	hashbrown@0.15.5
	hashbrown@0.17.1
	heck@0.5.0
	hybrid-array@0.4.15
	indexmap@2.14.2
	indicatif@0.18.6
	is_terminal_polyfill@1.70.2
	itoa@1.0.19
	landlock@0.4.8
	libc@0.2.191
	linux-raw-sys@0.12.1
	lock_api@0.4.14
	log@0.4.35
	md-5@0.11.0
	memchr@2.8.3
	memmap2@0.9.12
	memoffset@0.9.1
	nix@0.31.4
	num_enum@0.7.6
	num_enum_derive@0.7.6
	object@0.37.3
	object@0.40.0
	once_cell@1.21.4
	once_cell_polyfill@1.70.2
	page_size@0.6.0
	parking_lot@0.12.5
	parking_lot_core@0.9.12
	petgraph@0.8.3
	pkg-config@0.3.34
	portable-atomic@1.15.0
	proc-macro-crate@3.5.0
	proc-macro2@1.0.107
	quote@1.0.47
	r-efi@6.0.0
	redox_syscall@0.5.18
	ref-cast-impl@1.0.27
	ref-cast@1.0.27
	roff@1.1.1
	rustix@1.1.6
	rustversion@1.0.23
	scopeguard@1.2.0
	serde@1.0.229
	serde_core@1.0.229
	serde_derive@1.0.229
	serde_json@1.0.154
	serde_spanned@1.1.3
	sha2@0.11.1
	signal-hook-registry@1.4.8
	signal-hook@0.4.6
	similar@2.7.0
	smallvec@1.16.6
	strsim@0.11.1
	syn@2.0.119
	syn@3.0.10
	tempfile@3.27.0
	terminal_size@0.4.4
	thiserror-impl@2.0.21
	thiserror@2.0.21
	toml@1.2.1+spec-1.1.0
	toml_datetime@1.1.3+spec-1.1.0
	toml_edit@0.25.18+spec-1.1.0
	toml_parser@1.1.5+spec-1.1.0
	toml_writer@1.2.0+spec-1.1.0
	typenum@1.20.1
	unicode-ident@1.0.27
	unit-prefix@0.5.2
	utf8parse@0.2.2
	winapi-i686-pc-windows-gnu@0.4.0
	winapi-x86_64-pc-windows-gnu@0.4.0
	winapi@0.3.9
	windows-link@0.2.1
	windows-sys@0.61.2
	winnow@1.0.5
	zerocopy-derive@0.8.64
	zerocopy@0.8.64
	zmij@1.0.23
"
RUST_MIN_VER="1.88.0"

inherit cargo shell-completion

DESCRIPTION="Hermetic builds: a build sees exactly what its package declares"
HOMEPAGE="https://github.com/hermitage-build/hermitage"
SRC_URI="
	https://github.com/hermitage-build/hermitage/archive/refs/tags/v${PV}.tar.gz -> ${P}.tar.gz
	${CARGO_CRATE_URIS}
"

LICENSE="|| ( MIT Apache-2.0 )"
# Of the crates that are linked in.
LICENSE+=" Apache-2.0 BSD MIT Unicode-3.0 ZLIB"
SLOT="0"
KEYWORDS="~amd64 ~arm64"
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
