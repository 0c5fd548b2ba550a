use crate::strings;
use crate::tally::Tally;
use hermitage_atom::Atom;
use hermitage_depgraph::{Closure, Policy, Query, Roots, Target, VdbSource};
use hermitage_testing::Corpus;
use hermitage_vdb::Database;
use serde_json::Value;
use std::path::Path;

/// Opens the database of a dataset.
pub(crate) fn database(directory: &Path) -> VdbSource {
    let database = Database::open(&directory.join("var/db/pkg")).expect("the database is there");
    VdbSource::load(&database).expect("the database can be read")
}

pub(crate) fn names(closure: &Closure) -> Vec<String> {
    let mut names: Vec<_> = closure.packages().map(|member| member.cpv().to_string()).collect();
    names.sort();
    names
}

fn sorted(value: &Value) -> Vec<String> {
    let mut names: Vec<_> = strings(value).into_iter().map(str::to_owned).collect();
    names.sort();
    names
}

fn agrees(corpus: &Corpus, dataset: &str, listed: &'static [(&'static str, &'static str)]) {
    let directory = corpus.unpacked(&format!("vdb/{dataset}.tar.xz"));
    let source = database(&directory);
    let file = format!("portage-closure-{dataset}");
    let answers = corpus.oracle(&file);
    let mut tally = Tally::new(&file, listed);
    for (root, answer) in answers["roots"].as_object().expect("an object") {
        let target = if root == "@selected" {
            selected(&answers)
        } else {
            let atom = Atom::parse_permissive(root).expect("an atom");
            Target::installed(&source, &atom).expect("the root is installed")
        };
        let query = Query::new(target).policy(Policy::RuntimeOnly);
        let closure = query.resolve(&Roots::one(&source)).expect("the database does not fail");
        tally.case(root, &names(&closure), &sorted(&answer["bdeps_n"]["keep"]));
        let ours: Vec<_> = closure
            .unsatisfied()
            .iter()
            .map(|u| (u.text.clone(), closure.name_of(u.from).to_owned()))
            .collect();
        tally.case(
            &format!("{root} (unsatisfied)"),
            &ours,
            &unsatisfied(&answer["bdeps_n"]["unsatisfied"]),
        );
    }
    tally.finish();
}

/// The packages of the world file: dependencies that a name is given for.
fn selected(answers: &Value) -> Target {
    let world = strings(&answers["selected_world"]).join(" ");
    Target::given("@selected")
        .with_dependencies(hermitage_depgraph::DepClass::Rdepend, &world)
        .expect("a list of atoms")
}

/// Atom and package that asks for it, of each dependency Portage found unsatisfied.
pub(crate) fn unsatisfied(value: &Value) -> Vec<(String, String)> {
    let mut rows: Vec<_> = value
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| (strings(row)[0].to_owned(), strings(row)[1].to_owned()))
        .collect();
    rows.sort();
    rows
}

pub(crate) fn every_root_of_a_prefix_of_2014_has_the_closure_portage_keeps_for_it(corpus: &Corpus) {
    agrees(
        corpus,
        "clusterhq-prefix-2014",
        &[(
            "=virtual/linux-sources-1 (unsatisfied)",
            "an unsatisfied || is reported as a whole; Portage names its first branch only",
        )],
    );
}

pub(crate) fn every_root_of_a_desktop_of_2018_has_the_closure_portage_keeps_for_it(
    corpus: &Corpus,
) {
    agrees(corpus, "yangmame-desktop-2018", &[]);
}
