//! Which modules Python is told to import.

use std::collections::BTreeSet;

use crate::{Process, Text};

/// Whether a program is Python.
pub(crate) fn is_python(process: &Process) -> bool {
    process.name().starts_with(b"python")
}

/// The modules that sources in Python import, by the first part of their names.
pub(crate) fn imported(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    text.split(|byte| b"\n;".contains(byte)).flat_map(imports)
}

/// The modules that command lines of Python name: `-m MODULE`, and what the text behind `-c` imports.
pub(crate) fn told(processes: &[Process]) -> BTreeSet<Vec<u8>> {
    let told = processes.iter().filter(|process| is_python(process)).filter_map(|process| {
        match instruction(process.command.get(1..)?)? {
            (b'c', text) => Some(imported(text).collect()),
            (_, module) => Some(vec![first(module)]),
        }
    });
    told.flatten().filter(|module: &Vec<u8>| !module.is_empty()).collect()
}

/// What Python is to do instead of running a file: `c` or `m`, and its value.
fn instruction(words: &[Text]) -> Option<(u8, &[u8])> {
    let mut words = words.iter().map(Text::as_bytes);
    while let Some(word) = words.next() {
        let letters = word.strip_prefix(b"-").filter(|rest| !rest.starts_with(b"-"))?;
        // Options of one letter may share a word; those that take a value end it.
        let Some(at) = letters.iter().position(|letter| b"cmWX".contains(letter)) else { continue };
        let value = match &letters[at + 1..] {
            [] => words.next()?,
            rest => rest,
        };
        if b"cm".contains(&letters[at]) {
            return Some((letters[at], value));
        }
    }
    None
}

/// The modules that a statement imports: `import a.b, c` or `from a import b`.
fn imports(statement: &[u8]) -> Vec<Vec<u8>> {
    let line = statement.trim_ascii();
    let names: Vec<Vec<u8>> = match (line.strip_prefix(b"import "), line.strip_prefix(b"from ")) {
        (Some(names), _) => names.split(|&byte| byte == b',').map(first).collect(),
        (_, Some(name)) => vec![first(name)],
        _ => Vec::new(),
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The first part of a module's name.
fn first(name: &[u8]) -> Vec<u8> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let name = name.trim_ascii_start();
    let end = name.iter().position(|byte| !is_name(byte)).unwrap_or(name.len());
    name[..end].to_vec()
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::Process;

    fn modules(command: &[&str]) -> Vec<String> {
        let command = command.iter().map(|word| (*word).into()).collect();
        let told = told(&[Process { command, ..Process::default() }]);
        told.into_iter().map(|module| String::from_utf8(module).unwrap()).collect()
    }

    #[test]
    fn command_lines_name_modules() {
        assert_eq!(
            modules(&["python3", "-c", "import sys; import a.b, c\nfrom d import e"]),
            ["a", "c", "d", "sys"]
        );
        assert_eq!(
            modules(&["/usr/bin/python3.11", "-W", "ignore", "-Im", "build.x", "-c"]),
            ["build"]
        );
        assert_eq!(modules(&["python3", "-mvenv"]), ["venv"]);
        assert_eq!(modules(&["python3", "setup.py", "-c", "import a"]), [""; 0]);
        assert_eq!(modules(&["python3", "-c"]), [""; 0]);
        assert_eq!(modules(&["sh", "-c", "import a"]), [""; 0]);
    }
}
