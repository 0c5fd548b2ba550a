//! Debian package names written as PMS names.
//!
//! | Debian | PMS | rule |
//! |---|---|---|
//! | `zlib1g`, `g++` | the same | |
//! | `python3.11` | `python3_11` | a dot is an underscore |
//! | `gcc-12` | `gcc-V12` | PMS 3.1.2 forbids a name that ends in a hyphen and a version: `V` is put between |
//! | `a_b`, `aB` | `a_Ub`, `a_Cb` | only foreign packages have them; dpkg lets them through |
//!
//! The mapping is injective: Debian's own names have neither underscores nor capitals.

/// Category of the packages of the machine's own architecture and of those for all architectures.
pub const CATEGORY: &str = "debian";

/// The category of an architecture's packages: `debian`, or `debian-ARCH` for a foreign one.
///
/// ```
/// use hermitage_vdb::dpkg::category;
/// assert_eq!(category("amd64", "amd64"), "debian");
/// assert_eq!(category("all", "amd64"), "debian");
/// assert_eq!(category("i386", "amd64"), "debian-i386");
/// ```
pub fn category(architecture: &str, native: &str) -> String {
    if architecture == native || architecture == "all" {
        CATEGORY.to_owned()
    } else {
        format!("{CATEGORY}-{architecture}")
    }
}

/// Whether dpkg accepts the name: a letter or digit, then letters, digits and `+-._`.
pub(super) fn is_valid(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
}

/// The PMS name of a Debian package name; different names stay different.
///
/// ```
/// use hermitage_vdb::dpkg::pms_name;
/// assert_eq!(pms_name("libdbus-1-3"), "libdbus-1-V3");
/// assert_eq!(pms_name("libpython3.11-dev"), "libpython3_11-dev");
/// ```
pub fn pms_name(name: &str) -> String {
    let mut mapped = String::with_capacity(name.len() + 2);
    for character in name.chars() {
        match character {
            '.' => mapped.push('_'),
            '_' => mapped.push_str("_U"),
            'A'..='Z' => mapped.extend(['_', 'C', character.to_ascii_lowercase()]),
            _ => mapped.push(character),
        }
    }
    separate_version(&mut mapped);
    mapped
}

/// Puts a `V` after the hyphen of a last part that PMS could read as a version.
fn separate_version(name: &mut String) {
    let Some(hyphen) = name.rfind('-') else { return };
    if looks_like_version(&name[hyphen + 1..]) {
        name.insert(hyphen + 1, 'V');
    } else if is_revision(&name[hyphen + 1..])
        && let Some(before) = name[..hyphen].rfind('-')
        && looks_like_version(&name[before + 1..hyphen])
    {
        name.insert(before + 1, 'V');
    }
}

/// `r` and digits.
fn is_revision(part: &str) -> bool {
    part.strip_prefix('r').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Digits, perhaps a letter, perhaps suffixes with an underscore: dots are gone by now.
///
/// It may say yes where PMS says no: all that begins with a digit and has no capital counts when the rest of it
/// could be a version, which costs a needless `V` and nothing else.
fn looks_like_version(part: &str) -> bool {
    let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
    if rest.len() == part.len() {
        return false;
    }
    let rest = rest.strip_prefix(|character: char| character.is_ascii_lowercase()).unwrap_or(rest);
    rest.is_empty()
        || rest.starts_with("_alpha")
        || rest.starts_with("_beta")
        || rest.starts_with("_p")
        || rest.starts_with("_rc")
}
