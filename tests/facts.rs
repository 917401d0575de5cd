//! What is known of accounts, units, engine and init after the steps of a Dockerfile.

mod foresight;

use seaworthy::context::{Answer, Files};
use seaworthy::facts::{Facts, Init, NameKind};

/// The facts of the target of a Dockerfile.
fn facts(text: &str) -> Facts {
    foresight::target(text, &Files::default())
}

const NOBLE: &str = "FROM ubuntu:24.04\n";
const JAMMY: &str = "FROM ubuntu:22.04\n";
const ALPINE: &str = "FROM alpine:3.20\n";

fn on(base: &str, lines: &str) -> Facts {
    facts(&format!("{base}{lines}\n"))
}

/// `known`, `absent` or `unknown`, and of a number what it is.
fn told<T>(answer: &Answer<T>) -> &'static str {
    match answer {
        Answer::Known(_) => "known",
        Answer::Absent => "absent",
        Answer::Unknown => "unknown",
    }
}

fn user(facts: &Facts, name: &str) -> &'static str {
    told(&facts.user(name))
}

fn missing(facts: &Facts) -> Vec<(&str, NameKind)> {
    let missing = facts.accounts.missing().iter();
    missing.map(|one| (one.name.as_str(), one.kind)).collect()
}

fn clashes(facts: &Facts) -> Vec<String> {
    let clashes = facts.accounts.clashes().iter();
    clashes
        .map(|clash| format!("{} {} {}", clash.user, clash.uid, clash.holder))
        .collect()
}

fn member(facts: &Facts, name: &str, group: &str) -> &'static str {
    match facts.user(name) {
        Answer::Known(user) => told(&facts.accounts.is_member(&user, group, facts.steps.len())),
        _ => "no such user",
    }
}

fn home(facts: &Facts, name: &str) -> &'static str {
    match facts.user(name) {
        Answer::Known(user) => told(&facts.home_exists(&user)),
        _ => "no such user",
    }
}

fn sudo(facts: &Facts, name: &str) -> &'static str {
    match facts.user(name) {
        Answer::Known(user) => told(&facts.sudo_without_password(&user)),
        _ => "no such user",
    }
}

#[test]
fn users_come_and_go() {
    assert_eq!(user(&on(NOBLE, "RUN useradd -m coder"), "coder"), "known");
    assert_eq!(user(&on(NOBLE, ""), "ubuntu"), "known");
    assert_eq!(user(&on(NOBLE, "RUN userdel -r ubuntu"), "ubuntu"), "absent");
    assert_eq!(
        user(&on(NOBLE, "RUN userdel -r ubuntu || true"), "ubuntu"),
        "absent"
    );
    assert_eq!(
        user(&on(NOBLE, "RUN [ -z x ] && userdel ubuntu; true"), "ubuntu"),
        "unknown"
    );
    let renamed = on(NOBLE, "RUN usermod -l coder -d /home/coder -m ubuntu");
    assert_eq!(
        (user(&renamed, "ubuntu"), user(&renamed, "coder")),
        ("absent", "known")
    );
    assert_eq!(
        user(&on(NOBLE, "COPY setup.sh /\nRUN sh /setup.sh"), "coder"),
        "unknown"
    );
    assert_eq!(user(&on(NOBLE, "RUN make install"), "coder"), "absent");
    assert_eq!(user(&on("FROM nobody/knows\n", ""), "coder"), "unknown");
    let joined = on("FROM nobody/knows\n", "RUN usermod -aG docker me");
    assert_eq!(
        (user(&joined, "me"), member(&joined, "me", "docker")),
        ("known", "known")
    );
}

#[test]
fn uids_clash_with_whoever_has_them_then() {
    assert_eq!(
        clashes(&on(NOBLE, "RUN useradd -u 1000 coder")),
        ["coder 1000 ubuntu"]
    );
    assert_eq!(
        clashes(&on(NOBLE, "RUN useradd -o -u 1000 coder")),
        Vec::<String>::new()
    );
    for before in [
        "userdel -r ubuntu",
        "userdel ubuntu || true",
        "deluser --remove-home ubuntu",
        "usermod -u 2000 ubuntu",
        "sed -i '/ubuntu/d' /etc/passwd",
        "userdel \"$(id -nu 1000)\"",
        "getent passwd 1000 | cut -d: -f1 | xargs userdel",
        "if id ubuntu; then userdel ubuntu; fi",
        "id ubuntu && userdel ubuntu",
    ] {
        let facts = on(NOBLE, &format!("RUN {before}\nRUN useradd -u 1000 coder"));
        assert_eq!(clashes(&facts), Vec::<String>::new(), "{before}");
    }
    assert_eq!(
        clashes(&on(JAMMY, "RUN useradd -u 1000 coder")),
        Vec::<String>::new()
    );
    let made = on(JAMMY, "RUN useradd one\nRUN useradd -u 1000 two");
    assert_eq!(clashes(&made), ["two 1000 one"]);
    let alpine = on(ALPINE, "RUN adduser -D one\nRUN adduser -D -u 1000 two");
    assert_eq!(clashes(&alpine), ["two 1000 one"]);
    assert_eq!(
        clashes(&on(NOBLE, "RUN useradd -u 1000 coder || true")),
        Vec::<String>::new()
    );
}

#[test]
fn names_must_be_there() {
    use NameKind::{Group, User};
    let none: [(&str, NameKind); 0] = [];
    assert_eq!(missing(&on(JAMMY, "USER coder")), [("coder", User)]);
    assert_eq!(
        missing(&on(JAMMY, "RUN useradd coder\nUSER coder:docker")),
        [("docker", Group)]
    );
    assert_eq!(
        missing(&on(JAMMY, "RUN useradd -G sudo,docker coder")),
        [("docker", Group)]
    );
    assert_eq!(
        missing(&on(
            JAMMY,
            "RUN apt-get install docker.io\nRUN useradd -G docker coder"
        )),
        none
    );
    assert_eq!(
        missing(&on(JAMMY, "RUN groupadd docker && useradd -G docker coder")),
        none
    );
    assert_eq!(
        missing(&on(JAMMY, "RUN groupadd docker || true; useradd -G docker coder")),
        none
    );
    assert_eq!(
        missing(&on(JAMMY, "COPY --chown=app:app x /x")),
        [("app", User), ("app", Group)]
    );
    assert_eq!(missing(&on(JAMMY, "COPY --chown=1000:1000 x /x")), none);
    assert_eq!(missing(&on(JAMMY, "RUN chown -R coder /x")), [("coder", User)]);
    assert_eq!(missing(&on(JAMMY, "RUN su - coder -c 'true'")), [("coder", User)]);
    assert_eq!(missing(&on(JAMMY, "RUN sudo -u coder true")), [("coder", User)]);
    assert_eq!(
        missing(&on(JAMMY, "RUN apt-get install jenkins\nUSER jenkins")),
        none
    );
    assert_eq!(
        missing(&on(JAMMY, "RUN apt-get install nodejs\nUSER node")),
        [("node", User)]
    );
    assert_eq!(
        missing(&on(JAMMY, "RUN apt-get install ./thing.deb\nUSER thing")),
        none
    );
    assert_eq!(missing(&on(JAMMY, "RUN usermod -aG sudo coder || true")), none);
    assert_eq!(
        missing(&on(JAMMY, "RUN id coder && usermod -aG sudo coder || true")),
        none
    );
    assert_eq!(
        missing(&on(
            ALPINE,
            "RUN addgroup dev && adduser -D -G dev coder\nUSER coder"
        )),
        none
    );
    let written = "RUN echo 'coder:x:1000:1000::/home/coder:/bin/sh' >> /etc/passwd\nUSER coder";
    assert_eq!(missing(&on(JAMMY, written)), none);
    assert_eq!(
        missing(&on(
            "FROM scratch\n",
            "COPY --from=x /etc/passwd /etc/passwd\nUSER app"
        )),
        none
    );
    assert_eq!(missing(&on("FROM scratch\n", "USER app")), [("app", User)]);
    assert_eq!(missing(&on(JAMMY, "COPY rootfs/ /\nUSER app")), none);
}

#[test]
fn groups_are_joined_in_many_ways() {
    for joins in [
        "useradd -m -G sudo,docker coder",
        "useradd -g docker coder",
        "useradd coder && usermod -aG docker coder",
        "useradd coder && gpasswd -a coder docker",
        "useradd coder && gpasswd -M coder docker",
        "adduser --disabled-password --gecos '' coder && adduser coder docker",
        "useradd coder && addgroup coder docker",
        "useradd coder && usermod --append --groups=docker coder",
    ] {
        let facts = on(JAMMY, &format!("RUN groupadd docker\nRUN {joins}"));
        assert_eq!(member(&facts, "coder", "docker"), "known", "{joins}");
    }
    let replaced = on(JAMMY, "RUN useradd -G docker coder && usermod -G sudo coder");
    assert_eq!(member(&replaced, "coder", "docker"), "absent");
    assert_eq!(
        member(&on(JAMMY, "RUN useradd -G $GROUPS coder"), "coder", "docker"),
        "unknown"
    );
    assert_eq!(
        member(
            &on(JAMMY, "RUN useradd coder && usermod -aG docker $X"),
            "coder",
            "docker"
        ),
        "unknown"
    );
    assert_eq!(
        member(&on(JAMMY, "RUN useradd coder"), "coder", "docker"),
        "absent"
    );
    assert_eq!(member(&on(NOBLE, ""), "ubuntu", "docker"), "absent");
}

#[test]
fn homes_are_made_or_not() {
    let coder = |base: &str, lines: &str| {
        let facts = on(base, lines);
        home(&facts, "coder")
    };
    assert_eq!(coder(JAMMY, "RUN useradd coder"), "absent");
    assert_eq!(coder(JAMMY, "RUN useradd -ms /bin/bash coder"), "known");
    assert_eq!(
        coder(JAMMY, "RUN useradd coder && mkdir -p /home/coder/project"),
        "known"
    );
    assert_eq!(coder(JAMMY, "RUN useradd coder\nWORKDIR /home/coder"), "known");
    assert_eq!(
        coder(JAMMY, "RUN adduser --disabled-password --gecos '' coder"),
        "known"
    );
    assert_eq!(
        coder(JAMMY, "RUN adduser --no-create-home --disabled-password coder"),
        "absent"
    );
    assert_eq!(coder(ALPINE, "RUN adduser -D coder"), "known");
    assert_eq!(coder(ALPINE, "RUN adduser -D -H coder"), "absent");
    assert_eq!(coder("FROM nobody/knows\n", "RUN useradd coder"), "unknown");
    assert_eq!(
        coder(JAMMY, "RUN useradd coder && cp -r /etc/skel /home/coder"),
        "known"
    );
}

#[test]
fn sudo_asks_or_not() {
    let coder = |lines: &str| {
        let facts = on(
            JAMMY,
            &format!("RUN apt-get install sudo\nRUN useradd -G sudo coder\n{lines}"),
        );
        sudo(&facts, "coder")
    };
    assert_eq!(coder(""), "absent");
    assert_eq!(
        coder("RUN echo 'coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/coder"),
        "known"
    );
    assert_eq!(
        coder("RUN echo '%sudo ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers"),
        "known"
    );
    assert_eq!(
        coder("RUN echo '%wheel ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers"),
        "absent"
    );
    assert_eq!(
        coder("RUN echo 'coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/coder.conf"),
        "absent"
    );
    assert_eq!(coder("COPY sudoers /etc/sudoers.d/coder"), "unknown");
    assert_eq!(
        coder("RUN sed -i 's/%sudo.*/%sudo ALL=(ALL) NOPASSWD:ALL/' /etc/sudoers"),
        "unknown"
    );
    assert_eq!(
        coder("RUN echo 'coder ALL=(ALL) NOPASSWD:ALL' | EDITOR='tee -a' visudo"),
        "known"
    );
    assert_eq!(
        coder("RUN echo 'Defaults !authenticate' >> /etc/sudoers"),
        "known"
    );
}

#[test]
fn passwords_are_seen() {
    let password = |lines: &str| {
        let facts = on(JAMMY, lines);
        let user = facts.user("coder").known().expect("it is made");
        told(&facts.accounts.password(&user))
    };
    assert_eq!(password("RUN useradd coder"), "absent");
    assert_eq!(password("RUN useradd coder && echo coder:x | chpasswd"), "known");
    assert_eq!(password("RUN useradd -p hash coder"), "known");
    assert_eq!(password("RUN useradd coder && passwd -d coder"), "known");
    assert_eq!(password("RUN useradd coder && echo $WHO:x | chpasswd"), "unknown");
    assert_eq!(password("RUN useradd coder && echo root:x | chpasswd"), "absent");
}

#[test]
fn units_start_with_the_system_or_not() {
    let docker = |base: &str, lines: &str| told(&on(base, lines).unit_enabled("docker"));
    assert_eq!(docker(JAMMY, "RUN apt-get install docker.io"), "known");
    assert_eq!(docker(JAMMY, ""), "absent");
    assert_eq!(
        docker(JAMMY, "RUN apt-get install docker.io && systemctl disable docker"),
        "absent"
    );
    assert_eq!(
        docker(
            JAMMY,
            "RUN apt-get install docker.io && systemctl mask docker.service"
        ),
        "absent"
    );
    assert_eq!(
        docker(
            JAMMY,
            "RUN apt-get install docker.io\nRUN ln -s /dev/null /etc/systemd/system/docker.service"
        ),
        "absent"
    );
    let wants = "/etc/systemd/system/multi-user.target.wants/docker.service";
    let linked = format!("RUN ln -s /lib/systemd/system/docker.service {wants}");
    assert_eq!(docker("FROM fedora:41\n", &linked), "known");
    assert_eq!(docker("FROM nobody/knows\n", &linked), "known");
    assert_eq!(docker("FROM nobody/knows\n", ""), "unknown");
    assert_eq!(
        docker(JAMMY, &format!("RUN apt-get install docker.io && rm {wants}")),
        "absent"
    );
    assert_eq!(
        docker(
            ALPINE,
            "RUN apk add docker openrc && rc-update add docker default"
        ),
        "known"
    );
    assert_eq!(docker(ALPINE, "RUN apk add docker"), "absent");
    assert_eq!(docker(JAMMY, "RUN systemctl enable \"$UNIT\""), "unknown");
}

#[test]
fn engines_are_no_clients() {
    let engine = |lines: &str| on(JAMMY, lines).engine().map(|engine| engine.name.clone());
    assert_eq!(
        engine("RUN apt-get install docker-ce").as_deref(),
        Some("docker-ce")
    );
    assert_eq!(
        engine("RUN curl -fsSL https://get.docker.com | sh").as_deref(),
        Some("docker-ce")
    );
    assert_eq!(
        engine("RUN apt-get install docker-ce-cli docker-compose-plugin"),
        None
    );
    assert_eq!(
        engine("RUN apt-get install docker.io && apt-get purge docker.io"),
        None
    );
    let archive = "curl -fsSL https://download.docker.com/linux/static/stable/x86_64/docker-27.1.1.tgz";
    let tar = |rest: &str| {
        engine(&format!(
            "RUN {archive} | tar xz -C /usr/local/bin --strip-components=1{rest}"
        ))
    };
    assert_eq!(tar("").as_deref(), Some("dockerd"));
    assert_eq!(tar(" docker/docker"), None);
    let moved = |what: &str| {
        engine(&format!(
            "RUN {archive} -o d.tgz && tar xzf d.tgz && mv {what} /usr/local/bin/"
        ))
    };
    assert_eq!(moved("docker/*").as_deref(), Some("dockerd"));
    assert_eq!(moved("docker/docker"), None);
}

#[test]
fn an_init_is_there_or_not() {
    let init = |lines: &str| on(JAMMY, lines).init();
    assert_eq!(init(""), Answer::Absent);
    assert_eq!(
        init("RUN apt-get install --no-install-recommends docker.io"),
        Answer::Absent
    );
    assert_eq!(init("RUN apt-get install docker.io"), Answer::Unknown);
    assert_eq!(init("RUN apt-get install systemd"), Answer::Absent);
    assert_eq!(
        init("RUN apt-get install systemd-sysv"),
        Answer::Known(Init::Systemd)
    );
    assert_eq!(
        init("RUN ln -s /lib/systemd/systemd /sbin/init"),
        Answer::Known(Init::Systemd)
    );
    assert_eq!(
        init("RUN ln -s /lib/systemd/systemd /usr/sbin/init"),
        Answer::Known(Init::Systemd)
    );
    assert_eq!(init("COPY rootfs/ /"), Answer::Unknown);
    assert_eq!(init("RUN make install"), Answer::Unknown);
    assert_eq!(on(ALPINE, "").init(), Answer::Known(Init::Busybox));
    assert_eq!(
        on("FROM fedora:41\n", "RUN dnf install docker-ce").init(),
        Answer::Known(Init::Systemd)
    );
}

#[test]
fn only_root_may() {
    let denied = |lines: &str| on(JAMMY, &format!("RUN useradd -m coder\n{lines}")).denied.len();
    assert_eq!(denied("USER coder\nRUN apt-get install git"), 1);
    assert_eq!(denied("USER coder\nRUN sudo apt-get install git"), 0);
    assert_eq!(denied("USER coder\nRUN apt-get --version"), 0);
    assert_eq!(denied("USER $WHO\nRUN apt-get install git"), 0);
    assert_eq!(denied("USER coder\nUSER root\nRUN apt-get install git"), 0);
    assert_eq!(denied("USER coder\nRUN echo x > /etc/x"), 1);
    assert_eq!(denied("USER coder\nRUN sudo echo x > /etc/x"), 1);
    assert_eq!(denied("USER coder\nRUN echo x | sudo tee /etc/x"), 0);
    assert_eq!(
        denied("RUN mkdir /opt/x && chown coder /opt/x\nUSER coder\nRUN touch /opt/x/y"),
        0
    );
    assert_eq!(denied("RUN mkdir /opt/x\nUSER coder\nRUN touch /opt/x/y"), 1);
    assert_eq!(denied("RUN chmod -R 777 /opt\nUSER coder\nRUN touch /opt/y"), 0);
    assert_eq!(denied("USER coder\nRUN mkdir -p /opt/app/bin"), 1);
    assert_eq!(denied("USER coder\nWORKDIR /opt/x\nRUN touch y"), 0);
    assert_eq!(
        denied("COPY --chown=coder x /opt/x/\nUSER coder\nRUN touch /opt/x/z"),
        0
    );
    assert_eq!(
        denied("RUN chown -R coder /usr/local\nUSER coder\nRUN curl -o /usr/local/bin/x https://x.y/z"),
        0
    );
}
