//! What was looked for without being asked for by its path: because its directory is hidden, or was listed without it.

use std::collections::BTreeSet;

use hermitage_view::paths;

use super::{Look, Looks, is_below, owners, without};

use crate::audit::Audit;
use crate::inventory::{Inventory, OnHost, PackageIdx, Standing};
use crate::rules::Role;
use crate::{Access, Error, Project, Text, python};

/// Whether something at a path is hidden from the build.
struct Hidden<'a> {
    audit: &'a Audit<'a>,
    used: BTreeSet<Vec<u8>>,
}

impl Hidden<'_> {
    /// What is at a path of the host that the build does not see. Of what it saw, the files were asked for if they were wanted at all.
    fn at(&self, path: &[u8]) -> Result<Option<OnHost>, Error> {
        if self.is_visible(path)? || self.used.contains(path) {
            return Ok(None);
        }
        self.audit.inventory.on_host(path)
    }

    /// Where one owner is, the path is: that is all that is known without a view.
    fn is_visible(&self, path: &[u8]) -> Result<bool, Error> {
        if let Some(view) = self.audit.view {
            return Ok(view.lookup(path).is_some());
        }
        let packages = self.audit.inventory.packages();
        let is_hidden = |at: &PackageIdx| {
            matches!(packages[at.0].standing, Standing::Undeclared | Standing::Subtracted)
        };
        Ok(!self.audit.inventory.owners(path)?.iter().all(is_hidden))
    }
}

impl<'t> Looks<'t> {
    pub(super) fn add_unseen(&mut self, audit: &Audit<'_>) -> Result<(), Error> {
        let used = self.used.iter().map(|look| look.access.path.0.clone()).collect();
        let hidden = Hidden { audit, used };
        let found: BTreeSet<&[u8]> = self.used.iter().map(|look| look.access.path.name()).collect();
        let absent: Vec<&'t Access> = std::mem::take(&mut self.absent)
            .into_iter()
            .filter(|access| !found.contains(access.path.name()))
            .collect();
        self.add_elsewhere(audit, &absent)?;
        self.add_told(&hidden)?;
        self.add_searched(&hidden, &absent)?;
        self.add_modules(&hidden)?;
        self.add_libraries(&hidden)
    }

    /// A look that ended at a hidden directory meant what was asked for below it, if the host has that.
    pub(super) fn add_asked(
        &mut self,
        access: &'t Access,
        audit: &Audit<'_>,
    ) -> Result<bool, Error> {
        if !is_below(access) {
            return Ok(false);
        }
        let asked = access.asked.as_bytes();
        let Some(host) = audit.inventory.on_host(asked)? else { return Ok(false) };
        let slash = asked.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        let is_named = audit.environment.iter().any(|path| path.as_bytes() == &asked[..slash]);
        let role = match audit.rules.role(without(asked, &audit.offset)) {
            // `PATH` may name any directory.
            Role::Data if is_named => Role::Program,
            role => role,
        };
        self.mean(audit, access, asked.to_vec(), role, host)?;
        Ok(true)
    }

    /// A look that ended at a hidden directory meant something below it, if the command line of who looked names something there.
    pub(super) fn add_beyond(
        &mut self,
        access: &'t Access,
        inventory: &dyn Inventory,
    ) -> Result<bool, Error> {
        let Some(process) = self.trace.process(access) else { return Ok(false) };
        let mut is_found = false;
        for word in &process.command {
            for path in below(word.as_bytes(), access.path.as_bytes()) {
                if inventory.on_host(path)?.is_some() {
                    self.beyond.push((access, path.to_vec()));
                    is_found = true;
                }
            }
        }
        Ok(is_found)
    }

    /// What compilers are told to search, they do. A look at a directory of the root that is hidden may have been somebody else's
    /// before, or is not seen at all where the root is not the observer's.
    fn add_told(&mut self, hidden: &Hidden<'_>) -> Result<(), Error> {
        let mut known: BTreeSet<Vec<u8>> =
            self.beyond.iter().map(|(_, path)| path.clone()).collect();
        let mut asked = BTreeSet::new();
        for access in &self.trace.accesses {
            let Some(at) = access.process.filter(|&at| asked.insert(at)) else { continue };
            for path in told(&self.trace.processes[at].command) {
                let end = path.iter().skip(1).position(|&byte| byte == b'/');
                let top = &path[..end.map_or(path.len(), |end| end + 1)];
                if hidden.at(top)?.is_some()
                    && hidden.at(path)?.is_some()
                    && known.insert(path.to_vec())
                {
                    self.beyond.push((access, path.to_vec()));
                }
            }
        }
        Ok(())
    }

    /// Who tries a name in one directory after the other means a file of that name wherever it is, also where the directory is
    /// hidden, or was listed so that the name was never asked for.
    fn add_elsewhere(&mut self, audit: &Audit<'_>, absent: &[&'t Access]) -> Result<(), Error> {
        for access in absent {
            let name = access.path.name();
            if !audit.rules.is_sought_by_name(name) {
                continue;
            }
            let known = audit.inventory.named(name)?;
            let Some((path, _)) = known.first() else { continue };
            let role = audit.rules.role(without(path, &audit.offset));
            let mut owners: Vec<_> = known.iter().map(|(_, owner)| *owner).collect();
            owners.sort_unstable();
            owners.dedup();
            self.refused.push(Look { access, meant: None, role, owners, host: OnHost::File });
        }
        Ok(())
    }

    /// The same of the directories that every search of a kind comes by, and of those that command lines name.
    fn add_searched(&mut self, hidden: &Hidden<'_>, absent: &[&'t Access]) -> Result<(), Error> {
        let audit = hidden.audit;
        let beyond = std::mem::take(&mut self.beyond);
        let mut known = BTreeSet::new();
        for access in absent {
            let path = access.path.as_bytes();
            let role = audit.rules.role(without(path, &audit.offset));
            let usual =
                audit.rules.searched(role).map(|dir| [&audit.offset, dir.as_bytes()].concat());
            let named = beyond.iter().map(|(_, dir)| dir.clone()).filter(|_| role == Role::Header);
            for dir in usual.chain(named) {
                let path = [&dir[..], b"/", tail(role, path)].concat();
                let Some(host) = hidden.at(&path)?.filter(|host| *host != OnHost::Directory) else {
                    continue;
                };
                if known.insert(path.clone()) {
                    self.mean(audit, access, path, role, host)?;
                }
            }
        }
        for (access, path) in beyond {
            let is_dir_of = |file: &Vec<u8>| paths::is_below(file, &path);
            let is_told = known.contains(&path) || known.iter().any(is_dir_of);
            if let Some(host) = hidden.at(&path)?.filter(|_| !is_told) {
                known.insert(path.clone());
                let role = audit.rules.role(without(&path, &audit.offset));
                self.mean(audit, access, path, role, host)?;
            }
        }
        Ok(())
    }

    /// Python lists the directories of its search path, and asks only for modules that it saw there: a hidden one that the
    /// project imports, or that a command line names, is missed without ever being asked for. What was installed besides packages is
    /// searched too.
    fn add_modules(&mut self, hidden: &Hidden<'_>) -> Result<(), Error> {
        let project = hidden.audit.project;
        let modules = project.into_iter().flat_map(Project::modules);
        let modules = modules.chain(self.told.iter().map(Vec::as_slice));
        let names: Vec<Vec<u8>> =
            modules.flat_map(|module| [[module, b".py"].concat(), module.to_vec()]).collect();
        let mut dirs: Vec<(&'t Access, Vec<u8>)> = Vec::new();
        for access in &self.listed {
            let process = self.trace.process(access).filter(|process| python::is_python(process));
            let Some(process) = process else { continue };
            dirs.push((access, access.path.0.clone()));
            for kind in [&b"dist-packages"[..], b"site-packages"] {
                let local =
                    [&hidden.audit.offset, &b"/usr/local/lib/"[..], process.name(), b"/", kind];
                let local = local.concat();
                if !dirs.iter().any(|(_, dir)| *dir == local) {
                    dirs.push((access, local));
                }
            }
        }
        self.add_in(hidden, &dirs, &names, Role::Python)
    }

    /// `CMake` lists the directories where it looks for libraries.
    fn add_libraries(&mut self, hidden: &Hidden<'_>) -> Result<(), Error> {
        let project = hidden.audit.project;
        let names: Vec<Vec<u8>> = project.into_iter().flat_map(Project::missed_libraries).collect();
        // Whoever listed a directory first: later listings are not seen.
        let dirs = self.listed.iter().map(|&access| (access, access.path.0.clone()));
        self.add_in(hidden, &dirs.collect::<Vec<_>>(), &names, Role::Linkable)
    }

    /// Files of these names in directories, as if they had been asked for.
    fn add_in(
        &mut self,
        hidden: &Hidden<'_>,
        dirs: &[(&'t Access, Vec<u8>)],
        names: &[Vec<u8>],
        role: Role,
    ) -> Result<(), Error> {
        for (access, dir) in dirs {
            for name in names {
                let path = [&dir[..], b"/", name].concat();
                if let Some(host) = hidden.at(&path)? {
                    self.mean(hidden.audit, access, path, role, host)?;
                }
            }
        }
        Ok(())
    }

    /// A look that meant another path than that it asked for.
    fn mean(
        &mut self,
        audit: &Audit<'_>,
        access: &'t Access,
        path: Vec<u8>,
        role: Role,
        host: OnHost,
    ) -> Result<(), Error> {
        // Rules about modules are rules about what every start of an interpreter looks for.
        if role != Role::Python
            && self.is_quiet(&audit.rules, access, without(&path, &audit.offset))
        {
            return Ok(());
        }
        let owners = owners(audit.inventory, &path, &host)?;
        self.refuse(Look { access, meant: Some(Text(path)), role, owners, host }, audit);
        Ok(())
    }
}

/// What is searched for in one directory after the other: a header by the path that it is included by, others by their names.
fn tail(role: Role, path: &[u8]) -> &[u8] {
    const INCLUDE: &[u8] = b"/include/";
    let starts = (0..path.len().saturating_sub(INCLUDE.len())).rev();
    let start = starts.into_iter().find(|&at| path[at..].starts_with(INCLUDE));
    match (role, start) {
        (Role::Header, Some(at)) => &path[at + INCLUDE.len()..],
        _ => path.rsplit(|&byte| byte == b'/').next().unwrap_or(path),
    }
}

/// The directories that the options of a compiler or linker have it search, by absolute paths.
fn told(command: &[Text]) -> Vec<&[u8]> {
    let mut told = Vec::new();
    let mut words = command.iter().map(Text::as_bytes);
    while let Some(word) = words.next() {
        let options = [&b"-isystem"[..], b"-iquote", b"-idirafter", b"-I", b"-L"];
        let value = options.iter().find_map(|option| word.strip_prefix(*option));
        let value =
            value.and_then(|value| if value.is_empty() { words.next() } else { Some(value) });
        told.extend(value.filter(|value| value.starts_with(b"/") && value.len() > 1));
    }
    told
}

/// The paths below a directory that a word holds.
fn below<'w>(word: &'w [u8], dir: &[u8]) -> Vec<&'w [u8]> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b":;,=\"'()<>|&$`".contains(byte);
    let paths = word.split(is_end).filter_map(|part| {
        let start = part.iter().position(|&byte| byte == b'/')?;
        // An option's letter may stand before a path, as in -I/usr/include; a name before it makes it a relative one.
        let is_whole = start == 0 || part[0] == b'-' && start == 2;
        Some(&part[start..]).filter(|_| is_whole)
    });
    let is_below =
        |path: &&[u8]| path.strip_prefix(dir).is_some_and(|rest| rest.len() > 1 && rest[0] == b'/');
    let is_plain = |path: &&[u8]| !path.split(|&byte| byte == b'/').any(|part| part == b"..");
    paths.filter(is_below).filter(is_plain).collect()
}

#[cfg(test)]
mod tests {
    use super::{below, tail, told};
    use crate::Role;

    #[test]
    fn a_word_may_hold_paths() {
        let below = |word: &'static str| below(word.as_bytes(), b"/opt");
        assert_eq!(below("/opt/x/y"), [b"/opt/x/y"]);
        assert_eq!(below("-I/opt/x"), [b"/opt/x"]);
        assert_eq!(below("PATH=/opt/a:/usr:/opt/b"), [b"/opt/a", b"/opt/b"]);
        for none in ["/opt", "/opt/", "/optional/x", "own/opt/x", "/opt/../etc/x"] {
            assert!(below(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_compiler_is_told_where_to_search() {
        let command = ["cc1", "-I", "/a", "-I/b", "-isystem", "/c/d", "-Irelative", "/e", "-L"];
        let command = command.map(Into::into);
        assert_eq!(told(&command), [&b"/a"[..], b"/b", b"/c/d"]);
    }

    #[test]
    fn a_header_is_searched_for_with_its_directory() {
        assert_eq!(tail(Role::Header, b"/usr/include/a/b.h"), b"a/b.h");
        assert_eq!(tail(Role::Program, b"/usr/bin/a"), b"a");
    }
}
