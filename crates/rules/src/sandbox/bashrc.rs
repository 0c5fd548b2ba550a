//! The text that sets the variables.

use super::{LIMIT, Rules};

const HEAD: &str = r"# What a build may read, for gentoo/sandbox. Written by hermitage; to be read by Portage's bashrc in every phase.
if [[ ${EBUILD_PHASE:-depend} != depend ]]; then
__hermitage_rules() {
	local LC_ALL=C IFS=: entry rules kept=() -
	set -f
";

const TAIL: &str = r#"
	# ebuild.sh has allowed reading everything: take that back, and what an earlier call added, and keep the rest.
	rules=${readable[*]}
	entry=":${SANDBOX_READ}:"
	entry=${entry//":${rules}:"/:}
	for entry in ${entry}; do
		[[ -z ${entry//\//} ]] || kept+=("${entry}")
	done
	SANDBOX_READ="${kept[*]}${kept:+:}${rules}"
	rules=${denied[*]}
	if [[ -n ${rules} && ":${SANDBOX_DENY}:" != *":${rules}:"* ]]; then
		SANDBOX_DENY+="${SANDBOX_DENY:+:}${rules}"
	fi
	rules=${writable[*]}
	if [[ -n ${rules} && ":${SANDBOX_WRITE}:" != *":${rules}:"* ]]; then
		SANDBOX_WRITE+="${SANDBOX_WRITE:+:}${rules}"
	fi
	export SANDBOX_READ SANDBOX_DENY SANDBOX_WRITE
	for entry in SANDBOX_READ SANDBOX_DENY SANDBOX_WRITE; do
		rules=${entry}=${!entry}
		# With the byte that ends it, it must not be longer than what the kernel passes on.
		(( ${#rules} < LIMIT )) || die "${entry} has ${#rules} bytes, but fewer than LIMIT are possible"
	done
}
__hermitage_rules
unset -f __hermitage_rules
fi
"#;

pub(super) fn write(rules: &Rules) -> Vec<u8> {
    let mut text = HEAD.as_bytes().to_vec();
    write_array(&mut text, "readable", &rules.read);
    write_array(&mut text, "denied", &rules.deny);
    write_array(&mut text, "writable", &rules.write);
    text.extend_from_slice(TAIL.replace("LIMIT", &LIMIT.to_string()).as_bytes());
    text
}

fn write_array(text: &mut Vec<u8>, name: &str, paths: &[Vec<u8>]) {
    text.extend_from_slice(format!("\tlocal {name}=(\n").as_bytes());
    for path in paths {
        text.extend_from_slice(b"\t\t");
        quote(text, path);
        text.push(b'\n');
    }
    text.extend_from_slice(b"\t)\n");
}

/// One word for bash, in plain ASCII.
fn quote(text: &mut Vec<u8>, path: &[u8]) {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !b"'\\".contains(byte);
    if path.iter().all(is_plain) {
        text.push(b'\'');
        text.extend_from_slice(path);
        text.push(b'\'');
        return;
    }
    text.extend_from_slice(b"$'");
    for byte in path {
        if is_plain(byte) {
            text.push(*byte);
        } else {
            text.extend_from_slice(format!("\\{byte:03o}").as_bytes());
        }
    }
    text.push(b'\'');
}
