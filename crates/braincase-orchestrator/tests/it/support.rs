//! A desk to work at: an orchestrator over a real store in a temporary folder, with a scripted brain and vision.

pub(crate) mod faulty_store;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use braincase_core::{
    ImageId, ProjectId, SceneId, Scope, SystemClock, TenantId, Timestamp, TurnId,
    brain::{Brain, BrainError},
    event::{Event, EventKind},
    image::{Image, ImageFacts, ImageFormat, Mood, Orientation, Swatch},
    limits::Limits,
    project::{Project, ProjectName},
    prompt::{Decision, Prompt, ToolCall},
    scene::{Scene, SceneSpec},
    store::Store,
    turn::Turn,
    vision::{Vision, VisionError},
};
use braincase_errors::{Limit, MemorySink, Recorder, RecorderOptions, Supervisor};
use braincase_orchestrator::{Ask, Error, ImageMode, Orchestrator, Parts, Policy, compute::Compute};
use braincase_store::{SqliteOptions, SqliteStore};
use braincase_tokens::Registry;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// No wait in these tests takes longer unless something is broken.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// How many computations run at once.
pub(crate) const PLACES: usize = 2;

/// An orchestrator with everything around it.
pub(crate) struct Desk {
    pub(crate) orchestrator: Orchestrator,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) brain: Arc<ScriptedBrain>,
    pub(crate) vision: Arc<ScriptedVision>,
    pub(crate) records: Arc<MemorySink>,
    pub(crate) supervisor: Arc<Supervisor>,
    pub(crate) compute: Compute,
    pub(crate) scope: Scope,
    /// Makes another orchestrator over the same store, as another process would have.
    another: Box<dyn Fn() -> Orchestrator + Send + Sync>,
    _folder: tempfile::TempDir,
}

/// What can differ between desks.
#[derive(Default)]
pub(crate) struct Setting {
    pub(crate) limits: Limits,
    pub(crate) image_mode: ImageMode,
    pub(crate) model: Option<&'static str>,
    /// Decides instead of the scripted brain.
    pub(crate) brain: Option<Arc<dyn Brain>>,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(Setting::default(), |store| store).await
    }

    /// A desk whose orchestrator sees the store through `around`.
    pub(crate) async fn with(setting: Setting, around: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let records = Arc::new(MemorySink::new(1_000));
        let clock = Arc::new(SystemClock::default());
        let options =
            RecorderOptions { sinks: vec![records.clone()], limit: Limit::NONE, ..RecorderOptions::default() };
        let background = Arc::new(Supervisor::with_recorder(Recorder::new(options)));
        let options = SqliteOptions::in_dir(folder.path());
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options, background.clone()).await.unwrap());
        let brain = Arc::new(ScriptedBrain::default());
        let vision = Arc::new(ScriptedVision::default());
        let models = Arc::new(Registry::embedded().clone());
        let seen_store = around(store.clone());
        let (deciding, looking) = (setting.brain.unwrap_or_else(|| brain.clone()), vision.clone());
        let spawning = background.clone();
        let compute = Compute::new(background.clone(), PLACES, LIMIT);
        let computing = compute.clone();
        let another = move || {
            Orchestrator::new(Parts {
                store: seen_store.clone(),
                brain: deciding.clone(),
                vision: looking.clone(),
                clock: clock.clone(),
                compute: computing.clone(),
                background: spawning.clone(),
                limits: setting.limits.clone(),
                models: models.clone(),
                model: models.get(setting.model.unwrap_or("gpt-4o")).unwrap(),
                model_name: setting.model.unwrap_or("gpt-4o").to_owned(),
                image_mode: setting.image_mode,
            })
        };
        let scope = new_project(&store).await;
        let orchestrator = another();
        let (supervisor, another) = (background, Box::new(another));
        Self { orchestrator, store, brain, vision, records, supervisor, compute, scope, another, _folder: folder }
    }

    pub(crate) fn another_orchestrator(&self) -> Orchestrator {
        (self.another)()
    }

    pub(crate) fn ask(&self, prompt: &str) -> Ask {
        Ask {
            scope: self.scope,
            prompt: prompt.to_owned(),
            image_ids: Vec::new(),
            scene_id: None,
            model: None,
            policy: Policy::Enqueue,
            idempotency_key: None,
            trace: None,
        }
    }

    /// Waits until nothing but the store's writer runs.
    pub(crate) async fn idle(&self) {
        within(async {
            while self.supervisor.running() > 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }

    /// Sends a prompt and waits for the end of the turn.
    pub(crate) async fn say(&self, prompt: &str) -> Turn {
        self.run(self.ask(prompt)).await.unwrap()
    }

    pub(crate) async fn run(&self, ask: Ask) -> Result<Turn, Error> {
        let scope = ask.scope;
        let submitted = self.orchestrator.submit(ask).await?;
        within(self.orchestrator.finished(scope, submitted.turn_id)).await
    }

    pub(crate) async fn submit(&self, ask: Ask) -> TurnId {
        self.orchestrator.submit(ask).await.unwrap().turn_id
    }

    pub(crate) async fn finished(&self, turn: TurnId) -> Turn {
        within(self.orchestrator.finished(self.scope, turn)).await.unwrap()
    }

    pub(crate) async fn scenes(&self) -> Vec<Scene> {
        self.store.list_scenes(self.scope).await.unwrap()
    }

    pub(crate) async fn scene(&self, id: SceneId) -> Scene {
        self.store.load_scene(self.scope, id).await.unwrap().unwrap()
    }

    pub(crate) async fn add_scene(&self, title: &str) -> Scene {
        self.orchestrator.add_scene(self.scope, spec(title)).await.unwrap()
    }

    pub(crate) async fn upload(&self, seed: u8) -> Image {
        self.orchestrator.upload(self.scope, picture(seed)).await.unwrap()
    }

    pub(crate) async fn events(&self) -> Vec<Event> {
        self.store.events_after(self.scope, 0, 10_000).await.unwrap()
    }

    /// Waits for the first event of a kind after a number.
    pub(crate) async fn event(&self, kind: EventKind, after: i64) -> Event {
        let mut seen = after;
        within(async {
            loop {
                let events = self.orchestrator.next_events(self.scope, seen).await.unwrap();
                seen = events.last().expect("the server does not stop").seq;
                if let Some(event) = events.into_iter().find(|event| event.kind == kind) {
                    return event;
                }
            }
        })
        .await
    }
}

pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, work).await.expect("should have ended long ago")
}

pub(crate) async fn new_project(store: &Arc<dyn Store>) -> Scope {
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    let project = Project { id: ProjectId::new(at), name: ProjectName::new("Test").unwrap(), created_at: at };
    store.create_project(TenantId::DEFAULT, &project).await.unwrap();
    Scope { tenant: TenantId::DEFAULT, project: project.id }
}

pub(crate) fn spec(title: &str) -> SceneSpec {
    serde_json::from_value(json!({"title": title})).unwrap()
}

/// A small real image; another for every seed.
pub(crate) fn picture(seed: u8) -> Bytes {
    let mut buffer = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_fn(16, 8, |x, y| image::Rgb([seed, x as u8 * 8, y as u8 * 16]));
    pixels.write_to(&mut buffer, image::ImageFormat::Png).unwrap();
    buffer.into_inner().into()
}

pub(crate) fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { name: name.to_owned(), arguments }
}

pub(crate) fn decision(calls: Vec<ToolCall>) -> Decision {
    Decision { calls, reply: "Done.".to_owned(), reasoning: "asked for".to_owned(), ..Decision::default() }
}

pub(crate) fn adds(title: &str) -> Decision {
    decision(vec![call("add_scene", json!({"spec": {"title": title}}))])
}

pub(crate) fn shows(image: ImageId) -> Decision {
    decision(vec![call("create_scene_from_image", json!({"image_id": image}))])
}

/// A brain that says what it was told to say, in order; with nothing left it adds a scene named after the prompt.
#[derive(Debug, Default)]
pub(crate) struct ScriptedBrain {
    script: Mutex<VecDeque<Line>>,
    prompts: Mutex<Vec<Prompt>>,
}

#[derive(Debug)]
enum Line {
    Say(Result<Decision, BrainError>),
    /// Wait for a permit, then say it.
    SayWhen(Arc<Semaphore>, Decision),
    Panic,
}

impl ScriptedBrain {
    pub(crate) fn will_say(&self, answer: Result<Decision, BrainError>) {
        self.script.lock().unwrap().push_back(Line::Say(answer));
    }

    /// The answer comes when the returned gate gets a permit.
    pub(crate) fn will_wait(&self, answer: Decision) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        self.script.lock().unwrap().push_back(Line::SayWhen(gate.clone(), answer));
        gate
    }

    pub(crate) fn will_panic(&self) {
        self.script.lock().unwrap().push_back(Line::Panic);
    }

    /// What it was told to say and has not said is forgotten.
    pub(crate) fn forget(&self) {
        self.script.lock().unwrap().clear();
    }

    /// What it was asked so far.
    pub(crate) fn prompts(&self) -> Vec<Prompt> {
        self.prompts.lock().unwrap().clone()
    }

    pub(crate) async fn asked(&self, times: usize) {
        within(async {
            while self.prompts.lock().unwrap().len() < times {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[async_trait]
impl Brain for ScriptedBrain {
    async fn decide(&self, prompt: &Prompt) -> Result<Decision, BrainError> {
        self.prompts.lock().unwrap().push(prompt.clone());
        let line = self.script.lock().unwrap().pop_front();
        match line {
            Some(Line::Say(answer)) => answer,
            Some(Line::SayWhen(gate, answer)) => {
                gate.acquire().await.unwrap().forget();
                Ok(answer)
            }
            Some(Line::Panic) => panic!("the brain was told to panic"),
            None => {
                let said = prompt.messages.last().map(|message| message.content.clone()).unwrap_or_default();
                Ok(adds(&said.chars().take(100).collect::<String>()))
            }
        }
    }

    fn name(&self) -> &'static str {
        "scripted"
    }
}

/// A vision that sees the same in everything, at once or when it is let.
#[derive(Debug, Default)]
pub(crate) struct ScriptedVision {
    gate: Mutex<Option<Arc<Semaphore>>>,
    delay: Mutex<Duration>,
    failure: Mutex<Option<VisionError>>,
    looked: std::sync::atomic::AtomicUsize,
}

impl ScriptedVision {
    /// From now on it looks only when the returned gate gets permits.
    pub(crate) fn hold(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.gate.lock().unwrap() = Some(gate.clone());
        gate
    }

    /// From now on looking takes this long.
    pub(crate) fn delay(&self, by: Duration) {
        *self.delay.lock().unwrap() = by;
    }

    /// From now on it fails.
    pub(crate) fn fail(&self, error: VisionError) {
        *self.failure.lock().unwrap() = Some(error);
    }

    /// How often it looked.
    pub(crate) fn looked(&self) -> usize {
        self.looked.load(std::sync::atomic::Ordering::SeqCst)
    }
}

#[async_trait]
impl Vision for ScriptedVision {
    async fn analyze(&self, _bytes: Bytes, _format: ImageFormat) -> Result<ImageFacts, VisionError> {
        self.looked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (gate, delay) = (self.gate.lock().unwrap().clone(), *self.delay.lock().unwrap());
        tokio::time::sleep(delay).await;
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        match self.failure.lock().unwrap().clone() {
            Some(error) => Err(error),
            None => Ok(facts()),
        }
    }
}

pub(crate) fn facts() -> ImageFacts {
    ImageFacts {
        description: "A cup of coffee on a wooden table.".to_owned(),
        width: 16,
        height: 8,
        orientation: Orientation::Landscape,
        palette: vec![Swatch { color: "#6f4e37".parse().unwrap(), share: 1.0 }],
        brightness: 0.4,
        contrast: 0.2,
        colorfulness: 0.3,
        mood: Mood::Warm,
        regions: Vec::new(),
        text_likelihood: 0.0,
        perceptual_hash: "00000000000000ff".to_owned(),
        source: "scripted".to_owned(),
    }
}
