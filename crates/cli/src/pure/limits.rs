use hermitage_mountns::{Limit, Resource};
use nix::sys::resource::{self, RLIM_INFINITY, getrlimit};

/// The kernel's own defaults of what systems set otherwise, soft and hard; none is unlimited.
const FIXED: [(Resource, resource::Resource, u64, Option<u64>); 3] = [
    (Resource::Core, resource::Resource::RLIMIT_CORE, 0, None),
    (Resource::OpenFiles, resource::Resource::RLIMIT_NOFILE, 1024, Some(4096)),
    (Resource::Stack, resource::Resource::RLIMIT_STACK, 8 << 20, None),
];

/// What a pure build may use of each of some resources, unless `--limit` says otherwise. What is more than we may ourselves is
/// only as much, as nobody but root could have more.
pub(crate) fn limits() -> Vec<Limit> {
    FIXED
        .iter()
        .map(|(resource, number, soft, hard)| within(*resource, *number, *soft, *hard))
        .collect()
}

/// The names of those of which we may have less ourselves than a pure build.
pub(super) fn lower() -> Vec<&'static str> {
    let is_lower =
        |(limit, (_, _, _, hard)): &(Limit, &(_, _, _, Option<u64>))| limit.hard != *hard;
    limits()
        .into_iter()
        .zip(&FIXED)
        .filter(is_lower)
        .map(|(limit, _)| limit.resource.name())
        .collect()
}

fn within(resource: Resource, number: resource::Resource, soft: u64, hard: Option<u64>) -> Limit {
    let own = getrlimit(number).map_or(RLIM_INFINITY, |(_, hard)| hard);
    let own = Some(own).filter(|own| *own != RLIM_INFINITY);
    let most = own.unwrap_or(u64::MAX).min(hard.unwrap_or(u64::MAX));
    Limit {
        resource,
        soft: Some(soft.min(most)),
        hard: hard.map_or(own, |hard| Some(hard.min(most))),
    }
}
