//! What silences a finding, and what does not.

use seaworthy::config::{FailOn, Layer, Settings};
use seaworthy::finding::{Certainty, Finding, Place, Severity};
use seaworthy::policy::{By, Selection, Verdict, decide};
use seaworthy::source::{Source, Span};
use seaworthy::syntax::parse;

/// A finding at each place where the marked word stands in the text.
fn findings(text: &str, word: &str, aliases: &[&'static str]) -> Vec<Finding> {
    let finding = |(at, _): (usize, &str)| Finding {
        rule: "syntax-error",
        aliases: aliases.to_vec(),
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        message: "something is wrong".into(),
        help: None,
        place: Place::here(Span::new(at, at + word.len())),
        stage: None,
        related: Vec::new(),
        fix: None,
    };
    text.match_indices(word).map(finding).collect()
}

fn verdict(text: &str, aliases: &[&'static str]) -> Verdict {
    verdict_with(text, aliases, &Settings::default(), &Selection::default())
}

fn verdict_with(text: &str, aliases: &[&'static str], settings: &Settings, selection: &Selection) -> Verdict {
    let source = Source::new("Dockerfile", text.into()).expect("short");
    let tree = parse(source.text());
    decide(
        &source,
        &tree,
        findings(text, "fault", aliases),
        settings,
        selection,
    )
}

fn rules(verdict: &Verdict) -> Vec<&str> {
    verdict.kept.iter().map(|finding| finding.rule).collect()
}

fn settings(config: &str) -> Settings {
    let source = Source::new("seaworthy.yaml", config.into()).expect("short");
    let layer = Layer::new(source.into(), "/project".into()).expect("it is a sound config");
    seaworthy::config::Config::new(vec![layer]).settings("/project/docker/Dockerfile".as_ref())
}

#[test]
fn a_comment_silences_the_next_instruction_alone() {
    let verdict = verdict(
        "FROM a\n# seaworthy: allow(syntax-error) because it waits\n\n# another\nRUN fault\nRUN fault\n",
        &[],
    );
    assert_eq!(verdict.kept.len(), 1);
    assert_eq!(verdict.silenced.len(), 1);
    assert_eq!(verdict.silenced[0].by, By::Comment);
    assert_eq!(verdict.silenced[0].reason.as_deref(), Some("it waits"));
}

#[test]
fn a_comment_inside_an_instruction_silences_it() {
    let verdict = verdict(
        "FROM a\nRUN fault && \\\n  # seaworthy: allow(syntax-error) because it waits\n  fault\nRUN fault\n",
        &[],
    );
    assert_eq!((verdict.kept.len(), verdict.silenced.len()), (1, 2));
}

#[test]
fn a_comment_for_the_file_may_stand_anywhere() {
    let verdict = verdict(
        "FROM a\nRUN fault\n# seaworthy: allow-file(syntax-error) because of all\n",
        &[],
    );
    assert_eq!((verdict.kept.len(), verdict.silenced.len()), (0, 1));
}

#[test]
fn an_alias_silences_only_findings_that_carry_it() {
    let text = "FROM a\n# seaworthy: allow(DL3008) because it waits\nRUN fault\n";
    assert_eq!(verdict(text, &["DL3008"]).silenced.len(), 1);
    assert_eq!(verdict(text, &["DL3009"]).silenced.len(), 0);
}

#[test]
fn several_names_silence_each_their_own_and_one_that_matches_nothing_is_stale() {
    let text =
        "FROM a\n# seaworthy: allow( syntax-error , allow-without-reason ) because it waits\nRUN fault\n";
    let verdict = verdict(text, &[]);
    assert_eq!(rules(&verdict), ["stale-allow"]);
    let Place::Text { span, .. } = &verdict.kept[0].place else {
        panic!("it stands in the text");
    };
    assert_eq!(&text[span.range()], "allow-without-reason");
}

#[test]
fn two_comments_that_match_are_both_in_use() {
    let text = "# seaworthy: allow-file(syntax-error) because a\nFROM a\n# seaworthy: allow(syntax-error) because b\nRUN fault\n";
    assert!(verdict(text, &[]).kept.is_empty());
}

#[test]
fn a_comment_without_a_reason_silences_nothing_and_is_told_once() {
    let text = "FROM a\n# seaworthy: allow(syntax-error)\nRUN fault\n";
    assert_eq!(
        rules(&verdict(text, &[])),
        ["syntax-error", "allow-without-reason"]
    );
}

#[test]
fn a_comment_after_the_last_instruction_is_stale() {
    let text = "FROM a\nRUN fault\n# seaworthy: allow(syntax-error) because\u{a0}x\n";
    assert_eq!(rules(&verdict(text, &[])), ["syntax-error", "stale-allow"]);
}

#[test]
fn hadolint_needs_no_reason_and_is_never_stale() {
    let text = "FROM a\n# hadolint ignore=DL3008, SC2086 # as said before\nRUN fault\n#hadolint   ignore = DL1\nRUN x\n";
    let verdict = verdict(text, &["DL3008"]);
    assert!(verdict.kept.is_empty());
    assert_eq!(verdict.silenced[0].reason, None);
}

#[test]
fn hadolint_for_the_whole_file() {
    let text = "# hadolint global ignore=DL3008\nFROM a\nRUN fault\nRUN fault\n";
    assert_eq!(verdict(text, &["DL3008"]).silenced.len(), 2);
}

#[test]
fn hadolint_silences_only_the_ids_that_it_names() {
    assert_eq!(
        verdict("FROM a\n# hadolint ignore=syntax-error\nRUN fault\n", &["DL3008"])
            .kept
            .len(),
        1
    );
}

#[test]
fn buildkit_skips_for_the_file_and_for_an_instruction() {
    let file = "# check=skip=JSONArgsRecommended,StageNameCasing;error=true\nFROM a\nRUN fault\n";
    assert_eq!(verdict(file, &["StageNameCasing"]).silenced.len(), 1);
    let one = "FROM a\n# check=skip=StageNameCasing\nRUN fault\nRUN fault\n";
    assert_eq!(verdict(one, &["StageNameCasing"]).silenced.len(), 1);
}

#[test]
fn buildkit_skips_all_of_its_own_checks_alone() {
    let text = "# check=skip=all\nFROM a\nRUN fault\n";
    assert_eq!(verdict(text, &["StageNameCasing"]).silenced.len(), 1);
    assert_eq!(verdict(text, &["DL3008"]).silenced.len(), 0);
    assert_eq!(verdict(text, &[]).silenced.len(), 0);
}

/// How often BuildKit's check still speaks of `fault`.
fn checked(text: &str, check: &'static str) -> usize {
    verdict(text, &[check]).kept.len()
}

#[test]
fn buildkits_comment_before_an_instruction_is_read_as_buildkit_reads_it() {
    let name = "LegacyKeyValueFormat";
    for (comments, kept) in [
        ("# check=skip=LegacyKeyValueFormat", 0),
        ("#check = skip=Other, LegacyKeyValueFormat", 1),
        ("#CHECK=skip=Other,LegacyKeyValueFormat;experimental=all", 0),
        ("# why\n# check=skip=LegacyKeyValueFormat\n\n\n# and so on", 0),
        ("# check=skip=all", 0),
        ("  # check=skip=LegacyKeyValueFormat", 1),
        ("# check=skip=LegacyKeyValueFormat\n#", 1),
        ("# check=skip=LegacyKeyValueFormat;foo", 1),
        ("# check=skip=Other\n# check=skip=LegacyKeyValueFormat", 1),
        ("# check=skip=legacykeyvalueformat", 1),
        ("# checks=skip=LegacyKeyValueFormat", 1),
    ] {
        let text = format!("FROM a\n{comments}\nENV fault\n");
        assert_eq!(checked(&text, name), kept, "{comments}");
    }
}

#[test]
fn buildkits_comment_before_an_instruction_does_not_reach_what_is_of_the_file() {
    for name in [
        "DuplicateStageName",
        "NoEmptyContinuation",
        "ConsistentInstructionCasing",
    ] {
        for skip in [name, "all"] {
            assert_eq!(
                checked(&format!("FROM a\n# check=skip={skip}\nFROM fault\n"), name),
                1
            );
            assert_eq!(
                checked(&format!("# check=skip={skip}\nFROM a\nFROM fault\n"), name),
                0
            );
        }
    }
}

#[test]
fn buildkits_directive_counts_only_where_it_is_in_force() {
    let name = "StageNameCasing";
    assert_eq!(
        checked("#!/x\n# check=skip=StageNameCasing\nFROM a\nFROM fault\n", name),
        0
    );
    assert_eq!(
        checked(" # check=skip=StageNameCasing\nFROM a\nFROM fault\n", name),
        1
    );
    assert_eq!(
        checked("# check=skip=A, StageNameCasing\nFROM a\nFROM fault\n", name),
        1
    );
    assert_eq!(
        checked("# check=skip=StageNameCasing;error=x\nFROM a\nFROM fault\n", name),
        1
    );
}

#[test]
fn buildkit_does_not_skip_what_it_has_to_be_asked_for() {
    let text = "# check=skip=all\nFROM a\nFROM fault\n";
    assert_eq!(checked(text, "InvalidDefinitionDescription"), 1);
}

#[test]
fn in_the_config_an_alias_beats_the_name() {
    let settings = settings("rules: {stale-allow: off}\n");
    assert_eq!(settings.fail_on, FailOn::Warning);
    let text = "FROM a\nRUN fault\n";
    let mut both = settings.clone();
    both.levels = vec![
        seaworthy::config::LevelSaid {
            name: "DL3008".into(),
            level: seaworthy::config::Level::Info,
        },
        seaworthy::config::LevelSaid {
            name: "syntax-error".into(),
            level: seaworthy::config::Level::Off,
        },
    ];
    let none = Selection::default();
    let kept = verdict_with(text, &["DL3008"], &both, &none).kept;
    assert_eq!(kept[0].severity, Severity::Info);
    assert!(verdict_with(text, &["DL3009"], &both, &none).kept.is_empty());
}

#[test]
fn a_comment_is_not_stale_where_the_config_turns_the_rule_off() {
    let settings = settings("rules: {syntax-error: off}\n");
    let text = "FROM a\n# seaworthy: allow(syntax-error) because it waits\nRUN fault\n";
    let verdict = verdict_with(text, &[], &settings, &Selection::default());
    assert!(verdict.kept.is_empty() && verdict.silenced.is_empty());
}

#[test]
fn the_config_accepts_in_the_paths_that_it_names() {
    let text = "FROM a\nRUN fault\n";
    for (paths, silenced) in [
        ("docker/**", 1),
        ("docker", 1),
        ("docker/", 1),
        ("docker/Dockerfile", 1),
        ("Dockerfile", 1),
        ("./docker", 1),
        ("/Dockerfile", 0),
        ("other/**", 0),
    ] {
        let config = format!("ignore: [{{rule: syntax-error, paths: ['{paths}'], reason: because}}]\n");
        let verdict = verdict_with(text, &[], &settings(&config), &Selection::default());
        assert_eq!(verdict.silenced.len(), silenced, "{paths}");
    }
}

#[test]
fn a_comment_comes_before_the_config() {
    let settings = settings("ignore: [{rule: syntax-error, reason: from the config}]\n");
    let text = "FROM a\n# seaworthy: allow(syntax-error) because of the comment\nRUN fault\n";
    let verdict = verdict_with(text, &[], &settings, &Selection::default());
    assert_eq!(verdict.silenced[0].reason.as_deref(), Some("of the comment"));
}

#[test]
fn the_command_line_leaves_out_and_replaces() {
    let text = "FROM a\nRUN fault\n";
    let ignore = |name: &str| Selection {
        ignore: vec![name.into()],
        ..Selection::default()
    };
    let select = |name: &str| Selection {
        select: Some(vec![name.into()]),
        ..Selection::default()
    };
    let kept = |selection| {
        verdict_with(text, &["DL3008"], &Settings::default(), &selection)
            .kept
            .len()
    };
    assert_eq!(kept(ignore("DL3008")), 0);
    assert_eq!(kept(ignore("DL3009")), 1);
    assert_eq!(kept(select("DL3008")), 1);
    // A file that cannot be read is told whatever is selected.
    assert_eq!(kept(select("stale-allow")), 1);
}

#[test]
fn what_nobody_looked_for_is_not_stale() {
    let text = "FROM a\n# seaworthy: allow(allow-without-reason) because it waits\nRUN x\n";
    let ignored = Selection {
        ignore: vec!["allow-without-reason".into()],
        ..Selection::default()
    };
    assert!(
        verdict_with(text, &[], &Settings::default(), &ignored)
            .kept
            .is_empty()
    );
    assert_eq!(rules(&verdict(text, &[])), ["stale-allow"]);
}

#[test]
fn comments_that_are_not_ours_are_left_alone() {
    for comment in [
        "# seaworthy",
        "# seaworthyness: allow(x)",
        "# hadolint shell=bash",
        "#hadolintignore=DL3008",
        "# check",
        "# \u{1}",
    ] {
        let text = format!("FROM a\n{comment}\nRUN x\n");
        assert!(verdict(&text, &[]).kept.is_empty(), "{comment}");
    }
}

#[test]
fn comments_of_ours_that_cannot_be_read_are_told() {
    for comment in [
        "allow",
        "allow()",
        "allow(",
        "allow(,)",
        "deny(x)",
        "",
        "allow-file",
    ] {
        let text = format!("FROM a\n# seaworthy: {comment}\nRUN x\n");
        assert_eq!(rules(&verdict(&text, &[])), ["stale-allow"], "{comment}");
    }
}
