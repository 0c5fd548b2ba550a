use std::path::Path;

use hermitage_atom::Cpv;
use hermitage_testing::Corpus;
use serde_json::Value;

use crate::deps;

/// That every root agrees is tested in `hermitage-depgraph`; here it is the program that is asked, about so many of them.
const EVERY: usize = 8;

pub(crate) fn the_program_answers_what_portage_keeps_for_a_package(corpus: &Corpus) {
    for dataset in ["clusterhq-prefix-2014", "yangmame-desktop-2018"] {
        let root = corpus.unpacked(&format!("vdb/{dataset}.tar.xz"));
        let answers = corpus.oracle(&format!("portage-closure-{dataset}"));
        let roots = answers["roots"].as_object().unwrap().iter();
        // What is not an atom is Portage's set of selected packages.
        let roots: Vec<_> =
            roots.filter(|(target, _)| target.starts_with('=')).step_by(EVERY).collect();
        assert!(roots.len() > 15, "{dataset}: {} roots", roots.len());
        for (target, answer) in roots {
            let mut kept = packages(answer["bdeps_n"]["keep"].as_array().unwrap().iter());
            kept.sort();
            assert_eq!(answer_of(&root, target), kept, "{dataset}: {target}");
        }
    }
}

fn packages<'a>(names: impl Iterator<Item = &'a Value>) -> Vec<Cpv> {
    names.map(|name| Cpv::parse(name.as_str().unwrap()).unwrap()).collect()
}

/// What the program says, which is sorted.
fn answer_of(root: &Path, target: &str) -> Vec<Cpv> {
    let arguments = ["--closure", "runtime-only", "--format", "json"];
    let output = deps(root, target).args(arguments).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], 1, "{target}");
    let rows = report["packages"].as_array().unwrap();
    assert!(rows.iter().all(|row| !row["why"].as_array().unwrap().is_empty()), "{target}");
    let packages = packages(rows.iter().map(|row| &row["cpv"]));
    assert!(packages.is_sorted(), "{target}");
    packages
}
