//! The whole lint over any bytes: reading, stages, foreseeing, every rule, the policy, every report.

#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use seaworthy::commands::Resolver;
use seaworthy::config::Settings;
use seaworthy::context::Files;
use seaworthy::contract::{Contract, Profile};
use seaworthy::invocation::{Invocation, OwnBase, Platform};
use seaworthy::policy::{Selection, decide};
use seaworthy::report::text::{Count, Look};
use seaworthy::report::{Report, concise, json, text};
use seaworthy::rules::judge;
use seaworthy::source::Source;
use seaworthy::syntax::parse;

fuzz_target!(|bytes: &[u8]| {
    let source = Source::new("Dockerfile", bytes.to_vec()).expect("short");
    let tree = parse(bytes);
    // The file is also its own base and a script of its context.
    let own = OwnBase {
        pattern: "own*".into(),
        dockerfile: Arc::new(Source::new("own", bytes.to_vec()).expect("short")),
    };
    let invocation = Invocation {
        arguments: BTreeMap::from([("GIVEN".to_owned(), "1.2".to_owned())]),
        platform: bytes
            .first()
            .is_some_and(|byte| byte % 2 == 0)
            .then(Platform::default),
        contract: Contract {
            profile: if bytes.len().is_multiple_of(2) {
                Profile::Cvm
            } else {
                Profile::Service
            },
            ..Contract::default()
        },
        bases: Arc::from([own]),
        ..Invocation::default()
    };
    let context = Files(BTreeMap::from([("a.sh".to_owned(), bytes.to_vec())]));
    let findings = judge(&source, &tree, &invocation, &context);
    let verdict = decide(
        &source,
        &tree,
        findings,
        &Settings::default(),
        &Selection::default(),
    );
    let resolver = Resolver {
        source: &source,
        tree: &tree,
        layers: &[],
        context: &context,
        context_name: String::new(),
        known_from: &Default::default(),
        excerpts: true,
        shown: None,
    };
    let (findings, suppressed) = resolver.resolve(verdict);
    let report = Report {
        findings,
        suppressed,
        files: 1,
        ..Report::default()
    }
    .in_order();
    let mut out = Vec::new();
    json::write(&report, &mut out).expect("memory takes all");
    concise::write(&report, &mut out).expect("memory takes all");
    for look in [Look::Ascii, Look::Coloured] {
        text::write(&report, look, Count::Shown, &mut out).expect("memory takes all");
    }
});
