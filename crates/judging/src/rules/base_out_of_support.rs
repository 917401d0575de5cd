//! The base gets no security updates any more.
//!
//! Whatever is found in its programs and libraries from then on stays in the image, and building it again
//! does not help. The archives of old releases move away as well: `apt-get update` on Debian before 11 and
//! `yum install` on CentOS fail unless their sources are written anew.
//!
//! Only official images are known, by their tags, with the days that their makers name. Paid support, such
//! as Ubuntu's ESM, does not reach an image that is pulled without it.
//!
//! Start from a release that is maintained.

use super::{Report, Rule, Text, images};
use crate::finding::{Certainty, Place, Severity};
use crate::platform::support;

/// Its entry in the list.
pub const RULE: Rule = Rule::form(
    "base-out-of-support",
    Severity::Warning,
    check,
    include_str!("base_out_of_support.rs"),
);

/// Says each image whose support has ended.
pub fn check(text: &Text, report: &mut Report) {
    for image in images::of(text) {
        let familiar = image.reference.familiar().to_string();
        let name = familiar.split([':', '@']).next().unwrap_or_default();
        let tag = match (&image.reference.tag, &image.reference.digest) {
            (Some(tag), _) => tag.as_str(),
            (None, None) => "latest",
            // It may be of any release.
            (None, Some(_)) => continue,
        };
        let Some(ended) = support::ended(name, tag) else {
            continue;
        };
        let certainty = match image.is_written {
            true => Certainty::Certain,
            false => Certainty::Possible,
        };
        let product = ended.product;
        let message = match ended.since {
            Some(day) => {
                format!("`{name}:{tag}` gets no security updates: support of {product} ended on {day}")
            }
            None => format!("`{name}:{tag}` gets no security updates: support of {product} ended long ago"),
        };
        report
            .say_at(Place::here(image.span), certainty, message)
            .stage(text.stage_name(image.stage))
            .help("start from a release that is maintained");
    }
}
