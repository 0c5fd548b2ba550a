//! The order of the nodes of a profile.

use super::files::{Disk, ProfileFiles};
use super::lines::lines;
use super::packages::{Line, parse_packages};
use super::repositories::{Layout, Repositories};
use crate::error::{Error, ErrorKind};
use crate::system::{Rejected, SystemSet};
use hermitage_atom::{Cpv, Eapi};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One directory of a profile stack.
#[derive(Clone, Debug)]
pub struct ProfileNode {
    path: PathBuf,
    eapi: Option<Eapi>,
    packages: Vec<Line>,
    provided: Vec<Cpv>,
    not_provided: Vec<Rejected>,
    profile_set: bool,
}

impl ProfileNode {
    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The EAPI of the node's files; `None` for the user's own node, which may use all syntax.
    pub fn eapi(&self) -> Option<Eapi> {
        self.eapi
    }
}

/// A profile and everything it inherits, in the order in which it is applied.
///
/// 1. A parent comes before the node that names it; parents come in the order in which they are named.
/// 2. A node that is inherited twice is there twice.
/// 3. The user's own node, if any, is last.
///
/// ```
/// use hermitage_depgraph::profile::{MemoryFiles, ProfileStack, Repositories};
/// use std::path::Path;
///
/// let files = MemoryFiles::new()
///     .with("/repo/profiles/base/packages", "*sys-apps/sed\n*sys-apps/ed\n")
///     .with("/repo/profiles/small/parent", "../base\n")
///     .with("/repo/profiles/small/packages", "-*sys-apps/ed\n");
/// let stack = ProfileStack::load(&files, Path::new("/repo/profiles/small"), &Repositories::new())?;
/// let system = stack.system_set();
/// assert_eq!(system.atoms().map(|atom| atom.as_str()).collect::<Vec<_>>(), ["sys-apps/sed"]);
/// # Ok::<(), hermitage_depgraph::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ProfileStack {
    nodes: Vec<ProfileNode>,
}

impl ProfileStack {
    /// Reads the profile in a directory and all its parents.
    ///
    /// # Errors
    /// A parent that is not there, that names an unknown repository, or that inherits itself; an unknown EAPI; a
    /// file that can't be read.
    pub fn load(
        files: &impl ProfileFiles,
        profile: &Path,
        repositories: &Repositories,
    ) -> Result<Self, Error> {
        let mut loader =
            Loader { files, repositories, layouts: BTreeMap::new(), nodes: Vec::new() };
        loader.descend(profile, &mut Vec::new())?;
        Ok(Self { nodes: loader.nodes })
    }

    /// Reads the stack that is configured under a root: `etc/portage/make.profile`, or `etc/make.profile`, then
    /// `etc/portage/profile`; repositories from `etc/portage/repos.conf`.
    ///
    /// # Errors
    /// [`ErrorKind::NoProfile`] when neither exists; otherwise as [`ProfileStack::load`].
    pub fn under(root: &Path) -> Result<Self, Error> {
        Self::configured(&Disk, root)
    }

    /// The same, with every question going to `files`: what it is asked for is all that the stack depends on.
    ///
    /// # Errors
    /// As [`ProfileStack::under`].
    pub fn configured(files: &impl ProfileFiles, root: &Path) -> Result<Self, Error> {
        let places = ["etc/portage/make.profile", "etc/make.profile"].map(|place| root.join(place));
        let mut found = None;
        for place in &places {
            if files.resolve(place).map_err(|error| Error::io(place, error))?.is_some() {
                found = Some(place);
                break;
            }
        }
        let profile = found.ok_or_else(|| Error::at_path(&places[0], ErrorKind::NoProfile))?;
        let conf = root.join("etc/portage/repos.conf");
        let repositories =
            Repositories::load(files, &conf).map_err(|error| Error::io(&conf, error))?;
        let mut stack = Self::load(files, profile, &repositories)?;
        let user = root.join("etc/portage/profile");
        if files.list(&user).map_err(|error| Error::io(&user, error))?.is_some() {
            stack.push_user(files, &user)?;
        }
        Ok(stack)
    }

    /// Puts the user's own node on top. Its `parent` file, if any, is not read, and its atoms may use all syntax.
    ///
    /// # Errors
    /// A file that can't be read.
    pub fn push_user(&mut self, files: &impl ProfileFiles, directory: &Path) -> Result<(), Error> {
        let loader = Loader {
            files,
            repositories: &Repositories::new(),
            layouts: BTreeMap::new(),
            nodes: Vec::new(),
        };
        let node = loader.node(directory.to_owned(), None, true)?;
        self.nodes.push(node);
        Ok(())
    }

    /// The nodes, from the most basic to the most special.
    pub fn nodes(&self) -> &[ProfileNode] {
        &self.nodes
    }

    /// @system: the atoms with `*` that are left once every node has added and removed its own.
    pub fn system_set(&self) -> SystemSet {
        SystemSet::stacked(
            self.lines().filter(|(_, line)| line.system).map(|(node, line)| (&*node.path, line)),
        )
    }

    /// @profile: the atoms without `*`, of nodes whose repository has `profile-set` among its formats.
    pub fn profile_set(&self) -> SystemSet {
        let wanted = |(node, line): &(&ProfileNode, &Line)| node.profile_set && !line.system;
        SystemSet::stacked(self.lines().filter(wanted).map(|(node, line)| (&*node.path, line)))
    }

    /// The packages that `package.provided` says are there without being installed.
    pub fn provided(&self) -> impl Iterator<Item = &Cpv> {
        self.nodes.iter().flat_map(|node| &node.provided)
    }

    /// The lines of `package.provided` that were left out because they are not a name and version.
    pub fn not_provided(&self) -> impl Iterator<Item = &Rejected> {
        self.nodes.iter().flat_map(|node| &node.not_provided)
    }

    fn lines(&self) -> impl Iterator<Item = (&ProfileNode, &Line)> {
        self.nodes.iter().flat_map(|node| node.packages.iter().map(move |line| (node, line)))
    }
}

struct Loader<'a, F> {
    files: &'a F,
    repositories: &'a Repositories,
    layouts: BTreeMap<PathBuf, Layout>,
    nodes: Vec<ProfileNode>,
}

impl<F: ProfileFiles> Loader<'_, F> {
    fn descend(&mut self, profile: &Path, below: &mut Vec<PathBuf>) -> Result<(), Error> {
        let path = self
            .files
            .resolve(profile)
            .map_err(|error| Error::io(profile, error))?
            .ok_or_else(|| Error::at_path(profile, ErrorKind::NoProfile))?;
        if below.contains(&path) {
            return Err(Error::at_path(&path, ErrorKind::ProfileCycle));
        }
        below.push(path.clone());
        let layout = self.layout(&path)?;
        let eapi = self.eapi(&path)?;
        for parent in self.parents(&path, layout)? {
            self.descend(&parent, below)?;
        }
        below.pop();
        let node = self.node(path, Some(eapi), layout.profile_set)?;
        self.nodes.push(node);
        Ok(())
    }

    fn node(
        &self,
        path: PathBuf,
        eapi: Option<Eapi>,
        profile_set: bool,
    ) -> Result<ProfileNode, Error> {
        let packages =
            parse_packages(&self.read(&path.join("packages"))?.unwrap_or_default(), eapi);
        let file = path.join("package.provided");
        let content = self.read(&file)?.unwrap_or_default();
        let mut provided = Vec::new();
        let mut not_provided = Vec::new();
        for (line, text) in lines(&content) {
            match Cpv::parse_bytes(text) {
                Ok(cpv) => provided.push(cpv),
                Err(error) => not_provided.push(Rejected { path: file.clone(), line, error }),
            }
        }
        Ok(ProfileNode { path, eapi, packages, provided, not_provided, profile_set })
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        self.files.read(path).map_err(|error| Error::io(path, error))
    }

    fn eapi(&self, node: &Path) -> Result<Eapi, Error> {
        let path = node.join("eapi");
        let Some(content) = self.read(&path)? else { return Ok(Eapi::V0) };
        let Some((number, line)) = lines(&content).next() else { return Ok(Eapi::V0) };
        let text = String::from_utf8_lossy(line);
        Eapi::parse(&text).map_err(|error| Error::at_line(&path, number, ErrorKind::Profile, error))
    }

    fn parents(&self, node: &Path, layout: Layout) -> Result<Vec<PathBuf>, Error> {
        let path = node.join("parent");
        let content = self.read(&path)?.unwrap_or_default();
        let parent = |(number, line)| {
            self.parent(node, line, layout).ok_or_else(|| {
                Error::at_path(&path, ErrorKind::UnknownRepository).with_line(number)
            })
        };
        lines(&content).map(parent).collect()
    }

    /// Where a line of `parent` leads; `None` when it names a repository that is not known.
    fn parent(&self, node: &Path, line: &[u8], layout: Layout) -> Option<PathBuf> {
        let text = os_path(line);
        let colon = line.iter().position(|&b| b == b':').filter(|_| layout.repository_parents);
        let Some(colon) = colon else { return Some(node.join(text)) };
        let name = std::str::from_utf8(&line[..colon]).ok()?;
        let repository = match name {
            "" => profiles_directory(node)?.parent()?,
            name => self.repositories.location(name)?,
        };
        Some(repository.join("profiles").join(os_path(&line[colon + 1..])))
    }

    /// What the repository of a node says of its profiles; a node outside of a repository is one of the user's, and
    /// may do everything.
    fn layout(&mut self, node: &Path) -> Result<Layout, Error> {
        let Some(repository) = profiles_directory(node).and_then(Path::parent) else {
            return Ok(Layout { repository_parents: true, profile_set: true });
        };
        if let Some(&layout) = self.layouts.get(repository) {
            return Ok(layout);
        }
        let content = self.read(&repository.join("metadata/layout.conf"))?;
        let layout = Layout::parse(&content.unwrap_or_default());
        self.layouts.insert(repository.to_owned(), layout);
        Ok(layout)
    }
}

/// The `profiles` directory that a node is in.
fn profiles_directory(node: &Path) -> Option<&Path> {
    node.ancestors().find(|path| path.file_name().is_some_and(|name| name == "profiles"))
}

fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}
