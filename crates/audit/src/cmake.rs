//! Which libraries a project has `CMake` look for.
//!
//! `find_library` lists the directories that it searches, and asks only for files that it saw: a hidden library is missed without ever
//! being asked for. What it looked for stands in the project's scripts, and that it did not find it in its cache.

use std::collections::{BTreeMap, BTreeSet};

use crate::features;

/// The calls of `find_library`: names that are looked for, by the variable that gets the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Libraries {
    sought: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>,
    missed: BTreeSet<Vec<u8>>,
}

impl Libraries {
    /// Takes in a script of `CMake`.
    pub(crate) fn script(&mut self, text: &[u8]) {
        let words = words(text);
        let sets = sets(&words);
        for call in calls(&words, b"find_library") {
            let [variable, rest @ ..] = call else { continue };
            let names = names(rest).iter().flat_map(|name| expanded(name, &sets));
            // A name that is put together while the script runs is not known.
            let names = names.filter(|name| !name.is_empty() && !name.contains(&b'$'));
            self.sought.entry(variable.clone()).or_default().extend(names);
        }
    }

    /// Takes in a cache that `CMake` left.
    pub(crate) fn cache(&mut self, text: &[u8]) {
        for (variable, value) in features::of(b"CMakeCache.txt", text) {
            let names = self.sought.get(variable.as_bytes());
            if value.ends_with("-NOTFOUND") || value == "NOTFOUND" {
                self.missed.extend(names.into_iter().flatten().cloned());
            }
        }
    }

    /// Whether there is anything to look for in a cache.
    pub(crate) fn is_empty(&self) -> bool {
        self.sought.is_empty()
    }

    /// The files that would have been found: every name a library can have that was looked for in vain.
    pub(crate) fn missed(&self) -> impl Iterator<Item = Vec<u8>> {
        self.missed.iter().flat_map(|name| files(name))
    }
}

/// The files that a library of this name is looked for as, where programs are ELF files.
fn files(name: &[u8]) -> Vec<Vec<u8>> {
    if name.windows(3).any(|part| part == b".so") || name.ends_with(b".a") {
        return vec![name.to_vec()];
    }
    [b".so", &b".a"[..]].map(|end| [b"lib", name, end].concat()).into()
}

/// Words and parentheses, without comments and quotation marks.
fn words(text: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        let code = line.split(|&byte| byte == b'#').next().unwrap_or_default();
        let mut word = Vec::new();
        for &byte in code.iter().chain(b" ") {
            match byte {
                b'(' | b')' => {
                    words.extend([std::mem::take(&mut word), vec![byte]]);
                }
                b' ' | b'\t' | b'\r' | b'"' | b';' => words.push(std::mem::take(&mut word)),
                byte => word.push(byte),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The arguments of each call of a command, whose name is of any case.
fn calls<'w>(words: &'w [Vec<u8>], command: &'w [u8]) -> impl Iterator<Item = &'w [Vec<u8>]> {
    let starts = (0..words.len().saturating_sub(1))
        .filter(move |&at| words[at].eq_ignore_ascii_case(command) && words[at + 1] == b"(");
    starts.map(move |at| {
        let rest = &words[at + 2..];
        &rest[..rest.iter().position(|word| word == b")").unwrap_or(rest.len())]
    })
}

/// The names among the arguments of `find_library` that follow the variable: those behind `NAMES`, or else the first.
fn names(arguments: &[Vec<u8>]) -> &[Vec<u8>] {
    const KEYWORDS: [&[u8]; 7] =
        [b"NAMES", b"NAMES_PER_DIR", b"HINTS", b"PATHS", b"PATH_SUFFIXES", b"DOC", b"REQUIRED"];
    let Some(start) = arguments.iter().position(|word| word == b"NAMES") else {
        return &arguments[..arguments.len().min(1)];
    };
    let names = &arguments[start + 1..];
    let is_keyword = |word: &Vec<u8>| {
        KEYWORDS.contains(&&word[..]) || word.starts_with(b"NO_") || word.starts_with(b"CMAKE_")
    };
    &names[..names.iter().position(is_keyword).unwrap_or(names.len())]
}

/// The variables that a script sets to words.
fn sets(words: &[Vec<u8>]) -> BTreeMap<&[u8], Vec<Vec<u8>>> {
    let mut sets: BTreeMap<&[u8], Vec<Vec<u8>>> = BTreeMap::new();
    for call in calls(words, b"set") {
        if let [variable, values @ ..] = call {
            sets.entry(variable).or_default().extend_from_slice(values);
        }
    }
    sets
}

/// A word, or what it stands for.
fn expanded(word: &[u8], sets: &BTreeMap<&[u8], Vec<Vec<u8>>>) -> Vec<Vec<u8>> {
    let variable = word.strip_prefix(b"${").and_then(|rest| rest.strip_suffix(b"}"));
    match variable.and_then(|variable| sets.get(variable)) {
        Some(values) => values.clone(),
        None => vec![word.to_vec()],
    }
}

#[cfg(test)]
mod tests {
    use super::Libraries;

    fn missed(script: &str, cache: &str) -> Vec<String> {
        let mut libraries = Libraries::default();
        libraries.script(script.as_bytes());
        libraries.cache(cache.as_bytes());
        libraries.missed().map(|name| String::from_utf8(name).unwrap()).collect()
    }

    #[test]
    fn what_was_looked_for_in_vain_is_known_by_its_files() {
        let script = "
            set(NAMES_OF_X xx \"xy\")
            FIND_LIBRARY(A NAMES a1 libother.so.3 # not b
              HINTS /usr/lib a2)
            find_library ( B b /some/where )
            find_library(X NAMES ${NAMES_OF_X} ${UNKNOWN} NO_DEFAULT_PATH)
            find_library(FOUND found)
            find_path(P p)
        ";
        let cache = |values: &str| missed(script, values);
        assert_eq!(cache("A:FILEPATH=A-NOTFOUND\n"), ["liba1.so", "liba1.a", "libother.so.3"]);
        assert_eq!(cache("B:FILEPATH=B-NOTFOUND\n"), ["libb.so", "libb.a"]);
        assert_eq!(
            cache("X:FILEPATH=X-NOTFOUND\n"),
            ["libxx.so", "libxx.a", "libxy.so", "libxy.a"]
        );
        assert_eq!(cache("FOUND:FILEPATH=/usr/lib/libfound.so\nP:PATH=P-NOTFOUND\n"), [""; 0]);
    }
}
