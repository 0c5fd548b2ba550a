//! The rights that the command has, for the observer to find what may be opened and what may not.

use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::kernel::Named as _;
use crate::plan::{Capability, Plan};
use crate::support::Privilege;
use crate::{Error, sys};

/// What root may open without asking the file; the command can't, unless the plan says so.
const OPENS_ALL: CapabilitySet = CapabilitySet::DAC_OVERRIDE.union(CapabilitySet::DAC_READ_SEARCH);

/// What to put off for a look; none where there is nothing to put off.
#[derive(Debug)]
pub(super) struct Rights(Option<[CapabilitySets; 2]>);

impl Rights {
    pub(super) fn of(plan: &Plan, privilege: Privilege) -> Result<Self, Error> {
        if privilege == Privilege::User || plan.capabilities.contains(&Capability::DacOverride) {
            return Ok(Self(None));
        }
        let own = rustix::thread::capabilities(None).named(|| "capget()".into())?;
        let less = CapabilitySets { effective: own.effective.difference(OPENS_ALL), ..own };
        Ok(Self(Some([own, less])))
    }

    /// Looks as the command would.
    pub(super) fn look<T>(&self, look: impl FnOnce() -> T) -> T {
        let Some([own, less]) = self.0 else { return look() };
        put_on(less);
        let seen = look();
        put_on(own);
        seen
    }
}

/// The effective ones are among the permitted ones, which stay: it can't fail, and if it did what is told would be wrong.
fn put_on(sets: CapabilitySets) {
    if rustix::thread::set_capabilities(None, sets).is_err() {
        sys::exit_now(1);
    }
}
