//! What a configured project says it found: `config.h`, `config.log`, `CMake`'s cache, Meson's log.

/// The features that a file of this name tells of, with their values.
pub(crate) fn of(name: &[u8], content: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(content);
    let is_header = name.ends_with(b".h") && name.windows(6).any(|part| part == b"config");
    match name {
        b"CMakeCache.txt" => text.lines().filter_map(cmake).collect(),
        b"config.log" => text.lines().filter_map(autoconf).collect(),
        b"meson-log.txt" => text.lines().filter_map(meson).collect(),
        _ if is_header => text.lines().filter_map(define).collect(),
        _ => Vec::new(),
    }
}

/// `#define NAME VALUE`.
fn define(line: &str) -> Option<(String, String)> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim();
    let (name, value) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    // A macro with arguments is code.
    (!name.contains('(')).then(|| (name.to_owned(), value.trim().to_owned()))
}

/// `NAME:TYPE=VALUE`; what `CMake` keeps for itself is left out.
fn cmake(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.split_once(':')?;
    let (kind, value) = rest.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_name && !matches!(kind, "INTERNAL" | "STATIC")).then(|| (name.to_owned(), value.to_owned()))
}

/// `ac_cv_NAME=VALUE`, from the list at the end of the log.
fn autoconf(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let is_name = ["ac_cv_", "lt_cv_", "am_cv_", "pkg_cv_", "ax_cv_", "gl_cv_"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && is_plain).then(|| (name.to_owned(), value.trim_matches('\'').to_owned()))
}

/// `Run-time dependency NAME found: YES 1.2`, and the same of programs and headers.
fn meson(line: &str) -> Option<(String, String)> {
    let (what, answer) = line.split_once(" found: ").or_else(|| {
        let rest = line.strip_prefix("Has header ")?;
        rest.split_once(" : ")
    })?;
    // The version stays: another one is another package.
    Some((what.trim().to_owned(), answer.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::of;

    fn names(file: &str, content: &str) -> Vec<(String, String)> {
        of(file.as_bytes(), content.as_bytes())
    }

    #[test]
    fn each_tool_writes_down_what_it_found() {
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        assert_eq!(
            names("config.h", "/* #undef HAVE_A */\n#define HAVE_Z 1\n"),
            pair("HAVE_Z", "1")
        );
        assert_eq!(names("my-config.h", "# define X(a) a\n#\tdefine  Y\n"), pair("Y", ""));
        assert_eq!(names("zlib.h", "#define Z 1\n"), []);
        assert_eq!(
            names("CMakeCache.txt", "//doc\nZ_LIB:FILEPATH=/usr/lib/z.so\nA:INTERNAL=1\n"),
            pair("Z_LIB", "/usr/lib/z.so")
        );
        assert_eq!(
            names("config.log", "configure:1: x\nac_cv_header_z_h=yes\nZ='ac_cv_'\n"),
            pair("ac_cv_header_z_h", "yes")
        );
        assert_eq!(
            names("meson-log.txt", "Run-time dependency zlib found: YES 1.2\n"),
            pair("Run-time dependency zlib", "YES 1.2")
        );
        assert_eq!(names("meson-log.txt", "Has header \"z.h\" : NO \n"), pair("\"z.h\"", "NO"));
    }
}
