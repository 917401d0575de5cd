//! The databases of RPM: the SQLite file and `Packages.db` (ndb) are read, Berkeley files are not.
//!
//! Both keep one header a package, of which [`header`] takes the few tags that are asked for.

mod header;
mod ndb;
mod sqlite;

use super::inspected::{Content, Installed, Marks};
use super::keep::Known;

/// The most packages of one database; Fedora has 70,000.
const MOST_PACKAGES: usize = 100_000;

/// The packages of a database, or why it could not be read.
pub fn read(known: Known, bytes: Vec<u8>, owned: &mut Marks) -> Content {
    let mut packages = Packages {
        all: Vec::new(),
        owned,
    };
    let read = match known {
        Known::RpmSqlite => sqlite::each(bytes, &mut |header| packages.take(header)),
        Known::RpmNdb => ndb::each(&bytes, &mut |header| packages.take(header)),
        _ => Err("a database of RPM in the form of Berkeley DB is not read".to_owned()),
    };
    match read {
        Ok(()) => Content::Packages(packages.all),
        Err(why) => Content::Unread(why),
    }
}

struct Packages<'a> {
    all: Vec<Installed>,
    owned: &'a mut Marks,
}

impl Packages<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.all.len() >= MOST_PACKAGES {
            return Err(format!("the database has more than {MOST_PACKAGES} packages"));
        }
        let header =
            header::Header::read(bytes).ok_or("a header in the database of RPM makes no sense".to_owned())?;
        let Some(package) = header.package() else {
            return Err("a header in the database of RPM names no package".to_owned());
        };
        // Keys that were imported stand among the packages, and are none.
        if package.name != "gpg-pubkey" {
            header.each_path(&mut |path| super::packages::own(path, self.owned));
            self.all.push(package);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::mark;

    const SQLITE: &[u8] = include_bytes!("../../../../../fixtures/images/rpm/rpmdb.sqlite.zst");

    fn sqlite() -> Vec<u8> {
        zstd::decode_all(SQLITE).expect("the fixture is compressed")
    }

    fn told(content: &Content) -> Vec<(String, String)> {
        match content {
            Content::Packages(all) => all
                .iter()
                .map(|one| (one.name.clone(), one.version.clone()))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_database_that_rpm_made_is_read() {
        let mut owned = Marks::default();
        let content = read(Known::RpmSqlite, sqlite(), &mut owned);
        let mut packages = told(&content);
        packages.sort();
        assert_eq!(
            packages,
            [
                ("seaworthy-other".to_owned(), "2:1.3-4.el9".to_owned()),
                ("seaworthy-tiny".to_owned(), "1.2-4.el9".to_owned()),
            ]
        );
        assert!(owned.0.contains(&mark("/opt/tiny/bin/tiny")));
        let Content::Packages(all) = content else { return };
        assert!(
            all.iter()
                .any(|one| one.provides.iter().any(|name| name == "virtual-tiny"))
        );
    }

    #[test]
    fn the_same_headers_in_a_file_of_ndb_say_the_same() {
        let mut headers: Vec<Vec<u8>> = Vec::new();
        sqlite::each(sqlite(), &mut |header| {
            headers.push(header.to_vec());
            Ok(())
        })
        .expect("it can be read");
        let file = ndb::tests::file(&headers);
        let other = read(Known::RpmNdb, file, &mut Marks::default());
        assert_eq!(
            told(&other),
            told(&read(Known::RpmSqlite, sqlite(), &mut Marks::default()))
        );
    }

    #[test]
    fn what_is_no_database_is_told_and_berkeley_too() {
        for known in [Known::RpmSqlite, Known::RpmNdb, Known::RpmBerkeley] {
            let content = read(known, b"nothing of the kind".to_vec(), &mut Marks::default());
            assert!(matches!(content, Content::Unread(_)), "{known:?}: {content:?}");
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_no_panic() {
        let whole = sqlite();
        for at in (0..whole.len()).step_by(977) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x5a;
            read(Known::RpmSqlite, damaged, &mut Marks::default());
            read(Known::RpmSqlite, whole[..at].to_vec(), &mut Marks::default());
        }
    }

    #[test]
    fn a_view_in_the_place_of_the_table_is_not_asked() {
        let path = std::env::temp_dir().join(format!("seaworthy-view-{}.sqlite", std::process::id()));
        let connection = rusqlite::Connection::open(&path).expect("it can be made");
        connection
            .execute_batch(
                "CREATE VIEW Packages AS WITH RECURSIVE n(blob) AS (SELECT 1 UNION ALL SELECT blob + 1 FROM n) \
                 SELECT blob FROM n",
            )
            .expect("it can be made");
        drop(connection);
        let bytes = std::fs::read(&path).expect("it was made");
        std::fs::remove_file(&path).expect("it was made");
        let content = read(Known::RpmSqlite, bytes, &mut Marks::default());
        assert!(matches!(content, Content::Unread(_)), "{content:?}");
    }
}
