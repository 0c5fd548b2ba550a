//! A package as the oracle files describe it.

use hermitage_atom::{Candidate, Cpv, VersionRef, split_slot};
use serde_json::Value;

/// A package to match atoms against.
pub(crate) struct Package {
    pub(crate) cpv: Cpv,
    slot: String,
    subslot: String,
    repository: Option<String>,
    iuse: Vec<String>,
    uses: Vec<String>,
}

impl Package {
    /// `category/package-version[:slot]`
    pub(crate) fn named(text: &str) -> Self {
        let (cpv, slot) = text.split_once(':').unwrap_or((text, "0"));
        Self::new(cpv, slot)
    }

    pub(crate) fn new(cpv: &str, slot: &str) -> Self {
        let (slot, subslot) = split_slot(slot).expect("recorded slots are valid");
        Self {
            cpv: Cpv::parse(cpv).expect("recorded packages are valid"),
            slot: slot.to_owned(),
            subslot: subslot.to_owned(),
            repository: None,
            iuse: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// A name, or an object with slot, USE and so on.
    pub(crate) fn read(value: &Value) -> Self {
        if let Some(name) = value.as_str() {
            return Self::named(name);
        }
        let mut package = Self::named(value["pkg"].as_str().unwrap());
        if let Some(slot) = value["slot"].as_str() {
            slot.clone_into(&mut package.slot);
        }
        if let Some(subslot) = value["sub_slot"].as_str().or(value["subslot"].as_str()) {
            subslot.clone_into(&mut package.subslot);
        }
        package.repository = value["repo"].as_str().map(str::to_owned);
        let stripped = value.get("iuse_stripped").unwrap_or(&value["iuse"]);
        package.iuse = strings(stripped);
        package.uses = strings(&value["use"]);
        package
    }
}

/// A list of strings; empty for anything else.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|s| s.as_str().map(str::to_owned)).collect()
}

impl Candidate for Package {
    fn category(&self) -> &str {
        self.cpv.category()
    }

    fn package(&self) -> &str {
        self.cpv.package()
    }

    fn version(&self) -> VersionRef<'_> {
        self.cpv.version()
    }

    fn slot(&self) -> &str {
        &self.slot
    }

    fn subslot(&self) -> &str {
        &self.subslot
    }

    fn has_flag(&self, flag: &str) -> bool {
        self.iuse.iter().any(|iuse| iuse == flag)
    }

    fn is_enabled(&self, flag: &str) -> bool {
        self.uses.iter().any(|enabled| enabled == flag)
    }

    fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }
}
