use crate::strings;
use crate::tally::Tally;
use hermitage_atom::{Eapi, Pattern};
use hermitage_depgraph::{
    Classes, DepClass, MemoryPackage, MemorySource, Package, Policy, Query, Roots, Source as _,
    Target,
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

/// Whether the scenario asks which packages nobody needs. `--prune` asks for old versions, needed or not.
fn asks_for_a_closure(case: &Value) -> bool {
    let options = case["options"].as_object().expect("an object");
    let known =
        ["--depclean", "--with-bdeps", "--with-bdeps-auto", "--ignore-soname-deps", "--exclude"];
    options.keys().all(|key| known.contains(&key.as_str()))
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
        let ours = unneeded(&row["setup"], &row["case"]);
        tally.case(
            &format!("{number} {test}"),
            &ours,
            &theirs.iter().map(ToString::to_string).collect(),
        );
    }
    eprintln!("|   {others} further scenarios are about --prune, which is no closure | | | |");
    tally.finish();
}

/// Whether one of the patterns in an array means the package; there may be no array.
fn is_meant(patterns: &Value, package: &Package) -> bool {
    let patterns = patterns.as_array().map(Vec::as_slice).unwrap_or_default();
    patterns.iter().any(|pattern| {
        let pattern = pattern.as_str().expect("a string");
        Pattern::parse(pattern).expect("an atom or a name with *").matches(package)
    })
}

/// What Portage must not remove whether it is needed or not: what is excluded and, where packages are named, all others.
fn is_kept(case: &Value, package: &Package) -> bool {
    let named = &case["request"];
    let others = !strings(named).is_empty() && !is_meant(named, package);
    others || is_meant(&case["options"]["--exclude"], package)
}

fn unneeded(setup: &Value, case: &Value) -> Vec<String> {
    let installed = setup["installed"].as_object().expect("an object");
    let source = MemorySource::new(installed.iter().map(|(cpv, fields)| package(cpv, fields)));
    let all = || source.packages().iter().map(|(_, package)| package);
    let kept = all().filter(|package| is_kept(case, package));
    let mut roots: Vec<_> = kept.map(|package| format!("={}", package.cpv())).collect();
    roots.extend(strings(&setup["world"]).into_iter().map(str::to_owned));
    let target = Target::given("@world").with_dependencies(DepClass::Rdepend, &roots.join(" "));
    let build = !has(&case["options"], "--with-bdeps", "n");
    let follow = if build { Classes::ALL } else { Classes::INSTALLED };
    let query = Query::new(target.expect("atoms")).policy(Policy::RuntimeOnly).follow(follow);
    let closure = query.resolve(&Roots::one(&source)).expect("memory does not fail");
    let unneeded = all().filter(|package| closure.find(package.cpv()).is_none());
    let mut unneeded: Vec<_> = unneeded.map(|package| package.cpv().to_string()).collect();
    unneeded.sort();
    unneeded
}

/// Scenarios that are answered otherwise, and why: each decides by something that is not among the dependencies of
/// installed packages.
const LISTED: &[(&str, &str)] = &[
    (
        "0 testSonameDepclean",
        "glibc is kept for a soname in REQUIRES alone; closures follow what is declared, and direct+loadable adds single files",
    ),
    (
        "6 testCircularJsoncppCmakeBootstrapOrDeps",
        "of a || in BDEPEND Portage takes cmake, which @world holds already; the first satisfied branch is cmake-bootstrap",
    ),
    (
        "11 testDepcleanInstalledKeywordMaskedSlot",
        "Portage passes over the first branch because the user does not accept its keyword ~x86",
    ),
    (
        "21 testDepcleanWithInstalledMasked",
        "Portage passes over the first branch because the user does not accept its license",
    ),
    (
        "26 testDepcleanUnavailableSlot",
        "of two slots Portage keeps the lower one because the repository no longer has the higher",
    ),
    (
        "28 testMultiSlotSelective",
        "Portage goes by the slot of the ebuild in the repository, not by the one the package was installed in",
    ),
    (
        "30 test_virtual_w3m",
        "of a || in RDEPEND Portage takes lynx, which @world holds already; the first satisfied branch is virtual/w3m",
    ),
];
