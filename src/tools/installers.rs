//! Scripts from the net whose consequences are known.

use crate::context::Answer;
use crate::facts::{Manager, PackageAction, Value};
use crate::finding::Place;
use crate::tools::Effects;

/// Says what the script at a URL does when it is run, if that is known.
///
/// `get.docker.com`: the newest docker-ce, its client, containerd.io and the plugins from Docker's own
/// repository, recommended packages along (docker-install's `install.sh`).
pub fn from_url(url: &str, place: &Place, effects: &mut Effects) -> bool {
    let bare = url
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches('/');
    if !matches!(
        bare,
        "get.docker.com" | "get.docker.com/index.html" | "test.docker.com"
    ) {
        return false;
    }
    for name in [
        "docker-ce",
        "docker-ce-cli",
        "containerd.io",
        "docker-compose-plugin",
        "docker-buildx-plugin",
    ] {
        let package = (Value::known(name), None);
        effects.package(
            place,
            Manager::Apt,
            PackageAction::Install,
            package,
            Answer::Known(()),
        );
    }
    true
}
