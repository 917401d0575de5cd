//! Any text is an image reference or is refused; what is one reads the same when written out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::syntax::reference::{ImageRef, glob};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (reference, pattern) = text.split_once('\n').unwrap_or((&text, "*/a?:*"));
    if let Ok(image) = ImageRef::parse(reference) {
        let written = image.to_string();
        if !image.domain.is_empty() {
            let again = ImageRef::parse(&written).expect("what was written out is a reference");
            assert_eq!(again.to_string(), written);
        }
        image.familiar();
        image.matches(pattern);
        assert!(image.matches(&image.repository()));
    }
    glob(pattern, reference);
});
