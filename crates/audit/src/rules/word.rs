/// A name in which `*` stands for any bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word(String);

impl Word {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn matches(&self, name: &[u8]) -> bool {
        let mut parts = self.0.as_bytes().split(|&byte| byte == b'*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let Some(last) = self.0.as_bytes().split(|&byte| byte == b'*').skip(1).last() else {
            return rest.is_empty();
        };
        let middle = self.0.bytes().filter(|&byte| byte == b'*').count() - 1;
        for part in parts.take(middle) {
            let Some(at) = find(rest, part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    (0..=text.len().checked_sub(part.len())?).find(|&at| text[at..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn a_star_stands_for_any_bytes() {
        let matches = |word: &str, name: &str| Word::new(word.into()).matches(name.as_bytes());
        for (word, name) in [
            ("gawk", "gawk"),
            ("gcc*", "gcc"),
            ("gcc*", "gcc-12"),
            ("*-gcc*", "x86_64-linux-gnu-gcc-12"),
            ("a*b*c", "abc"),
            ("a*b*c", "axbxbxc"),
            ("*", ""),
        ] {
            assert!(matches(word, name), "{word} {name}");
        }
        for (word, name) in
            [("gawk", "awk"), ("gawk", "gawk2"), ("a*b*c", "acb"), ("a*a", "a"), ("*-gcc", "gcc")]
        {
            assert!(!matches(word, name), "{word} {name}");
        }
    }
}
