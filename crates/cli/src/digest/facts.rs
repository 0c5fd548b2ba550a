//! What belongs to an identity besides the visible paths.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;

use hermitage_depgraph::{Md5Cache, RootKind, Source as _};
use hermitage_mountns::{Cover, Plan, Surroundings, Tmpfs};
use hermitage_view::digest::{Algorithm, Fact, Sum};

use crate::args::{TargetArgs, ViewArgs};
use crate::closure::Selection;
use crate::failure::Failure;
use crate::repository;
use crate::source::{Machine, absolute};
use crate::target::Wanted;

/// A fact of these fields.
fn fact(fields: &[&[u8]]) -> Fact {
    fields.iter().map(|field| field.to_vec()).collect()
}

/// What is declared: the packages of the closure with their flags, and the target's flags and ebuild.
pub(super) fn declared(
    args: &TargetArgs,
    wanted: &Wanted,
    selection: &Selection,
    machine: &Machine,
) -> Result<Vec<Fact>, Failure> {
    let mut facts = vec![];
    for member in selection.members() {
        let package = machine.place(member.root()).packages.packages().get(member.package());
        let slot = format!("{}/{}", package.slot(), package.subslot());
        let mut fields = vec![b"package".to_vec(), package.cpv().to_string().into(), slot.into()];
        fields.extend(package.enabled().map(|flag| flag.as_bytes().to_vec()));
        facts.push(fields);
    }
    machine.check()?;
    let mut flags = vec![b"use".to_vec()];
    flags.extend(wanted.target.enabled().iter().map(|flag| flag.as_bytes().to_vec()));
    facts.push(flags);
    facts.extend(ebuild(args, wanted, machine)?);
    Ok(facts)
}

/// The sums of the ebuild and its eclasses, as far as they are known: all are MD5, because a metadata cache has no others.
fn ebuild(args: &TargetArgs, wanted: &Wanted, machine: &Machine) -> Result<Vec<Fact>, Failure> {
    if let Some(path) = repository::metadata_of(args)? {
        return Ok(of_metadata(&repository::metadata(&path)?));
    }
    let Some(id) = wanted.target.package_id() else { return Ok(Vec::new()) };
    let package = machine.place(RootKind::Root).packages.entry(id);
    let pf = package.cpv().as_str().split_once('/').map_or("", |(_, pf)| pf);
    let content = package.file(&format!("{pf}.ebuild"))?;
    let sum = content.map(|bytes| Algorithm::Md5.of_bytes(&bytes));
    Ok(sum.iter().map(|sum| fact(&[b"ebuild", sum.to_string().as_bytes()])).collect())
}

/// `_md5_` is the ebuild's sum, `_eclasses_` are names and sums in turn, with tabs between them.
fn of_metadata(entry: &Md5Cache) -> Vec<Fact> {
    let sum = |digits: &str| format!("md5:{digits}");
    let ebuild = entry.get("_md5_").map(|digits| fact(&[b"ebuild", sum(digits).as_bytes()]));
    let eclasses: Vec<&str> = entry.get("_eclasses_").unwrap_or_default().split('\t').collect();
    let eclasses = eclasses.chunks_exact(2);
    let eclasses =
        eclasses.map(|pair| fact(&[b"eclass", pair[0].as_bytes(), sum(pair[1]).as_bytes()]));
    ebuild.into_iter().chain(eclasses).collect()
}

/// Which trees of the host are shown, and how.
pub(super) fn trees(view: &ViewArgs) -> Result<Vec<Fact>, Failure> {
    let mut facts = Vec::new();
    for (word, paths) in [(&b"read"[..], &view.read), (b"write", &view.write)] {
        for path in paths {
            facts.push(fact(&[word, absolute(path)?.as_os_str().as_bytes()]));
        }
    }
    Ok(facts)
}

/// The setting that a plan makes for whatever runs; what is visible is described elsewhere.
///
/// Fields of a plan that are new have to be put here, or it does not compile.
pub(super) fn settings(plan: &Plan) -> Vec<Fact> {
    let Plan {
        // The form of plans, where the host is, and what is visible.
        schema: _,
        host_root: _,
        entries: _,
        binds: _,
        // Of a command alone.
        env: _,
        cwd: _,
        // How the view is made, not what it is.
        collapse: _,
        tmpfs,
        network,
        hostname,
        umask,
        limits,
        session,
        capabilities,
        system_calls,
        surroundings,
    } = plan;
    let mut facts = vec![
        fact(&[b"network", word(network).as_bytes()]),
        fact(&[b"hostname", hostname.as_bytes()]),
        fact(&[b"umask", format!("{umask:o}").as_bytes()]),
        fact(&[b"session", word(session).as_bytes()]),
        fact(&[b"system-calls", word(system_calls).as_bytes()]),
    ];
    for Tmpfs { path, mode, size } in tmpfs {
        let size = size.map(|size| size.to_string()).unwrap_or_default();
        let mode = format!("{mode:o}");
        facts.push(fact(&[b"tmpfs", path.as_bytes(), mode.as_bytes(), size.as_bytes()]));
    }
    facts.extend(limits.iter().map(|limit| fact(&[b"limit", limit.to_string().as_bytes()])));
    facts.extend(capabilities.iter().map(|name| fact(&[b"capability", word(name).as_bytes()])));
    facts.extend(of_surroundings(surroundings));
    facts
}

/// What is shown in another way than it is; nothing for what is as it is.
fn of_surroundings(surroundings: &Surroundings) -> Vec<Fact> {
    let Surroundings { user, processors, fixed_addresses, fresh_clocks, sorted_listings, proc } =
        surroundings;
    let mut facts = Vec::new();
    for (name, number) in [(&b"user"[..], user), (b"processors", processors)] {
        facts.extend(number.map(|number| fact(&[name, number.to_string().as_bytes()])));
    }
    for (name, holds) in [
        (&b"fixed-addresses"[..], fixed_addresses),
        (b"fresh-clocks", fresh_clocks),
        (b"sorted-listings", sorted_listings),
    ] {
        facts.extend(holds.then(|| fact(&[name])));
    }
    for Cover { path, content } in proc {
        let sum = content.as_ref().map(|content| Sum::of(content.as_bytes()).to_string());
        let shown = sum.as_deref().unwrap_or("empty");
        facts.push(fact(&[b"cover", path.as_bytes(), shown.as_bytes()]));
    }
    facts
}

/// What a plan's command gets besides: its arguments, environment, directory and user.
pub(super) fn command(plan: &Plan, command: &[OsString]) -> Vec<Fact> {
    let mut words = vec![b"command".to_vec()];
    words.extend(command.iter().map(|word| word.as_bytes().to_vec()));
    let mut facts = vec![words, fact(&[b"directory", plan.cwd.as_bytes()])];
    if plan.surroundings.user.is_none() {
        let user = rustix::process::geteuid().as_raw().to_string();
        facts.push(fact(&[b"user", user.as_bytes()]));
    }
    let variable = |name: &[u8], value: &[u8]| fact(&[b"env", name, value]);
    let env = plan.env.iter();
    facts.extend(env.map(|v| variable(v.name.as_bytes(), v.value.as_bytes())));
    facts
}

/// What a choice is called in a saved plan.
fn word(choice: &impl serde::Serialize) -> String {
    // Names of variants are strings, whatever their case.
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        other => format!("{other:?}"),
    }
}
