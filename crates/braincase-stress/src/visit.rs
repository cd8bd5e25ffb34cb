//! One visit of a user: a project, and the steps of its scenario.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    arrivals::Arrivals,
    client::{Accept, Api, Ask, Refusal},
    ledger::{Entry, Ledger, Project},
    plan::{Lane, Plan},
    preset::Scenario,
    record::{Answered, Failure, Operation, Recorder, Sample, Subject},
    workload::{
        canary::{self, Aviary},
        deck, dice, photos,
        prompts::Writer,
        scenarios::{Step, steps},
    },
};

/// How many turns are sent a second time on purpose.
const REPEATED: f64 = 0.04;
/// How many turns are read as a stream of events.
const STREAMED: f64 = 0.5;
/// How long users think, in seconds.
const THINK: std::ops::Range<f64> = 1.0..3.0;

/// What all visits of a run share.
#[derive(Debug)]
pub struct World {
    /// What is to be done.
    pub plan: Plan,
    /// The servers.
    pub apis: BTreeMap<Lane, Api>,
    /// What was asked and answered.
    pub ledger: Ledger,
    /// What it took.
    pub recorder: Recorder,
    /// Tokens that tell projects apart.
    pub aviary: Aviary,
    /// The turns that arrive, in the open model.
    pub arrivals: Option<Arrivals>,
    stopped: AtomicBool,
}

impl World {
    /// A run that starts now.
    #[must_use]
    pub fn start(plan: Plan, apis: BTreeMap<Lane, Api>, nonce: u64) -> Self {
        let recorder = Recorder::start(&plan);
        let (ledger, aviary) = (Ledger::default(), Aviary::of(nonce));
        let arrivals = Arrivals::of(&plan);
        Self { plan, apis, ledger, recorder, aviary, arrivals, stopped: AtomicBool::new(false) }
    }

    /// Lets every user go home after the request that is under way.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether nothing new is to be begun.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.recorder.elapsed() >= self.plan.hold_ends()
    }
}

/// Why a visit goes no further.
enum Leave {
    /// The time is over.
    Over,
    /// Without its project there is nothing to do.
    NoProject,
}

/// One user in one project.
#[derive(Debug)]
pub struct Visit<'a> {
    world: &'a World,
    lane: Lane,
    scenario: Scenario,
    mark: u32,
    dice: ChaCha8Rng,
    turns: u32,
    photos: u32,
    /// When the turn that is under way arrived, in the open model.
    due: Option<Duration>,
    samples: &'a Mutex<Vec<Sample>>,
}

struct Place {
    entry: usize,
    id: String,
}

impl<'a> Visit<'a> {
    /// The `number`th visit of a user; what it measures is put into `samples`, where it survives a panic.
    #[must_use]
    pub fn plan(world: &'a World, user: usize, number: u32, samples: &'a Mutex<Vec<Sample>>) -> Option<Self> {
        let plan = &world.plan;
        let (lane, seat) = plan.seat(user);
        let scenario = deck::deal(plan.preset.shares, plan.seed, plan.users_of_main(), seat, number)?;
        let (mark, dice) = (canary::project_mark(user, number), dice(plan.seed, seat, number));
        Some(Self { world, lane, scenario, mark, dice, turns: 0, photos: 0, due: None, samples })
    }

    /// The server and the scenario.
    #[must_use]
    pub const fn subject(&self) -> (Lane, Scenario) {
        (self.lane, self.scenario)
    }

    /// Does all steps, or as many as there is time for.
    pub async fn run(mut self) {
        match self.all_steps().await {
            Ok(()) => self.world.recorder.finish(self.lane, self.scenario),
            Err(Leave::Over | Leave::NoProject) => {}
        }
    }

    async fn all_steps(&mut self) -> Result<(), Leave> {
        let place = match self.start_project().await {
            Ok(place) => place,
            Err(leave) => {
                self.think().await?;
                return Err(leave);
            }
        };
        for step in steps(self.scenario) {
            self.take(*step, &place).await?;
            self.think().await?;
        }
        Ok(())
    }

    async fn start_project(&mut self) -> Result<Place, Leave> {
        let name = format!("{} {}", self.scenario, self.world.aviary.canary(self.mark, 0));
        let api = self.api()?;
        let id = self.timed(Operation::Project, api.create_project(&name), |_| None).await;
        let id = id.map_err(|_| Leave::NoProject)?;
        let project = Project {
            lane: self.lane,
            id: id.clone(),
            mark: self.mark,
            scenario: self.scenario,
            turns: Vec::new(),
            images: Vec::new(),
            strays: Vec::new(),
        };
        Ok(Place { entry: self.world.ledger.open(project), id })
    }

    async fn take(&mut self, step: Step, place: &Place) -> Result<(), Leave> {
        self.turns += 1;
        let canary = self.world.aviary.canary(self.mark, self.turns);
        let (images, subject) = match step {
            Step::Add | Step::Edit | Step::Several => (Vec::new(), ""),
            Step::FromImages(count) | Step::EditWithImages(count) => self.upload(count, &canary, place).await,
        };
        let mut writer = Writer { dice: &mut self.dice, canary: &canary };
        let prompt = match step {
            Step::Add => writer.add_scene(),
            Step::Edit => writer.edit_scene(),
            Step::Several => writer.several_steps(),
            Step::FromImages(_) => writer.scene_from_images(subject),
            Step::EditWithImages(_) => writer.edit_with_images(subject),
        };
        self.due = self.arrival().await?;
        self.say(Ask { prompt, image_ids: images, key: format!("stress-{canary}") }, place).await;
        self.due = None;
        Ok(())
    }

    /// Waits for a turn to arrive, in the open model: everything that it needs is there by then.
    async fn arrival(&self) -> Result<Option<Duration>, Leave> {
        let Some(arrivals) = &self.world.arrivals else { return Ok(None) };
        let recorder = &self.world.recorder;
        let from = recorder.elapsed();
        loop {
            let due = arrivals.take();
            self.wait_until(due).await;
            if self.world.is_over() {
                arrivals.put_back(due, self.world.plan.hold_ends());
                recorder.thought(from);
                return Err(Leave::Over);
            }
            if arrivals.is_begun(due, recorder.elapsed()) {
                recorder.thought(from);
                return Ok(Some(due));
            }
        }
    }

    async fn upload(&mut self, count: usize, canary: &str, place: &Place) -> (Vec<String>, &'static str) {
        let (mut images, mut subject) = (Vec::new(), "");
        for _ in 0..count {
            self.photos += 1;
            let photo = photos::photo(self.dice.random_range(0..4), &format!("{canary} {}", self.photos));
            subject = photo.subject;
            let Ok(api) = self.api() else { break };
            let upload = api.upload_image(&place.id, photo.media_type, photo.bytes);
            if let Ok(image) = self.timed(Operation::Upload, upload, |_| None).await {
                self.world.ledger.add_image(place.entry, &image);
                images.push(image);
            }
        }
        (images, subject)
    }

    async fn say(&mut self, ask: Ask, place: &Place) {
        let accept = if self.dice.random_bool(STREAMED) { Accept::Stream } else { Accept::Json };
        let is_repeated = self.dice.random_bool(REPEATED);
        let operation = if ask.image_ids.is_empty() { Operation::Turn } else { Operation::ImageTurn };
        let Some(entry) = self.world.ledger.begin(place.entry, &ask.prompt, &ask.key) else { return };
        let Ok(api) = self.api() else { return };
        let recorder = &self.world.recorder;
        let from = recorder.elapsed();
        let answer = self.timed(operation, api.send_turn(&place.id, &ask, accept), Failure::ended).await;
        let took = recorder.elapsed().saturating_sub(from);
        self.world.ledger.finish(entry, &answer);
        let Ok(ended) = answer else { return };
        let foreign = self.world.aviary.projects_in(&ended.text);
        self.world.ledger.add_strays(place.entry, &format!("the answer to {}", ask.key), foreign);
        let waited = self.due.map_or(Duration::ZERO, |due| from.saturating_sub(due));
        let answered = Answered { mark: self.mark, turn: self.turns, took };
        recorder.particulars(self.lane, answered, waited, &ended);
        if is_repeated {
            self.repeat(&ask, place, entry).await;
        }
    }

    /// The same request once more must lead to the same turn.
    async fn repeat(&mut self, ask: &Ask, place: &Place, entry: Entry) {
        let Ok(api) = self.api() else { return };
        let answer = self.timed(Operation::Repeat, api.send_turn(&place.id, ask, Accept::Json), |_| None).await;
        match answer {
            Ok(again) => self.world.ledger.repeat(entry, &again.turn_id),
            Err(refusal @ Refusal::Rejected { .. }) => self.world.ledger.repeat(entry, &refusal.to_string()),
            Err(Refusal::Indefinite(_) | Refusal::Cut { .. }) => {}
        }
    }

    async fn think(&mut self) -> Result<(), Leave> {
        let from = self.world.recorder.elapsed();
        let think = Duration::from_secs_f64(self.dice.random_range(THINK) * self.world.plan.think_scale);
        let until = match self.world.plan.resumes(from + think) {
            // Not all at once when a silence ends.
            later if later > from + think => later + think,
            soon => soon,
        };
        // In the open model the next turn comes when it comes.
        if self.world.arrivals.is_none() {
            self.wait_until(until).await;
            self.world.recorder.thought(from);
        }
        if self.world.is_over() { Err(Leave::Over) } else { Ok(()) }
    }

    /// Sleeps until then, or until the run is over.
    async fn wait_until(&self, until: Duration) {
        let until = until.min(self.world.plan.hold_ends());
        while self.world.recorder.elapsed() < until && !self.world.is_over() {
            let rest = until.saturating_sub(self.world.recorder.elapsed());
            tokio::time::sleep(rest.min(Duration::from_millis(250))).await;
        }
    }

    /// Waits for an operation and makes a row of it.
    async fn timed<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, Refusal>>,
        failure: impl FnOnce(&T) -> Option<Failure>,
    ) -> Result<T, Refusal> {
        let recorder = &self.world.recorder;
        let from = recorder.elapsed();
        let answer = work.await;
        let waited = self.due.filter(|_| operation.is_turn()).map_or(Duration::ZERO, |due| from.saturating_sub(due));
        let took = recorder.elapsed().saturating_sub(from) + waited;
        let error = match &answer {
            Ok(answer) => failure(answer),
            Err(refusal) => Some(Failure::refused(operation.as_str(), refusal)),
        };
        let sample =
            Sample { subject: Subject { lane: self.lane, scenario: self.scenario, operation }, took, waited, error };
        recorder.operation(from, &sample);
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
        answer
    }

    fn api(&self) -> Result<&'a Api, Leave> {
        self.world.apis.get(&self.lane).ok_or(Leave::NoProject)
    }
}
