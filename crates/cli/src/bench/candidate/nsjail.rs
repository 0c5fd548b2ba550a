use std::fs;
use std::path::PathBuf;

use hermitage_mountns::{Access, ByteString};

use super::shown::{Item, items};
use super::{Candidate, Kind, Request, Subject, request, text, texts, unwritable};
use crate::failure::Failure;

/// nsjail, with a bind mount for each file, told of in its configuration.
#[derive(Debug)]
pub(super) struct Nsjail(pub(super) PathBuf);

const NAME: &str = "nsjail";

/// One run, no limits but those that are inherited, a few devices.
const HEAD: &str = "mode: ONCE\ntime_limit: 0\nrlimit_as_type: SOFT\nrlimit_cpu_type: SOFT\n\
    rlimit_fsize_type: SOFT\nrlimit_nofile_type: SOFT\nkeep_env: true\nmount_proc: true\nlog_level: ERROR\n";
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

impl Candidate for Nsjail {
    fn name(&self) -> String {
        NAME.into()
    }

    fn kind(&self) -> Kind {
        Kind::Peer
    }

    fn prepare(&self, subject: &Subject<'_>) -> Result<(), String> {
        let mut text = HEAD.to_owned();
        for tmpfs in subject.plan.tmpfs.iter().filter(|tmpfs| !tmpfs.path.0.starts_with(b"/dev/")) {
            mount(&mut text, &[("dst", &tmpfs.path)], "fstype: \"tmpfs\" rw: true");
        }
        for device in DEVICES {
            let device = ByteString::from(device);
            mount(
                &mut text,
                &[("src", &device), ("dst", &device)],
                "is_bind: true is_dir: false rw: true",
            );
        }
        for item in items(&subject.plan, &subject.place("nsjail-made"))? {
            match &item {
                Item::Empty(path) => {
                    mount(&mut text, &[("dst", path)], "fstype: \"tmpfs\" rw: false");
                }
                Item::File { source, at } => {
                    mount(
                        &mut text,
                        &[("src", source), ("dst", at)],
                        "is_bind: true is_dir: false",
                    );
                }
                Item::Link { target, at } => {
                    mount(&mut text, &[("src", target), ("dst", at)], "is_symlink: true");
                }
                Item::Tree { path, access } => {
                    let access = if *access == Access::Write { "true" } else { "false" };
                    mount(
                        &mut text,
                        &[("src", path), ("dst", path)],
                        &format!("is_bind: true rw: {access}"),
                    );
                }
            }
        }
        let place = subject.place(NAME);
        fs::write(&place, text).map_err(|error| unwritable(&place, &error))
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        let mut words =
            vec![text(&self.0), text("--config"), text(subject.place(NAME)), text("--cwd")];
        words.extend([text(subject.scratch.work()), text("--")]);
        words.extend(texts(argv));
        Ok(request(subject, words))
    }
}

/// A mount in the text format of protocol buffers.
fn mount(text: &mut String, fields: &[(&str, &ByteString)], flags: &str) {
    text.push_str("mount {");
    for (name, value) in fields {
        text.push(' ');
        text.push_str(name);
        text.push_str(": \"");
        for &byte in value.as_bytes() {
            if byte.is_ascii_graphic() && !b"\"\\".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push('\\');
                text.extend([6, 3, 0].map(|shift| char::from(b'0' + (byte >> shift & 7))));
            }
        }
        text.push('"');
    }
    text.push(' ');
    text.push_str(flags);
    text.push_str(" }\n");
}
