//! Paths as builders read them: by their text alone, with forward slashes.

/// Go's `filepath.Clean`: the shortest path that means the same. `..` leads no higher than `/`.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// [`clean`] for a path from a root, whether it begins with a slash or not.
pub fn rooted(path: &str) -> String {
    clean(&format!("/{path}"))
}
