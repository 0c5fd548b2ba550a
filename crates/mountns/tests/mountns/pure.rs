//! Tests of the plan as data.

use std::collections::BTreeMap;
use std::path::Path;

use hermitage_mountns::{
    Access, Backend, Bind, ByteString, Entry, EntryKind, ErrorKind, Index, Limit, Plan,
    PlanOptions, Resource, Shown, Tmpfs,
};
use hermitage_view::{Kind, MemoryHost, Node, NodeKind, View, ViewBuilder};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("the model of a plan shows exactly the view", model_equals_view),
    ("the indices of a view show what its plan does", indexed_equals_plan),
    ("any bytes survive text and back", bytes_round_trip),
    ("paths sort by component", paths_sort_by_component),
    ("a plan survives JSON and back", plan_round_trip),
    ("the same view gives the same text", text_is_deterministic),
    ("the text of a plan is as it was", text_is_golden),
    ("an invalid plan is refused with its place", invalid_plans),
    ("a plan of another schema is refused", other_schema),
    ("JSON that is no plan is refused", not_a_plan),
];

/// Without a file of failures, which would be looked for beside a test function's source.
pub(crate) fn cases(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

pub(crate) fn component() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        // Few names, so that paths share directories and collide.
        6 => prop::sample::select(vec![&b"a"[..], b"b", b"c", b"a-", b"usr", b"lib"]).prop_map(<[u8]>::to_vec),
        // Around the slash in byte order, and not UTF-8.
        1 => prop::sample::select(vec![&b"a.b"[..], b"a\xff", b" ", b"\n", b"\\x41"]).prop_map(<[u8]>::to_vec),
    ]
}

fn path() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(component(), 1..5)
        .prop_map(|parts| parts.iter().flat_map(|part| [b"/", &part[..]].concat()).collect())
}

#[derive(Clone, Debug)]
struct HostFile {
    path: Vec<u8>,
    kind: Kind,
    visible: bool,
}

fn hosts() -> impl Strategy<Value = Vec<HostFile>> {
    let kind = prop_oneof![
        5 => Just(Kind::File),
        2 => Just(Kind::Dir),
        1 => Just(Kind::Fifo),
        1 => Just(Kind::CharDev),
    ];
    let file = (path(), kind, prop::bool::weighted(0.7))
        .prop_map(|(path, kind, visible)| HostFile { path, kind, visible });
    prop::collection::vec(file, 0..25)
}

/// Builds the host, leaving out what would turn a file into a directory, and the view.
fn view_of(files: &[HostFile]) -> View {
    view_with(files, |_| {})
}

fn view_with(files: &[HostFile], more: impl FnOnce(&mut ViewBuilder<'_>)) -> View {
    let mut host = MemoryHost::new();
    let mut kinds: BTreeMap<Vec<u8>, Kind> = BTreeMap::new();
    let mut visible = Vec::new();
    for file in files {
        let above = file.path.iter().enumerate().skip(1).filter(|&(_, &byte)| byte == b'/');
        let clash = above
            .clone()
            .any(|(at, _)| kinds.get(&file.path[..at]).is_some_and(|k| *k != Kind::Dir));
        if clash || kinds.contains_key(&file.path) {
            continue;
        }
        kinds.extend(above.map(|(at, _)| (file.path[..at].to_vec(), Kind::Dir)));
        kinds.insert(file.path.clone(), file.kind);
        host.insert(&file.path, file.kind, 0o755, b"content");
        if file.visible {
            visible.push(&file.path);
        }
    }
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("test/property-1");
    for path in visible {
        builder.add(path, owner);
    }
    more(&mut builder);
    builder.build().unwrap()
}

fn shown(kind: NodeKind<'_>, path: &[u8]) -> String {
    match kind {
        NodeKind::Dir { .. } => "directory".into(),
        NodeKind::File { .. } => format!("content of {:?}", ByteString::from(path)),
        NodeKind::Special { kind, .. } => format!("{kind:?}"),
        other => panic!("{other:?} is not made by the strategy"),
    }
}

fn modelled(shown: &Shown) -> Option<String> {
    match shown {
        Shown::Dir { .. } => Some("directory".into()),
        Shown::HostFile { source } => Some(format!("content of {source:?}")),
        Shown::Special { node } => Some(format!("{node:?}").replace("CharDevice", "CharDev")),
        Shown::Mount => None,
        other => panic!("{other:?} is not in the view"),
    }
}

/// For any host, view and mount points of the host, every backend shows the view and nothing else.
fn model_equals_view() {
    let mounts = prop::collection::vec(path().prop_map(ByteString), 0..4);
    let mut runner = cases(512);
    let large = std::cell::Cell::new(0);
    let result = runner.run(&(hosts(), mounts), |(files, mounts)| {
        let view = view_of(&files);
        let plan = Plan::from_view(&view, Path::new("/nowhere"), &PlanOptions::default()).unwrap();
        let nodes =
            view.iter().map(|node| (ByteString(node.path()), shown(node.kind(), &node.path())));
        let expected: BTreeMap<_, _> = nodes.collect();
        for backend in Backend::ALL {
            let model = plan.model(backend, &mounts);
            let seen =
                model.iter().filter_map(|(path, shown)| Some((path.clone(), modelled(shown)?)));
            prop_assert_eq!(&seen.collect::<BTreeMap<_, _>>(), &expected, "{}", backend);
        }
        Ok(())
    });
    result.unwrap();
    // The strategy reaches what the property is about.
    cases(512)
        .run(&hosts(), |files| {
            large.set(large.get() + usize::from(view_of(&files).len() > 8));
            Ok(())
        })
        .unwrap();
    assert!(large.get() > 100, "hardly any view has more than a few nodes: {}", large.get());
}

/// For any view, whatever part of it is shared, with mounts over some of it, and with files that were not looked at.
fn indexed_equals_plan() {
    let counts = std::cell::Cell::new((0, 0));
    let strategy = (hosts(), any::<u64>(), prop::bool::ANY);
    let result = cases(512).run(&strategy, |(files, shared, covers)| {
        let tmpfs = Tmpfs { path: "/usr".into(), mode: 0o755, size: None };
        let mut options = PlanOptions::default();
        options.tmpfs.extend(covers.then_some(tmpfs));
        let host = Path::new("/nowhere");
        let plan = Plan::from_view(&view_of(&files), host, &options);
        let names = view_with(&files, |builder| {
            builder.without_metadata();
        });
        let is_shared = |node: &Node<'_>| shared >> (node.index() % 64) & 1 == 1;
        let indexed = Plan::indexed(&names, host, &options, &is_shared);
        prop_assert_eq!(plan.is_ok(), indexed.is_ok());
        let (Ok(plan), Ok((without, top, base))) = (plan, indexed) else { return Ok(()) };
        let expected = Index::from_entries(&plan.entries, b"").unwrap();
        prop_assert_eq!(top.model(Some(&base)).unwrap(), expected.model(None).unwrap());
        // No more is kept than has to be.
        let least = Index::difference(&plan.entries, &base, b"").unwrap();
        prop_assert_eq!(top.as_bytes(), least.as_bytes());
        prop_assert_eq!(&without.binds, &plan.binds);
        let (split, covered) = counts.get();
        counts.set((
            split + usize::from(base.len() > 1 && base.len() < expected.len()),
            covered + usize::from(expected.len() < names.len()),
        ));
        Ok(())
    });
    result.unwrap();
    let (split, covered) = counts.get();
    assert!(split > 100 && covered > 20, "the interesting cases are hardly reached: {counts:?}");
}

fn bytes_round_trip() {
    let mut runner = cases(2_000);
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        // Backslashes, hexadecimal digits and broken UTF-8 in all mixtures.
        prop::collection::vec(prop::sample::select(b"\\x41fg\xc2\xc3\x9b\xa4\n".to_vec()), 0..12),
    ];
    let law = |bytes: Vec<u8>| {
        let bytes = ByteString(bytes);
        let text = bytes.to_string();
        prop_assert!(!text.contains(char::is_control));
        prop_assert_eq!(&text.parse::<ByteString>().unwrap(), &bytes);
        let json = serde_json_text(&bytes);
        prop_assert!(json.is_ascii() || std::str::from_utf8(json.as_bytes()).is_ok());
        Ok(())
    };
    runner.run(&bytes, law).unwrap();
    let mut text = cases(1_000);
    text.run(&"(\\\\|x|[0-9a-g]|é){0,8}", |text| {
        // Whatever is accepted is printed so that it means the same again.
        if let Ok(bytes) = text.parse::<ByteString>() {
            prop_assert_eq!(bytes.to_string().parse::<ByteString>().unwrap(), bytes);
        }
        Ok(())
    })
    .unwrap();
    for bad in ["\\", "a\\x", "\\x4", "\\xg0", "\\n", "\\x+1", "\\\\\\"] {
        assert_eq!(bad.parse::<ByteString>().unwrap_err().kind(), &ErrorKind::Escape, "{bad}");
    }
}

fn serde_json_text(bytes: &ByteString) -> String {
    let mut plan = sample();
    plan.cwd = ByteString([&b"/"[..], &bytes.0].concat());
    plan.to_json().unwrap()
}

fn paths_sort_by_component() {
    let mut runner = cases(2_000);
    let paths = (path(), path());
    let law = |(left, right): (Vec<u8>, Vec<u8>)| {
        let split =
            |path: &[u8]| path.split(|&b| b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let expected = split(&left).cmp(&split(&right));
        prop_assert_eq!(ByteString(left).cmp(&ByteString(right)), expected);
        Ok(())
    };
    runner.run(&paths, law).unwrap();
}

fn sample() -> Plan {
    let host = MemoryHost::new()
        .file("/usr/bin/gcc", "ELF")
        .file(b"/usr/share/\xffodd\n", "x")
        .symlink("/bin", "usr/bin")
        .dir("/empty")
        .dir("/etc");
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("sys-devel/gcc-1");
    for path in [&b"/bin/gcc"[..], b"/usr/share/\xffodd\n", b"/empty"] {
        builder.add(path, owner);
    }
    builder.synthesise("/etc/passwd", 0o644, b"root:x:0:0::/:\n".to_vec());
    let view = builder.build().unwrap();
    let options = PlanOptions {
        env: vec![("PATH".into(), "/usr/bin".into())],
        limits: vec![Limit { resource: Resource::OpenFiles, soft: Some(64), hard: None }],
        ..PlanOptions::default()
    };
    Plan::from_view(&view, Path::new("/no/such/host"), &options).unwrap()
}

fn plan_round_trip() {
    let plan = sample();
    let json = plan.to_json().unwrap();
    assert_eq!(Plan::from_json(&json).unwrap(), plan);
    assert!(json.contains("/usr/share/\\\\xffodd\\\\x0a"), "{json}");
}

fn text_is_deterministic() {
    assert_eq!(sample().to_text(), sample().to_text());
    assert_eq!(sample().to_json().unwrap(), sample().to_json().unwrap());
}

fn text_is_golden() {
    let expected = "\
# plan, schema 1
host /no/such/host
cwd /
hostname hermitage
umask 022
network loopback
session new
system-calls build
limit OpenFiles 64 unlimited
env PATH=/usr/bin
proc /proc
dev /dev
tmpfs /dev/shm 1777 unlimited
tmpfs /tmp 1777 unlimited
dir 0755 /
symlink /bin -> usr/bin
dir 0755 /dev
dir 0755 /empty
dir 0755 /etc
synthetic 0644 15 /etc/passwd
dir 0755 /proc
dir 0755 /tmp
dir 0755 /usr
dir 0755 /usr/bin
file 0644 3 0.000000000 /usr/bin/gcc
dir 0755 /usr/share
file 0644 1 0.000000000 /usr/share/\\xffodd\\x0a
";
    assert_eq!(sample().to_text(), expected);
}

fn refused(change: impl FnOnce(&mut Plan)) -> (String, String) {
    let mut plan = sample();
    change(&mut plan);
    let Err(error) = plan.check() else { panic!("accepted: {plan}") };
    let place = error.place().map(|place| ByteString::from(place).to_string());
    (place.unwrap_or_default(), format!("{:?}", error.kind()))
}

fn invalid_plans() {
    let dir = || EntryKind::Dir { mode: 0o755 };
    let entry = |path: &str| Entry { path: path.into(), kind: dir() };
    let is = |change: &dyn Fn(&mut Plan), place: &str, kind: &str| {
        let (found_place, found) = refused(change);
        assert_eq!((found_place.as_str(), found.split(['(', ' ']).next().unwrap()), (place, kind));
    };
    is(&|plan| plan.entries.clear(), "/", "Missing");
    is(&|plan| plan.entries.swap(1, 2), "/bin", "Unsorted");
    is(&|plan| plan.entries.insert(1, plan.entries[1].clone()), "/bin", "Duplicate");
    is(&|plan| plan.entries.push(entry("/zoo/animal")), "/zoo/animal", "NoParent");
    is(&|plan| plan.entries.insert(2, entry("/bin/x")), "/bin/x", "NoParent");
    is(&|plan| plan.entries.push(entry("/usr/../zoo")), "/usr/../zoo", "NotCanonical");
    is(&|plan| plan.entries.push(entry("/zoo/")), "/zoo/", "NotCanonical");
    is(&|plan| plan.entries.push(entry("zoo")), "zoo", "NotCanonical");
    is(&|plan| plan.entries.push(entry("/z\0")), "/z\\x00", "Nul");
    is(&|plan| plan.umask = 0o1000, "", "Value");
    is(&|plan| plan.entries[0].kind = EntryKind::Dir { mode: 0o4755 }, "/", "Value");
    is(&|plan| plan.cwd = "work".into(), "work", "NotCanonical");
    is(&|plan| plan.env[0].name = "A=B".into(), "", "Value");
    is(&|plan| plan.tmpfs.push(Tmpfs::shared("/scratch")), "/scratch", "BadMountPoint");
    is(&|plan| plan.tmpfs.push(Tmpfs::shared("/tmp")), "/tmp", "Duplicate");
    is(&|plan| plan.tmpfs.push(Tmpfs::shared("/bin")), "/bin", "BadMountPoint");
    is(&|plan| plan.tmpfs.push(Tmpfs::shared("/proc/x")), "/proc/x", "Overlap");
    let bind =
        |path: &str| Bind { source: path.into(), destination: path.into(), access: Access::Write };
    is(&|plan| plan.binds.push(bind("/dev/sda")), "/dev/sda", "Overlap");
    is(&|plan| plan.binds.push(bind("/")), "/", "Overlap");
    is(&|plan| plan.binds.push(bind("/srv")), "/srv", "BadMountPoint");
    is(&|plan| plan.binds.push(bind("/usr/./bin")), "/usr/./bin", "NotCanonical");
}

fn other_schema() {
    let json = sample().to_json().unwrap().replace("\"schema\":1", "\"schema\":2,\"new\":[]");
    let error = Plan::from_json(&json).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Schema { found: 2, known: 1 });
}

fn not_a_plan() {
    for text in ["", "{}", "[1]", "{\"schema\":1}", "\0", "nonsense"] {
        let error = Plan::from_json(text).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Json(_)), "{text}: {error}");
    }
    let cut = sample().to_json().unwrap();
    assert!(Plan::from_json(&cut[..cut.len() / 2]).is_err());
}
