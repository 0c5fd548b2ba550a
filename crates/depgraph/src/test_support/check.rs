//! Laws that hold for any input: each panics when its law is broken.
//!
//! Property tests, fuzz targets and the replay of a corpus call the same functions.

use super::model::{Model, ModelDep};
use super::oracle;
use crate::class::DepClass;
use crate::md5_cache::Md5Cache;
use crate::policy::{BranchPolicy, Policy};
use crate::profile::{MemoryFiles, ProfileStack, Repositories};
use crate::query::{Query, Roots};
use crate::system::SystemSet;
use crate::target::Target;
use std::collections::BTreeSet;
use std::path::Path;

/// Whatever the files of a profile hold, a stack is read or refused; a last `-*` leaves @system empty; and the atoms of
/// @system, written to a list, are read back as the same set.
///
/// # Panics
/// When that is not so.
pub fn profile_files(input: &[u8]) {
    let node = Path::new("/repo/profiles/node");
    for name in ["packages", "parent", "eapi", "package.provided", "../../metadata/layout.conf"] {
        let files = MemoryFiles::new()
            .with("/repo/profiles/node/deprecated", "")
            .with("/repo/profiles/packages", "*sys-apps/sed\n")
            .with(clean(node, name), input);
        let Ok(stack) = ProfileStack::load(&files, node, &Repositories::new()) else { continue };
        let set = stack.system_set();
        let list = set.atoms().map(hermitage_atom::Atom::as_str).collect::<Vec<_>>().join("\n");
        let again = SystemSet::from_list(list.as_bytes(), Path::new("list"));
        assert!(set.atoms().eq(again.atoms()), "{list} is read back as another set");
    }
    let cleared = [input, b"\n-*\n"].concat();
    let files = MemoryFiles::new().with("/repo/profiles/node/packages", cleared);
    if let Ok(stack) = ProfileStack::load(&files, node, &Repositories::new()) {
        assert_eq!(stack.system_set().atoms().len(), 0, "-* leaves something");
    }
}

fn clean(node: &Path, name: &str) -> std::path::PathBuf {
    name.strip_prefix("../../")
        .map_or_else(|| node.join(name), |rest| Path::new("/repo").join(rest))
}

/// Whatever bytes a metadata cache entry holds, it is read or refused, and what was read prints and reads back the same.
///
/// # Panics
/// When that is not so.
pub fn md5_cache(input: &[u8]) {
    let Ok(entry) = Md5Cache::parse(input) else { return };
    let lines: Vec<_> = entry.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let printed = lines.join(
        "
",
    );
    let again = Md5Cache::parse(printed.as_bytes());
    assert_eq!(again.ok().as_ref(), Some(&entry), "{printed} is read back as another entry");
    let _ = Target::from_cache("entry", &entry, ["x"]);
}

/// The closure is what the oracle says: the same packages, the same missing dependencies.
///
/// # Panics
/// When that is not so.
#[allow(clippy::expect_used, reason = "a database in memory does not fail")]
pub fn closure(model: &Model, dependencies: &[ModelDep], policy: Policy, branch: BranchPolicy) {
    let class = if policy == Policy::RuntimeOnly { DepClass::Rdepend } else { DepClass::Depend };
    let target = super::model::target(class, dependencies);
    let source = model.source();
    let query = Query::new(target).policy(policy).branch(branch);
    let closure = query.resolve(&Roots::one(&source)).expect("memory does not fail");
    let answer = oracle::closure(model, dependencies, policy, branch);
    let packages: BTreeSet<_> = closure.packages().map(|member| member.cpv().to_string()).collect();
    assert_eq!(packages, answer.packages, "the packages differ");
    let missing: BTreeSet<_> = closure
        .unsatisfied()
        .iter()
        .map(|missing| (closure.name_of(missing.from).to_owned(), missing.text.clone()))
        .collect();
    assert_eq!(missing, answer.missing, "the missing dependencies differ");
    for member in closure.packages() {
        assert!(!member.reasons().is_empty(), "{} has no reason", member.cpv());
        let chain = closure.why(member.cpv()).expect("it is in the closure");
        let end = chain.steps.last().map(|step| &step.cpv);
        assert_eq!(end, Some(member.cpv()), "the chain leads elsewhere");
    }
}
