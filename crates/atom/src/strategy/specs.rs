//! Dependency specifications, and texts that nearly are some.

use super::atoms::atom;
use super::names::flag;
use crate::Eapi;
use proptest::collection::vec;
use proptest::prelude::*;

/// The value of a `DEPEND` or its like, with groups up to `depth` levels deep; depth 0 is a list of atoms.
pub fn spec(eapi: Eapi, depth: u32) -> BoxedStrategy<String> {
    let group = |inner: BoxedStrategy<String>| {
        let members = list(inner, 1);
        prop_oneof![
            1 => members.clone().prop_map(|members| format!("( {members} )")),
            3 => members.clone().prop_map(|members| format!("|| ( {members} )")),
            3 => (condition(), members).prop_map(|(flag, members)| format!("{flag}? ( {members} )")),
        ]
        .boxed()
    };
    list(nested(&atom(eapi).boxed(), depth, group), 0)
}

/// The value of a `REQUIRED_USE`, with groups up to `depth` levels deep. Groups without members occur.
pub fn required_use(eapi: Eapi, depth: u32) -> BoxedStrategy<String> {
    let operators: &[&str] =
        if eapi.has_at_most_one_of() { &["", "|| ", "^^ ", "?? "] } else { &["", "|| ", "^^ "] };
    let group = move |inner: BoxedStrategy<String>| {
        let members = list(inner, 0);
        prop_oneof![
            3 => (prop::sample::select(operators), members.clone())
                .prop_map(|(operator, members)| close(operator, &members)),
            1 => (condition(), members).prop_map(|(flag, members)| close(&format!("{flag}? "), &members)),
        ]
        .boxed()
    };
    list(nested(&condition().boxed(), depth, group), 0)
}

fn close(operator: &str, members: &str) -> String {
    let space = if members.is_empty() { "" } else { " " };
    format!("{operator}( {members}{space})")
}

/// `flag` or `!flag`
fn condition() -> impl Strategy<Value = String> + Clone {
    (any::<bool>(), flag()).prop_map(|(on, flag)| if on { flag } else { format!("!{flag}") })
}

/// A leaf, or a group of what is one level less deep.
fn nested(
    leaf: &BoxedStrategy<String>,
    depth: u32,
    group: impl Fn(BoxedStrategy<String>) -> BoxedStrategy<String>,
) -> BoxedStrategy<String> {
    (0..depth)
        .fold(leaf.clone(), |inner, _| prop_oneof![2 => leaf.clone(), 3 => group(inner)].boxed())
}

fn list(member: BoxedStrategy<String>, least: usize) -> BoxedStrategy<String> {
    vec(member, least..4).prop_map(|members| members.join(" ")).boxed()
}

/// Bytes that are nearly a specification: a legal one with a few bytes taken out, put in, or exchanged.
pub fn almost_valid(eapi: Eapi, depth: u32) -> impl Strategy<Value = Vec<u8>> {
    // The bytes that mean something, and some that never do.
    let byte = prop::sample::select(b"()[]|^?!=<>~*:/-+_.,@ \t\n01ar\0\x80\xc3".to_vec());
    let change = (any::<prop::sample::Index>(), 0..4_usize, byte);
    (spec(eapi, depth), vec(change, 1..4)).prop_map(|(spec, changes)| {
        let mut bytes = spec.into_bytes();
        for (place, what, byte) in changes {
            let at = place.index(bytes.len() + 1);
            match what {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at),
                _ if at == bytes.len() => bytes.push(byte),
                2 => bytes[at] = byte,
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    })
}
