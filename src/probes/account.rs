//! A line of passwd(5).

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Its home, absolute.
    pub home: String,
    /// What runs when it logs in; `/bin/sh` where the line leaves that out, as login(1) has it.
    pub shell: String,
}

impl Account {
    /// The first line of this name; none if there is none that can be read.
    pub fn find(passwd: &str, name: &str) -> Option<Self> {
        let mut lines = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
        lines.find_map(|fields| {
            let [own, _, uid, gid, _, home, shell] = fields.as_slice() else {
                return None;
            };
            if *own != name || !home.starts_with('/') {
                return None;
            }
            Some(Self {
                name: name.to_owned(),
                uid: uid.parse().ok()?,
                gid: gid.parse().ok()?,
                home: (*home).to_owned(),
                shell: match shell.trim() {
                    "" => "/bin/sh".to_owned(),
                    shell => shell.to_owned(),
                },
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_and_a_broken_one_is_not() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\ncoder:x:1000:100::/home/coder:\nodd:x:a:1::/x:/y\n";
        let coder = Account::find(passwd, "coder").expect("it is there");
        assert_eq!(
            (coder.uid, coder.gid, coder.shell.as_str()),
            (1000, 100, "/bin/sh")
        );
        assert_eq!(Account::find(passwd, "odd"), None);
        assert_eq!(Account::find(passwd, "code"), None);
    }
}
