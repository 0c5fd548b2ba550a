//! Which bytes a name may be made of (PMS section 3.1).

const CATEGORY: u8 = 1;
const PACKAGE: u8 = 2;
const FLAG: u8 = 4;
const REPOSITORY: u8 = 8;
const FIRST: u8 = 16;
const ALNUM: u8 = 32;

/// For each byte, the names it may occur in.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                CATEGORY | PACKAGE | FLAG | REPOSITORY | FIRST | ALNUM
            }
            b'_' => CATEGORY | PACKAGE | FLAG | REPOSITORY | FIRST,
            b'-' => CATEGORY | PACKAGE | FLAG | REPOSITORY,
            b'+' => CATEGORY | PACKAGE | FLAG,
            b'.' => CATEGORY,
            b'@' => FLAG,
            _ => 0,
        };
        byte += 1;
    }
    table
}

fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// How many bytes at the start of `text` belong to a class.
fn run(text: &[u8], class: u8) -> usize {
    text.iter().position(|&byte| !is(byte, class)).unwrap_or(text.len())
}

/// The length of the run of bytes that category and slot names, and `package-version`, are made of.
pub(crate) fn wide_run(text: &[u8]) -> usize {
    run(text, CATEGORY)
}

/// The length of the run of bytes that a USE flag is made of.
pub(crate) fn flag_run(text: &[u8]) -> usize {
    run(text, FLAG)
}

/// The length of the run of bytes that a repository name is made of.
pub(crate) fn repository_run(text: &[u8]) -> usize {
    run(text, REPOSITORY)
}

/// Whether a category, slot, package or repository name may start with this byte.
pub(crate) fn starts_name(byte: u8) -> bool {
    is(byte, FIRST)
}

/// Whether a USE flag may start with this byte.
pub(crate) fn starts_flag(byte: u8) -> bool {
    is(byte, ALNUM)
}

/// Whether the bytes are those of a package name, which may still end in a version.
pub(crate) fn has_package_bytes(name: &[u8]) -> bool {
    name.first().is_some_and(|&first| starts_name(first)) && run(name, PACKAGE) == name.len()
}

/// Whether `name` is a category name: `A-Za-z0-9+_.-`, not starting with `-`, `.` or `+`.
pub fn is_category(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|&first| starts_name(first)) && wide_run(bytes) == bytes.len()
}

/// Whether `name` is a package name: `A-Za-z0-9+_-`, not starting with `-` or `+`, and not ending in a
/// hyphen followed by a version.
pub fn is_package(name: &str) -> bool {
    has_package_bytes(name.as_bytes()) && crate::version::split(name.as_bytes()).is_none()
}

/// Whether `name` is a slot or sub-slot name; the rule is that of [`is_category`].
pub fn is_slot(name: &str) -> bool {
    is_category(name)
}

/// Whether `name` is a USE flag: `A-Za-z0-9+_@-`, starting with a letter or a digit.
pub fn is_use_flag(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|&first| starts_flag(first)) && flag_run(bytes) == bytes.len()
}

/// Whether `name` is a repository name: `A-Za-z0-9_-`, not starting with `-`, and also a package name.
pub fn is_repository(name: &str) -> bool {
    repository_run(name.as_bytes()) == name.len() && is_package(name)
}

/// Splits the value of `SLOT` into slot and sub-slot; the sub-slot is the slot itself where none is given.
///
/// `None` when either is not a slot name.
pub fn split_slot(value: &str) -> Option<(&str, &str)> {
    let (slot, subslot) = value.split_once('/').unwrap_or((value, value));
    (is_slot(slot) && is_slot(subslot)).then_some((slot, subslot))
}
