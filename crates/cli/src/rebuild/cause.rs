//! What a difference is likely due to, by what is found in the files.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::Condition;
use super::build::Built;
use super::circumstances::{self, HOST, PLACE, TIME_ZONE, USER, VALUE, VARIABLE};
use super::clock;
use super::tree::{Difference, DifferenceKind};

/// Larger files are not looked into.
const LARGEST: u64 = 64 << 20;
/// The first bytes of what gzip made, its method included.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// What a difference is due to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub(crate) enum Reason {
    /// A condition that was varied.
    Condition(Condition),
    /// Something that no two builds have in common.
    Other(Other),
}

/// What can't be varied, or not alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Other {
    /// Time, randomness, or a race of processes: it differs with nothing varied.
    Unsteady,
    /// Several of the conditions, none of which does it alone.
    Together,
}

/// A reason, and why it is thought to be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cause {
    pub(crate) reason: Reason,
    /// Whether a build that differs in nothing else showed it.
    pub(crate) proven: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) evidence: Option<String>,
}

/// Two builds, the values of whose conditions are searched for in what they left.
pub(super) struct Detective<'a> {
    pub(super) first: &'a Built,
    pub(super) second: &'a Built,
    pub(super) host: Vec<u8>,
    pub(super) umask: u32,
    pub(super) other_umask: u32,
    /// The paths that were compared, of which a place tells.
    pub(super) sources: Vec<PathBuf>,
}

impl Detective<'_> {
    /// What the difference is probably due to.
    pub(super) fn causes(&self, difference: &Difference) -> Vec<Cause> {
        let path = difference.path.as_path();
        match &difference.kind {
            DifferenceKind::Content { .. } => {
                let read = |built: &Built| read(&built.outside(path));
                match (read(self.first), read(self.second)) {
                    (Some(first), Some(second)) => self.in_contents(&first, &second),
                    _ => Vec::new(),
                }
            }
            DifferenceKind::Target { first, second } => {
                self.by_words(first.as_bytes(), second.as_bytes())
            }
            DifferenceKind::Mode { first, second } => self.by_mode(first, second),
            _ => Vec::new(),
        }
    }

    fn in_contents(&self, first: &[u8], second: &[u8]) -> Vec<Cause> {
        let mut causes = self.by_words(first, second);
        if self.varies(Condition::Order) && same_lines(first, second) {
            causes.push(probable(Condition::Order, "the same lines in another order".into()));
        }
        let times = [(self.first, first, "first"), (self.second, second, "second")];
        let found = times.into_iter().find_map(|(built, content, which)| {
            let ahead = clock::ahead(&built.varied);
            let time = time_in(content, built.started + ahead, built.ended + ahead)?;
            Some(format!("{time} in the {which} one is when it was built"))
        });
        // Whether it is varied or not, the one was built after the other.
        causes.extend(found.map(|evidence| probable(Condition::Clock, evidence)));
        causes
    }

    /// Values of a varied condition that only one of the two holds.
    fn by_words(&self, first: &[u8], second: &[u8]) -> Vec<Cause> {
        let mut causes = Vec::new();
        for Words { condition, ours, theirs } in self.words() {
            if !self.varies(condition) {
                continue;
            }
            let in_second = theirs.iter().find(|word| has(second, word) && !has(first, word));
            let in_first = ours.iter().find(|word| has(first, word) && !has(second, word));
            let text = |word: &Vec<u8>, which: &str| {
                format!("\"{}\" is in the {which} one only", word.escape_ascii())
            };
            let evidence = in_second
                .map(|word| text(word, "second"))
                .or_else(|| in_first.map(|word| text(word, "first")));
            causes.extend(evidence.map(|evidence| probable(condition, evidence)));
        }
        causes
    }

    /// What each condition leaves in files.
    fn words(&self) -> [Words; 5] {
        let words = |condition, ours: Vec<Vec<u8>>, theirs: &[&str]| Words {
            condition,
            ours,
            theirs: theirs.iter().map(|word| word.as_bytes().to_vec()).collect(),
        };
        let zone = TIME_ZONE.split('-').next().unwrap_or(TIME_ZONE);
        let sources = self.sources.iter().map(|path| path.as_os_str().as_bytes().to_vec());
        [
            words(Condition::Environment, Vec::new(), &[VALUE, VARIABLE]),
            words(Condition::Place, sources.collect(), &[PLACE]),
            words(Condition::Host, vec![self.host.clone()], &[HOST]),
            words(Condition::User, Vec::new(), &[USER]),
            words(Condition::TimeZone, Vec::new(), &[zone, "+1130", "+11:30"]),
        ]
    }

    fn by_mode(&self, first: &str, second: &str) -> Vec<Cause> {
        let bits = |text: &str| u32::from_str_radix(text, 8).unwrap_or(0);
        let changed = bits(first) ^ bits(second);
        let by_umask = self.umask ^ self.other_umask;
        if self.varies(Condition::Umask) && changed & !by_umask == 0 {
            let (one, other) = (self.umask, self.other_umask);
            return vec![probable(Condition::Umask, format!("it was {one:03o} and {other:03o}"))];
        }
        Vec::new()
    }

    fn varies(&self, condition: Condition) -> bool {
        self.second.varied.contains(&condition)
    }
}

/// What the first and the second build know of a condition, as it is written to files.
struct Words {
    condition: Condition,
    ours: Vec<Vec<u8>>,
    theirs: Vec<Vec<u8>>,
}

pub(super) fn detective<'a>(
    first: &'a Built,
    second: &'a Built,
    plan: &hermitage_mountns::Plan,
    sources: &[PathBuf],
) -> Detective<'a> {
    Detective {
        first,
        second,
        host: plan.hostname.as_bytes().to_vec(),
        umask: plan.umask,
        other_umask: circumstances::other_umask(plan),
        sources: sources.to_vec(),
    }
}

fn probable(condition: Condition, evidence: String) -> Cause {
    Cause { reason: Reason::Condition(condition), proven: false, evidence: Some(evidence) }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let size = path.symlink_metadata().ok()?.len();
    (size <= LARGEST).then(|| std::fs::read(path).ok())?
}

fn has(content: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && memchr::memmem::find(content, word).is_some()
}

fn same_lines(first: &[u8], second: &[u8]) -> bool {
    let sorted = |content: &[u8]| {
        let mut words: Vec<Vec<u8>> = content
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        words.sort();
        words
    };
    first.len() == second.len() && sorted(first) == sorted(second)
}

/// A time of the build that a file holds: seconds since 1970 in digits or in gzip's head, or hours, minutes and seconds.
fn time_in(content: &[u8], started: SystemTime, ended: SystemTime) -> Option<String> {
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let built = seconds(started)..=seconds(ended);
    if let Some((head, rest)) = content.split_first_chunk::<4>()
        && head[..3] == GZIP
        && let Some(time) = rest.first_chunk::<4>()
    {
        let time = u64::from(u32::from_le_bytes(*time));
        if built.contains(&time) {
            return Some(format!("the time {time} in gzip's head"));
        }
    }
    numbers(content).find(|number| built.contains(number)).map(|number| number.to_string()).or_else(
        || {
            let of_day = |time: u64| time % 86_400;
            let mut clocks = clocks(content);
            clocks.find_map(|(text, time)| {
                built.clone().take(86_400).any(|second| of_day(second) == time).then_some(text)
            })
        },
    )
}

/// The numbers of ten digits.
fn numbers(content: &[u8]) -> impl Iterator<Item = u64> {
    let runs = content.split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() == 10);
    runs.filter_map(|run| std::str::from_utf8(run).ok()?.parse().ok())
}

/// What looks like HH:MM:SS, and which second of the day it is.
fn clocks(content: &[u8]) -> impl Iterator<Item = (String, u64)> {
    content.windows(8).filter_map(|text| {
        let text = std::str::from_utf8(text).ok()?;
        let mut parts = text.split(':').map(|part| {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u64>().ok().filter(|_| plain)
        });
        let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
        let valid = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
        valid.then(|| (text.to_owned(), hours * 3600 + minutes * 60 + seconds))
    })
}
