//! Programs that leave nothing behind that matters to an image.

/// Whether a program is known to change nothing in files, accounts, packages or units.
///
/// Shell builtins among them; what changes the shell itself (`cd`, `export`) is read elsewhere.
pub fn is(program: &str) -> bool {
    INERT.binary_search(&program).is_ok()
}

/// Sorted.
const INERT: &[&str] = &[
    ".exit", ":", "[", "[[", "alias", "apt-cache", "apt-config", "arch", "awk", "base64", "basename",
    "break", "builtin", "bzcat", "cat", "cd", "cksum", "clear", "cmp", "column", "comm", "command", "continue",
    "cut", "date", "declare", "df", "diff", "dirname", "dirs", "dpkg-architecture", "dpkg-query", "du", "echo",
    "egrep", "env", "envsubst", "eval", "exit", "export", "expr", "false", "fc-list", "fgrep", "file", "fmt",
    "fold", "free", "gawk", "getconf", "getent", "getopt", "getopts", "gpgconf", "grep", "groups", "hash", "head",
    "hexdump", "history", "host", "hostname", "hostnamectl", "id", "infocmp", "jobs", "join", "jq", "kill",
    "killall", "ldd", "less", "let", "local", "locale", "logger", "logname", "ls", "lsb_release", "lscpu", "lsof",
    "md5sum", "more", "mount", "nl", "nohup", "nproc", "nslookup", "od", "openssl", "paste", "pgrep", "ping",
    "pkg-config", "pkill", "popd", "printenv", "printf", "ps", "pushd", "pwd", "read", "readlink", "readonly",
    "realpath", "return", "rev", "rg", "seq", "set", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum",
    "shift", "shopt", "shuf", "sleep", "sort", "stat", "strings", "stty", "sum", "sync", "tac", "tail", "test",
    "time", "times", "timeout", "tput", "tr", "trap", "tree", "true", "tsort", "tty", "type", "typeset", "ulimit",
    "umask", "umount", "unalias", "uname", "uniq", "unset", "uptime", "vmstat", "wait", "wc", "whereis", "which",
    "who", "whoami", "xargs", "xmllint", "xxd", "xzcat", "yes", "yq", "zcat", "zgrep", "{", "}",
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_is_sorted() {
        assert!(super::INERT.is_sorted());
    }
}
