//! Until when the releases behind official images were maintained.
//!
//! Facts of 2026-09-01, from the makers' own pages, as endoflife.date gathers them: Debian's end of LTS,
//! Ubuntu's end of standard support, the end of life of the others. Releases whose end came later than that
//! day are not here, so that the answer does not hang on the day on which it is asked.

/// What is known of a release that is not maintained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its name for people.
    pub product: String,
    /// The day on which its support ended; none for those that ended long before.
    pub since: Option<&'static str>,
}

/// A family of releases with numbers.
struct Product {
    /// The official image.
    image: &'static str,
    /// Its name for people.
    name: &'static str,
    /// Every release below this one has ended.
    below: &'static [u32],
    /// Releases with the day of their end, and the names by which tags know them.
    ended: &'static [(&'static [u32], &'static str, &'static str)],
}

const PRODUCTS: &[Product] = &[
    Product {
        image: "debian",
        name: "Debian",
        below: &[6],
        ended: &[
            (&[6], "2016-02-29", "squeeze"),
            (&[7], "2018-05-31", "wheezy"),
            (&[8], "2020-06-30", "jessie"),
            (&[9], "2022-06-30", "stretch"),
            (&[10], "2024-06-30", "buster"),
            (&[11], "2026-08-31", "bullseye"),
        ],
    },
    Product {
        image: "ubuntu",
        name: "Ubuntu",
        below: &[14, 4],
        ended: &[
            (&[12, 4], "2017-04-28", "precise"),
            (&[14, 4], "2019-04-25", "trusty"),
            (&[14, 10], "2015-07-23", "utopic"),
            (&[15, 4], "2016-02-04", "vivid"),
            (&[15, 10], "2016-07-28", "wily"),
            (&[16, 4], "2021-04-30", "xenial"),
            (&[16, 10], "2017-07-20", "yakkety"),
            (&[17, 4], "2018-01-13", "zesty"),
            (&[17, 10], "2018-07-19", "artful"),
            (&[18, 4], "2023-05-31", "bionic"),
            (&[18, 10], "2019-07-18", "cosmic"),
            (&[19, 4], "2020-01-23", "disco"),
            (&[19, 10], "2020-07-17", "eoan"),
            (&[20, 4], "2025-05-31", "focal"),
            (&[20, 10], "2021-07-22", "groovy"),
            (&[21, 4], "2022-01-20", "hirsute"),
            (&[21, 10], "2022-07-14", "impish"),
            (&[22, 10], "2023-07-20", "kinetic"),
            (&[23, 4], "2024-01-25", "lunar"),
            (&[23, 10], "2024-07-11", "mantic"),
            (&[24, 10], "2025-07-10", "oracular"),
            (&[25, 4], "2026-01-15", "plucky"),
        ],
    },
    Product {
        image: "centos",
        name: "CentOS Linux",
        below: &[6],
        ended: &[
            (&[6], "2020-11-30", "centos6"),
            (&[7], "2024-06-30", "centos7"),
            (&[8], "2021-12-31", "centos8"),
            // The image was never moved on from that release.
            (&[8], "2021-12-31", "latest"),
        ],
    },
    Product {
        image: "fedora",
        name: "Fedora",
        below: &[39],
        ended: &[
            (&[39], "2024-11-26", ""),
            (&[40], "2025-05-13", ""),
            (&[41], "2025-12-15", ""),
        ],
    },
    Product {
        image: "alpine",
        name: "Alpine",
        below: &[3, 17],
        ended: &[
            (&[3, 17], "2024-11-22", ""),
            (&[3, 18], "2025-05-09", ""),
            (&[3, 19], "2025-11-01", ""),
            (&[3, 20], "2026-04-01", ""),
        ],
    },
    Product {
        image: "node",
        name: "Node.js",
        below: &[16],
        ended: &[
            (&[16], "2023-09-11", "gallium"),
            (&[17], "2022-06-01", ""),
            (&[18], "2025-04-30", "hydrogen"),
            (&[19], "2023-06-01", ""),
            (&[20], "2026-04-30", "iron"),
            (&[21], "2024-06-01", ""),
            (&[23], "2025-06-01", ""),
        ],
    },
    Product {
        image: "python",
        name: "Python",
        below: &[3, 7],
        ended: &[
            (&[3, 7], "2023-06-27", ""),
            (&[3, 8], "2024-10-07", ""),
            (&[3, 9], "2025-10-31", ""),
        ],
    },
    Product {
        image: "ruby",
        name: "Ruby",
        below: &[3],
        ended: &[
            (&[3, 0], "2024-04-23", ""),
            (&[3, 1], "2025-03-26", ""),
            (&[3, 2], "2026-03-31", ""),
        ],
    },
    Product {
        image: "php",
        name: "PHP",
        below: &[8],
        ended: &[(&[8, 0], "2023-11-26", ""), (&[8, 1], "2025-12-31", "")],
    },
    Product {
        image: "golang",
        name: "Go",
        below: &[1, 21],
        ended: &[
            (&[1, 21], "2024-08-13", ""),
            (&[1, 22], "2025-02-11", ""),
            (&[1, 23], "2025-08-12", ""),
        ],
    },
    Product {
        image: "postgres",
        name: "PostgreSQL",
        below: &[11],
        ended: &[
            (&[11], "2023-11-09", ""),
            (&[12], "2024-11-21", ""),
            (&[13], "2025-11-13", ""),
        ],
    },
];

/// Official images that their makers gave up, with the day and the name for people.
const GIVEN_UP: &[(&str, &str, &str)] = &[
    ("java", "2016-12-31", "the image java"),
    ("openjdk", "2022-07-31", "the image openjdk"),
    ("jenkins", "2018-12-17", "the image jenkins"),
];

/// What is known of the end of an official image, by its short name and tag; none if it is maintained or
/// not known.
pub fn ended(image: &str, tag: &str) -> Option<Ended> {
    let image = image.strip_prefix("library/").unwrap_or(image);
    if image.contains('/') {
        return None;
    }
    let given_up = GIVEN_UP.iter().find(|(name, ..)| *name == image);
    if let Some((_, day, product)) = given_up {
        // Early access builds of releases to come go on.
        return (!tag.contains("-ea")).then(|| Ended {
            product: (*product).to_owned(),
            since: Some(day),
        });
    }
    let product = PRODUCTS.iter().find(|product| product.image == image);
    let own = product.and_then(|product| product.ended_by(tag));
    // `python:3.12-buster`, `node:22-alpine3.17`: the distribution beneath.
    own.or_else(|| beneath(image, tag))
}

impl Product {
    fn ended_by(&self, tag: &str) -> Option<Ended> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        let named =
            |(_, _, name): &&(_, _, &str)| !name.is_empty() && tag.split('-').any(|part| part == *name);
        let numbered = || {
            let release = numbers(first.strip_prefix(self.image).unwrap_or(first))?;
            let exact = self.ended.iter().find(|(ended, ..)| release.starts_with(ended));
            Some((release, exact))
        };
        if let Some((release, day, _)) = self.ended.iter().find(named) {
            return Some(self.ended(release, Some(day)));
        }
        match numbered()? {
            (_, Some((release, day, _))) => Some(self.ended(release, Some(day))),
            (release, None) => {
                // `node:1` may be read as a whole line of releases; only what is below for certain counts.
                let is_below = release.as_slice() < &self.below[..release.len().min(self.below.len())];
                is_below.then(|| self.ended(&release, None))
            }
        }
    }

    fn ended(&self, release: &[u32], since: Option<&'static str>) -> Ended {
        let mut shown: Vec<String> = release.iter().take(2).map(u32::to_string).collect();
        if let ("Ubuntu", Some(month)) = (self.name, shown.get_mut(1)) {
            *month = format!("{month:0>2}");
        }
        Ended {
            product: format!("{} {}", self.name, shown.join(".")),
            since,
        }
    }
}

/// The distribution that a tag names beside the release of a language.
fn beneath(image: &str, tag: &str) -> Option<Ended> {
    if matches!(image, "debian" | "ubuntu" | "alpine" | "centos" | "fedora") {
        return None;
    }
    let find = |image: &str| PRODUCTS.iter().find(|product| product.image == image);
    tag.split('-').find_map(|part| {
        if let Some(version) = part.strip_prefix("alpine").filter(|rest| rest.contains('.')) {
            return find("alpine")?.ended_by(version);
        }
        let is_name = part.len() > 3 && part.bytes().all(|sign| sign.is_ascii_lowercase());
        let of = |image: &str| find(image)?.ended_by(part);
        let named = || of("debian").or_else(|| of("ubuntu"));
        is_name.then(named).flatten()
    })
}

/// The numbers of a release; none where it has anything else in it.
fn numbers(text: &str) -> Option<Vec<u32>> {
    // A day, as tags of snapshots have it, is no release.
    text.split('.')
        .map(|part| part.parse().ok().filter(|number| *number < 10_000))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ended;

    fn told(image: &str, tag: &str) -> Option<String> {
        ended(image, tag).map(|ended| format!("{} {}", ended.product, ended.since.unwrap_or("-")))
    }

    #[test]
    fn releases_are_known_by_numbers_and_names() {
        for (image, tag, product) in [
            ("debian", "9", "Debian 9 2022-06-30"),
            ("debian", "9.13-slim", "Debian 9 2022-06-30"),
            ("debian", "stretch-20200414-slim", "Debian 9 2022-06-30"),
            ("debian", "7", "Debian 7 2018-05-31"),
            ("debian", "wheezy", "Debian 7 2018-05-31"),
            ("buildpack-deps", "wheezy", "Debian 7 2018-05-31"),
            ("ubuntu", "14.04.5", "Ubuntu 14.04 2019-04-25"),
            ("ubuntu", "trusty", "Ubuntu 14.04 2019-04-25"),
            ("ubuntu", "12.04", "Ubuntu 12.04 2017-04-28"),
            ("centos", "centos7.9.2009", "CentOS Linux 7 2024-06-30"),
            ("centos", "latest", "CentOS Linux 8 2021-12-31"),
            ("centos", "6.6", "CentOS Linux 6 2020-11-30"),
            ("alpine", "3.5", "Alpine 3.5 -"),
            ("alpine", "3.17.2", "Alpine 3.17 2024-11-22"),
            ("alpine", "2.7", "Alpine 2.7 -"),
            ("node", "9.11", "Node.js 9.11 -"),
            ("node", "0.12", "Node.js 0.12 -"),
            ("node", "22-alpine3.17", "Alpine 3.17 2024-11-22"),
            ("python", "3.6.7-slim", "Python 3.6 -"),
            ("python", "2-alpine", "Python 2 -"),
            ("python", "3.12-buster", "Debian 10 2024-06-30"),
            ("golang", "1.10.3", "Go 1.10 -"),
            ("php", "7.2-apache", "PHP 7.2 -"),
            ("ruby", "2.5", "Ruby 2.5 -"),
            ("openjdk", "8-jre", "the image openjdk 2022-07-31"),
        ] {
            assert_eq!(told(image, tag).as_deref(), Some(product), "{image}:{tag}");
        }
        for (image, tag) in [
            ("debian", "12"),
            ("debian", "latest"),
            ("debian", "trixie-slim"),
            ("debian", "sid"),
            ("ubuntu", "22.04"),
            ("ubuntu", "24.04"),
            ("ubuntu", "noble-20240423"),
            ("ubuntu", "rolling"),
            ("alpine", "3"),
            ("alpine", "edge"),
            ("alpine", "20240923"),
            ("node", "22"),
            ("node", "lts-alpine"),
            ("python", "3"),
            ("python", "3-slim"),
            ("python", "3.12-slim-bookworm"),
            ("golang", "1"),
            ("golang", "alpine"),
            ("ruby", "3"),
            ("php", "8-fpm"),
            ("openjdk", "27-ea"),
            ("someone/debian", "9"),
            ("nginx", "1.10"),
        ] {
            assert_eq!(told(image, tag), None, "{image}:{tag}");
        }
    }
}
