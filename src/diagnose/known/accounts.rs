//! Users, groups, and what only root may do.

use crate::diagnose::sign::{Kind, either, log, message};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "user-missing",
        "create the account in an earlier step (`useradd -m NAME`, on Alpine `adduser -D NAME`), or name one that the \
         base image has",
        &[
            either(
                r"unable to find user (?<user>[^\s:]+): (?:no matching entries in passwd file|invalid argument)",
                "there is no user `{user}` in the image, and the step runs as it",
            ),
            either(
                r#"(?:no matching entries in passwd file|no users found): ?(?<user>\S*)|unknown user (?:error looking up user )?"?(?<other>[^"\s:]+)"?|invalid user index: .*|error looking up user "?(?<third>[^"\s:]+)"?"#,
                "there is no user `{user}{other}{third}` in the image",
            ),
            either(
                r"user: unknown user (?<user>\S+)|error converting \S+ string uid to int|can't find uid for user (?<other>[^\s:]+)|unable to convert uid/gid chown string.*can't find uid for user (?<third>\S+)|invalid user: '(?<fourth>[^']+)'",
                "there is no user `{user}{other}{third}{fourth}` in the image",
            ),
            log(
                r"(?:usermod|passwd|chage|chfn|userdel|deluser|adduser|addgroup|gpasswd): (?:The )?[Uu]ser '?(?<user>[^'\s]+)'? does not exist|unknown user:? '?(?<other>[^'\s]+)",
                "there is no user `{user}{other}` in the image",
            ),
            log(
                r"^(?:su|sudo|runuser|chpst|gosu|su-exec|install|chroot|setpriv|crontab|id)\b.*(?:user (?<user>\S+) does not exist|unknown user:? (?<other>\S+)|invalid user:? '?(?<third>[^'\s]+)|'?(?<fourth>[^\s':]+)'?: no such user)",
                "there is no user `{user}{other}{third}{fourth}` in the image",
            ),
            log(
                r"^chpasswd: .*user '(?<user>[^']+)' does not exist|^chpasswd: \(user (?<other>\S+)\) pam_chauthtok",
                "there is no user `{user}{other}` in the image",
            ),
        ],
    )
    .rule("user-missing"),
    Kind::author(
        "group-missing",
        "create the group first (`groupadd NAME`), or install the package that does: the engine's package makes `docker`",
        &[
            log(
                r"(?:useradd|usermod|newusers): group '(?<group>[^']+)' does not exist",
                "there is no group `{group}` in the image",
            ),
            log(
                r"(?:adduser|addgroup|gpasswd|groupmod|groupdel|chgrp|delgroup|newgrp): .*(?:[Gg]roup '?(?<group>[^'\s]+?)'? does not exist|unknown group:? '?(?<other>[^'\s]+)|invalid group: '(?<third>[^']+)')",
                "there is no group `{group}{other}{third}` in the image",
            ),
            either(
                r"(?:chown|install|find|chgrp|setpriv|tar)\b.*invalid group: '(?:[^:']*:)?(?<group>[^']+)'|unable to find group (?<other>[^\s:]+)|can't find gid for group (?<third>[^\s:]+)|chown: unknown user/group (?<fourth>\S+)|no matching entries in group file",
                "there is no group `{group}{other}{third}{fourth}` in the image",
            ),
            log(
                r"^(?:adduser|addgroup|fatal|warn|err): The group `?'?(?<group>[^'`\s]+)'? does not exist",
                "there is no group `{group}` in the image",
            ),
        ],
    )
    .rule("group-missing"),
    Kind::author(
        "uid-taken",
        "remove or rename the account that has it (`userdel -r ubuntu` on Ubuntu since 23.04), or take another number",
        &[
            log(
                r"(?:useradd|usermod): UID (?<uid>\S+) is not unique|[Tt]he UID `?'?(?<other>\d+)'? is already in use|adduser: uid '(?<third>\d+)' in use",
                "another account of the image has the uid {uid}{other}{third} already",
            ),
        ],
    )
    .rule("uid-taken"),
    Kind::author(
        "gid-taken",
        "take the group that has it, rename it (`groupmod -n NAME OLD`), or take another number",
        &[
            log(
                r"(?:groupadd|groupmod): GID '?(?<gid>\S+?)'? already exists|[Tt]he GID `?'?(?<other>\d+)'? is already in use|addgroup: gid '(?<third>\d+)' in use",
                "another group of the image has the gid {gid}{other}{third} already",
            ),
        ],
    ),
    Kind::author(
        "user-exists",
        "the base image or a package has made it: use it, change it with `usermod`, or remove it first",
        &[
            log(
                r"(?:useradd|adduser): (?:The )?[Uu]ser '?`?(?<user>[^'`\s]+)'? (?:already exists|in use)|fatal: The user `?'?(?<other>[^'`\s]+)'? already exists|[Tt]he user `?'?(?<third>[^'`\s]+)'? already exists",
                "the image has a user `{user}{other}{third}` already",
            ),
            log(
                r"useradd: group (?<user>\S+) exists - if you want to add this user to that group, use -g",
                "the image has a group `{user}` already, and useradd would make one of that name",
            )
            .help("add `-g {user}` to take that group"),
        ],
    ),
    Kind::author(
        "group-exists",
        "use the group that is there; `groupadd -f` is content with it",
        &[
            log(
                r"groupadd: group '(?<group>[^']+)' already exists|addgroup: (?:The )?group '?`?(?<other>[^'`\s]+)'? (?:already exists|in use)|The group `?'?(?<third>[^'`\s]+)'? already exists",
                "the image has a group `{group}{other}{third}` already",
            ),
        ],
    ),
    Kind::author(
        "account-name-invalid",
        "account names begin with a small letter or `_`, and go on with small letters, digits, `-` and `_`",
        &[
            log(
                r"(?:useradd|groupadd|usermod): (?:invalid user name|'(?<other>[^']*)' is not a valid group name|invalid group name)(?: '(?<name>[^']*)')?",
                "`{name}{other}` cannot be an account's name",
            ),
            log(
                r"(?:fatal|adduser|err)\b.*: (?:To avoid (?:ambiguity|problems)|Please enter a username matching)",
                "adduser does not take the account's name",
            ),
        ],
    ),
    Kind::author(
        "needs-root",
        "put `USER root` before the step and the user back after it",
        &[
            either(
                r"are you root\?|(?:must|need to|has to|can only) be (?:run as |the )?(?:root|superuser)|\bonly root (?:can|may)\b|(?:requires|needs) (?:superuser|root) privileges|you (?:must|need to) (?:be root|run this (?:script )?as root)|run with superuser privileges|Operation requires root|Run it as root",
                "the step does what only root may, and runs as another user",
            ),
            log(
                r"(?:E: )?(?:List directory|Could not open lock file|Unable to (?:lock|open)|Unable to lock the administration directory).*\(13: Permission denied\)",
                "the package manager needs root, and the step runs as another user",
            ),
            log(
                r"ERROR: Unable to (?:lock database|open log): Permission denied",
                "apk needs root, and the step runs as another user",
            ),
            log(
                r"(?:useradd|groupadd|usermod|userdel|passwd|chpasswd|groupmod): (?:Permission denied\.|cannot (?:lock|open) /etc/(?:passwd|group|shadow|gshadow))",
                "accounts are changed by root alone, and the step runs as another user",
            ),
        ],
    )
    .rule("needs-root"),
    Kind::author(
        "sudo-asks-password",
        "give the user `NOPASSWD:ALL` in a file of /etc/sudoers.d whose name has no dot, or run the step as root",
        &[
            log(
                r"sudo: (?:a terminal is required to (?:read|authenticate)|no tty present and no askpass program specified|sorry, you must have a tty to run sudo|a password is required|\d+ incorrect password)",
                "sudo asks for a password, and a build has no terminal",
            ),
            log(
                r"^(?<user>\S+) is not in the sudoers file|Sorry, user (?<other>\S+) is not allowed to execute",
                "sudo does not let `{user}{other}` do that",
            ),
        ],
    )
    .rule("sudo-asks-password"),
    Kind::author(
        "home-missing",
        "create the account with its home (`useradd -m`)",
        &[
            log(
                r"(?:mkdir|cannot create directory|can't create directory|cd:|can't cd to|EACCES.*mkdir)[^/]*'?(?<home>/home/[^/'\s:]+)'?.*(?:Permission denied|No such file or directory|permission denied)",
                "the home {home} is not there",
            ),
            message(
                r"chdir to cwd \(.(?<home>/home/[^)\x22]+).\) .*permission denied",
                "the user may not enter {home}",
            )
            .help("give the folder to the user that the step runs as"),
        ],
    )
    .rule("home-missing"),
];
