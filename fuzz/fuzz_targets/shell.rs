//! Any script is read in every dialect, and its commands stand in it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::shell::{Dialect, Script, read};

fuzz_target!(|bytes: &[u8]| {
    let Some((dialect, text)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let dialect = match dialect % 2 {
        0 => Dialect::Posix,
        _ => Dialect::Bash,
    };
    let script: Script = read(&text, dialect);
    for command in &script.commands {
        let range = command.range.start as usize..command.range.end as usize;
        assert!(text.get(range).is_some());
        for word in &command.words {
            let range = word.range.start as usize..word.range.end as usize;
            assert!(text.get(range).is_some());
            word.constant();
        }
        assert!(
            command
                .guards
                .iter()
                .all(|guard| guard.command < script.commands.len())
        );
    }
});
