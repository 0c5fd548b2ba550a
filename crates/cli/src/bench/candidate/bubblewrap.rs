use std::fs;
use std::path::PathBuf;

use hermitage_mountns::{Access, ByteString};

use super::shown::{Item, items};
use super::{Candidate, Kind, Request, Subject, Word, path, request, text, texts, unwritable};
use crate::failure::Failure;

/// bubblewrap, with a bind mount for each file, told of through `--args`.
#[derive(Debug)]
pub(super) struct Bubblewrap(pub(super) PathBuf);

const NAME: &str = "bubblewrap";

impl Candidate for Bubblewrap {
    fn name(&self) -> String {
        NAME.into()
    }

    fn kind(&self) -> Kind {
        Kind::Peer
    }

    fn prepare(&self, subject: &Subject<'_>) -> Result<(), String> {
        let mut arguments = Vec::new();
        let mut add = |words: &[&[u8]]| {
            for word in words {
                arguments.extend_from_slice(word);
                arguments.push(0);
            }
        };
        add(&[b"--proc", b"/proc", b"--dev", b"/dev"]);
        for tmpfs in subject.plan.tmpfs.iter().filter(|tmpfs| !tmpfs.path.0.starts_with(b"/dev/")) {
            add(&[b"--tmpfs", tmpfs.path.as_bytes()]);
        }
        for item in items(&subject.plan, &subject.place("bubblewrap-made"))? {
            match &item {
                Item::Empty(path) => add(&[b"--dir", path.as_bytes()]),
                Item::File { source, at } => add(&[b"--ro-bind", source.as_bytes(), at.as_bytes()]),
                Item::Link { target, at } => add(&[b"--symlink", target.as_bytes(), at.as_bytes()]),
                Item::Tree { path, access: Access::Read } => {
                    add(&[b"--ro-bind", path.as_bytes(), path.as_bytes()]);
                }
                Item::Tree { path, access: Access::Write } => {
                    add(&[b"--bind", path.as_bytes(), path.as_bytes()]);
                }
            }
        }
        add(&[b"--remount-ro", b"/"]);
        let place = subject.place(NAME);
        fs::write(&place, arguments).map_err(|error| unwritable(&place, &error))
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        let mut words = vec![text(&self.0)];
        let spaces = ["--unshare-all", "--die-with-parent", "--new-session", "--chdir"];
        words.extend(spaces.map(text));
        words.extend([
            text(subject.scratch.work()),
            text("--args"),
            Word::Descriptor(path(&subject.place(NAME))),
        ]);
        words.push(text("--"));
        words.extend(texts(argv));
        Ok(request(subject, words))
    }
}
