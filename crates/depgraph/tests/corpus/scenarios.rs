use crate::strings;
use crate::tally::Tally;
use hermitage_atom::Eapi;
use hermitage_depgraph::{
    Classes, DepClass, MemoryPackage, MemorySource, Policy, Query, Roots, Source as _, Target,
};
use hermitage_testing::Corpus;
use serde_json::Value;

/// A package of a scenario, with the fields the scenario gives it; the EAPI is 0 where none is given, as in Portage.
fn package(cpv: &str, fields: &Value) -> MemoryPackage {
    let text = |key: &str| match &fields[key] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let eapi = Eapi::parse(&text("EAPI")).unwrap_or_default();
    let slot = Some(text("SLOT")).filter(|slot| !slot.is_empty()).unwrap_or("0".into());
    let package = MemoryPackage::parse(&format!("{cpv}:{slot}")).expect("a package").map(|p| {
        p.with_eapi(eapi)
            .with_use(text("USE").split_ascii_whitespace())
            .with_iuse(text("IUSE").split_ascii_whitespace())
    });
    let with = |package: MemoryPackage, class: DepClass| {
        package.with_dependencies(class, &text(class.as_str())).expect("dependencies")
    };
    DepClass::ALL.into_iter().fold(package, with)
}

fn has(options: &Value, key: &str, value: &str) -> bool {
    options[key].as_str() == Some(value)
}

/// Whether the scenario only asks which packages nobody needs. Those that name packages to remove, that prune old
/// versions, or that exclude packages ask for something that is not a closure.
fn asks_for_a_closure(case: &Value) -> bool {
    let options = case["options"].as_object().expect("an object");
    let known = ["--depclean", "--with-bdeps", "--with-bdeps-auto", "--ignore-soname-deps"];
    strings(&case["request"]).is_empty() && options.keys().all(|key| known.contains(&key.as_str()))
}

pub(crate) fn what_portage_would_remove_is_what_no_closure_holds(corpus: &Corpus) {
    let answers = corpus.oracle("portage-depclean-scenarios");
    let mut tally = Tally::new("portage-depclean-scenarios", LISTED);
    let mut others = 0;
    for (number, row) in answers["cases"].as_array().expect("an array").iter().enumerate() {
        if !asks_for_a_closure(&row["case"]) {
            others += 1;
            continue;
        }
        let test = row["test"].as_str().expect("a string").rsplit('.').next().unwrap_or_default();
        let mut theirs = strings(&row["case"]["cleanlist"]);
        theirs.sort_unstable();
        let ours = unneeded(&row["setup"], &row["case"]["options"]);
        tally.case(
            &format!("{number} {test}"),
            &ours,
            &theirs.iter().map(ToString::to_string).collect(),
        );
    }
    eprintln!(
        "|   {others} further scenarios are about --prune, --exclude or named packages, which are no closures | | | |"
    );
    tally.finish();
}

fn unneeded(setup: &Value, options: &Value) -> Vec<String> {
    let installed = setup["installed"].as_object().expect("an object");
    let source = MemorySource::new(installed.iter().map(|(cpv, fields)| package(cpv, fields)));
    let world = strings(&setup["world"]).join(" ");
    let target = Target::given("@world").with_dependencies(DepClass::Rdepend, &world);
    let build = !has(options, "--with-bdeps", "n");
    let follow = if build { Classes::ALL } else { Classes::INSTALLED };
    let query = Query::new(target.expect("atoms")).policy(Policy::RuntimeOnly).follow(follow);
    let closure = query.resolve(&Roots::one(&source)).expect("memory does not fail");
    let needed = |cpv: &str| closure.packages().any(|member| member.cpv().as_str() == cpv);
    let all = source.packages().iter().map(|(_, package)| package.cpv().to_string());
    let mut unneeded: Vec<_> = all.filter(|cpv| !needed(cpv)).collect();
    unneeded.sort();
    unneeded
}

/// Scenarios that are answered otherwise, and why.
const LISTED: &[(&str, &str)] = &[
    ("0 testSonameDepclean", "a soname is no dependency: direct+loadable adds single files for it"),
    (
        "6 testCircularJsoncppCmakeBootstrapOrDeps",
        "Portage weighs branches by what its graph holds already; ours are taken by their order",
    ),
    ("11 testDepcleanInstalledKeywordMaskedSlot", "asks what a repository masks today"),
    ("21 testDepcleanWithInstalledMasked", "asks what a repository masks today"),
    ("26 testDepcleanUnavailableSlot", "asks what a repository offers today"),
    ("28 testMultiSlotSelective", "asks for the slot that the ebuild has in a repository today"),
    (
        "30 test_virtual_w3m",
        "Portage weighs branches by what its graph holds already; ours are taken by their order",
    ),
];
