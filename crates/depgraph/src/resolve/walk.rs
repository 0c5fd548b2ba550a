//! The walk over packages.

use super::answer::{self, Answer};
use super::pick::{Picked, Picker};
use crate::class::DepClass;
use crate::closure::{
    Blocked, Link, Malformed, MemberId, Origin, Provided, Reason, Unsatisfied, Withheld,
};
use crate::error::{Error, ErrorKind, Place};
use crate::policy::Policy;
use crate::query::{Query, RootKind, Roots};
use crate::source::{Holding, Source, SourceError};
use crate::table::PackageId;
use hermitage_atom::{Atom, DepSpec, Eapi, UseFlags};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// A package on its way into the closure. Its place among the drafts stands in for its place in the closure until
/// these are sorted.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) root: RootKind,
    pub(super) package: PackageId,
    pub(super) holding: Holding,
    pub(super) looked_through: bool,
    /// The steps from the target, and from @system.
    pub(super) levels: [Option<u32>; 2],
    /// The edges to the packages it asks for, once these have been worked out.
    pub(super) asks: Option<Range<usize>>,
}

/// Somebody asks for a package.
#[derive(Debug)]
pub(super) struct Edge {
    /// The place of the package among the drafts.
    pub(super) to: usize,
    pub(super) link: Link,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Target,
    System,
}

/// Who asks, and with what.
struct Asker<'a> {
    origin: Origin,
    flags: &'a dyn UseFlags,
    eapi: Eapi,
}

pub(super) struct Walk<'a> {
    pub(super) query: &'a Query,
    pub(super) roots: &'a Roots<'a>,
    pub(super) drafts: Vec<Draft>,
    /// The edges of each asker stand together.
    pub(super) edges: Vec<Edge>,
    /// The edges of the target, and of @system.
    pub(super) starts: [Range<usize>; 2],
    pub(super) unsatisfied: Vec<Unsatisfied>,
    pub(super) blocked: Vec<(RootKind, PackageId, Blocked)>,
    pub(super) provided: Vec<Provided>,
    pub(super) malformed: Vec<Malformed>,
    pub(super) withheld: Vec<Withheld>,
    /// Where the packages of each database are among the drafts.
    places: [Vec<Option<usize>>; 3],
}

impl<'a> Walk<'a> {
    pub(super) fn new(query: &'a Query, roots: &'a Roots<'a>) -> Self {
        let places = RootKind::ALL.map(|kind| {
            let used = roots.canonical(kind) == kind;
            vec![None; if used { roots.source(kind).packages().len() } else { 0 }]
        });
        Self {
            query,
            roots,
            drafts: Vec::new(),
            edges: Vec::new(),
            starts: [0..0, 0..0],
            unsatisfied: Vec::new(),
            blocked: Vec::new(),
            provided: Vec::new(),
            malformed: Vec::new(),
            withheld: Vec::new(),
            places,
        }
    }

    /// The packages the target leads to.
    pub(super) fn start_at_target(&mut self) -> Result<(), Error> {
        let target = &self.query.target;
        if let (Policy::RuntimeOnly, Some(package)) = (self.query.policy, target.package_id()) {
            let at = self.draft(RootKind::Root, package)?;
            self.edges.push(Edge { to: at, link: Link::Itself });
            self.starts[Pass::Target as usize] = 0..1;
            return self.walk(0, Pass::Target);
        }
        let asker = Asker { origin: Origin::Target, flags: target.enabled(), eapi: target.eapi() };
        for class in self.query.target_classes().iter() {
            let Some(spec) = target.dependencies(class) else { continue };
            self.ask(&asker, class, spec)?;
        }
        self.starts[Pass::Target as usize] = 0..self.edges.len();
        self.walk(1, Pass::Target)
    }

    /// The packages @system leads to, in the database to build with and in the one to build against. What the latter
    /// lacks of @system is not an error, since a cross root rarely has all of it.
    pub(super) fn start_at_system(&mut self) -> Result<(), Error> {
        let build = self.roots.canonical(RootKind::Broot);
        let mut places = vec![build, self.roots.canonical(RootKind::Sysroot)];
        places.dedup();
        let first = self.edges.len();
        for root in places {
            let picker = self.picker(root, &NO_FLAGS, Eapi::LATEST);
            let picks: Vec<_> = self
                .query
                .system
                .atoms()
                .map(|atom| (atom, picker.pick_atom(atom.as_ref())))
                .collect();
            let found = picks.iter().flat_map(|(_, picked)| &picked.found);
            self.prepare(root, found.map(|found| found.package));
            for (atom, picked) in picks {
                self.note_system(root, atom, picked, root == build)?;
            }
        }
        self.starts[Pass::System as usize] = first..self.edges.len();
        self.walk(1, Pass::System)
    }

    fn note_system(
        &mut self,
        root: RootKind,
        atom: &'a Atom,
        picked: Picked<'_>,
        required: bool,
    ) -> Result<(), Error> {
        let from = Origin::System;
        if required {
            let missing = |m: super::pick::Missing| Unsatisfied {
                from,
                class: None,
                root,
                text: m.text,
                rejected: m.rejected,
            };
            // What is taken out of @system may be missing.
            let unwanted = self
                .query
                .without
                .iter()
                .any(|w| w.covers(atom.cp()) || w.as_str() == atom.as_str());
            if !unwanted {
                self.unsatisfied.extend(picked.missing.into_iter().map(missing));
            }
            let provided = |(atom, cpv)| Provided { from, class: None, atom, cpv };
            self.provided.extend(picked.provided.into_iter().map(provided));
        }
        for found in picked.found {
            self.admit(
                root,
                found.package,
                from,
                Link::System { atom: atom.as_str().into() },
                Pass::System,
            )?;
        }
        Ok(())
    }

    /// Goes on from what the target or @system asks for, which is at a given level. Packages that are looked through pass their own level on, so those come
    /// first in the queue.
    fn walk(&mut self, level: u32, pass: Pass) -> Result<(), Error> {
        let starts = &self.edges[self.starts[pass as usize].clone()];
        let mut queue: VecDeque<_> = starts.iter().map(|edge| (edge.to, level)).collect();
        while let Some((at, level)) = queue.pop_front() {
            let known = self.drafts[at].levels[pass as usize].is_some();
            if known || (pass == Pass::System && self.is_withheld(at)) {
                continue;
            }
            self.drafts[at].levels[pass as usize] = Some(level);
            let through = self.drafts[at].looked_through;
            if !(through || self.query.policy.is_transitive()) {
                continue;
            }
            for edge in self.asked_by(at, pass)? {
                let next = self.edges[edge].to;
                if self.drafts[next].levels[pass as usize].is_some() {
                    continue;
                }
                if through {
                    queue.push_front((next, level));
                } else {
                    queue.push_back((next, level + 1));
                }
            }
        }
        Ok(())
    }

    /// The edges to the packages a package asks for.
    fn asked_by(&mut self, at: usize, pass: Pass) -> Result<Range<usize>, Error> {
        if let Some(asks) = &self.drafts[at].asks {
            return Ok(asks.clone());
        }
        let (root, id) = (self.drafts[at].root, self.drafts[at].package);
        let source = self.roots.source(root);
        let package = source.packages().get(id);
        let flags = |flag: &str| package.is_enabled(flag);
        let asker = Asker {
            origin: Origin::Member(MemberId::new(at)),
            flags: &flags,
            eapi: package.eapi(),
        };
        let first = self.edges.len();
        for class in self.query.followed_classes().iter() {
            match self.answer_of(&asker, root, id, class) {
                Ok((place, answer)) => self.take(asker.origin, class, place, &answer, pass)?,
                Err(error) => {
                    let cpv = package.cpv().clone();
                    self.malformed.push(Malformed { cpv, class, error });
                }
            }
        }
        let asks = first..self.edges.len();
        self.drafts[at].asks = Some(asks.clone());
        Ok(asks)
    }

    /// What an installed package needs to run is installed beside it; what it needs to be built or installed is not.
    fn place_for(&self, root: RootKind, class: DepClass) -> RootKind {
        match class {
            DepClass::Rdepend | DepClass::Pdepend => root,
            DepClass::Depend => self.roots.canonical(RootKind::Sysroot),
            DepClass::Bdepend | DepClass::Idepend => self.roots.canonical(RootKind::Broot),
        }
    }

    /// What the dependencies of an installed package come to, and where.
    fn answer_of(
        &self,
        asker: &Asker<'_>,
        root: RootKind,
        id: PackageId,
        class: DepClass,
    ) -> Result<(RootKind, Arc<Answer>), SourceError> {
        let source = self.roots.source(root);
        let place = self.place_for(root, class);
        if place == root && self.query.provided.is_empty() {
            return Ok((place, answer::own(source, id, class, self.query.branch)?));
        }
        let spec = source.dependencies(id, class)?;
        let picked = self.picker(place, asker.flags, asker.eapi).pick(spec);
        Ok((place, Arc::new(Answer::new(class, picked))))
    }

    /// Looks for the target's dependencies of one class. Where there are several places, what any of them has is there.
    fn ask(&mut self, asker: &Asker<'_>, class: DepClass, spec: &DepSpec) -> Result<(), Error> {
        let places = self.roots.places(class, asker.eapi);
        let answer = |root| {
            let picker = self.picker(root, asker.flags, asker.eapi);
            (root, Answer::new(class, picker.pick(spec)))
        };
        let mut answers: Vec<_> = places.into_iter().map(answer).collect();
        missing_everywhere(&mut answers);
        for (root, answer) in answers {
            self.take(asker.origin, class, root, &answer, Pass::Target)?;
        }
        Ok(())
    }

    /// Notes everything an answer has to say, and the packages it leads to.
    fn take(
        &mut self,
        from: Origin,
        class: DepClass,
        root: RootKind,
        answer: &Answer,
        pass: Pass,
    ) -> Result<(), Error> {
        self.note(from, class, root, answer);
        self.prepare(root, answer.found.iter().map(|(package, _)| *package));
        for (package, link) in &answer.found {
            self.admit(root, *package, from, link.clone(), pass)?;
        }
        Ok(())
    }

    /// Lets the source read packages ahead that come to the closure now.
    fn prepare(&self, root: RootKind, packages: impl Iterator<Item = PackageId>) {
        let is_new = |id: &PackageId| self.places[root as usize][id.index()].is_none();
        let new: Vec<_> = packages.filter(is_new).collect();
        self.roots.source(root).prepare(&new);
    }

    fn note(&mut self, from: Origin, class: DepClass, root: RootKind, answer: &Answer) {
        self.unsatisfied.extend(answer.missing.iter().map(|missing| Unsatisfied {
            from,
            class: Some(class),
            root,
            text: missing.text.clone(),
            rejected: missing.rejected.clone(),
        }));
        self.provided.extend(answer.provided.iter().map(|(atom, cpv)| Provided {
            from,
            class: Some(class),
            atom: atom.clone(),
            cpv: cpv.clone(),
        }));
        let table = self.roots.source(root).packages();
        self.blocked.extend(answer.blocked.iter().map(|hit| {
            let cpv = table.get(hit.package).cpv().clone();
            let atom = hit.atom.clone();
            let strength = hit.strength;
            (root, hit.package, Blocked { from, class, strength, atom, cpv, in_closure: false })
        }));
    }

    fn picker<'p>(&self, root: RootKind, flags: &'p dyn UseFlags, eapi: Eapi) -> Picker<'p>
    where
        'a: 'p,
    {
        Picker {
            source: self.roots.source(root),
            branch: self.query.branch,
            provided: &self.query.provided,
            flags,
            eapi,
        }
    }

    /// Notes that a package is asked for, unless it is to be kept out.
    fn admit(
        &mut self,
        root: RootKind,
        package: PackageId,
        from: Origin,
        link: Link,
        pass: Pass,
    ) -> Result<(), Error> {
        let known = self.places[root as usize][package.index()];
        if known.is_none() && pass == Pass::System && self.keeps_out(root, package) {
            let cpv = self.roots.source(root).packages().get(package).cpv().clone();
            let reason = Reason { from, link };
            self.withheld.push(Withheld { cpv, reason });
            return Ok(());
        }
        let to = match known {
            Some(at) => at,
            None => self.draft(root, package)?,
        };
        self.edges.push(Edge { to, link });
        Ok(())
    }

    fn is_withheld(&self, at: usize) -> bool {
        self.keeps_out(self.drafts[at].root, self.drafts[at].package)
    }

    fn keeps_out(&self, root: RootKind, package: PackageId) -> bool {
        let package = self.roots.source(root).packages().get(package);
        self.query.without.iter().any(|pattern| pattern.matches(package))
    }

    fn draft(&mut self, root: RootKind, package: PackageId) -> Result<usize, Error> {
        let root = self.roots.canonical(root);
        let source = self.roots.source(root);
        let holding = source.holding(package).map_err(|cause| failed(source, package, cause))?;
        let category = source.packages().get(package).cpv().category();
        let at = self.drafts.len();
        self.drafts.push(Draft {
            root,
            package,
            holding,
            looked_through: holding != Holding::Files
                || matches!(category, "virtual" | "app-alternatives"),
            levels: [None; 2],
            asks: None,
        });
        self.places[root as usize][package.index()] = Some(at);
        Ok(at)
    }
}

const NO_FLAGS: fn(&str) -> bool = |_| false;

/// An error of a source, about one of its packages.
pub(super) fn failed(source: &dyn Source, package: PackageId, cause: SourceError) -> Error {
    let cpv = source.packages().get(package).cpv().to_string();
    Error::new(Place::Package(cpv), ErrorKind::Source).because(cause)
}

/// Leaves as missing only what is missing in every place, and that once.
fn missing_everywhere(answers: &mut [(RootKind, Answer)]) {
    let [(_, first), rest @ ..] = answers else { return };
    let is_missing = |answer: &Answer, text: &str| answer.missing.iter().any(|m| m.text == text);
    first.missing.retain(|m| rest.iter().all(|(_, answer)| is_missing(answer, &m.text)));
    for (_, answer) in rest {
        answer.missing.clear();
    }
}
