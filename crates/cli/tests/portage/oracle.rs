//! Portage's own answers about its database, against which ours are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;

use crate::portage::{Portage, succeed};

/// Asks Portage's own classes, so that nothing in it is a re-implementation.
const SCRIPT: &str = r#"
import json, portage
database = portage.db[portage.root]["vartree"].dbapi
fields = ["BDEPEND", "DEFINED_PHASES", "DEPEND", "DESCRIPTION", "EAPI", "IDEPEND", "IUSE",
          "KEYWORDS", "PDEPEND", "PROVIDES", "RDEPEND", "REQUIRES", "SLOT", "USE", "repository"]
answers = {}
for cpv in database.cpv_all():
    contents = database._dblink(cpv).getcontents()
    answers[cpv] = {
        "fields": dict(zip(fields, database.aux_get(cpv, fields))),
        "contents": {path: list(map(str, record)) for path, record in contents.items()},
    }
paths = sorted({path for answer in answers.values() for path in answer["contents"]})
owners = {
    path: sorted(str(link.mycpv) for link in database._owners.get_owners([path]))
    for path in paths
}
print(json.dumps({"packages": answers, "owners": owners}))
"#;

/// Packages each of which is the whole world once.
pub(crate) const WORLDS: &[&str] =
    &["app-misc/hconsumer", "dev-libs/hauto", "dev-libs/hextra", "virtual/hlib"];

/// What Portage says about every installed package.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Answers {
    /// By CPV.
    pub(crate) packages: BTreeMap<String, Answer>,
    /// The CPVs that own each recorded path.
    pub(crate) owners: BTreeMap<String, Vec<String>>,
    /// The CPVs that `emerge --depclean` keeps when the world is one of [`WORLDS`].
    #[serde(skip)]
    pub(crate) kept: BTreeMap<&'static str, BTreeSet<String>>,
}

/// What Portage says about one package.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    /// `aux_get`, empty where the field is absent.
    pub(crate) fields: BTreeMap<String, String>,
    /// `getcontents`: `dir`; `obj`, mtime, md5; `sym`, mtime, target.
    pub(crate) contents: BTreeMap<String, Vec<String>>,
}

impl Answers {
    /// Asks about the database as it is now.
    pub(crate) fn ask(portage: &Portage) -> Self {
        let mut answers: Self = serde_json::from_str(&portage.python(SCRIPT)).unwrap();
        for world in WORLDS {
            let removed = removed_by_depclean(portage, world);
            let kept = answers.packages.keys().filter(|cpv| !removed.contains(*cpv)).cloned();
            answers.kept.insert(world, kept.collect());
        }
        answers
    }
}

fn removed_by_depclean(portage: &Portage, world: &str) -> BTreeSet<String> {
    let file = portage.eprefix().join("var/lib/portage/world");
    fs::write(&file, format!("{world}\n")).unwrap();
    let mut depclean = portage.command("emerge");
    let output = succeed(depclean.args(["--pretend", "--depclean", "--verbose=n"]));
    fs::remove_file(file).unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let selected = printed.lines().find_map(|line| line.strip_prefix("All selected packages:"));
    let atoms = selected.unwrap_or_else(|| panic!("depclean selects nothing:\n{printed}"));
    atoms.split_whitespace().map(|atom| atom.trim_start_matches('=').to_owned()).collect()
}
