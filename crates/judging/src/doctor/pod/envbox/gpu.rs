//! Graphics processors, which envbox hands on.

use super::super::{Container, Told};
use crate::doctor::{Sheet, State};
use crate::platform::envbox::SYSTEM_LIBRARIES;

pub(super) fn check(main: &Container, sheet: &mut Sheet) {
    const ID: &str = "gpu";
    let on = main
        .text("CODER_ADD_GPU")
        .is_some_and(|text| matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True"));
    let folder = main.text("CODER_USR_LIB_DIR").unwrap_or_default();
    let why = "the host's libraries are handed on out of the folder that CODER_USR_LIB_DIR names";
    match (on, main.asks_gpu) {
        (true, _) if folder.is_empty() && main.variable("CODER_USR_LIB_DIR") != Some(&Told::Elsewhere) => {
            sheet.say(
                ID,
                State::Bad,
                "CODER_ADD_GPU without CODER_USR_LIB_DIR",
                why,
                "mount the host's library folder, and name it",
            );
        }
        (true, _) if SYSTEM_LIBRARIES.contains(&folder.trim_end_matches('/')) => {
            sheet.say(
                ID,
                State::Bad,
                format!("CODER_USR_LIB_DIR={folder}"),
                "a mount there covers the outer container's own libraries",
                "mount it elsewhere, such as /var/coder/usr/lib",
            );
        }
        (true, false) => sheet.say(
            ID,
            State::Warning,
            "CODER_ADD_GPU, and no limit of nvidia.com/gpu",
            "without it the pod gets no devices",
            "limits: {nvidia.com/gpu: 1}",
        ),
        (true, true) => sheet.good(ID, "handed on", why),
        (false, true) => sheet.say(
            ID,
            State::Warning,
            "asked for, and not handed on",
            "the workspace inside does not see them",
            "CODER_ADD_GPU=true, with CODER_USR_LIB_DIR",
        ),
        (false, false) => sheet.good(ID, "none", "none is asked for"),
    }
}
