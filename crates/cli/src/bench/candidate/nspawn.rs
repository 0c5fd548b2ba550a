use std::fs;
use std::path::{Path, PathBuf};

use hermitage_mountns::{Access, ByteString};

use super::shown::{Item, items};
use super::{Candidate, Kind, Request, Subject, request, text, texts, unwritable};
use crate::bench::scratch;
use crate::failure::Failure;
use crate::source::outside;

/// systemd-nspawn, with a bind mount for each file over an empty root in memory, told of in a settings file.
#[derive(Debug)]
pub(super) struct Nspawn(pub(super) PathBuf);

/// Where it leaves an empty directory for each container when `/run` is no file system of its own.
const LEFT: &str = "/run/systemd/nspawn/propagate";

impl Candidate for Nspawn {
    fn name(&self) -> String {
        "systemd-nspawn".into()
    }

    fn kind(&self) -> Kind {
        Kind::Peer
    }

    fn prepare(&self, subject: &Subject<'_>) -> Result<(), String> {
        let mut settings = b"[Exec]\nBoot=no\n[Files]\n".to_vec();
        let mut add = |words: &[&[u8]]| {
            settings.extend_from_slice(&words.concat());
            settings.push(b'\n');
        };
        for item in items(&subject.plan, &subject.place("nspawn-made"))? {
            match &item {
                Item::Empty(_) | Item::Link { .. } => {}
                Item::File { source, at } => {
                    add(&[b"BindReadOnly=", source.as_bytes(), b":", at.as_bytes()]);
                }
                Item::Tree { path, access: Access::Read } => {
                    add(&[b"BindReadOnly=", path.as_bytes()]);
                }
                Item::Tree { path, access: Access::Write } => add(&[b"Bind=", path.as_bytes()]),
            }
        }
        let place = root(subject).with_extension("nspawn");
        fs::write(&place, settings).map_err(|error| unwritable(&place, &error))
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        let root = root(subject);
        make_root(subject, &root).map_err(|error| Failure::file(&root, "can't be made", &error))?;
        let mut words = vec![text(&self.0)];
        words.extend(
            [
                "--quiet",
                "--settings=trusted",
                "--register=no",
                "--keep-unit",
                "--console=pipe",
                "--private-network",
            ]
            .map(text),
        );
        words.push(text(format!("--machine={}", machine(&root))));
        words.push(text(format!("--directory={}", root.display())));
        words.push(text(format!("--chdir={}", subject.scratch.work().display())));
        words.push(text("--"));
        words.extend(texts(argv));
        Ok(request(subject, words))
    }

    fn tidy(&self, subject: &Subject<'_>) {
        let root = root(subject);
        // In memory and in the scratch directory, which goes away; the other is not always there.
        let _ = scratch::remove(&root);
        let _ = fs::remove_dir(Path::new(LEFT).join(machine(&root)));
    }
}

/// A new root, with the links that the view has: it has no setting for them.
fn make_root(subject: &Subject<'_>, root: &Path) -> std::io::Result<()> {
    scratch::remove(root)?;
    fs::create_dir_all(root.join("usr"))?;
    let items =
        items(&subject.plan, &subject.place("nspawn-made")).map_err(std::io::Error::other)?;
    for item in &items {
        if let Item::Link { target, at } = item {
            let place = outside(root, at.as_path());
            fs::create_dir_all(place.parent().unwrap_or(root))?;
            std::os::unix::fs::symlink(target.as_path(), place)?;
        }
    }
    Ok(())
}

/// Named after the scratch directory, so that no other measurement has the same.
fn root(subject: &Subject<'_>) -> PathBuf {
    let scratch = subject.scratch.in_memory("");
    let name = scratch.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    scratch.join(name)
}

/// A name of ours for the container.
fn machine(root: &Path) -> String {
    root.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
