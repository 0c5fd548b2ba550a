use hermitage_view::{Host, Kind};

/// Where a path leads when all symbolic links are followed; `None` when it leads nowhere.
pub(super) fn real_path(host: &dyn Host, path: &[u8]) -> Option<Vec<u8>> {
    let mut todo: Vec<Vec<u8>> = parts(path);
    todo.reverse();
    let (mut at, mut links) = (Vec::new(), 0);
    while let Some(part) = todo.pop() {
        if part == b"." {
            continue;
        }
        if part == b".." {
            let end = at.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            at.truncate(end);
            continue;
        }
        let next = [&at, &b"/"[..], &part].concat();
        let meta = host.lstat(&next).ok()??;
        if meta.kind != Kind::Symlink {
            // Something must be a directory for more to follow, even for a dot.
            if !todo.is_empty() && meta.kind != Kind::Dir {
                return None;
            }
            at = next;
            continue;
        }
        links += 1;
        if links > 40 {
            return None;
        }
        let target = host.read_link(&next).ok()?;
        if target.starts_with(b"/") {
            at.clear();
        }
        todo.extend(parts(&target).into_iter().rev());
    }
    Some(if at.is_empty() { b"/".to_vec() } else { at })
}

/// The components; a slash at the end asks for a directory, as a dot does.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    let dot = path.ends_with(b"/").then(|| b".".to_vec());
    parts.map(<[u8]>::to_vec).chain(dot).collect()
}
