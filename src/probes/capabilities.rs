//! Capabilities that make a container of the usual runtime as able as one of Sysbox.
//!
//! Under Sysbox root has every capability, in a user namespace where those that reach the host do
//! nothing. Without that namespace they would reach it, so they are left out: no image needs them to
//! work as a workspace.

/// All capabilities by their bits (`linux/capability.h`, up to 40).
const NAMES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// Those that reach the host: its modules, ports, clock and its end.
const OF_THE_HOST: [&str; 4] = ["SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "SYS_TIME"];

/// The last one that engines of 2020 know (`AUDIT_READ`); later ones they refuse by name.
const LAST: usize = 37;

/// Those that may be asked for, of a host that has these bits.
pub fn of_bits(bits: u64) -> Vec<String> {
    let has = |bit: &usize| bits & (1 << bit) != 0;
    let names = (0..=LAST).filter(has).map(|bit| NAMES[bit]);
    let wanted = names.filter(|name| !OF_THE_HOST.contains(name));
    wanted.map(str::to_owned).collect()
}

/// The bits that a host has at most, of the text of its `/proc/1/status`.
pub fn bits_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("CapBnd:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

/// The sets that are tried one after the other, where the host does not say what it has: all, all that
/// hosts in containers mostly have, and the least with which systemd and Docker begin.
pub fn guesses() -> [Vec<String>; 3] {
    let all = of_bits(u64::MAX);
    let usual = all.iter().filter(|name| *name != "SYS_RESOURCE").cloned();
    let usual = usual.collect();
    [all, usual, vec!["SYS_ADMIN".to_owned(), "NET_ADMIN".to_owned()]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_lacks_is_not_asked_for() {
        let bits = bits_in("Name:\tinit\nCapBnd:\t000001fffeffffff\n").expect("it is there");
        let names = of_bits(bits);
        assert!(!names.contains(&"SYS_RESOURCE".to_owned()));
        assert!(names.contains(&"SYS_ADMIN".to_owned()) && names.contains(&"AUDIT_READ".to_owned()));
        assert_eq!(names.len(), 33);
        assert_eq!(bits_in("CapBnd:\tx\n"), None);
    }
}
