use std::path::PathBuf;

use hermitage_atom::Eapi;
use hermitage_depgraph::Md5Cache;

use super::phase::Phase;
use crate::args::TargetArgs;
use crate::failure::Failure;

/// What a package declares for its build, as text that is not evaluated yet.
#[derive(Debug, PartialEq, Eq)]
struct Declared {
    depend: String,
    bdepend: String,
}

/// What is built, for the steps that follow: the dependencies, with the phase's flags.
pub(super) fn target(phase: &Phase) -> Result<TargetArgs, Failure> {
    let declared = declared(phase)?;
    let eapi = phase.text("EAPI")?;
    let known = Eapi::parse(&eapi).map_err(|error| Failure::caused(&error))?;
    let args = TargetArgs {
        depend: Some(declared.depend),
        // Before, DEPEND was what is needed on either side.
        bdepend: (known >= Eapi::V7).then_some(declared.bdepend),
        eapi: Some(eapi),
        use_flags: Some(phase.text("USE")?),
        ..TargetArgs::default()
    };
    Ok(args)
}

/// What this very build has read out of the ebuild, or else what Portage's cache says of it.
fn declared(phase: &Phase) -> Result<Declared, Failure> {
    if phase.saved("DEPEND").is_some() {
        return Ok(Declared { depend: saved(phase, "DEPEND")?, bdepend: saved(phase, "BDEPEND")? });
    }
    let path = cache_entry(phase)?;
    let text = std::fs::read(&path).map_err(|error| {
        let what = "the package's dependencies are neither in the build's environment nor here";
        Failure::file(&path, what, &error)
    })?;
    let entry = Md5Cache::parse(&text).map_err(|error| Failure::in_file(&path, &error))?;
    let get = |name| entry.get(name).unwrap_or_default().to_owned();
    Ok(Declared { depend: get("DEPEND"), bdepend: get("BDEPEND") })
}

fn saved(phase: &Phase, name: &str) -> Result<String, Failure> {
    let value = phase.saved(name).unwrap_or_default();
    let text = value.to_str().ok_or_else(|| {
        Failure::new(format!(
            "{name} of the build's environment: not UTF-8, which no dependency is"
        ))
    })?;
    Ok(text.to_owned())
}

/// Where Portage keeps what it found in an ebuild: below the place of its repository.
fn cache_entry(phase: &Phase) -> Result<PathBuf, Failure> {
    let (category, name) = phase.package()?;
    let cache = phase.path("PORTAGE_DEPCACHEDIR").unwrap_or_else(|| "/var/cache/edb/dep".into());
    let ebuild = phase.path("EBUILD").unwrap_or_default();
    let repository = ebuild.ancestors().nth(3).unwrap_or(&ebuild);
    let inside = repository.strip_prefix("/").unwrap_or(repository);
    Ok(cache.join(inside).join(category).join(name))
}
