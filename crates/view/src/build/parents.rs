//! Where the directories of recorded paths are, all of them found together.

use std::collections::HashMap;

use hashbrown::DefaultHashBuilder;

use super::atlas::{Atlas, End, ROOT, Way};
use crate::{Absence, Error};

/// A directory and the number of the trail that leads to it, or why there is none.
pub(super) type Parent = Result<(u32, usize), Absence>;

/// Every directory that was asked for and all those above them, each spelling once.
pub(super) struct Parents<'p> {
    found: HashMap<&'p [u8], Parent, DefaultHashBuilder>,
}

impl<'p> Parents<'p> {
    /// Finds these directories, those of one depth at once: the host is asked about many with one request each, by all
    /// processors, and not step by step from the root for each of them.
    ///
    /// The links passed on the way are appended to `trails`, of which the first is that of no link.
    pub(super) fn find(
        dirs: impl Iterator<Item = &'p [u8]>,
        atlas: &mut Atlas<'_>,
        trails: &mut Vec<Vec<u32>>,
    ) -> Result<Self, Error> {
        let mut found = HashMap::default();
        let levels = levels(dirs, &mut found);
        let mut parents = Self { found };
        for level in levels {
            let mut steps = Vec::with_capacity(level.len());
            for dir in level {
                let step = parents.step(dir, atlas)?;
                steps.push((dir, step));
            }
            atlas.survey_apart()?;
            for (dir, step) in steps {
                let parent = match step {
                    Step::Known(parent) => parent,
                    Step::Child(spot, trail) if is_plain(spot, atlas) => Ok((spot, trail)),
                    Step::Child(..) | Step::Walk => walk(dir, atlas, trails)?,
                };
                parents.found.insert(dir, parent);
            }
        }
        Ok(parents)
    }

    /// Where a directory is that was asked for.
    pub(super) fn of(&self, dir: &[u8]) -> Parent {
        self.found.get(dir).copied().unwrap_or(Err(Absence::NotFound))
    }

    /// How to get to a directory from the one above, which was found.
    fn step(&self, dir: &[u8], atlas: &mut Atlas<'_>) -> Result<Step, Error> {
        let Some((above, name)) = ordinary(dir) else { return Ok(Step::Walk) };
        Ok(match self.of(above) {
            Ok((parent, trail)) => Step::Child(atlas.child(parent, name)?, trail),
            Err(absence) => Step::Known(Err(absence)),
        })
    }
}

/// What is to be done to find a directory.
enum Step {
    Known(Parent),
    /// It is at a spot unless there is a link, and the trail is that of the directory above.
    Child(u32, usize),
    Walk,
}

/// `PATH_MAX` of Linux, in bytes.
const PATH_MAX: usize = 4096;

/// The directories by the number of those above them, which are among them.
fn levels<'p>(
    dirs: impl Iterator<Item = &'p [u8]>,
    found: &mut HashMap<&'p [u8], Parent, DefaultHashBuilder>,
) -> Vec<Vec<&'p [u8]>> {
    let mut levels: Vec<Vec<&[u8]>> = Vec::new();
    let mut last: &[u8] = b"";
    for dir in dirs {
        // Paths come grouped by directory.
        if std::mem::replace(&mut last, dir) == dir && !levels.is_empty() {
            continue;
        }
        // No path of this length can be asked for, and all those above it would be as many as the bytes.
        if dir.len() >= PATH_MAX {
            found.insert(dir, Err(Absence::NotFound));
            continue;
        }
        let mut at = dir;
        while found.insert(at, Err(Absence::NotFound)).is_none() {
            let level = at.split(|&byte| byte == b'/').count() - 1;
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(at);
            let Some((above, _)) = ordinary(at) else { break };
            at = above;
        }
    }
    levels
}

/// The directory that a directory is in and its name there; none for the root, and where the path has to be walked to
/// tell.
fn ordinary(dir: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = dir.iter().rposition(|&byte| byte == b'/')?;
    let (above, name) = (&dir[..slash], &dir[slash + 1..]);
    (!matches!(name, b"" | b"." | b"..")).then_some((above, name))
}

/// Whether a spot is a directory of which the host's content is shown.
fn is_plain(spot: u32, atlas: &Atlas<'_>) -> bool {
    atlas.is_dir(spot) && !atlas.spots[spot as usize].provided
}

/// Follows every link on the way to a directory.
fn walk(dir: &[u8], atlas: &mut Atlas<'_>, trails: &mut Vec<Vec<u32>>) -> Result<Parent, Error> {
    let mut trail = Vec::new();
    let end = match atlas.walk(ROOT, dir, Way::Ordinary, &mut trail)? {
        Ok(End::At(end)) => end,
        Ok(End::Inside(_)) => return Ok(Err(Absence::Provided)),
        Err(absence) => return Ok(Err(absence)),
    };
    if atlas.spots[end as usize].provided {
        return Ok(Err(Absence::Provided));
    }
    if !atlas.is_dir(end) {
        return Ok(Err(Absence::NotADirectory));
    }
    if trail.is_empty() {
        return Ok(Ok((end, 0)));
    }
    trails.push(trail);
    Ok(Ok((end, trails.len() - 1)))
}
