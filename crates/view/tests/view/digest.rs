//! The identity of what is visible.

use hermitage_view::digest::{
    Content, Description, HostContents, Record, Recorded, Survey, identity,
};
use hermitage_view::test_support::{Wanted, case};
use hermitage_view::{Host as _, Kind, MemoryHost, View, ViewBuilder};
use proptest::prelude::*;

fn described(view: &View, host: &MemoryHost) -> Description {
    let recorded = Recorded::default();
    let survey = Survey { view, host, recorded: &recorded, without: &[] };
    survey.describe(&HostContents::new(host)).unwrap()
}

fn digest(wanted: &Wanted, host: &MemoryHost) -> String {
    described(&wanted.builder(host).build().unwrap(), host).digest().to_string()
}

/// Gives every file a content of its own.
fn filled(host: &MemoryHost) -> MemoryHost {
    let mut filled = host.clone();
    for (path, meta) in host.iter().filter(|(_, meta)| meta.kind == Kind::File) {
        filled.insert(&path, Kind::File, meta.mode, &path);
    }
    filled
}

#[test]
fn the_bytes_are_those_of_the_documentation_for_every_kind_of_path() {
    let mut host = MemoryHost::new().file("/f", "a\nb").symlink("/l", "f").dir("/d,1:");
    host.insert("/d,1:/p", Kind::Fifo, 0o620, "");
    host.insert("/src/s", Kind::File, 0o4755, "x");
    host.insert("/src/t/u", Kind::Symlink, 0o777, "../s");
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("cat/pkg-1");
    builder.add("/f", owner).add("/l", owner).add("/d,1:/p", owner).provided("/dev");
    builder.extra_tree("/src").synthesise("/made", 0o644, b"m".to_vec());
    let view = builder.build().unwrap();
    let mut recorded = Recorded::default();
    recorded.add(&view, b"//./f", Record { md5: [0xab; 16], seconds: 0 });
    let survey = Survey { view: &view, host: &host, recorded: &recorded, without: &[] };
    let mut description = survey.describe(&HostContents::new(&host).believing()).unwrap();
    let expected = concat!(
        "3:dir,1:/,3:755,\n",
        "3:dir,5:/d,1:,3:755,\n",
        "4:fifo,7:/d,1:/p,3:620,\n",
        "4:file,2:/f,3:644,1:3,36:md5:abababababababababababababababab,\n",
        "7:symlink,2:/l,1:f,\n",
        "4:file,5:/made,3:644,1:1,71:sha256:62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a,\n",
        "3:dir,4:/src,3:755,\n",
        "4:file,6:/src/s,4:4755,1:1,71:sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881,\n",
        "3:dir,6:/src/t,3:755,\n",
        "7:symlink,8:/src/t/u,4:../s,\n",
    );
    assert_eq!(String::from_utf8(description.view_bytes()).unwrap(), expected);
    description.facts = vec![vec![b"env".to_vec(), b"B".to_vec(), b"2".to_vec()]];
    description.facts.push(vec![b"env".to_vec(), b"A".to_vec(), b"1".to_vec()]);
    assert_eq!(
        description.digest().to_string(),
        "sha256:703eec1cfd2c6ba7c0987cb2f0c6accd1402a33d3dc5f5b9d4d4e66377493ac5"
    );
}

#[test]
fn neither_order_nor_repetition_of_facts_counts() {
    let fact =
        |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
    let (a, b) = (fact("env A 1"), fact("env B 2"));
    let view = Description::default().view_digest();
    let sum = identity(&view, &[a.clone(), b.clone()]);
    assert_eq!(identity(&view, &[b.clone(), a.clone(), b.clone()]), sum);
    assert_ne!(identity(&view, std::slice::from_ref(&a)), sum);
    // What could be taken for each other if fields were only put together.
    assert_ne!(identity(&view, &[fact("env A1")]), identity(&view, &[a]));
}

#[test]
fn a_record_is_believed_of_its_time_alone_and_says_what_reading_says() {
    let content = b"content";
    let host = MemoryHost::new().file("/f", content);
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("cat/pkg-1");
    builder.add("/f", owner);
    let view = builder.build().unwrap();
    let sum = Record::new(b"9a0364b9e99bb480dd25e1f0284c8555", 0).unwrap();
    let other = Record { md5: [1; 16], seconds: 0 };
    let of = |records: &[Record], believing: bool| {
        let mut recorded = Recorded::default();
        for record in records {
            recorded.add(&view, b"/f", *record);
        }
        let survey = Survey { view: &view, host: &host, recorded: &recorded, without: &[] };
        let contents = HostContents::new(&host);
        let contents = if believing { contents.believing() } else { contents };
        survey.describe(&contents).unwrap().digest()
    };
    let real = of(&[sum], true);
    assert_eq!(real, of(&[sum], false));
    // Of another time, and in disagreement: then the file is read, and the sum is an MD5 all the same.
    assert_eq!(real, of(&[Record { seconds: 1, ..other }], true));
    assert_eq!(real, of(&[sum, other], true));
    assert_ne!(real, of(&[other], true));
    assert_ne!(real, of(&[], true));
}

#[test]
fn what_one_may_not_list_and_what_is_left_out_of_a_tree_is_said_so() {
    let host = MemoryHost::new().file("/src/a", "").file("/src/cache/b", "");
    let mut builder = ViewBuilder::new(&host);
    builder.extra_tree("/src");
    let view = builder.build().unwrap();
    let recorded = Recorded::default();
    let without = [b"/src/cache".to_vec()];
    let survey = Survey { view: &view, host: &host, recorded: &recorded, without: &without };
    let description = survey.describe(&HostContents::new(&host)).unwrap();
    let paths: Vec<_> = description.items.iter().map(|item| &item.path[..]).collect();
    assert_eq!(paths, [&b"/"[..], b"/src", b"/src/a"]);
}

#[test]
fn contents_are_read_as_they_are_printed() {
    for text in ["closed", "md5:00ff00ff00ff00ff00ff00ff00ff00ff"] {
        assert_eq!(Content::parse(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "md5:00",
        "md5:00FF00ff00ff00ff00ff00ff00ff00ff",
        "sha256:",
        "md5:é0ff00ff00ff00ff00ff00ff00ff00f",
    ] {
        assert_eq!(Content::parse(text), None, "{text}");
    }
}

/// A view, and something visible in it that is no directory.
fn seen() -> impl Strategy<Value = (MemoryHost, Wanted, Option<Vec<u8>>)> {
    (case(), any::<prop::sample::Index>()).prop_map(|((host, wanted), index)| {
        let host = filled(&host);
        let view = wanted.builder(&host).build().unwrap();
        let visible: Vec<_> = view.iter().map(|node| node.path()).collect();
        let changeable: Vec<_> = visible
            .into_iter()
            .filter(|path| {
                host.lstat(path).is_ok_and(|meta| meta.is_some_and(|m| m.kind == Kind::File))
            })
            .collect();
        let path = (!changeable.is_empty()).then(|| index.get(&changeable).clone());
        (host, wanted, path)
    })
}

proptest! {
    #[test]
    fn what_is_not_visible_does_not_count((host, wanted, _) in seen()) {
        let view = wanted.builder(&host).build().unwrap();
        let before = digest(&wanted, &host);
        // Neither its content, nor its mode; that it is gone may let a link be seen, so it stays.
        let mut other = host.clone();
        for (path, meta) in host.iter() {
            if view.lookup(&path).is_none() && meta.kind == Kind::File {
                other.insert(&path, Kind::File, 0o600, "something else");
            }
        }
        // Nor a hundred packages' files, beside everything.
        for number in 0..100 {
            other.insert(format!("/other{number}/file"), Kind::File, 0o644, "");
        }
        prop_assert_eq!(digest(&wanted, &other), before);
    }

    #[test]
    fn every_byte_and_bit_of_what_is_visible_counts((host, wanted, path) in seen()) {
        let Some(path) = path else { return Ok(()) };
        let before = digest(&wanted, &host);
        let (meta, content) = (host.lstat(&path).unwrap().unwrap(), host.read_file(&path).unwrap());
        let mut other = host.clone();
        let mut bytes = content.clone();
        bytes[0] ^= 1;
        other.insert(&path, Kind::File, meta.mode, &bytes);
        prop_assert_ne!(digest(&wanted, &other), before.clone());
        for bit in 0..12 {
            other.insert(&path, Kind::File, meta.mode ^ (1 << bit), &content);
            prop_assert_ne!(digest(&wanted, &other), before.clone());
        }
        other.insert(&path, Kind::File, meta.mode, &content);
        prop_assert_eq!(digest(&wanted, &other), before);
    }

    #[test]
    fn what_compare_says_is_just_what_has_another_digest((host, wanted, path) in seen()) {
        let view = wanted.builder(&host).build().unwrap();
        let first = described(&view, &host);
        prop_assert!(first.compare(&first).is_empty());
        let Some(path) = path else { return Ok(()) };
        let mut other = host.clone();
        other.insert(&path, Kind::File, 0o640, "changed");
        let second = described(&wanted.builder(&other).build().unwrap(), &other);
        let difference = first.compare(&second);
        let changed: Vec<_> = difference.groups.iter().flat_map(|group| &group.changes).collect();
        prop_assert_eq!(changed.len(), 1);
        prop_assert_eq!(changed[0].path, &path[..]);
        // And of each owner's digest.
        let sums = first.owner_digests().into_iter().zip(second.owner_digests());
        let owners: Vec<_> = sums.enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect();
        let node = view.lookup(&path).unwrap();
        prop_assert_eq!(owners, node.owners().iter().map(|id| id.0 as usize).collect::<Vec<_>>());
    }
}
