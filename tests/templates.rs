//! Templates: what ours make lints clean, and what is hostile is refused and writes nothing.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use seaworthy::source::Source;
use seaworthy::template::{self, Folder, Given, Library, MadeFiles, Template};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The templates that can be made.
const NAMES: [&str; 11] = [
    "cuda",
    "desktop",
    "devcontainer",
    "enterprise-base",
    "golang",
    "java",
    "minimal",
    "node",
    "python",
    "rust",
    "service",
];

fn ours(name: &str) -> Template {
    let template = Library::builtin().template(name);
    template.unwrap_or_else(|faults| panic!("{name}: {faults}"))
}

/// What a template makes of answers as they are typed.
fn made(template: &Template, typed: &[&str]) -> Result<MadeFiles, String> {
    let mut given = Given::default();
    for text in typed {
        given
            .add_typed(template, text)
            .map_err(|fault| fault.to_string())?;
    }
    let answers = template
        .answers_by_default(&given)
        .map_err(|faults| faults.to_string())?;
    template.make(&answers).map_err(|faults| faults.to_string())
}

fn text<'m>(made: &'m MadeFiles, path: &str) -> &'m str {
    let file = made.get(path).unwrap_or_else(|| panic!("{path} is made"));
    str::from_utf8(&file.bytes).expect("it is text")
}

fn run(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    output.expect("the program runs")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All paths below a folder.
fn listed(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(&at).expect("it can be listed") {
            let path = entry.expect("it can be read").path();
            let below = path.strip_prefix(folder).expect("it lies there");
            found.push(below.to_string_lossy().into_owned());
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_of_the_templates_is_compiled_in() {
    let folder = root().join("templates");
    let list: Vec<String> = listed(&folder)
        .into_iter()
        .filter(|path| folder.join(path).is_file())
        .collect();
    let path = root().join("src/template/builtin.rs");
    let old = fs::read_to_string(&path).expect("it is there");
    let start = old.find("= &[\n").expect("the list has a start") + "= &[\n".len();
    let lines: String = list
        .iter()
        .map(|path| format!("    file!(\"{path}\"),\n"))
        .collect();
    let fresh = format!("{}{lines}];\n", &old[..start]);
    if fresh != old {
        fs::write(&path, fresh).expect("builtin.rs can be written");
        panic!("src/template/builtin.rs was not fresh and is now");
    }
}

#[test]
fn every_example_lints_without_a_finding() {
    for name in NAMES {
        let examples = template::check(&ours(name)).unwrap_or_else(|faults| panic!("{name}: {faults}"));
        for example in &examples {
            let findings = example.findings.join("\n");
            assert!(findings.is_empty(), "{name} ({}):\n{findings}", example.name);
        }
    }
}

/// Distribution, source of the engine, platform: what goes together lints clean, what does not is told.
#[test]
fn every_distribution_with_every_engine_is_made_or_refused_with_a_reason() {
    let mut refused = Vec::new();
    for name in NAMES {
        let template = ours(name);
        let choices = |name: &str| {
            let question = template.questions().find(|question| question.name.value == name);
            question
                .map(|question| question.choices.clone())
                .unwrap_or_default()
        };
        let engines = choices("engine");
        for distribution in choices("distribution") {
            let distribution = format!("distribution={distribution}");
            if engines.is_empty() {
                judged(&template, &[&distribution]).expect("it goes together");
                continue;
            }
            for engine in &engines {
                for sysbox in ["0.5.2", "0.6.7", "0.7.1"] {
                    let (engine, sysbox) = (format!("engine={engine}"), format!("sysbox={sysbox}"));
                    let typed = [distribution.as_str(), engine.as_str(), sysbox.as_str()];
                    if judged(&template, &typed).is_err() && name == "enterprise-base" {
                        refused.push(typed.join(" "));
                    }
                }
            }
        }
    }
    // Docker's repository for Fedora 43 begins after the last containerd.io for Sysbox 0.5.2, and Fedora's
    // own runc is younger than Sysbox 0.6.7; Rocky Linux has no Docker of its own.
    let known = [
        "distribution=fedora-43 engine=docker sysbox=0.5.2",
        "distribution=fedora-43 engine=distribution sysbox=0.5.2",
        "distribution=fedora-43 engine=distribution sysbox=0.6.7",
        "distribution=rocky-9 engine=distribution sysbox=0.5.2",
        "distribution=rocky-9 engine=distribution sysbox=0.6.7",
        "distribution=rocky-9 engine=distribution sysbox=0.7.1",
    ];
    assert_eq!(refused, known);
}

/// What is made is judged; the error says why it is not made.
fn judged(template: &Template, typed: &[&str]) -> Result<(), String> {
    let made = made(template, typed)?;
    let (findings, _) = template::judge(&made).map_err(|faults| faults.to_string())?;
    assert!(findings.is_empty(), "{} {typed:?}: {findings:?}", template.name);
    Ok(())
}

#[test]
fn a_fault_put_into_what_is_made_is_found() {
    let mut made = made(&ours("enterprise-base"), &[]).expect("it is made");
    let pins = made.get_mut("docker/docker.pref").expect("it bounds the engine");
    pins.bytes = String::from_utf8_lossy(&pins.bytes)
        .replace("1.7.28-1*", "2.2.1-1*")
        .into_bytes();
    let (findings, fails) = template::judge(&made).expect("its config reads");
    assert!(
        fails && findings[0].contains("[containerd-incompatible]"),
        "{findings:?}"
    );
}

#[test]
fn every_template_gives_what_a_folder_needs() {
    for name in NAMES {
        let made = made(&ours(name), &[]).expect("the defaults go together");
        for path in [
            "Dockerfile",
            ".dockerignore",
            "seaworthy.yaml",
            ".pre-commit-config.yaml",
            ".github/workflows/workspace-image.yaml",
            ".gitlab-ci.yml",
            "README.md",
        ] {
            assert!(made.contains_key(path), "{name} gives no {path}");
        }
        for (path, file) in &made {
            let text = str::from_utf8(&file.bytes).expect("it is text");
            assert!(
                text.ends_with('\n') && (path.ends_with(".py") || !text.contains("\n\n\n")),
                "{name}: {path}:\n{text}"
            );
            if path.ends_with(".yaml") || path.ends_with(".yml") {
                let read: Result<serde_json::Value, _> = serde_saphyr::from_str(text);
                read.unwrap_or_else(|error| panic!("{name}: {path}: {error}"));
            }
            if path.ends_with(".json") {
                let read: Result<serde_json::Value, _> = serde_json::from_str(text);
                read.unwrap_or_else(|error| panic!("{name}: {path}: {error}"));
            }
        }
        // What the engines of today cannot all read.
        let dockerfile = text(&made, "Dockerfile");
        for word in ["<<", "--link", "syntax=", "--chmod"] {
            assert!(!dockerfile.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn the_engine_is_bounded_as_the_table_has_it() {
    let base = ours("enterprise-base");
    let pref = |typed: &[&str]| {
        let made = made(&base, typed).expect("it is made");
        made.get("docker/docker.pref")
            .map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
    };
    let usual = pref(&[]).expect("Sysbox 0.6.7 is stated unless said");
    assert!(
        usual.contains("Pin: version 1.7.28-1*\nPin-Priority: 1001"),
        "{usual}"
    );
    assert!(usual.contains("Pin: version 5:28.*"), "{usual}");
    let older = pref(&["sysbox=0.6.3"]).expect("it is bounded");
    assert!(
        older.contains("1.7.23-1\n") && older.contains("5:27.*"),
        "{older}"
    );
    assert_eq!(pref(&["sysbox=0.7.1"]), None);
    let rocky = made(&base, &["distribution=rocky-9"]).expect("it is made");
    let rocky = text(&rocky, "Dockerfile");
    assert!(rocky.contains("'containerd.io-1.7.28-1.*'"), "{rocky}");
    assert!(rocky.contains("dnf versionlock add containerd.io docker-ce docker-ce-cli"));
    let own = made(&base, &["engine=distribution"]).expect("it is made");
    assert!(text(&own, "docker/runc.pref").contains("Pin: version 1.1.*"));
}

#[test]
fn a_graphics_processor_is_said_to_need_bare_metal() {
    let made = made(&ours("cuda"), &[]).expect("it is made");
    let config = text(&made, "seaworthy.yaml");
    assert!(
        config.contains("cluster: bare-metal") && config.contains("gpu: nvidia"),
        "{config}"
    );
    assert!(text(&made, "Dockerfile").contains("FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\n"));
}

#[test]
fn coder_templates_are_formatted_and_keep_data() {
    let terraform = Command::new("terraform").arg("version").output();
    let formats = terraform.is_ok_and(|output| output.status.success());
    if !formats {
        println!("skipped: terraform is not installed, so its format is not checked");
    }
    for name in NAMES {
        let made = made(&ours(name), &[]).expect("it is made");
        let files: Vec<&String> = made.keys().filter(|path| path.ends_with(".tf")).collect();
        let expected = match name {
            "service" | "devcontainer" => 0,
            "cuda" => 1,
            _ => 2,
        };
        assert_eq!(files.len(), expected, "{name}");
        for path in files {
            let words = text(&made, path);
            assert!(
                words.contains("ignore_changes = all") && words.contains("me.id}"),
                "{name}"
            );
            assert!(words.contains("/etc/skel/."), "{name}");
            if path.contains("kubernetes") {
                assert_eq!(
                    words.matches("read_only  = true").count(),
                    if name == "cuda" { 3 } else { 2 }
                );
                assert!(words.contains("* 1024 * 1024 * 1024"), "{name}");
            }
            if formats {
                let folder = tempfile::tempdir().expect("a folder can be made");
                let file = folder.path().join("main.tf");
                fs::write(&file, words).expect("it can be written");
                let output = Command::new("terraform")
                    .args(["fmt", "-check", "-diff"])
                    .arg(&file)
                    .output()
                    .expect("terraform runs");
                let diff = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(output.status.success(), "{name}: {path}:\n{diff}");
            }
        }
    }
}

#[test]
fn choices_reach_what_they_are_about() {
    let made = made(
        &ours("enterprise-base"),
        &[
            "user=dev",
            "uid=1200",
            "home=/home/work",
            "packages=zsh,ripgrep",
            "locale=de_DE.UTF-8",
            "certificates=yes",
            "proxy=http://proxy.example.com:3128",
            "mirror=registry.example.com/hub",
        ],
    )
    .expect("it is made");
    let dockerfile = text(&made, "Dockerfile");
    for line in [
        "FROM registry.example.com/hub/ubuntu:24.04\n",
        "useradd dev",
        "--uid 1200",
        "--home-dir /home/work",
        "      zsh \\\n",
        "de_DE.UTF-8 UTF-8",
        "COPY certificates/ ",
        "ENV http_proxy=http://proxy.example.com:3128",
        "USER dev\n",
    ] {
        assert!(dockerfile.contains(line), "{line} is not in\n{dockerfile}");
    }
    // The stock user has another number, so it may stay.
    assert!(!dockerfile.contains("userdel"));
    for path in ["certificates/README.md", "docker/proxy.conf", "files/proxy.sh"] {
        assert!(made.contains_key(path), "{path}");
    }
    let config = text(&made, "seaworthy.yaml");
    assert!(
        config.contains("uid: 1200") && config.contains("\"/home/work\""),
        "{config}"
    );
}

#[test]
fn hostile_answers_are_refused_in_clear_words() {
    let base = ours("enterprise-base");
    for (typed, words) in [
        ("user=a\nUSER root", "line break"),
        ("user=a\u{1b}[2J", "U+001B"),
        ("user=a\u{202e}b", "U+202E"),
        ("user=a b", "small letters"),
        ("user=$(id)", "small letters"),
        ("user=", "small letters"),
        ("user=root", "an account or a group"),
        ("user=docker", "an account or a group"),
        ("uid=0", "1000 to 59999"),
        ("uid=1e3", "1000 to 59999"),
        ("home=/home/../etc", "directly below /home"),
        ("home=/", "directly below /home"),
        ("packages=curl,a;b", "no name of a package"),
        ("locale=en_US", "UTF-8 locale"),
        ("proxy=http://a b", "an address"),
        ("mirror=a\"b", "a registry"),
        ("certificates=perhaps", "yes or no"),
        ("engine=dokcer", "nearest is `docker`"),
        ("usr=a", "nearest is `user`"),
        ("sysbox=0.6.99", "no Sysbox of this version"),
        ("user", "write it like"),
    ] {
        let refused = made(&base, &[typed]).expect_err(typed);
        assert!(refused.contains(words), "{typed}: {refused}");
    }
    assert!(
        made(&base, &["user=a", "user=b"])
            .expect_err("twice")
            .contains("said twice")
    );
    let long = format!("user={}", "a".repeat(5000));
    assert!(made(&base, &[&long]).expect_err("long").contains("longer than"));
}

#[test]
fn unknown_keys_of_a_file_of_answers_are_told_with_their_places() {
    let source = Source::new("a.yaml", b"usr: dev\nuid: 7\nuser: [a]\ngo: 1.20\n".to_vec()).expect("short");
    let golang = ours("golang");
    let mut given = Given::default();
    let faults = given
        .add_file(&golang, &source)
        .expect_err("it has faults")
        .to_string();
    for words in [
        "a.yaml:1:1: `usr` is nothing that golang asks (the nearest is `user`)",
        "a.yaml:2:6: uid cannot be `7`",
        "a.yaml:3:7: user is one text, not a list",
    ] {
        assert!(faults.contains(words), "{words} is not in\n{faults}");
    }
    // A version keeps the zero that a number would lose.
    let source = Source::new("a.yaml", b"go: 1.20\nuid: 1001\n".to_vec()).expect("short");
    let mut given = Given::default();
    given.add_file(&golang, &source).expect("it reads");
    let answers = golang.answers_by_default(&given).expect("they fit");
    let made = golang.make(&answers).expect("it is made");
    assert!(text(&made, "Dockerfile").contains("golang:1.20-bookworm"));
}

/// A template of one's own, in memory.
fn own(form: &str, files: &[(&str, &str)]) -> Result<Template, String> {
    let mut folder: Folder = BTreeMap::new();
    folder.insert("template.yaml".to_owned(), form.as_bytes().to_vec());
    for (path, text) in files {
        folder.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    let mut library = Library::builtin();
    library
        .add("own", "own", folder)
        .map_err(|fault| fault.to_string())?;
    library.template("own").map_err(|faults| faults.to_string())
}

#[test]
fn hostile_paths_are_refused() {
    for path in [
        "../../etc/x",
        "/etc/x",
        "a/../../x",
        "a/./b",
        "a//b",
        "~/x",
        "a\\\\..\\\\x",
        "C:x",
        ".git/hooks/pre-commit",
        "a/.GIT/config",
        "a\\nb",
        "a\\u202eb",
        "a.",
        "{{ user }}",
        "x{{ user }}y",
    ] {
        let form = format!(
            "summary: x\nquestions:\n  - {{name: user, kind: text, default: \"../../etc/x\", help: h}}\nfiles:\n  - {{file: f, to: \"{path}\"}}\n"
        );
        let template = own(&form, &[("f", "x")]).expect("the form reads");
        let refused = made(&template, &[]).expect_err(path);
        assert!(refused.contains("own/template.yaml:5:"), "{path}: {refused}");
        assert!(refused.contains("the path `"), "{path}: {refused}");
    }
    for (one, other) in [("a", "a/b"), ("a", "A"), ("{{ 'a' }}", "a")] {
        let form =
            format!("summary: x\nfiles:\n  - {{file: f, to: \"{one}\"}}\n  - {{file: f, to: \"{other}\"}}\n");
        let template = own(&form, &[("f", "x")]).expect("the form reads");
        assert!(made(&template, &[]).is_err(), "{one} and {other}");
    }
}

/// None of these ends the program, takes long, or takes much memory.
#[test]
fn hostile_templates_are_refused() {
    let form = "summary: x\nfiles: [{file: f.j2}]\n";
    let doubling =
        "{% set a = 'aaaaaaaaaaaaaaaa' %}".to_owned() + &"{% set a = a ~ a %}".repeat(60) + "{{ a }}";
    for (name, body) in [
        (
            "a loop",
            "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
        ),
        ("doubling", doubling.as_str()),
        ("repeating", "{{ 'x' * 90000000 }}"),
        ("itself", "{% include 'own/f.j2' %}"),
        (
            "a macro that calls itself",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        ),
        ("a file of the disk", "{% include '/etc/passwd' %}"),
        ("a file beside it", "{% include '../../../etc/passwd' %}"),
        ("an unknown name", "{{ nothing }}"),
        ("what is no template", "{% if %}"),
        (
            "nesting",
            &("{% if true %}".repeat(5000) + &"{% endif %}".repeat(5000)),
        ),
    ] {
        let template = own(form, &[("f.j2", body)]).expect("the form reads");
        let refused = made(&template, &[]).expect_err(name);
        assert!(refused.contains("own/f.j2"), "{name}: {refused}");
    }
    for (name, form) in [
        ("no form", "a: b"),
        ("an unknown key", "summary: x\nfile: []"),
        ("a file that is missing", "summary: x\nfiles: [{file: nothing}]"),
        ("itself", "summary: x\nextends: own"),
        ("nobody", "summary: x\nextends: nobody"),
        (
            "a choice of nothing",
            "summary: x\nquestions: [{name: a, kind: choice, default: b, help: h}]",
        ),
        (
            "no name",
            "summary: x\nquestions: [{name: \"a b\", kind: text, default: b, help: h}]",
        ),
        (
            "no pattern",
            "summary: x\nquestions: [{name: a, kind: text, default: b, help: h, pattern: \"(\"}]",
        ),
        (
            "a large pattern",
            "summary: x\nquestions: [{name: a, kind: text, default: b, help: h, pattern: \"(a{1000}){1000}\"}]",
        ),
        (
            "twice",
            "summary: x\nquestions: [{name: a, kind: text, default: b, help: h}, {name: a, kind: text, default: b, help: h}]",
        ),
    ] {
        let refused = own(form, &[]).expect_err(name);
        assert!(refused.contains("own/template.yaml:"), "{name}: {refused}");
    }
    let pattern = "summary: x\nquestions: [{name: a, kind: text, default: B, help: h, pattern: \"[a-z]\"}]";
    let template = own(pattern, &[]).expect("the form reads");
    assert!(
        made(&template, &[])
            .expect_err("its default does not fit")
            .contains("own/template.yaml:2:")
    );
}

#[test]
fn a_folder_of_ones_own_is_taken_and_may_build_on_ours() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    fs::create_dir_all(at.join("templates/team/files")).expect("it can be made");
    let write = |path: &str, text: &str| fs::write(at.join(path), text).expect("it can be written");
    write(
        "templates/team/template.yaml",
        "summary: Ours\nextends: enterprise-base\nquestions:\n  - {name: team, kind: text, default: core, help: The team}\nfiles:\n  - {file: Dockerfile.j2}\n  - {file: files/motd.j2, to: \"files/{{ team }}.motd\"}\n",
    );
    write(
        "templates/team/Dockerfile.j2",
        "{% extends \"enterprise-base/Dockerfile.j2\" %}\n{% block toolchain %}\nCOPY files/{{ team }}.motd /etc/motd\n{% endblock %}\n",
    );
    write("templates/team/files/motd.j2", "Welcome to {{ team }}.\n");
    write("templates/team/answers.yaml", "another team:\n  team: web\n");
    let (templates, ws) = (at.join("templates"), at.join("ws"));
    let (templates, ws_text) = (templates.to_str().expect("text"), ws.to_str().expect("text"));
    let output = run(&["new", "team", ws_text, "--from", templates, "--set", "team=web"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(
        fs::read_to_string(ws.join("files/web.motd")).expect("it is made"),
        "Welcome to web.\n"
    );
    assert!(
        fs::read_to_string(ws.join("Dockerfile"))
            .expect("it is made")
            .contains("COPY files/web.motd")
    );
    for dir in [templates.to_owned(), format!("{templates}/team")] {
        let output = run(&["template", "check", &dir]);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        assert!(errors(&output).contains("team: 2 examples were made"));
    }
    let listed = run(&["new", "--list", "--from", templates]);
    assert!(String::from_utf8_lossy(&listed.stdout).starts_with("team\n    Ours\n"));

    // A finding in what is made is 1, a template that is broken is 2.
    let dockerfile = at.join("templates/team/Dockerfile.j2");
    fs::write(
        &dockerfile,
        "FROM debian:12\nRUN apt-get update\nVOLUME /home/coder\nUSER nobody-there\n",
    )
    .expect("written");
    let output = run(&["template", "check", templates]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("[user-missing]"));
    fs::write(&dockerfile, "{% nonsense %}").expect("written");
    let output = run(&["template", "check", templates]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        errors(&output).contains("team/Dockerfile.j2:1: "),
        "{}",
        errors(&output)
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_a_template_is_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    fs::write(at.join("template.yaml"), "summary: x\nfiles: [{file: secret}]\n").expect("written");
    std::os::unix::fs::symlink("/etc/passwd", at.join("secret")).expect("linked");
    let ws = at.join("ws");
    let output = run(&[
        "new",
        "x",
        ws.to_str().expect("text"),
        "--from",
        at.to_str().expect("text"),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("it is a link"), "{}", errors(&output));
    assert!(!ws.exists());
}

#[test]
fn our_own_templates_pass_their_check() {
    let output = run(&[
        "template",
        "check",
        root().join("templates").to_str().expect("text"),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn nothing_is_ever_overwritten() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    let ws = at.join("ws");
    let ws_text = ws.to_str().expect("text");
    let refused = |words: &[&str]| {
        let before = listed(at);
        let output = run(&["new", "minimal", ws_text]);
        assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
        for word in words {
            assert!(errors(&output).contains(word), "{word}: {}", errors(&output));
        }
        assert!(errors(&output).contains("nothing was written"));
        assert_eq!(listed(at), before, "nothing is left behind");
    };
    fs::write(&ws, "a file").expect("written");
    refused(&["ws is in the way"]);
    fs::remove_file(&ws).expect("removed");

    fs::create_dir(&ws).expect("made");
    fs::write(ws.join("Dockerfile"), "FROM mine\n").expect("written");
    fs::write(ws.join("coder"), "no folder").expect("written");
    refused(&["ws/Dockerfile is in the way", "ws/coder is in the way"]);
    assert_eq!(
        fs::read_to_string(ws.join("Dockerfile")).expect("it is there"),
        "FROM mine\n"
    );
    fs::remove_file(ws.join("Dockerfile")).expect("removed");
    fs::remove_file(ws.join("coder")).expect("removed");

    #[cfg(unix)]
    {
        // What lies behind a link would be written outside of the folder.
        fs::create_dir(at.join("elsewhere")).expect("made");
        std::os::unix::fs::symlink("../elsewhere", ws.join("coder")).expect("linked");
        refused(&["ws/coder is in the way"]);
        assert!(listed(&at.join("elsewhere")).is_empty());
        fs::remove_file(ws.join("coder")).expect("removed");
        std::os::unix::fs::symlink("nowhere", ws.join("README.md")).expect("linked");
        refused(&["ws/README.md is in the way"]);
        fs::remove_file(ws.join("README.md")).expect("removed");
    }

    // What is in nobody's way stays as it is.
    fs::write(ws.join("notes.txt"), "mine").expect("written");
    fs::create_dir(ws.join("coder")).expect("made");
    let output = run(&["new", "minimal", ws_text]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let all = listed(&ws);
    assert!(all.contains(&"coder/docker/main.tf".to_owned()) && all.contains(&"notes.txt".to_owned()));
    assert!(!all.iter().any(|path| path.contains(".tmp")), "{all:?}");
    assert_eq!(
        fs::read_to_string(ws.join("notes.txt")).expect("it is there"),
        "mine"
    );
}

#[test]
fn a_folder_that_cannot_be_made_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = folder.path();
    fs::write(at.join("file"), "x").expect("written");
    let long = "n".repeat(300);
    for dir in [at.join("file/ws"), at.join("new/deep").join(long)] {
        let output = run(&["new", "minimal", dir.to_str().expect("text")]);
        assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
        assert!(
            errors(&output).contains("nothing was written"),
            "{}",
            errors(&output)
        );
        assert_eq!(listed(at), ["file"]);
    }
}

#[test]
fn what_is_made_lints_clean_from_the_disk_too() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for name in NAMES {
        let ws = folder.path().join(name);
        let ws = ws.to_str().expect("text");
        assert_eq!(run(&["new", name, ws]).status.code(), Some(0), "{name}");
        let output = run(&["lint", "--fail-on", "style", "--format", "concise", ws]);
        let found = String::from_utf8_lossy(&output.stdout).into_owned() + &errors(&output);
        assert_eq!((output.status.code(), found.as_str()), (Some(0), ""), "{name}");
    }
}

#[test]
fn the_list_shows_templates_and_what_each_gives() {
    let output = run(&["new", "--list"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for name in NAMES {
        assert!(
            text.contains(&format!("{name}\n    ")),
            "{name} is not in\n{text}"
        );
    }
    assert!(!text.contains("\nparts\n"), "a part makes nothing by itself");
    assert!(text.contains("- Dockerfile and .dockerignore"));
    let one = run(&["new", "--list", "enterprise-base"]);
    let one = String::from_utf8_lossy(&one.stdout).into_owned();
    assert!(
        one.contains("sysbox=0.6.7") && one.contains("docker | distribution"),
        "{one}"
    );
    assert_eq!(run(&["new"]).status.code(), Some(2));
    assert_eq!(run(&["new", "parts"]).status.code(), Some(2));
}
