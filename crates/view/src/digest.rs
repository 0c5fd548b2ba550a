//! What a build sees, as bytes that are the same wherever the same is seen.
//!
//! A [`Description`] lists every visible path with all that can be told about it from inside, and besides that any facts that
//! the caller adds, such as the environment. Its digest is the identity of the whole.
//!
//! # The bytes
//! Version 1. A *record* is one or more fields and a line feed. A field is its length in bytes as a decimal number without
//! leading zeros, a colon, the bytes, and a comma. So any bytes can stand in a field, and no two lists of fields have the
//! same bytes.
//!
//! The *view* is a record for each visible path, a directory before what it holds, and what it holds in the order of the names
//! as bytes:
//!
//! | fields | |
//! |---|---|
//! | `dir`, path, mode | and a fourth, `closed`, when the directory may not be listed by who looks |
//! | `file`, path, mode, size, content | whether the file is the host's or made for the view |
//! | `symlink`, path, target | |
//! | `char-device`, `block-device`, `fifo` or `socket`, path, mode | |
//!
//! Modes are octal without leading zeros: the bits 03777 of a directory, 07777 of a file of the host, 0777 of everything else.
//! Sizes are decimal. What is in a directory whose content is provided afresh (`/proc`, `/dev`, `/tmp`) is left out, and that
//! directory with it, but for the trees that are shown below it. Below a tree that is shown whole is whatever the host has
//! there.
//!
//! The *identity* is the SHA-256 of these records:
//!
//! 1. `hermitage identity`, `1`;
//! 2. `view`, the SHA-256 of the view in lower-case hexadecimal;
//! 3. the facts, each once, sorted as bytes of whole records.
//!
//! A content is `md5:` or `sha256:` with the sum in lower-case hexadecimal, or `closed` for a file that may not be read by
//! who looks. Which sum it is does not depend on the machine: it is the MD5 where a package of the view recorded one at this
//! path, and the SHA-256 of everything else. So the same is said of a file whether its record was believed or its bytes were
//! read.
//!
//! Not in it: times, owners and inode numbers of files, the number of a device, which package a path belongs to, where
//! the host's root or its database lies, and whatever else the host has.
//!
//! # What the record is trusted for
//! A record of a file is its MD5 and its time. [`Record`]s are believed while the file has the time that was recorded, to the
//! second, and unless two of them disagree. Who changes a file and puts its time back is not noticed so; reading
//! everything is. MD5 does not keep two files apart that were made to collide, but who can have a package manager install one
//! of these made the package. All that no package recorded, as the source of a build, is told apart by SHA-256.
//!
//! ```
//! use hermitage_view::digest::{Description, HostContents, Recorded, Survey};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/bin/true", "#!").symlink("/bin/:", "true");
//! let mut builder = ViewBuilder::new(&host);
//! let owner = builder.owner("sys-apps/coreutils-9");
//! builder.add("/bin/true", owner).add("/bin/:", owner);
//! let view = builder.build()?;
//!
//! let recorded = Recorded::default();
//! let survey = Survey { view: &view, host: &host, recorded: &recorded, without: &[] };
//! let mut description: Description = survey.describe(&HostContents::new(&host))?;
//! assert_eq!(
//!     description.view_bytes().escape_ascii().to_string(),
//!     "3:dir,1:/,3:755,\\n\
//!      3:dir,4:/bin,3:755,\\n\
//!      7:symlink,6:/bin/:,4:true,\\n\
//!      4:file,9:/bin/true,3:644,1:2,\
//!      71:sha256:3612ddaf46e149a4f583faf0face846585148f59e0ce2645594df83b5dc807e8,\\n",
//! );
//! description.facts.push(vec![b"env".to_vec(), b"LANG".to_vec(), b"C".to_vec()]);
//! assert_eq!(description.digest().to_string(), "sha256:9517e6ee0e8a5620526a54e4a9cc52bab5d0946c9770e9fd4cef6b026b987998");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod content;
mod contents;
mod description;
mod difference;
mod encode;
mod recorded;
mod survey;
mod tree;

pub use content::{Algorithm, Content, Sum};
pub use contents::{Contents, HostContents, Seen, Sought};
pub use description::{Description, Fact, Item, What, identity};
pub use difference::{Change, Difference, Group};
pub use recorded::{Record, Recorded};
pub use survey::Survey;
pub use tree::describe_tree;
