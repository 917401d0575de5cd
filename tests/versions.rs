//! Patterns of package versions: what they cover, and how they lie to a set.

use seaworthy::platform::versions::{Pattern, Point, Share, Spelling, Stretch};

fn deb(text: &str) -> Pattern {
    Pattern::read(Spelling::Deb, text)
}

fn rpm(text: &str) -> Pattern {
    Pattern::read(Spelling::Rpm, text)
}

#[test]
fn one_version_in_both_spellings() {
    let expected = Some(Point::package(1, 7, 28, 1));
    for pattern in [
        deb("1.7.28-1~ubuntu.24.04~noble"),
        deb("1.7.28-1"),
        rpm("1.7.28-1.el9"),
        rpm("1.7.28-3.1.el9"),
    ] {
        assert_eq!(pattern.lowest(), expected, "{}", pattern.text);
        assert_eq!(pattern.highest(), expected, "{}", pattern.text);
        assert!(!pattern.is_open());
    }
    assert_eq!(
        deb("5:27.3.1-1~debian.12~bookworm").lowest(),
        Some(Point::package(27, 3, 1, 1))
    );
    assert_eq!(
        deb("5:20.10.7~3-0~ubuntu-focal").lowest(),
        Some(Point::package(20, 10, 7, 0))
    );
    assert_eq!(
        rpm("3:20.10.7-3.el8").lowest(),
        Some(Point::package(20, 10, 7, 3))
    );
}

#[test]
fn globs_cover_stretches() {
    assert_eq!(deb("5:20.10.*").lowest(), Some(Point::line(20, 10)));
    assert!(deb("5:20.10.*").has(Point::release(20, 10, 24)));
    assert!(!deb("5:20.10.*").has(Point::release(23, 0, 0)));
    assert!(deb("5:27*").has(Point::release(27, 5, 1)));
    assert!(!deb("5:27*").has(Point::release(28, 0, 0)));
    assert!(deb("1.7.2*").has(Point::package(1, 7, 28, 2)));
    assert!(deb("1.7.2*").has(Point::package(1, 7, 2, 1)));
    assert!(!deb("1.7.2*").has(Point::package(1, 7, 18, 1)));
    assert!(deb("1.7.28*").has(Point::package(1, 7, 28, 2)));
    assert!(deb("1.7.28-1*").has(Point::package(1, 7, 28, 1)));
    assert!(!deb("1.7.28-1*").has(Point::package(1, 7, 28, 2)));
    assert!(deb("*").has(Point::release(1, 0, 0)));
    assert!(rpm("1.5.11").has(Point::package(1, 5, 11, 1)));
}

#[test]
fn what_cannot_be_read_is_unknown() {
    for text in [
        "",
        "latest",
        "$VERSION",
        "stable",
        "99999999999.1",
        "a:1",
        "ä",
        &"1".repeat(5000),
    ] {
        assert_eq!(
            deb(text).share_in(&[Stretch::from(Point::FIRST)]),
            Share::Unknown,
            "{text}"
        );
    }
}

#[test]
fn candidates_come_before_the_release() {
    let plain = |text| Pattern::read(Spelling::Plain, text);
    assert_eq!(plain("1.0.0-rc95").lowest(), Some(Point::candidate(1, 0, 0, 95)));
    assert_eq!(plain("1.1.0-rc.1").lowest(), Some(Point::candidate(1, 1, 0, 1)));
    assert_eq!(
        deb("1.0.0~rc93-0ubuntu1~20.04.2").lowest(),
        Some(Point::candidate(1, 0, 0, 93))
    );
    assert!(Point::candidate(1, 0, 0, 95) < Point::release(1, 0, 0));
    assert!(plain("v2.5.0").has(Point::release(2, 5, 0)));
    assert!(plain("27").has(Point::release(27, 5, 1)));
}

#[test]
fn shares() {
    let set = [Stretch::from(Point::package(1, 7, 28, 2))];
    assert_eq!(deb("1.7.28-1*").share_in(&set), Share::None);
    assert_eq!(deb("1.7.28-2").share_in(&set), Share::All);
    assert_eq!(deb("1.7.28*").share_in(&set), Share::Some);
    assert_eq!(deb("2.*").share_in(&set), Share::All);
    let holes = [
        Stretch::until(Point::line(1, 2), Point::line(1, 3)),
        Stretch::until(Point::line(1, 3), Point::line(1, 4)),
    ];
    assert_eq!(deb("1.2.*").share_in(&holes), Share::All);
    assert_eq!(deb("1.*").share_in(&holes), Share::Some);
}

proptest::proptest! {
    #[test]
    fn no_version_panics(text in "[0-9a-cv.:~+*?\\[\\]\\-rcel_^ü]{0,30}") {
        for spelling in [Spelling::Deb, Spelling::Rpm, Spelling::Plain] {
            let pattern = Pattern::read(spelling, &text);
            pattern.share_in(&[Stretch::from(Point::line(1, 2))]);
            if let (Some(low), Some(high)) = (pattern.lowest(), pattern.highest()) {
                proptest::prop_assert!(low <= high);
                proptest::prop_assert!(pattern.has(low) && pattern.has(high));
            }
        }
    }
}
