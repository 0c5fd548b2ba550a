//! The rounds: everything in turn, again and again, so that what disturbs the machine disturbs all alike.

use std::path::Path;

use super::agenda::Diary;
use super::candidate::{self, Candidate, Index, Own, Plain};
use super::interrupt::Running;
use super::progress::Progress;
use super::row::{Outcome, Row, read_record};
use super::sample::{Request, Response};
use super::subject::Subject;
use crate::failure::Failure;

/// How to measure.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) rounds: u32,
    /// Names of candidates; all when there are none.
    pub(super) only: Vec<String>,
    pub(super) cold: bool,
    /// Those that took too long with a smaller view: nobody waits for them again.
    pub(super) hopeless: Vec<String>,
}

/// Who takes part, with what is known about each.
struct Entrant {
    candidate: Box<dyn Candidate>,
    row: Row,
    /// What it has used up, in milliseconds.
    used: f64,
}

/// Measures a view with everything that is there.
pub(super) fn measure(
    subject: &Subject<'_>,
    settings: &Settings,
    running: &Running,
    progress: &Progress,
) -> Result<Vec<Row>, Failure> {
    let bench = Bench { subject, running, progress, hopeless: &settings.hopeless };
    let mut entrants = Vec::new();
    for candidate in chosen(settings) {
        match candidate {
            Chosen::Own(own) => entrants.extend(bench.own(&own)?),
            Chosen::Other(candidate) => entrants.push(bench.enter(candidate)?),
            Chosen::Absent(name) => {
                entrants.push(Entrant::new(
                    Box::new(Plain),
                    Row::new(name, candidate::Kind::Peer, Outcome::Absent),
                ));
            }
        }
    }
    for round in 1..=settings.rounds {
        for entrant in entrants.iter_mut().filter(|entrant| entrant.goes_on(subject.limit)) {
            let name = entrant.candidate.name();
            progress.say(format_args!(
                "{}: round {round} of {}: {name}",
                subject.title, settings.rounds
            ));
            bench.round(entrant)?;
        }
    }
    for round in 1..=if settings.cold { settings.rounds } else { 0 } {
        for entrant in entrants.iter_mut().filter(|entrant| entrant.goes_on(subject.limit * 2.0)) {
            progress.say(format_args!(
                "{}: cold round {round}: {}",
                subject.title,
                entrant.candidate.name()
            ));
            bench.cold_round(entrant)?;
        }
    }
    Ok(entrants.into_iter().map(|entrant| entrant.row).collect())
}

enum Chosen {
    Own(Own),
    Other(Box<dyn Candidate>),
    /// A program that is not installed.
    Absent(&'static str),
}

/// Those that are asked for; the command without a view always is, as the measure of all.
fn chosen(settings: &Settings) -> Vec<Chosen> {
    let wanted =
        |name: &str| settings.only.is_empty() || settings.only.iter().any(|only| only == name);
    let mut chosen = vec![Chosen::Other(Box::new(Plain))];
    let own = candidate::own().into_iter().filter(|own| wanted(own.backend));
    chosen.extend(own.map(Chosen::Own));
    for (name, peer) in candidate::peers().into_iter().filter(|(name, _)| wanted(name)) {
        chosen.push(peer.map_or(Chosen::Absent(name), Chosen::Other));
    }
    chosen
}

impl Entrant {
    fn new(candidate: Box<dyn Candidate>, row: Row) -> Self {
        Self { candidate, row, used: 0.0 }
    }

    fn goes_on(&self, limit: f64) -> bool {
        self.row.outcome == Outcome::Measured && self.used < limit
    }
}

struct Bench<'b> {
    subject: &'b Subject<'b>,
    running: &'b Running,
    progress: &'b Progress,
    hopeless: &'b [String],
}

impl Bench<'_> {
    /// Tries a candidate; this also warms up the caches for it.
    fn enter(&self, candidate: Box<dyn Candidate>) -> Result<Entrant, Failure> {
        self.progress.say(format_args!("{}: trying {}", self.subject.title, candidate.name()));
        let mut entrant =
            Entrant::new(candidate, Row::new("", candidate::Kind::Peer, Outcome::Measured));
        entrant.row.name = entrant.candidate.name();
        entrant.row.kind = entrant.candidate.kind();
        if self.hopeless.contains(&entrant.row.name) {
            entrant.row.outcome = Outcome::TimedOut;
            return Ok(entrant);
        }
        if let Err(why) = entrant.candidate.prepare(self.subject) {
            entrant.row.outcome = Outcome::Refused(why);
            return Ok(entrant);
        }
        self.whole(&mut entrant)?;
        // The trial does not count.
        entrant.used = 0.0;
        Ok(entrant)
    }

    /// One of ours: when it leaves something in its cache, there are two cases, with that and without.
    fn own(&self, own: &Own) -> Result<Vec<Entrant>, Failure> {
        let plain = self.enter(Box::new(own.clone()))?;
        if plain.row.outcome != Outcome::Measured || !own.keeps_something(self.subject) {
            return Ok(vec![plain]);
        }
        let with = |index| self.enter(Box::new(own.with(index)));
        Ok(vec![with(Index::Cold)?, with(Index::Warm)?])
    }

    fn round(&self, entrant: &mut Entrant) -> Result<(), Failure> {
        let (diary, argv) = self.subject.everything()?;
        if let Some((response, diary)) = self.inside(entrant, &diary, &argv)? {
            let record =
                entrant.candidate.timings(self.subject).and_then(|path| read_record(&path));
            entrant.row.add_inside(&response, &diary, record.as_ref());
            if let Some(response) = self.whole(entrant)? {
                entrant.row.add_whole(&response);
            }
        }
        Ok(())
    }

    fn cold_round(&self, entrant: &mut Entrant) -> Result<(), Failure> {
        let (diary, argv) = self.subject.only_set_up()?;
        forget()?;
        if let Some((response, diary)) = self.inside(entrant, &diary, &argv)? {
            let record =
                entrant.candidate.timings(self.subject).and_then(|path| read_record(&path));
            entrant.row.add_cold(&response, &diary, record.as_ref());
        }
        Ok(())
    }

    /// The whole process of a command that does nothing.
    fn whole(&self, entrant: &mut Entrant) -> Result<Option<Response>, Failure> {
        let request = entrant.candidate.request(self.subject, &self.subject.nothing())?;
        self.sample(entrant, &request)
    }

    /// A command that tells what it found.
    fn inside(
        &self,
        entrant: &mut Entrant,
        diary: &Path,
        argv: &[hermitage_mountns::ByteString],
    ) -> Result<Option<(Response, Diary)>, Failure> {
        let request = entrant.candidate.request(self.subject, argv)?;
        let Some(response) = self.sample(entrant, &request)? else { return Ok(None) };
        let text =
            std::fs::read(diary).map_err(|error| Failure::file(diary, "can't be read", &error))?;
        let diary = serde_json::from_slice(&text).map_err(|error| Failure::caused(&error))?;
        Ok(Some((response, diary)))
    }

    /// None when it did not go well; the reason is then in the row.
    fn sample(
        &self,
        entrant: &mut Entrant,
        request: &Request,
    ) -> Result<Option<Response>, Failure> {
        self.running.check()?;
        let response = request.carry_out(self.running)?;
        entrant.candidate.tidy(self.subject);
        self.running.check()?;
        entrant.used += super::clock::between(response.began, response.ended);
        if response.went_well() {
            return Ok(Some(response));
        }
        entrant.row.refuse(&response);
        Ok(None)
    }
}

/// Has the kernel forget all content, names and inodes that it can read again.
fn forget() -> Result<(), Failure> {
    let switch = Path::new("/proc/sys/vm/drop_caches");
    rustix::fs::sync();
    std::fs::write(switch, "3").map_err(|error| {
        Failure::file(switch, "the kernel's caches can't be emptied", &error)
            .advise("--cold needs root.")
    })
}
