//! Any ignore file is read or refused, and answers for any path.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::syntax::ignorefile::IgnoreFile;

fuzz_target!(|bytes: &[u8]| {
    // The paths stand behind the first zero byte.
    let (file, paths) = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &b"a/b.c"[..]),
    };
    if let Ok(ignore) = IgnoreFile::parse(file) {
        for path in String::from_utf8_lossy(paths).split('\0') {
            ignore.ignored(path);
        }
        ignore.has_exceptions();
        ignore.patterns().count();
    }
});
