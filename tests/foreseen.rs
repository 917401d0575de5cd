//! What is foreseen of single commands: what installers write and where, which commands are there at a
//! step, which locales are generated, what a stage has.

mod foresight;

use seaworthy::context::{Answer, Files, Nowhere};
use seaworthy::facts::{Facts, Value};

fn facts(text: &str) -> Facts {
    foresight::target(text, &Nowhere)
}

/// The paths that stay, written by a user whose home is `/home/dev`, sorted.
fn written(command: &str) -> Vec<String> {
    let text = format!("FROM debian:12\nENV HOME=/home/dev\nUSER dev\nWORKDIR /build\nRUN {command}\n");
    let facts = facts(&text);
    let staying = facts.files.staying().filter(|file| file.writer != "WORKDIR");
    let mut paths: Vec<String> = staying.map(|file| file.path.text().to_owned()).collect();
    paths.sort();
    paths.dedup();
    paths
}

#[test]
fn installers_write_into_the_home_of_who_runs_them() {
    for (command, paths) in [
        (
            "curl https://sh.rustup.rs | sh -s -- -y",
            &["/home/dev/.cargo", "/home/dev/.profile", "/home/dev/.rustup"][..],
        ),
        (
            "bash -c \"$(curl -fsSL https://raw.githubusercontent.com/nvm-sh/nvm/v0.40.1/install.sh)\"",
            &["/home/dev/.bashrc", "/home/dev/.nvm"],
        ),
        ("curl https://pyenv.run | bash", &["/home/dev/.pyenv"]),
        (
            "curl -s https://get.sdkman.io | bash",
            &["/home/dev/.bashrc", "/home/dev/.sdkman"],
        ),
        ("cargo install ripgrep", &["/home/dev/.cargo"]),
        ("pip install --user black", &["/home/dev/.local"]),
        ("pipx ensurepath", &["/home/dev/.bashrc", "/home/dev/.profile"]),
        (
            "go install golang.org/x/tools/gopls@latest",
            &["/home/dev/go/bin/gopls"],
        ),
        ("git config --global a.b c", &["/home/dev/.gitconfig"]),
        ("ssh-keygen -t rsa -N ''", &["/home/dev/.ssh/id_rsa"]),
        ("npm ci", &["/build/node_modules"]),
        (
            "code-server --install-extension a.b",
            &["/home/dev/.local/share/code-server/extensions"],
        ),
        (
            "curl -fsSL https://astral.sh/uv/install.sh | sh",
            &["/home/dev/.local/bin/uv", "/home/dev/.local/bin/uvx"],
        ),
    ] {
        assert_eq!(written(command), paths, "{command}");
    }
}

#[test]
fn variables_lead_elsewhere() {
    for (command, paths) in [
        (
            "curl https://sh.rustup.rs | RUSTUP_HOME=/opt/r CARGO_HOME=/opt/c sh -s -- -y --no-modify-path",
            &["/opt/c", "/opt/r"][..],
        ),
        ("export CARGO_HOME=/opt/c && cargo install ripgrep", &["/opt/c"]),
        ("cargo install --root /usr/local ripgrep", &["/usr/local"]),
        (
            "GOBIN=/usr/local/bin go install golang.org/x/tools/gopls@latest",
            &["/usr/local/bin/gopls"],
        ),
        (
            "npm config set prefix ~/.npm && npm install -g yarn",
            &["/home/dev/.npm/lib/node_modules", "/home/dev/.npmrc"],
        ),
        ("npm install -g yarn", &["/usr/local/lib/node_modules"]),
        (
            "curl https://raw.githubusercontent.com/nvm-sh/nvm/v1/install.sh | NVM_DIR=/opt/nvm PROFILE=/dev/null bash",
            &["/opt/nvm"],
        ),
        ("PYENV_ROOT=/opt/pyenv pyenv install 3.12", &["/opt/pyenv"]),
        ("ssh-keygen -f /etc/ssh/x -N ''", &["/etc/ssh/x"]),
    ] {
        assert_eq!(written(command), paths, "{command}");
    }
}

fn command(text: &str, name: &str) -> Answer {
    let facts = facts(text);
    facts.command(name, facts.next_step())
}

#[test]
fn commands_come_by_packages_files_and_unseen() {
    let install = |packages: &str| {
        format!(
            "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends {packages}\n"
        )
    };
    assert_eq!(command(&install("git"), "curl"), Answer::Absent);
    assert_eq!(command(&install("curl"), "curl"), Answer::Known(()));
    assert_eq!(command(&install("build-essential"), "make"), Answer::Known(()));
    assert_eq!(command(&install("acme-workspace"), "curl"), Answer::Unknown);
    assert_eq!(
        command("FROM debian:12\nCOPY a /usr/local/bin/curl\n", "curl"),
        Answer::Known(())
    );
    assert_eq!(
        command("FROM debian:12\nCOPY a /opt/curl\n", "curl"),
        Answer::Absent
    );
    assert_eq!(
        command("FROM debian:12\nCOPY rootfs/ /\n", "curl"),
        Answer::Unknown
    );
    assert_eq!(
        command("FROM debian:12\nRUN make install\n", "curl"),
        Answer::Unknown
    );
    assert_eq!(command("FROM debian:12\nRUN make\n", "curl"), Answer::Absent);
    assert_eq!(command("FROM acme/base\n", "curl"), Answer::Unknown);
    assert_eq!(command("FROM scratch\n", "curl"), Answer::Absent);
}

#[test]
fn certificates_come_with_recommended_packages() {
    let certificates = |packages: &str| {
        let facts = facts(&format!("FROM debian:12\nRUN apt-get install -y {packages}\n"));
        facts.certificates(facts.next_step())
    };
    assert_eq!(certificates("curl"), Answer::Known(()));
    assert_eq!(certificates("--no-install-recommends curl"), Answer::Absent);
    assert_eq!(
        certificates("--no-install-recommends curl ca-certificates"),
        Answer::Known(())
    );
}

#[test]
fn locales_by_list_and_by_name() {
    let locales = |base: &str, script: &str| {
        let facts = facts(&format!("FROM {base}\nRUN {script}\n"));
        let names = facts.locales.iter().map(|locale| locale.name.text().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(locales("ubuntu:24.04", "locale-gen en_US.UTF-8"), ["en_US.UTF-8"]);
    assert!(locales("debian:12", "locale-gen en_US.UTF-8").is_empty());
    assert_eq!(
        locales(
            "debian:12",
            "echo 'sv_SE.UTF-8 UTF-8' >> /etc/locale.gen && locale-gen"
        ),
        ["sv_SE.UTF-8"]
    );
    assert_eq!(
        locales(
            "debian:12",
            "sed -i 's/# de_DE.UTF-8/de_DE.UTF-8/' /etc/locale.gen && locale-gen"
        ),
        ["de_DE.UTF-8", "de_DE.UTF-8"]
    );
    assert_eq!(locales("debian:12", "apt-get install -y locales-all"), ["*"]);
}

#[test]
fn paths_of_a_stage() {
    let facts = facts("FROM debian:12\nRUN mkdir -p /out/lib && touch /out/app && rm -r /out/lib\n");
    let has = |path: &str| facts.has_path(&Value::known(path));
    assert_eq!(has("/out"), Answer::Known(()));
    assert_eq!(has("/out/app"), Answer::Known(()));
    assert_eq!(has("/out/lib"), Answer::Absent);
    assert_eq!(has("/dist"), Answer::Absent);
    assert_eq!(has("/usr/share/doc"), Answer::Unknown);
}

#[test]
fn tests_on_the_way_are_kept() {
    let facts = facts(
        "FROM debian:12\nRUN if command -v curl; then curl x; fi; [ -x /usr/bin/wget ] || wget y; true && git z\n",
    );
    let step = |name: &str| {
        let of = |step: &&std::sync::Arc<seaworthy::facts::Step>| {
            step.program.as_ref().and_then(|program| program.name()) == Some(name)
        };
        facts.steps.iter().find(of).expect("it ran")
    };
    assert!(step("curl").tested.iter().any(|name| name == "curl"));
    assert!(step("wget").is_fallback && step("wget").tested.iter().any(|name| name == "wget"));
    assert!(!step("git").is_fallback);
}

/// Paths that stay below a folder, sorted.
fn staying(text: &str, context: &Files, below: &str) -> Vec<String> {
    let facts = foresight::target(text, context);
    let files = facts
        .files
        .staying()
        .filter(|file| file.path.text().starts_with(below));
    let mut paths: Vec<String> = files.map(|file| file.path.text().to_owned()).collect();
    paths.sort();
    paths.dedup();
    paths
}

#[test]
fn of_a_folder_in_the_context_its_content_is_copied() {
    let files = ["conf/sub/one", "conf.d/two", "tool"].map(|path| (path.to_owned(), Vec::new()));
    let context = Files(files.into_iter().collect());
    let copied = |line: &str| staying(&format!("FROM debian:12\n{line}\n"), &context, "/opt/x");
    // What is in a folder nobody lists, and that the folder itself arrives is never said.
    for line in [
        "COPY conf/sub /opt/x/",
        "COPY conf.d /opt/x/",
        "COPY conf/sub conf.d /opt/x/",
    ] {
        let paths = copied(line);
        assert!(
            paths
                .iter()
                .all(|path| !path.ends_with("/sub") && !path.ends_with("/conf.d")),
            "{line}: {paths:?}"
        );
        assert!(!paths.is_empty(), "{line}");
    }
    assert_eq!(copied("COPY tool /opt/x/"), ["/opt/x/tool"]);
    assert_eq!(copied("COPY conf/sub /opt/x"), ["/opt/x"]);
    // Nothing is known of what is not in the context.
    assert_eq!(copied("COPY other /opt/x/"), ["/opt/x/other"]);
}

#[test]
fn cp_spreads_a_folder_with_a_dot_and_keeps_parents() {
    let copied = |line: &str| {
        let text = format!("FROM debian:12\nRUN mkdir -p /a/in && touch /a/in/g && cd /a && {line}\n");
        staying(&text, &Files::default(), "/x")
    };
    assert_eq!(copied("cp -r /a/. /x"), ["/x"]);
    assert_eq!(copied("mkdir /x && cp -r /a/in/. /x/"), ["/x"]);
    assert_eq!(copied("mkdir /x && cp -r /a/in /x"), ["/x", "/x/in"]);
    assert_eq!(copied("mkdir /x && cp --parents in/g /x"), ["/x", "/x/in/g"]);
}

#[test]
fn a_home_that_is_copied_from_skel_holds_nothing_of_anybodys() {
    use seaworthy::invocation::Invocation;
    use seaworthy::rules::judge_image;
    let found = |line: &str| {
        let text = format!("FROM debian:12\nRUN useradd coder && {line}\nUSER coder\n");
        let facts = foresight::target(&text, &Nowhere);
        let findings = judge_image(&facts, &Invocation::default());
        let names = findings.iter().map(|finding| finding.rule);
        names.filter(|rule| rule.starts_with("home-")).collect::<Vec<_>>()
    };
    assert_eq!(found("true"), ["home-missing"]);
    for line in [
        "mkdir /home/coder && cp -r /etc/skel/. /home/coder/",
        "cp -a /etc/skel /home/coder",
        "cp -rT /etc/skel /home/coder",
    ] {
        assert_eq!(found(line), Vec::<&str>::new(), "{line}");
    }
    assert_eq!(
        found("mkdir /home/coder && cp -r /opt/tool /home/coder/"),
        ["home-shadowed"]
    );
}

#[test]
fn a_relative_volume_lies_below_the_root() {
    let facts = facts("FROM debian:12\nWORKDIR /srv\nENV A=a\nVOLUME data $A/b /c/../d\n");
    let volumes: Vec<&str> = facts
        .config
        .volumes
        .iter()
        .map(|volume| volume.value.text())
        .collect();
    assert_eq!(volumes, ["/data", "/a/b", "/d"]);
}

#[test]
fn homes_of_system_accounts_follow_the_release_of_adduser() {
    let home = |base: &str, options: &str| {
        let facts = facts(&format!("FROM {base}\nRUN adduser --system {options} svc\n"));
        match facts.user("svc") {
            Answer::Known(user) => user.home,
            Answer::Absent | Answer::Unknown => None,
        }
    };
    for (base, options, expected) in [
        ("debian:12", "--group", "/nonexistent"),
        ("debian:13", "", "/nonexistent"),
        ("ubuntu:24.04", "--no-create-home", "/nonexistent"),
        ("debian:11", "", "/home/svc"),
        ("ubuntu:22.04", "", "/home/svc"),
        ("debian:12", "--home /var/lib/svc", "/var/lib/svc"),
    ] {
        assert_eq!(home(base, options).as_deref(), Some(expected), "{base} {options}");
    }
}

#[test]
fn a_tilde_with_a_name_is_the_home_of_that_user() {
    let written = |line: &str| {
        let text = format!("FROM debian:12\nRUN useradd -m -d /srv/it coder\nRUN {line}\n");
        let facts = foresight::target(&text, &Nowhere);
        let files = facts.files.staying().filter(|file| file.writer == "touch");
        files.map(|file| file.path.text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(written("touch ~root/a ~coder/b"), ["/root/a", "/srv/it/b"]);
    assert_eq!(
        written("touch -c /opt/a && touch --no-create /opt/b"),
        Vec::<String>::new()
    );
}
