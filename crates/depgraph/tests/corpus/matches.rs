use crate::closures::database;
use crate::strings;
use crate::tally::Tally;
use hermitage_atom::{Atom, Eapi};
use hermitage_depgraph::{Source as _, VdbSource};
use hermitage_testing::Corpus;

fn found(source: &VdbSource, atom: &Atom, ignoring_use: bool) -> Vec<String> {
    let named = source.packages().of_name(atom.cp());
    let matches = named.filter(|(_, package)| {
        if ignoring_use {
            atom.matches_ignoring_use(*package).is_ok()
        } else {
            atom.matches(*package).is_ok()
        }
    });
    matches.map(|(_, package)| package.cpv().to_string()).collect()
}

fn agrees(corpus: &Corpus, dataset: &str, listed: &'static [(&'static str, &'static str)]) {
    let directory = corpus.unpacked(&format!("vdb/{dataset}.tar.xz"));
    let source = database(&directory);
    let file = format!("portage-vdb-{dataset}");
    let answers = corpus.oracle(&file);
    let mut matches = Tally::new(&format!("{file} (match)"), listed);
    let mut ignoring = Tally::new(&format!("{file} (match_ignoring_use)"), &[]);
    for (text, answer) in answers["atoms"].as_object().expect("an object") {
        let eapi = Eapi::parse(answer["eapi"].as_str().expect("a string")).expect("an EAPI");
        let atom = Atom::parse(text, eapi).expect("an atom that Portage accepts");
        let theirs = |key: &str| strings(&answer[key]).iter().map(ToString::to_string).collect();
        matches.case(text, &found(&source, &atom, false), &theirs("match"));
        ignoring.case(text, &found(&source, &atom, true), &theirs("match_ignoring_use"));
    }
    matches.finish();
    ignoring.finish();
    packages(&source, &format!("{file} (slot, EAPI, repository)"), &answers["packages"]);
}

fn packages(source: &VdbSource, file: &str, answers: &serde_json::Value) {
    let mut tally = Tally::new(file, &[]);
    let answers = answers.as_object().expect("an object");
    assert_eq!(source.packages().len(), answers.len());
    for (_, package) in source.packages().iter() {
        let name = package.cpv().as_str();
        let answer = &answers[name];
        let slot = if package.slot() == package.subslot() {
            package.slot().to_owned()
        } else {
            format!("{}/{}", package.slot(), package.subslot())
        };
        let ours = (slot, package.eapi().to_string(), package.repository().map(str::to_owned));
        let text = |key: &str| answer[key].as_str().map(str::to_owned);
        let theirs = (text("slot").expect("a slot"), text("eapi").expect("an EAPI"), text("repo"));
        tally.case(name, &ours, &theirs);
    }
    tally.finish();
}

pub(crate) fn atoms_match_what_portage_matches_in_a_prefix_of_2014(corpus: &Corpus) {
    agrees(corpus, "clusterhq-prefix-2014", &[]);
}

pub(crate) fn atoms_match_what_portage_matches_in_a_desktop_of_2018(corpus: &Corpus) {
    agrees(corpus, "yangmame-desktop-2018", &[]);
}
