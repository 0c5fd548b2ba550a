use crate::closures::{database, names, unsatisfied};
use crate::profiles::{atoms, stack};
use crate::strings;
use crate::tally::Tally;
use hermitage_atom::Cpv;
use hermitage_depgraph::{Classes, DepClass, Policy, Query, Roots, Target};
use hermitage_testing::Corpus;

/// `provided`: what the `package.provided` of that system held, which is not among the data.
fn agrees(corpus: &Corpus, dataset: &str, profile: &str, provided: &[&str]) {
    let directory = corpus.unpacked(&format!("vdb/{dataset}.tar.xz"));
    let tree = corpus.unpacked("repo/profiles-2014.tar.xz");
    let file = format!("portage-depclean-system-{dataset}-{profile}");
    let answer = corpus.oracle(&file);
    let stack = stack(&tree, answer["profile"].as_str().expect("a string"));
    let source = database(&directory);
    let mut tally = Tally::new(&file, &[]);
    let system = strings(&answer["system"]).iter().map(ToString::to_string).collect();
    tally.case("@system", &atoms(&stack), &system);

    let world = strings(&answer["world"]).join(" ");
    let target = Target::given("@world").with_dependencies(DepClass::Rdepend, &world);
    let query = Query::new(target.expect("a list of atoms"))
        .policy(Policy::RuntimeOnly)
        .follow(Classes::INSTALLED)
        .provided(stack.provided().cloned())
        .provided(provided.iter().map(|cpv| Cpv::parse(cpv).expect("a name and version")))
        .system(stack.system_set());
    let closure = query.resolve(&Roots::one(&source)).expect("the database does not fail");
    let answer = &answer["result"]["bdeps_n"];
    let mut kept: Vec<_> = strings(&answer["keep"]).iter().map(ToString::to_string).collect();
    kept.sort();
    tally.case("kept", &names(&closure), &kept);
    let mut missing: Vec<_> = closure
        .unsatisfied()
        .iter()
        .map(|u| (u.text.clone(), closure.name_of(u.from).to_owned()))
        .collect();
    missing.sort();
    tally.case("unsatisfied", &missing, &unsatisfied(&answer["unsatisfied"]));
    tally.finish();
}

pub(crate) fn the_world_and_system_of_a_prefix_keep_what_portage_keeps(corpus: &Corpus) {
    agrees(corpus, "clusterhq-prefix-2014", "prefix2014", &[]);
}

pub(crate) fn the_world_and_system_of_a_desktop_keep_what_portage_keeps(corpus: &Corpus) {
    agrees(corpus, "yangmame-desktop-2018", "p2014", &[]);
}
