//! Any bytes have a tree, and printing it gives the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::report::tree::tree_json;
use seaworthy::source::Source;
use seaworthy::syntax::parse;

fuzz_target!(|bytes: &[u8]| {
    let tree = parse(bytes);
    assert_eq!(tree.print(bytes), bytes);
    let mut at = 0;
    for token in tree.tokens(bytes) {
        assert_eq!(token.span.start, at);
        assert!(token.span.end > at);
        at = token.span.end;
    }
    assert_eq!(at as usize, bytes.len());
    let inside = |end: u32| assert!(end as usize <= bytes.len());
    for instruction in &tree.instructions {
        inside(instruction.span.end);
        let text = instruction.text.text();
        for word in instruction.words() {
            assert!(
                text.get(word.range.start as usize..word.range.end as usize)
                    .is_some()
            );
            instruction
                .text
                .spans(word.range.clone())
                .iter()
                .for_each(|span| inside(span.end));
        }
    }
    tree.errors.iter().for_each(|error| inside(error.span.end));
    let source = Source::new("Dockerfile", bytes.to_vec()).expect("short");
    let json = tree_json(&source, &tree);
    assert_eq!(json.instructions.len(), tree.instructions.len());
});
