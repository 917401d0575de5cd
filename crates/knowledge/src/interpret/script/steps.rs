//! How a command becomes a step: who runs it and how, what is written of it, and which of its effects stay.

use super::*;

impl Runner<'_, '_> {
    /// Who is named as the one that runs a command must be there.
    pub(super) fn switched(&mut self, ready: &Ready, unwrapped: &Unwrapped, frame: &Frame) {
        let (Some(user), Some(place)) = (&unwrapped.user, &unwrapped.user_place) else {
            return;
        };
        let named = tools::named(user, NameKind::User).into_iter();
        let effects = Effects(
            named
                .map(|change| Effect {
                    place: place.clone(),
                    change,
                })
                .collect(),
        );
        if !effects.0.is_empty() {
            let step = self.step(frame, &ready.place, None);
            self.take(step, effects);
        }
    }

    /// One command as a step, without what it reads.
    pub(super) fn step(&self, frame: &Frame, place: &Place, program: Option<Program>) -> Step {
        let stage = self.walk.stage;
        Step {
            certainty: frame.certainty,
            tolerated: frame.tolerated,
            user: frame.user.clone(),
            folder: frame.folder.clone(),
            program,
            tested: frame.tested.clone(),
            is_fallback: frame.is_fallback,
            search: frame
                .variables
                .iter()
                .rev()
                .find(|(name, _)| name == "PATH")
                .map(|(_, value)| value.clone()),
            around: Arc::clone(&self.around),
            ..Step::new(stage, self.index, Keyword::Run.name(), place.clone())
        }
    }

    /// Takes a command with what it says of itself and what it does.
    pub(super) fn finish(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        frame: &Frame,
        unwrapped: Unwrapped,
        mut effects: Effects,
    ) {
        if let Some(written) = self.written(shell, ready, frame, &unwrapped) {
            effects.say(&ready.place, Change::Command(Box::new(written)));
        }
        let program = Program {
            words: unwrapped.words,
            wrappers: unwrapped.wrappers,
            wrapper_places: unwrapped.wrapper_places,
        };
        let step = self.step(frame, &ready.place, Some(program));
        let step = Step {
            stdin: ready.stdin.clone(),
            fetched: self.piped_download(shell, ready),
            ..step
        };
        self.take(step, effects);
    }

    /// The command as it is written; none if it stands in a script that the file only runs.
    fn written(&self, shell: &Shell, ready: &Ready, frame: &Frame, unwrapped: &Unwrapped) -> Option<Written> {
        let is_exec = shell.text.is_empty();
        if unwrapped.words.is_empty() || matches!(shell.placed, Placed::Fixed(_)) && !is_exec {
            return None;
        }
        let variable = |name: &str| self.variable(frame, name);
        let call = self.call(&unwrapped.words, ready, frame, &variable);
        let mut purpose = match unwrapped.words[0].0.as_known() {
            Some(program) if is_of_system(program) => tools::purpose(&call),
            _ => Purpose::Other,
        };
        let redirects = || {
            let of_blocks = ready.command.block_redirects.iter();
            let of_blocks = of_blocks.filter_map(|index| shell.script.block_redirects.get(*index));
            of_blocks.chain(&ready.command.redirects)
        };
        match &mut purpose {
            // `yes | apt-get install`, `<<< y`.
            Purpose::Packages(request) => {
                let has_input = redirects().any(|redirect| redirect.descriptor == 0);
                request.asks &= ready.command.reads_from.is_none() && ready.stdin.is_none() && !has_input;
            }
            Purpose::Progress if redirects().any(|redirect| redirect.descriptor == 2) => {
                purpose = Purpose::Other;
            }
            _ => {}
        }
        let is_lost = ready.command.piped && !shell.frame.pipefail;
        Some(Written {
            step: 0,
            purpose,
            status: if is_lost { Status::Lost } else { Status::Seen },
            is_text: !is_exec,
        })
    }

    /// Takes a step with those of its effects that stay in the image.
    pub(super) fn take(&mut self, step: Step, effects: Effects) {
        let effects = without_mounted(effects.0, &self.around.mounts);
        let effects = effects
            .into_iter()
            .flat_map(|effect| self.narrowed(effect))
            .collect();
        self.walk.facts.take(step, effects);
    }

    /// A removal of which nothing is known is taken to mean what the same instruction wrote: most
    /// often a folder that a variable of the script names.
    fn narrowed(&self, effect: Effect) -> Vec<Effect> {
        let Change::Remove { path, .. } = &effect.change else {
            return vec![effect];
        };
        let is_open = path.holes().first().is_some_and(|hole| hole.start == 0);
        if !is_open || self.walk.facts.files.staying().any(|file| file.path == *path) {
            return vec![effect];
        }
        let facts = &self.walk.facts;
        let here = facts.files.staying().filter(|file| {
            let step = facts.step(&file.written);
            step.instruction == self.index && step.stage == self.walk.stage && step.is_here()
        });
        here.map(|file| Effect {
            place: effect.place.clone(),
            change: Change::Remove {
                path: file.path.clone(),
                contents_only: false,
            },
        })
        .collect()
    }
}
