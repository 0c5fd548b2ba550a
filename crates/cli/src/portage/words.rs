//! The words of a shell, as bash's `declare -p`, Python's `shlex.quote` and Portage's saved environments write them.

use std::collections::BTreeMap;

/// Variables with their values; those of arrays are not among them.
pub(super) type Variables = BTreeMap<String, Vec<u8>>;

/// A quote that is not closed, or the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// How many bytes were left when it was noticed.
    pub(super) left: usize,
}

/// The first word of a text, with its quotes undone, and what follows it.
pub(super) fn word(text: &[u8]) -> Result<(Vec<u8>, &[u8]), Malformed> {
    let mut value = Vec::new();
    let mut rest = text;
    loop {
        rest = match rest {
            [b'\'', more @ ..] => quoted(more, &mut value, b'\'', |_, _| None)?,
            [b'"', more @ ..] => quoted(more, &mut value, b'"', in_double_quotes)?,
            [b'$', b'\'', more @ ..] => quoted(more, &mut value, b'\'', ansi_c)?,
            [b'\\', byte, more @ ..] => {
                value.push(*byte);
                more
            }
            [byte, more @ ..] if !ends_word(*byte) => {
                value.push(*byte);
                more
            }
            _ => return Ok((value, rest)),
        };
    }
}

/// The assignments that a text begins with, each on a line of its own, with or without `declare`.
///
/// What follows them in a saved environment are functions, in whose bodies anything may stand.
pub(super) fn assignments(text: &[u8]) -> Result<Variables, Malformed> {
    let mut variables = Variables::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, declared) = after_declare(rest);
        let Some((name, after)) = name(line) else { break };
        rest = match after {
            [b'=', b'(', array @ ..] => skip_array(array)?,
            [b'=', value @ ..] => {
                let (value, after) = word(value)?;
                variables.insert(name.to_owned(), value);
                after
            }
            // Declared without a value.
            after if declared => after,
            _ => break,
        };
        rest = match rest {
            [b'\n', more @ ..] => more,
            [] => rest,
            _ => return Err(Malformed { left: rest.len() }),
        };
    }
    Ok(variables)
}

fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b";()&|<>".contains(&byte)
}

/// What stands between quotes; `escape` is asked about what follows a backslash.
fn quoted<'t>(
    text: &'t [u8],
    value: &mut Vec<u8>,
    quote: u8,
    escape: fn(&'t [u8], &mut Vec<u8>) -> Option<&'t [u8]>,
) -> Result<&'t [u8], Malformed> {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return Err(Malformed { left: text.len() }),
            [byte, more @ ..] if *byte == quote => return Ok(more),
            [b'\\', more @ ..] => escape(more, value).unwrap_or_else(|| {
                value.push(b'\\');
                more
            }),
            [byte, more @ ..] => {
                value.push(*byte);
                more
            }
        };
    }
}

fn in_double_quotes<'t>(text: &'t [u8], value: &mut Vec<u8>) -> Option<&'t [u8]> {
    match text {
        [b'\n', more @ ..] => Some(more),
        [byte @ (b'"' | b'\\' | b'$' | b'`'), more @ ..] => {
            value.push(*byte);
            Some(more)
        }
        _ => None,
    }
}

/// The escapes of `$'...'`, as bash's manual lists them.
fn ansi_c<'t>(text: &'t [u8], value: &mut Vec<u8>) -> Option<&'t [u8]> {
    let (first, more) = text.split_first()?;
    let simple = match first {
        b'a' => 0x07,
        b'b' => 0x08,
        b'e' | b'E' => 0x1b,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'\'' | b'"' | b'?' => *first,
        b'0'..=b'7' => return Some(byte_of(text, 8, 3, value)),
        b'x' => return Some(byte_of(more, 16, 2, value)),
        b'u' => return character_of(more, 4, value),
        b'U' => return character_of(more, 8, value),
        b'c' => {
            value.push(more.first()? & 0x1f);
            return Some(&more[1..]);
        }
        _ => return None,
    };
    value.push(simple);
    Some(more)
}

fn byte_of<'t>(text: &'t [u8], radix: u32, most: usize, value: &mut Vec<u8>) -> &'t [u8] {
    let (number, rest) = digits(text, radix, most);
    // Bash takes the low byte too.
    value.push((number & 0xff) as u8);
    rest
}

fn character_of<'t>(text: &'t [u8], most: usize, value: &mut Vec<u8>) -> Option<&'t [u8]> {
    let (number, rest) = digits(text, 16, most);
    let mut buffer = [0; 4];
    value.extend_from_slice(char::from_u32(number)?.encode_utf8(&mut buffer).as_bytes());
    Some(rest)
}

fn digits(text: &[u8], radix: u32, most: usize) -> (u32, &[u8]) {
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let found = text.iter().take(most).map_while(digit);
    let (number, count) =
        found.fold((0, 0), |(number, count), digit| (number * radix + digit, count + 1));
    (number, &text[count..])
}

fn skip_array(text: &[u8]) -> Result<&[u8], Malformed> {
    let mut rest = text;
    loop {
        rest = match rest {
            [b')', more @ ..] => return Ok(more),
            [byte, more @ ..] if byte.is_ascii_whitespace() => more,
            [] => return Err(Malformed { left: text.len() }),
            _ => {
                let (_, after) = word(rest)?;
                if after.len() == rest.len() {
                    return Err(Malformed { left: rest.len() });
                }
                after
            }
        };
    }
}

/// What follows `declare` and its options, and whether they were there.
fn after_declare(text: &[u8]) -> (&[u8], bool) {
    let Some(mut rest) = text.strip_prefix(b"declare ") else { return (text, false) };
    while rest.starts_with(b"-") {
        let end = rest.iter().position(|&byte| byte == b' ').map_or(rest.len(), |at| at + 1);
        rest = &rest[end..];
    }
    (rest, true)
}

fn name(text: &[u8]) -> Option<(&str, &[u8])> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end = text.iter().position(|byte| !is_name(byte)).unwrap_or(text.len());
    let name = std::str::from_utf8(&text[..end]).ok()?;
    let valid = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    valid.then_some((name, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::{assignments, word};

    fn values(text: &str) -> Vec<(String, String)> {
        let found = assignments(text.as_bytes()).unwrap();
        found.into_iter().map(|(name, value)| (name, String::from_utf8(value).unwrap())).collect()
    }

    #[test]
    fn every_way_of_quoting_is_undone() {
        let cases: [(&str, &[u8]); 9] = [
            ("plain more", b"plain"),
            ("'a b'", b"a b"),
            (r#"'it'"'"'s'"#, b"it's"),
            (r#""a \"b\" \$c \`d\` \\e \f""#, br#"a "b" $c `d` \e \f"#),
            (r"$'\n\t>=a/b-1\'\\'", b"\n\t>=a/b-1'\\"),
            (r"$'\101\x42\u20ac\cA'", b"AB\xe2\x82\xac\x01"),
            (r"$'\xff\377'", b"\xff\xff"),
            (r"a\ b", b"a b"),
            ("", b""),
        ];
        for (text, expected) in cases {
            assert_eq!(word(text.as_bytes()).unwrap().0, expected, "{text}");
        }
    }

    #[test]
    fn an_open_quote_is_an_error() {
        for text in ["'a", "\"a", "$'a", "\"a\\\"", "$'a\\'"] {
            assert!(word(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_saved_environment_is_read_up_to_its_functions() {
        let text = "declare -x A=\"1\"\ndeclare B=$'x\\ny'\ndeclare -a C=([0]=\"/a )b\" [1]=\"c\")\ndeclare -a N=()\n\
                    declare D\ndeclare -- E=\"\"\ndeclare -A F=([k]=\"v\" )\ndeclare -rx G=\"g\"\nsrc_compile () \n{ \n    \
                    A=hidden;\ndeclare -x A=\"hidden\"\n}\n";
        let expected = [("A", "1"), ("B", "x\ny"), ("E", ""), ("G", "g")];
        assert_eq!(values(text), expected.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn an_extra_source_of_eapi_9_is_read() {
        let text = "P=foo-1\nUSE='a -b'\nS='/x/it'\"'\"'s'\nE=''\nDESCRIPTION='two\nlines'\n";
        let expected = [
            ("DESCRIPTION", "two\nlines"),
            ("E", ""),
            ("P", "foo-1"),
            ("S", "/x/it's"),
            ("USE", "a -b"),
        ];
        assert_eq!(values(text), expected.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn something_behind_a_value_is_an_error() {
        assert!(assignments(b"A=1 B=2\n").is_err());
        assert!(assignments(b"declare -a A=([0]=1\n").is_err());
    }
}
