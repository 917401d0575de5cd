//! Who knows bases: the config's own Dockerfiles first, then the table.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::context::Nowhere;
use crate::facts::Facts;
use crate::interpret::{Bases, Input, KnownBase, foresee};
use crate::invocation::{Invocation, OwnBase};
use crate::platform::bases::base_facts;
use crate::stages::Stages;
use crate::syntax;
use crate::syntax::reference::ImageRef;

/// How deep own bases may build on own bases; a circle among them ends here.
const DEEPEST: usize = 6;

/// The bases that an invocation knows.
pub struct KnownBases<'a> {
    invocation: &'a Invocation,
    depth: usize,
    /// What was answered before: a stage's base is asked for by everyone who looks at the stage.
    answers: Mutex<HashMap<Asked, Option<KnownBase>>>,
}

/// A reference and a platform.
type Asked = (String, Option<String>);

impl<'a> KnownBases<'a> {
    /// Those of the invocation's config, over the table.
    pub fn new(invocation: &'a Invocation) -> Self {
        Self {
            invocation,
            depth: 0,
            answers: Mutex::default(),
        }
    }

    /// The target of an own base's Dockerfile.
    fn built(&self, base: &OwnBase, platform: Option<&str>) -> Option<Facts> {
        if self.depth >= DEEPEST {
            return None;
        }
        let source = &base.dockerfile;
        let tree = syntax::parse(source.text());
        let invocation = Invocation {
            platform: platform.and_then(crate::invocation::Platform::parse),
            contract: self.invocation.contract.clone(),
            bases: Arc::clone(&self.invocation.bases),
            ..Invocation::default()
        };
        let stages = Stages::of(&tree, &invocation);
        let path = source.shared_name();
        let deeper = KnownBases {
            invocation: self.invocation,
            depth: self.depth + 1,
            answers: Mutex::default(),
        };
        let mut all = foresee(Input {
            source,
            tree: &tree,
            stages: &stages,
            invocation: &invocation,
            context: &Nowhere,
            bases: &deeper,
            path: &path,
        });
        all.get_mut(stages.target?)?.take()
    }
}

impl KnownBases<'_> {
    fn look(&self, reference: &str, platform: Option<&str>) -> Option<KnownBase> {
        let image = ImageRef::parse(reference).ok()?;
        let own = self
            .invocation
            .bases
            .iter()
            .find(|base| image.matches(&base.pattern));
        if let Some(built) = own.and_then(|base| self.built(base, platform)) {
            return Some(KnownBase::Built(Arc::new(built)));
        }
        base_facts(&image, platform).map(KnownBase::Table)
    }
}

impl Bases for KnownBases<'_> {
    fn find(&self, reference: &str, platform: Option<&str>) -> Option<KnownBase> {
        let asked = (reference.to_owned(), platform.map(str::to_owned));
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers().get(&asked) {
            return answer.clone();
        }
        let answer = self.look(reference, platform);
        answers().insert(asked, answer.clone());
        answer
    }
}
