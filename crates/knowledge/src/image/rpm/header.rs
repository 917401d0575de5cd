//! A package's header as RPM keeps it: a list of tags, each with the place of its value.
//!
//! Two numbers of four bytes, big end first, say how many tags there are and how many bytes of values;
//! a tag has four such numbers: which, of what type, where among the values, how many (rpm's
//! `lib/header.c`). Whatever lies outside of the bytes is not there.

use crate::image::Installed;

/// The most tags of a header (rpm's own bound is 64 Ki).
const MOST_TAGS: usize = 0xffff;
/// The most names of one list; `texlive` has some 100,000 files in a package.
const MOST_NAMES: usize = 1 << 20;
/// The longest text that is taken.
const LONGEST_TEXT: usize = 4096;

/// Tags, by their numbers in rpm's `rpmtag.h`.
mod tag {
    pub const NAME: u32 = 1000;
    pub const VERSION: u32 = 1001;
    pub const RELEASE: u32 = 1002;
    pub const EPOCH: u32 = 1003;
    pub const PROVIDES: u32 = 1047;
    pub const FOLDER_OF: u32 = 1116;
    pub const BASE_NAMES: u32 = 1117;
    pub const FOLDERS: u32 = 1118;
}

/// Types of values.
mod kind {
    pub const NUMBER: u32 = 4;
    pub const TEXT: u32 = 6;
    pub const TEXTS: u32 = 8;
}

/// A header.
pub struct Header<'b> {
    tags: &'b [u8],
    values: &'b [u8],
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

impl<'b> Header<'b> {
    /// Finds its two parts; none if they do not fit into the bytes.
    pub fn read(bytes: &'b [u8]) -> Option<Self> {
        let count = number(bytes, 0)? as usize;
        let length = number(bytes, 4)? as usize;
        if count > MOST_TAGS {
            return None;
        }
        let start = 8 + count * 16;
        Some(Self {
            tags: bytes.get(8..start)?,
            values: bytes.get(start..start.checked_add(length)?)?,
        })
    }

    /// The values from where a tag's begin, and how many it has.
    fn value(&self, tag: u32, kind: u32) -> Option<(&'b [u8], usize)> {
        let entry = self
            .tags
            .chunks_exact(16)
            .find(|entry| number(entry, 0) == Some(tag) && number(entry, 4) == Some(kind))?;
        let start = number(entry, 8)? as usize;
        let count = number(entry, 12)? as usize;
        Some((self.values.get(start..)?, count.min(MOST_NAMES)))
    }

    fn text(&self, tag: u32) -> Option<String> {
        let (bytes, _) = self.value(tag, kind::TEXT)?;
        texts(bytes, 1).next().map(str::to_owned)
    }

    fn texts(&self, tag: u32) -> impl Iterator<Item = &'b str> {
        let (bytes, count) = self.value(tag, kind::TEXTS).unwrap_or_default();
        texts(bytes, count)
    }

    /// The package; none where it has no name or no version.
    pub fn package(&self) -> Option<Installed> {
        let name = self.text(tag::NAME)?;
        let (version, release) = (self.text(tag::VERSION)?, self.text(tag::RELEASE)?);
        let epoch = match self.value(tag::EPOCH, kind::NUMBER) {
            Some((bytes, _)) => number(bytes, 0).map(|epoch| format!("{epoch}:")),
            None => None,
        };
        // Names with brackets are of libraries and modules, and files: nobody asks for those.
        let provides = self
            .texts(tag::PROVIDES)
            .filter(|provided| !provided.contains(['(', '/']) && *provided != name)
            .map(str::to_owned)
            .collect();
        Some(Installed {
            version: format!("{}{version}-{release}", epoch.unwrap_or_default()),
            name,
            held: false,
            provides,
        })
    }

    /// The paths that belong to the package.
    pub fn each_path(&self, take: &mut dyn FnMut(&str)) {
        let folders: Vec<&str> = self.texts(tag::FOLDERS).collect();
        let Some((indices, count)) = self.value(tag::FOLDER_OF, kind::NUMBER) else {
            return;
        };
        for (at, name) in self.texts(tag::BASE_NAMES).take(count).enumerate() {
            let folder = number(indices, at * 4).and_then(|index| folders.get(index as usize));
            if let Some(folder) = folder {
                take(&format!("{folder}{name}"));
            }
        }
    }
}

/// Texts that end with a zero each; one that is no UTF-8 or too long stands as nothing.
fn texts(bytes: &[u8], count: usize) -> impl Iterator<Item = &str> {
    let mut rest = bytes;
    (0..count).map_while(move |_| {
        let end = memchr::memchr(0, rest)?;
        let text = &rest[..end];
        rest = &rest[end + 1..];
        Some(match text.len() > LONGEST_TEXT {
            true => "",
            false => std::str::from_utf8(text).unwrap_or_default(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(tags: &[(u32, u32, u32, u32)], values: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [tags.len() as u32, values.len() as u32] {
            bytes.extend(number.to_be_bytes());
        }
        for (tag, kind, at, count) in tags {
            for number in [tag, kind, at, count] {
                bytes.extend(number.to_be_bytes());
            }
        }
        bytes.extend(values);
        bytes
    }

    #[test]
    fn a_package_has_its_epoch_in_its_version() {
        let bytes = header(
            &[
                (1000, 6, 0, 1),
                (1001, 6, 5, 1),
                (1002, 6, 7, 1),
                (1003, 4, 12, 1),
            ],
            b"bash\x005\x003.el\x00\x00\x00\x00\x02",
        );
        // The epoch stands where the values say.
        let package = Header::read(&bytes).and_then(|header| header.package());
        let package = package.expect("it names a package");
        assert_eq!(
            (package.name.as_str(), package.version.as_str()),
            ("bash", "2:5-3.el")
        );
    }

    #[test]
    fn values_outside_of_the_bytes_are_not_there() {
        let bytes = header(&[(1000, 6, 4_000_000_000, 1)], b"bash\x00");
        assert!(Header::read(&bytes).is_some_and(|header| header.package().is_none()));
        assert!(Header::read(&bytes[..20]).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_none(
            tags in proptest::collection::vec((995u32..1120, 0u32..10, 0u32..80, 0u32..2_000_000), 0..12),
            values in proptest::collection::vec(any::<u8>(), 0..80),
            cut in 0usize..300,
        ) {
            let bytes = header(&tags, &values);
            for bytes in [&bytes[..], &bytes[..cut.min(bytes.len())], &values[..]] {
                if let Some(header) = Header::read(bytes) {
                    header.package();
                    let mut paths = 0;
                    header.each_path(&mut |_| paths += 1);
                    prop_assert!(paths <= values.len());
                }
            }
        }
    }
}
