//! Knows: what an image is, foreseen from its Dockerfile or observed in what was built.
//!
//! | floor | modules | what for |
//! | --- | --- | --- |
//! | waist | `facts` | steps, effects, and the state that they leave |
//! | knowledge | `platform` | dated tables: base images, Sysbox × containerd × Docker |
//! | | `tools` | what programs do, one file a family |
//! | doors | `interpret` | foresees steps from a Dockerfile |
//! | | `image` | observes steps in a built image: archives and layouts to plain data, plain data to facts |

pub mod facts;
pub mod image;
pub mod interpret;
pub mod platform;
pub mod tools;

use seaworthy_reading::{context, contract, conversion, finding, invocation, shell, source, stages, syntax};
