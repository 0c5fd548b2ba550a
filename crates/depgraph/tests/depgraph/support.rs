//! Databases and targets in few words.

use hermitage_atom::{Atom, Cpv};
use hermitage_depgraph::{Closure, DepClass, MemoryPackage, MemorySource, Query, Roots, Target};

/// A database from lines of `CPV[:SLOT] | RDEPEND`.
pub(crate) fn source(lines: &str) -> MemorySource {
    MemorySource::new(lines.lines().filter(|line| !line.trim().is_empty()).map(package))
}

pub(crate) fn package(line: &str) -> MemoryPackage {
    let (cpv, rdepend) = line.split_once('|').unwrap_or((line, ""));
    let package = MemoryPackage::parse(cpv.trim()).unwrap();
    package.with_dependencies(DepClass::Rdepend, rdepend.trim()).unwrap()
}

pub(crate) fn needs(depend: &str) -> Target {
    Target::given("target").with_dependencies(DepClass::Depend, depend).unwrap()
}

pub(crate) fn ask(source: &MemorySource, query: &Query) -> Closure {
    query.resolve(&Roots::one(source)).unwrap()
}

pub(crate) fn names(closure: &Closure) -> Vec<&str> {
    closure.packages().map(|member| member.cpv().as_str()).collect()
}

pub(crate) fn cpv(text: &str) -> Cpv {
    Cpv::parse(text).unwrap()
}

pub(crate) fn atom(text: &str) -> Atom {
    Atom::parse_permissive(text).unwrap()
}
