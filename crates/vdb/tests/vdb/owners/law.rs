//! The index says what is read off the definition: same last component, parents that lead to the same directory.

use std::collections::BTreeMap;

use hermitage_vdb::{Contents, ContentsBuilder, MemoryLinks, OwnerIndex, PackageIdx};
use proptest::prelude::*;

type Links = BTreeMap<String, String>;

/// Few names, so that paths meet.
fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("c")]
}

/// An absolute path, now and then with what stands for the same or for the parent on its way.
fn path() -> impl Strategy<Value = String> {
    let way = prop_oneof![8 => name(), 1 => Just(".."), 1 => Just("."), 1 => Just("")];
    (prop::collection::vec(way, 0..4), name())
        .prop_map(|(way, last)| format!("/{}", [&way[..], &[last]].concat().join("/")))
}

fn links() -> impl Strategy<Value = Links> {
    let place =
        prop::collection::vec(name(), 1..3).prop_map(|parts| format!("/{}", parts.join("/")));
    let target =
        prop_oneof![path(), path().prop_map(|path| path[1..].to_owned()), Just("..".to_owned())];
    prop::collection::btree_map(place, target, 0..4)
}

fn packages() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(path(), 0..6), 1..4)
}

/// Where a path really is, or `None` when links lead round and round.
fn real(links: &Links, path: &str) -> Option<Vec<String>> {
    let mut real = Vec::new();
    let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
    let mut followed = 0;
    while let Some(part) = rest.pop() {
        match &part[..] {
            "" | "." => {}
            ".." => drop(real.pop()),
            _ => {
                real.push(part);
                let Some(target) = links.get(&format!("/{}", real.join("/"))) else { continue };
                followed += 1;
                if followed > 40 {
                    return None;
                }
                real.pop();
                if target.starts_with('/') {
                    real.clear();
                }
                rest.extend(target.split('/').rev().map(str::to_owned));
            }
        }
    }
    Some(real)
}

fn place<'p>(links: &Links, path: &'p str) -> Option<(Vec<String>, &'p str)> {
    let (parent, name) = path.rsplit_once('/')?;
    Some((real(links, parent)?, name))
}

/// The owners by the definition; `None` when a path of this name can't be told from the one that is asked for.
fn expected(links: &Links, packages: &[Vec<String>], path: &str) -> Option<Vec<PackageIdx>> {
    let wanted = place(links, path)?;
    let mut owners = Vec::new();
    for (index, paths) in packages.iter().enumerate() {
        let named = paths.iter().filter(|path| path.rsplit('/').next() == Some(wanted.1));
        let places: Option<Vec<_>> = named.map(|path| place(links, path)).collect();
        if places?.contains(&wanted) {
            owners.push(PackageIdx(index));
        }
    }
    Some(owners)
}

fn index(links: &Links, packages: &[Vec<String>]) -> OwnerIndex<MemoryLinks> {
    let file = |paths: &Vec<String>| {
        let mut contents = ContentsBuilder::new();
        for path in paths {
            contents.obj(path.as_bytes(), b"-", 1).unwrap();
        }
        Contents::new("", contents.into_bytes())
    };
    let links = links.iter().map(|(path, target)| (path.as_str(), target.as_str()));
    OwnerIndex::from_contents(packages.iter().map(file).collect(), links.collect())
}

proptest! {
    #[test]
    fn owners_are_those_of_the_definition(
        links in links(),
        packages in packages(),
        others in prop::collection::vec(path(), 0..6),
    ) {
        let index = index(&links, &packages);
        for path in packages.iter().flatten().chain(&others) {
            let found = index.owners(path.as_bytes()).ok();
            prop_assert_eq!(found, expected(&links, &packages, path), "{}", path);
        }
    }
}

/// Of random cases many have no link on the way, or nothing in common: enough must have.
#[test]
fn the_cases_reach_what_matters() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let links = links().new_tree(&mut runner).unwrap().current();
        let packages = packages().new_tree(&mut runner).unwrap().current();
        for path in packages.iter().flatten() {
            let moved = place(&links, path).is_some_and(|(parent, name)| {
                format!("/{}", [&parent[..], &[name.to_owned()]].concat().join("/")) != *path
            });
            seen.insert(match expected(&links, &packages, path) {
                None => "a loop",
                Some(owners) if owners.len() > 1 && moved => "shared through a link",
                Some(_) if moved => "through a link",
                Some(owners) if owners.len() > 1 => "shared",
                Some(_) => "plain",
            });
        }
    }
    let all = ["a loop", "plain", "shared", "shared through a link", "through a link"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}
