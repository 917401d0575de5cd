use seaworthy::*;
fn main() {
    let contract = contract::Contract::default();
    let t = std::time::Instant::now();
    let mut n = 0;
    for path in std::env::args().skip(1) {
        let text = std::fs::read(&path).unwrap();
        let source = source::Source::new(path.clone(), text).unwrap();
        let tree = syntax::parse(source.text());
        let inv = invocation::Invocation { contract: contract.clone(), ..Default::default() };
        let f = rules::judge(&source, &tree, &inv, &context::Nowhere, &interpret::NoBases);
        for x in f {
            if let finding::Place::Text { span, .. } = &x.place {
                let p = source.position(span.start);
                println!("{}:{}:{}: {}{}[{}] {} «{}»", path, p.line, p.column, x.severity.name(), if x.certainty==finding::Certainty::Possible {"?"} else {""}, x.rule, x.message, String::from_utf8_lossy(source.slice(*span)).chars().take(80).collect::<String>().replace('\n', "⏎"));
            }
            n += 1;
        }
    }
    eprintln!("{n} findings in {:?}", t.elapsed());
}
