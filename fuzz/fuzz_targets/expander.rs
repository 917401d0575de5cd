//! Any word expands or says why, with every switch of the lexer; what is not known stays as written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::syntax::{Lexer, Lookup, Variables};

struct Table;

impl Variables for Table {
    fn get(&self, name: &str) -> Lookup {
        match name {
            "a" => Lookup::Set("x y".into()),
            "long" => Lookup::Set("x/".repeat(5_000)),
            "empty" => Lookup::Set(String::new()),
            "b" => Lookup::Unknown,
            _ => Lookup::Unset,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((switches, word)) = bytes.split_first() else {
        return;
    };
    let word = String::from_utf8_lossy(word);
    let on = |bit: u8| switches & 1 << bit != 0;
    let lexer = Lexer {
        escape: if on(0) { '\\' } else { '`' },
        raw_quotes: on(1),
        raw_escapes: on(2),
        skip_process_quotes: on(3),
        skip_unset_env: on(4),
    };
    if let Ok(expanded) = lexer.expand(&word, &Table) {
        for hole in &expanded.holes {
            assert!(expanded.text[hole.clone()].starts_with('$'));
        }
    }
    for expanded in lexer.expand_words(&word, &Table).unwrap_or_default() {
        assert!(expanded.range.start <= expanded.range.end && expanded.range.end <= word.len());
        for hole in &expanded.holes {
            assert!(expanded.text[hole.clone()].starts_with('$'));
        }
    }
});
