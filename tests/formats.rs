//! Every format holds what it is fed: it can be read by what reads it, and no text of a file or a path
//! gets out of its place.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use seaworthy::checklist::{self, Judged, State};
use seaworthy::finding::{Certainty, Edit, Fix, Safety, Severity};
use seaworthy::image::{Inspected, Keep, observe};
use seaworthy::invocation::Invocation;
use seaworthy::report::probes::{self, ProbeOutcome};
use seaworthy::report::{
    Entry, JudgedImage, Problem, Report, Spot, Suppressed, checkstyle, codeclimate, concise, github, gitlab,
    gnu, hadolint, json, junit, markdown, printable, sarif, sonarqube, structure, text,
};
use seaworthy::source::{Position, Span};
use serde_json::Value;

type Writer = fn(&Report, &mut dyn Write) -> io::Result<()>;

const FORMATS: &[(&str, Writer)] = &[
    ("text", |report, out| {
        text::write(report, text::Look::Plain, text::Count::Shown, out)
    }),
    ("concise", concise::write),
    ("json", json::write),
    ("sarif", sarif::write),
    ("github", github::write),
    ("gitlab", gitlab::write),
    ("junit", junit::write),
    ("checkstyle", checkstyle::write),
    ("codeclimate", codeclimate::write),
    ("sonarqube", sonarqube::write),
    ("gnu", gnu::write),
    ("markdown", markdown::write),
];

fn hostile() -> Vec<String> {
    let signs = [
        "a\nb",
        "a\r\n::error::x",
        "%0A::error::x",
        "::stop-commands::token",
        "  ::error file=x::y",
        "\n::stop-commands::token\n",
        "##[error]x",
        "##vso[task.complete result=Failed;]x",
        "\u{1b}[31mred\u{1b}]8;;http://evil\u{7}",
        "\u{202e}txt.exe\u{2066}",
        "\u{9b}31m\u{7f}\u{0}\u{feff}\u{ffff}",
        "\"quoted' `back` \\ tick`",
        "]]><x a=\"b\">&amp;<!-- -->",
        "a | b || `c|d` \\|",
        "file,line=1:2,title=x::y",
        "[x](javascript:alert(1)) <img src=x> @user #1 www.evil.example http://evil.example",
        "{\"json\": [1]}",
        "",
    ];
    let mut all: Vec<String> = signs.iter().map(|sign| (*sign).to_owned()).collect();
    all.push("n".repeat(10_000));
    all.push(format!("{}\n::error::{}", "é|".repeat(5_000), "]]>".repeat(100)));
    all
}

fn position(line: u32, column: u32) -> Position {
    Position {
        line,
        column,
        byte: 7,
    }
}

fn spot(path: &str) -> Spot {
    Spot::Text {
        path: Arc::from(path),
        start: position(3, 5),
        end: position(3, 9),
    }
}

fn entry(path: &str, words: &str, severity: Severity) -> Entry {
    Entry {
        rule: "secret-in-arg-or-env",
        aliases: vec!["DL3064"],
        severity,
        certainty: Certainty::Certain,
        message: words.to_owned(),
        help: Some(words.to_owned()),
        url: None,
        spot: spot(path),
        stage: Some(words.to_owned()),
        related: vec![(words.to_owned(), spot(path))],
        fix: Some(Fix {
            title: words.to_owned(),
            safety: Safety::Safe,
            edits: vec![Edit {
                span: Span::new(7, 9),
                text: words.to_owned(),
            }],
        }),
        edit_spots: vec![spot(path)],
        instruction_line: Some(3),
        invocations: vec![words.to_owned()],
        fingerprint: "0123456789abcdef".into(),
        excerpt: None,
    }
}

/// A finding in a layer of an image.
fn in_a_layer(image: &str) -> Report {
    let mut one = entry("x", "in a layer", Severity::Warning);
    one.spot = Spot::Layer {
        index: 2,
        created_by: Arc::from("RUN x"),
        image: Arc::from(image),
    };
    let mut report = Report::default();
    report.findings.push(one);
    report
}

/// Every hostile text as a message in every hostile path, and what cannot be read beside it.
fn hostile_report() -> Report {
    let mut report = Report::default();
    for (index, words) in hostile().iter().enumerate() {
        let severity = [
            Severity::Error,
            Severity::Warning,
            Severity::Info,
            Severity::Style,
        ][index % 4];
        report.findings.push(entry(words, words, severity));
        report.suppressed.push(Suppressed {
            entry: entry(words, words, severity),
            by: ["comment", "config", "baseline"][index % 3],
            reason: Some(words.clone()),
        });
        report.errors.push(Problem {
            path: words.clone(),
            message: words.clone(),
        });
        report.names.push(words.clone());
    }
    report.files = report.names.len();
    report
}

fn written(writer: Writer, report: &Report) -> String {
    let mut out = Vec::new();
    writer(report, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("what is written is UTF-8")
}

fn by_name(name: &str) -> Writer {
    FORMATS
        .iter()
        .find(|(one, _)| *one == name)
        .expect("it is there")
        .1
}

#[test]
fn no_text_reaches_the_terminal_or_the_runner() {
    let report = hostile_report();
    for (name, writer) in FORMATS {
        let out = written(*writer, &report);
        for sign in out.chars() {
            let ends_a_document = *name == "codeclimate" && sign == '\0';
            let harmless = sign == '\n' || ends_a_document || printable::printable_char(sign) == sign;
            assert!(harmless, "{name} lets {sign:?} through");
        }
        assert!(!out.contains("##[") && !out.contains("##vso["), "{name}");
        let commands = out.lines().filter(|line| line.trim_start().starts_with("::"));
        for line in commands {
            let own = ["::error ", "::warning ", "::notice "]
                .iter()
                .any(|start| line.starts_with(start));
            assert!(*name == "github" && own, "{name}: {line}");
        }
    }
}

#[test]
fn a_finding_is_one_line_where_lines_are_findings() {
    let report = hostile_report();
    for name in ["concise", "gnu"] {
        let out = written(by_name(name), &report);
        assert_eq!(out.lines().count(), report.findings.len(), "{name}");
    }
    for name in ["gitlab", "sonarqube", "sarif"] {
        assert_eq!(written(by_name(name), &report).lines().count(), 1, "{name}");
    }
}

fn parsed(name: &str, report: &Report) -> Value {
    let out = written(by_name(name), report);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn json_holds_every_path_and_message_as_it_is() {
    let report = hostile_report();
    let expected: Vec<&str> = report.findings.iter().map(|one| one.message.as_str()).collect();
    let all = |list: &Value, pointer: &str| -> Vec<String> {
        let list = list.as_array().expect("a list");
        let text = |one: &Value| one.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        list.iter().map(|one| text(one).expect(pointer)).collect()
    };
    let json = parsed("json", &report);
    assert_eq!(all(&json["findings"], "/message"), expected);
    assert_eq!(all(&json["findings"], "/path"), expected);
    assert_eq!(all(&json["suppressed"], "/reason"), expected);
    let gitlab = parsed("gitlab", &report);
    assert_eq!(all(&gitlab, "/location/path"), expected);
    let sonarqube = parsed("sonarqube", &report);
    assert_eq!(all(&sonarqube["issues"], "/primaryLocation/filePath"), expected);
    assert_eq!(all(&sonarqube["issues"], "/primaryLocation/message"), expected);
    let documents = written(codeclimate::write, &report);
    let documents: Vec<Value> = documents
        .split_terminator('\0')
        .map(|document| serde_json::from_str(document).expect("a document"))
        .collect();
    assert_eq!(all(&Value::Array(documents), "/location/path"), expected);
}

#[test]
fn gitlab_has_every_fingerprint_once_and_the_rule_in_the_words() {
    let mut report = hostile_report();
    report.findings.push(report.findings[0].clone());
    let gitlab = parsed("gitlab", &report);
    let issues = gitlab.as_array().expect("a list");
    let prints: std::collections::BTreeSet<&str> = issues
        .iter()
        .filter_map(|one| one["fingerprint"].as_str())
        .collect();
    assert_eq!(prints.len(), report.findings.len());
    for issue in issues {
        let keys: Vec<&String> = issue.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            ["check_name", "description", "fingerprint", "location", "severity"]
        );
        let words = issue["description"].as_str().expect("words");
        assert!(words.starts_with("secret-in-arg-or-env: "));
    }
    assert_eq!(written(gitlab::write, &Report::default()), "[]\n");
}

/// What of SARIF the schema alone does not ask for, as GitHub wants it.
fn check_sarif(log: &Value) {
    // The schema of the standard, as the crate serde-sarif 0.8.0 ships it (OASIS lets it be copied).
    let schema = include_str!("../fixtures/formats/sarif-schema-2.1.0.json");
    // One pattern of it, that of a language, closes a bracket too many; no language is written.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is one");
    let faults: Vec<String> = validator
        .iter_errors(log)
        .map(|error| error.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in rules {
        for pointer in [
            "/help/text",
            "/help/markdown",
            "/shortDescription/text",
            "/defaultConfiguration/level",
            "/properties/precision",
        ] {
            let text = rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            assert!(!text.is_empty(), "{pointer} of {rule}");
        }
    }
    for outcome in run["results"].as_array().expect("results") {
        let index = outcome["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], outcome["ruleId"]);
        let region = outcome
            .pointer("/locations/0/physicalLocation/region")
            .expect("a region");
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[key].as_u64().is_some_and(|number| number >= 1), "{region}");
        }
        let print = &outcome["partialFingerprints"]["primaryLocationLineHash"];
        assert!(print.as_str().is_some_and(|print| !print.is_empty()));
    }
}

#[test]
fn sarif_is_valid_whatever_is_in_it() {
    let report = hostile_report();
    let log = parsed("sarif", &report);
    check_sarif(&log);
    check_sarif(&parsed("sarif", &Report::default()));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 2 * report.findings.len());
    let first = &results[0];
    assert_eq!(
        first["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"]["startColumn"],
        5
    );
    assert_eq!(first["suppressions"], Value::Array(Vec::new()));
    let kinds = |by: &str| {
        let index = report
            .suppressed
            .iter()
            .position(|one| one.by == by)
            .expect("one");
        results[report.findings.len() + index]["suppressions"][0]["kind"].clone()
    };
    assert_eq!(kinds("comment"), "inSource");
    assert_eq!(kinds("config"), "external");
    assert_eq!(kinds("baseline"), "external");
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["properties"]["security-severity"], "7.5");
}

#[test]
fn only_security_rules_have_a_security_severity() {
    let mut report = Report::default();
    let mut one = entry("Dockerfile", "x", Severity::Error);
    one.rule = "relative-workdir";
    report.findings.push(one);
    let log = parsed("sarif", &report);
    check_sarif(&log);
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "relative-workdir");
    assert_eq!(rule["properties"].get("security-severity"), None);
}

#[test]
fn sarif_has_at_most_as_many_results_as_github_takes_and_the_worst() {
    let mut report = Report::default();
    for _ in 0..sarif::RESULTS {
        report.findings.push(entry("a", "mild", Severity::Info));
    }
    report.findings.push(entry("b", "grave", Severity::Error));
    let log = parsed("sarif", &report);
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), sarif::RESULTS);
    assert_eq!(results[sarif::RESULTS - 1]["level"], "error");
    let note = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(
        note["message"]["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("1 results"))
    );
}

/// The elements of an XML document, each with its attributes.
fn elements(document: &str) -> Vec<(String, Vec<(String, String)>)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(document);
    reader.config_mut().check_end_names = true;
    let mut elements = Vec::new();
    let mut depth = 0;
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error}"));
        let start = match &event {
            Event::Start(start) => {
                depth += 1;
                start
            }
            Event::Empty(start) => start,
            Event::End(_) => {
                depth -= 1;
                continue;
            }
            Event::Eof => break,
            Event::Comment(_) | Event::CData(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("nothing writes {event:?}")
            }
            _ => continue,
        };
        let attribute = |one: Result<quick_xml::events::attributes::Attribute, _>| {
            let one = one.unwrap_or_else(|error| panic!("{error}"));
            let name = one.key.as_ref().to_owned();
            let value = quick_xml::escape::unescape(&one.value)
                .expect("entities")
                .into_owned();
            (name, value)
        };
        let name = start.name().as_ref().to_owned();
        elements.push((name, start.attributes().map(attribute).collect()));
    }
    assert_eq!(depth, 0, "every element is closed");
    elements
}

#[test]
fn xml_holds_every_finding_in_an_element() {
    let report = hostile_report();
    let count = report.findings.len();
    let named = |name: &str, elements: &[(String, Vec<(String, String)>)]| {
        elements.iter().filter(|(one, _)| one == name).count()
    };
    let junit = elements(&written(junit::write, &report));
    assert_eq!(named("testsuite", &junit), count);
    assert_eq!(named("failure", &junit), count);
    assert_eq!(named("error", &junit), count);
    let checkstyle = elements(&written(checkstyle::write, &report));
    assert_eq!(named("file", &checkstyle), count);
    assert_eq!(named("error", &checkstyle), 2 * count);
    let message = |words: &str| printable::printable(words).replace('\u{ffff}', "\u{fffd}");
    for (elements, element) in [(&junit, "failure"), (&checkstyle, "error")] {
        let messages: std::collections::BTreeSet<&str> = elements
            .iter()
            .filter(|(name, _)| name == element)
            .flat_map(|(_, attributes)| attributes)
            .filter(|(name, _)| name == "message")
            .map(|(_, value)| value.as_str())
            .collect();
        for one in &report.findings {
            assert!(
                messages.contains(message(&one.message).as_str()),
                "{element}: {}",
                one.message
            );
        }
    }
}

#[test]
fn a_clean_file_is_told_where_files_are() {
    let mut report = Report::default();
    report.names.push("Dockerfile".into());
    report.files = 1;
    assert!(written(checkstyle::write, &report).contains("<file name=\"Dockerfile\"/>"));
    let junit = elements(&written(junit::write, &report));
    assert!(junit.iter().any(|(name, _)| name == "testcase"));
    assert!(!junit.iter().any(|(name, _)| name == "failure"));
}

#[test]
fn a_markdown_table_has_its_cells() {
    let report = hostile_report();
    let out = written(markdown::write, &report);
    let rows: Vec<&str> = out.lines().filter(|line| line.starts_with("| ")).collect();
    // The heading and the line below it are rows, too.
    assert_eq!(rows.len(), report.findings.len() + 2);
    for row in rows {
        assert_eq!(row.matches('|').count(), 5, "{row}");
        assert!(row.matches('`').count() <= 2, "{row}");
        assert!(
            !row.contains("@user") && !row.contains("<img") && !row.contains("]("),
            "{row}"
        );
    }
}

#[test]
fn a_summary_obeys_its_limit() {
    let mut report = Report::default();
    for _ in 0..1_000 {
        report
            .findings
            .push(entry("Dockerfile", &"w".repeat(400), Severity::Warning));
    }
    let table = markdown::table(&report, 100_000);
    assert!(table.len() <= 100_000 && table.len() > 90_000, "{}", table.len());
    assert!(table.trim_end().ends_with("more in the log |"), "{table}");
    assert_eq!(markdown::table(&report, 10), "");
}

#[test]
fn github_shows_ten_of_a_kind_the_worst_first_and_says_how_many_more() {
    let mut report = Report::default();
    for index in 0..30 {
        let mut one = entry("Dockerfile", &format!("mild {index}"), Severity::Warning);
        one.help = None;
        report.findings.push(one);
    }
    for index in 0..10 {
        report
            .findings
            .push(entry("z", &format!("grave {index}"), Severity::Error));
    }
    let mut possible = entry("a", "possible", Severity::Warning);
    possible.certainty = Certainty::Possible;
    report.findings.insert(0, possible);
    let out = written(github::write, &report);
    let of = |kind: &str| {
        out.lines()
            .filter(|line| line.starts_with(kind))
            .collect::<Vec<_>>()
    };
    let (errors, warnings) = (of("::error "), of("::warning "));
    assert_eq!(errors.len(), 10);
    assert_eq!(warnings.len(), 10);
    assert!(out.starts_with(
        "::error file=z,line=3,endLine=3,col=5,endColumn=9,title=secret-in-arg-or-env::grave 0%0A"
    ));
    assert!(warnings[0].ends_with("::mild 0"));
    assert!(warnings[9].ends_with("::22 more in the log"));
    let plain: Vec<&str> = out.lines().filter(|line| !line.starts_with("::")).collect();
    assert_eq!(plain.len(), 22);
    assert!(plain.last().is_some_and(|line| line.ends_with("possible")));
}

#[test]
fn github_has_no_columns_over_several_lines() {
    let mut report = Report::default();
    let mut one = entry("Dockerfile", "x", Severity::Error);
    one.help = None;
    one.spot = Spot::Text {
        path: Arc::from("Dockerfile"),
        start: position(3, 5),
        end: position(5, 1),
    };
    report.findings.push(one);
    assert_eq!(
        written(github::write, &report),
        "::error file=Dockerfile,line=3,endLine=4,title=secret-in-arg-or-env::x\n"
    );
}

#[test]
fn a_layer_of_an_image_stands_in_every_format() {
    let report = in_a_layer("");
    for (name, writer) in FORMATS {
        let out = written(*writer, &report);
        assert!(out.contains("in a layer"), "{name}: {out}");
    }
    check_sarif(&parsed("sarif", &report));
    let report = report.of_image(JudgedImage {
        name: Arc::from("registry.example.com/ws:1"),
        rules: vec!["home-shadowed", "stopsignal"],
        dockerfile: None,
    });
    for (name, writer) in FORMATS {
        let out = written(*writer, &report);
        assert!(
            out.contains("in a layer") && !out.contains("layer-2"),
            "{name}: {out}"
        );
    }
    check_sarif(&parsed("sarif", &report));
}

#[test]
fn sarif_names_the_image_and_the_layer_in_it() {
    let report = in_a_layer("");
    let report = report.of_image(JudgedImage {
        name: Arc::from("ws:1"),
        rules: Vec::new(),
        dockerfile: None,
    });
    let location = &parsed("sarif", &report)["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "ws%3A1");
    assert_eq!(location["logicalLocations"][0]["name"], "layer 2");
    assert_eq!(
        location["logicalLocations"][0]["fullyQualifiedName"],
        "ws:1/layer 2"
    );
}

#[test]
fn junit_has_a_case_for_each_rule_of_an_image() {
    let mut report = Report::default();
    for (rule, message) in [
        ("home-shadowed", "one"),
        ("home-shadowed", "two"),
        ("other", "three"),
    ] {
        let mut one = entry("Dockerfile", message, Severity::Warning);
        one.rule = rule;
        report.findings.push(one);
    }
    let report = report.of_image(JudgedImage {
        name: Arc::from("ws:1"),
        rules: vec!["aaa", "home-shadowed"],
        dockerfile: None,
    });
    let out = written(junit::write, &report);
    assert!(
        out.contains("<testsuite name=\"ws:1\" tests=\"3\" failures=\"2\""),
        "{out}"
    );
    assert!(
        out.contains("<testcase name=\"aaa\" classname=\"ws:1\"/>"),
        "{out}"
    );
    assert_eq!(out.matches("<testcase ").count(), 3, "{out}");
    assert_eq!(out.matches("<failure ").count(), 2, "{out}");
    assert!(out.contains("two (and 1 more)") && out.contains(": one"), "{out}");
}

#[test]
fn an_annotation_of_a_layer_has_no_file() {
    let report = in_a_layer("ws:1");
    let out = written(github::write, &report);
    assert!(
        out.starts_with("::warning title=") && out.contains("layer 2 of ws:1"),
        "{out}"
    );
}

/// An image that fails by nothing but its contract, a probe and a test; `words` stand wherever text of others
/// does.
fn failing(words: &str, dockerfile: Option<&str>) -> Report {
    let mut invocation = Invocation::default();
    invocation.contract.docker = Some(true);
    let facts = observe(&Inspected::default(), None, &Keep::default());
    let mut contract: Vec<Judged> = checklist::judge(&facts, None, &invocation);
    for (point, state) in contract.iter_mut().zip(
        [State::Met, State::Unmet, State::Unknown, State::NotApplicable]
            .into_iter()
            .cycle(),
    ) {
        point.state = state;
        point.evidence = format!("evidence {} {words}", point.number);
    }
    let probe = |name: &str, state| ProbeOutcome {
        name: format!("{name} {words}"),
        point: None,
        state,
        seconds: 1.25,
        output: format!("seen by {name} {words}\nsecond line of {name}"),
    };
    let test = |name: &str, state| structure::Outcome {
        file: format!("tests.yaml {words}"),
        name: format!("{name} {words}"),
        state,
        errors: vec![format!("wrong in {name} {words}")],
    };
    Report {
        contract,
        probes: Some(vec![
            probe("good-probe", probes::State::Passed),
            probe("bad-probe", probes::State::Failed),
            probe("late-probe", probes::State::Timeout),
            probe("left-probe", probes::State::Skipped),
        ]),
        structure: vec![
            test("good-test", structure::State::Passed),
            test("bad-test", structure::State::Failed),
            test("left-test", structure::State::Skipped),
        ],
        ..Report::default()
    }
    .of_image(JudgedImage {
        name: Arc::from("ws:1"),
        rules: Vec::new(),
        dockerfile: dockerfile.map(Arc::from),
    })
}

#[test]
fn no_format_hides_what_fails_beside_findings() {
    for dockerfile in [None, Some("images/Dockerfile")] {
        let report = failing("", dockerfile);
        for (name, writer) in FORMATS {
            let out = written(*writer, &report);
            for told in [
                "evidence 2 ",
                "seen by bad-probe",
                "seen by late-probe",
                "wrong in bad-test",
            ] {
                assert!(out.contains(told), "{name} does not tell {told}: {out}");
            }
            let tells_all = matches!(*name, "text" | "json" | "junit" | "markdown");
            for told in ["good-probe", "left-probe", "good-test", "evidence 3 "] {
                assert_eq!(out.contains(told), tells_all, "{name}, {told}: {out}");
            }
        }
    }
}

#[test]
fn sarif_has_a_rule_for_each_point_and_results_where_the_dockerfile_lies() {
    for (dockerfile, uri) in [(None, "ws%3A1"), (Some("images/Dockerfile"), "images/Dockerfile")] {
        let report = failing("x", dockerfile);
        let log = parsed("sarif", &report);
        check_sarif(&log);
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("results");
        let of = |rule: &str| results.iter().filter(|one| one["ruleId"] == rule).count();
        let unmet = report.contract.iter().filter(|point| point.state == State::Unmet);
        let unmet: Vec<_> = unmet.collect();
        assert_eq!(unmet.len(), 6);
        assert_eq!(results.len(), unmet.len() + 4);
        for point in unmet {
            assert_eq!(of(point.rule), 1, "{}", point.name);
        }
        assert_eq!(
            (
                of("contract-number"),
                of("probe-failed"),
                of("structure-test-failed")
            ),
            (1, 2, 1)
        );
        for result in results {
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], uri);
            assert_eq!(place["region"]["startLine"], 1);
        }
        let prints: BTreeSet<&str> = results
            .iter()
            .filter_map(|one| one["partialFingerprints"]["seaworthy/v1"].as_str())
            .collect();
        assert_eq!(prints.len(), results.len());
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        let rule = rules
            .iter()
            .find(|rule| rule["id"] == "contract-number")
            .expect("it is listed");
        assert_eq!(rule["name"], "ContractNumber");
        assert_eq!(
            rule["shortDescription"]["text"],
            "Nobody else has the user's number."
        );
        assert_eq!(rule["defaultConfiguration"]["level"], "error");
    }
}

#[test]
fn markdown_draws_the_checklist_and_has_a_table_of_probes_and_tests() {
    let out = written(markdown::write, &failing("", None));
    let square = |sign: char| {
        out.lines()
            .find(|line| line.starts_with('🟩') && line.chars().count() == 22)
            .map(|line| line.matches(sign).count())
    };
    assert_eq!(
        ['🟩', '🟥', '🟨', '⬜'].map(square),
        [Some(6), Some(6), Some(5), Some(5)],
        "{out}"
    );
    assert!(
        out.contains("### Contract: 6 of 17 points met, 6 unmet, 5 unknown"),
        "{out}"
    );
    assert!(
        out.contains("| 🟥 unmet | 2 | **number**: nobody else has the user's number | evidence 2  |"),
        "{out}"
    );
    assert!(
        out.contains("<details><summary>6 met, 5 not asked for</summary>"),
        "{out}"
    );
    assert!(out.contains("### Probes: 1 passed, 2 failed, 1 skipped"), "{out}");
    assert!(
        out.contains("seen by bad-probe <br>second line of bad-probe |"),
        "{out}"
    );
    assert!(!out.contains("second line of good-probe"), "{out}");
    assert!(
        out.contains("### Structure tests: 1 passed, 1 failed, 1 skipped"),
        "{out}"
    );
    // What stays open is seen at once, and all else once somebody asks.
    let (open, rest) = out.split_once("<details>").expect("there is a part to open");
    assert!(
        open.contains("evidence 3 ") && rest.contains("evidence 1 "),
        "{out}"
    );
}

#[test]
fn hostile_text_of_probes_and_tests_stays_in_its_place() {
    for words in hostile() {
        let report = failing(&words, Some("Dockerfile"));
        for (name, writer) in FORMATS {
            let out = written(*writer, &report);
            // The last format of XML may hold a line end in an attribute only as its number.
            for line in out.lines() {
                let is_command = line.starts_with("::") || line.contains("##[") || line.contains("##vso[");
                assert!(
                    !is_command || *name == "github" && !line.contains("##"),
                    "{name}: {line:?}"
                );
            }
            assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{name}");
        }
        check_sarif(&parsed("sarif", &report));
        let out = written(markdown::write, &report);
        for row in out.lines().filter(|line| line.starts_with("| ")) {
            let cells = row.matches('|').count();
            assert!(
                cells == 5
                    || cells == 4 && row.contains("-test")
                    || row == "| | test | what is wrong |"
                    || row == "| --- | --- | --- |",
                "{row}"
            );
        }
    }
}

#[test]
fn a_summary_keeps_the_contract_where_findings_are_cut() {
    let mut report = failing("", None);
    for _ in 0..1_000 {
        let one = entry("Dockerfile", &"w".repeat(400), Severity::Warning);
        report.findings.push(one);
    }
    let table = markdown::table(&report, 60_000);
    assert!(table.len() <= 60_000 && table.len() > 50_000, "{}", table.len());
    for told in ["### Contract", "more in the log |", "bad-probe", "bad-test"] {
        assert!(table.contains(told), "{told}");
    }
    let table = markdown::table(&report, 8_000);
    assert!(
        table.len() <= 8_000 && table.contains("### Contract"),
        "{}",
        table.len()
    );
}

type HadolintWriter = fn(&[hadolint::File], &mut dyn Write) -> io::Result<()>;

const OF_HADOLINT: &[(&str, HadolintWriter)] = &[
    ("tty", |files, out| hadolint::tty(files, text::Look::Plain, out)),
    ("json", hadolint::json),
    ("checkstyle", hadolint::checkstyle),
    ("codeclimate", hadolint::codeclimate),
    ("gitlab_codeclimate", hadolint::gitlab_codeclimate),
    ("gnu", hadolint::gnu),
    ("codacy", hadolint::codacy),
    ("sonarqube", hadolint::sonarqube),
    ("sarif", hadolint::sarif),
    ("junit", hadolint::junit),
];

/// Each hostile text as a message in a hostile path, and as what keeps a file from being read.
fn hostile_files() -> Vec<hadolint::File> {
    let mut files = Vec::new();
    for words in hostile() {
        let entries = [entry(&words, &words, Severity::Warning)];
        files.push(hadolint::File::checked(&words, &entries, |_, severity| {
            Some(severity)
        }));
        let mut refusal = entry(&words, &words, Severity::Error);
        refusal.rule = "syntax-error";
        refusal.aliases.clear();
        files.push(hadolint::File::refused(&words, &[refusal]).expect("it is refused"));
    }
    files
}

#[test]
fn no_text_gets_out_of_the_formats_of_hadolint() {
    let files = hostile_files();
    for (name, writer) in OF_HADOLINT {
        let mut out = Vec::new();
        writer(&files, &mut out).expect("memory can be written to");
        let out = String::from_utf8(out).expect("what is written is UTF-8");
        for sign in out.chars() {
            let ends_a_document = *name == "codeclimate" && sign == '\0';
            let harmless = sign == '\n' || ends_a_document || printable::printable_char(sign) == sign;
            assert!(harmless, "{name} lets {sign:?} through");
        }
        assert!(!out.contains("##[") && !out.contains("##vso["), "{name}");
        assert!(
            !out.lines().any(|line| line.trim_start().starts_with("::")),
            "{name}"
        );
        let told = files.len();
        match *name {
            "tty" | "gnu" => assert_eq!(out.lines().count(), told, "{name}"),
            "json" | "gitlab_codeclimate" | "sonarqube" | "sarif" => {
                let value: Value =
                    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{name}: {error}"));
                let list = match *name {
                    "sonarqube" => &value["issues"],
                    "sarif" => &value["runs"][0]["results"],
                    _ => &value,
                };
                assert_eq!(list.as_array().map(Vec::len), Some(told), "{name}");
            }
            "codacy" => {
                let documents = serde_json::Deserializer::from_str(&out).into_iter::<Value>();
                assert_eq!(documents.filter(Result::is_ok).count(), told, "{name}");
            }
            "codeclimate" => assert_eq!(out.split_terminator('\0').count(), told, "{name}"),
            "junit" => {
                let failures = elements(&out).into_iter().filter(|(one, _)| one == "failure");
                assert_eq!(failures.count(), told, "{name}");
            }
            _ => {
                let errors = elements(&out).into_iter().filter(|(one, _)| one == "error");
                assert_eq!(errors.count(), told, "{name}");
            }
        }
    }
}
