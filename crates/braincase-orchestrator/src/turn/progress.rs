//! What a turn carries from step to step: the request as it was admitted, and the account of what was done.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    Clock, SceneId, Scope, Timestamp, TurnId,
    event::{EventKind, NewEvent},
    image::Image,
    store::Idempotency,
    trace::TraceContext,
    turn::{Decided, ImagesUsed, Outcome, Timing, TokenAccount, Turn, TurnStatus, millis},
};
use braincase_tokens::{Cost, Message, Model, ToolSet};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{queue::Place, running::RunningTurn};

/// A request that is in order.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) turn_id: TurnId,
    pub(crate) scope: Scope,
    pub(crate) prompt: String,
    pub(crate) images: Vec<Image>,
    pub(crate) scene_id: Option<SceneId>,
    /// The model, with what was learnt of how its provider counts.
    pub(crate) model: Model,
    /// What the provider calls the model.
    pub(crate) model_name: String,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) trace: Option<TraceContext>,
    pub(crate) at: Timestamp,
}

impl Request {
    /// An event of this turn.
    pub(crate) fn event(&self, kind: EventKind, data: Value) -> NewEvent {
        NewEvent { kind, turn_id: Some(self.turn_id), data }
    }

    /// The turn as it is stored while nothing has come of it.
    pub(crate) fn as_turn(&self) -> Turn {
        Turn {
            id: self.turn_id,
            project_id: self.scope.project,
            status: TurnStatus::Accepted,
            prompt: self.prompt.clone(),
            image_ids: self.images.iter().map(|image| image.id).collect(),
            scene_id: self.scene_id,
            created_at: self.at,
            finished_at: None,
            outcome: Outcome::default(),
        }
    }
}

/// What a prompt costs as we count it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    /// With what was learnt before.
    pub(crate) cost: Cost,
    /// Without it.
    pub(crate) plain: usize,
}

impl Counted {
    /// What these messages cost with these tools.
    pub(crate) fn of(request: &Request, messages: &[Message], tools: &ToolSet) -> Self {
        let plain = request.model.uncalibrated().cost(messages, tools).tokens;
        Self { cost: request.model.cost(messages, tools), plain }
    }
}

/// A turn on its way.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) request: Request,
    /// Its place in the project's line; the next turn starts when this one is dropped.
    pub(crate) place: Place,
    pub(crate) running: RunningTurn,
    pub(crate) stop: CancellationToken,
    pub(crate) stopwatch: Stopwatch,
    pub(crate) tokens: Option<TokenAccount>,
    /// What the prompt costs as we count it, to learn from what the provider counts.
    pub(crate) counted: Option<Counted>,
    pub(crate) images: ImagesUsed,
    pub(crate) decided: Option<Decided>,
    /// Events that are to be stored while the brain thinks.
    pub(crate) untold: Vec<NewEvent>,
}

impl Progress {
    /// The account of the turn so far.
    pub(crate) fn outcome(&self) -> Outcome {
        Outcome {
            decision: self.decided.clone(),
            tokens: self.tokens.clone(),
            timing_ms: self.stopwatch.timing(),
            images: self.images.clone(),
            ..Outcome::default()
        }
    }
}

/// Measures where the time goes.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    clock: Arc<dyn Clock>,
    started: Duration,
    pub(crate) queue: Duration,
    pub(crate) context: Duration,
    pub(crate) compose: Duration,
    pub(crate) decide: Duration,
    pub(crate) act: Duration,
    pub(crate) remember: Duration,
    pub(crate) upstream: Duration,
    /// Since when the brain is being waited for, if it is: a turn may be stopped in the middle of that.
    pub(crate) waiting_since: Option<Duration>,
}

impl Stopwatch {
    /// Starts now.
    pub(crate) fn start(clock: &Arc<dyn Clock>) -> Self {
        let zero = Duration::ZERO;
        Self {
            clock: Arc::clone(clock),
            started: clock.monotonic(),
            queue: zero,
            context: zero,
            compose: zero,
            decide: zero,
            act: zero,
            remember: zero,
            upstream: zero,
            waiting_since: None,
        }
    }

    /// The present moment, to measure a step with.
    pub(crate) fn mark(&self) -> Duration {
        self.clock.monotonic()
    }

    /// The time since a mark.
    pub(crate) fn since(&self, mark: Duration) -> Duration {
        self.clock.monotonic().saturating_sub(mark)
    }

    /// The account in milliseconds.
    pub(crate) fn timing(&self) -> Timing {
        let total = self.since(self.started);
        let waited = self.waiting_since.map_or(Duration::ZERO, |mark| self.since(mark));
        let upstream = self.upstream + waited;
        Timing {
            total: millis(total),
            queue: millis(self.queue),
            context: millis(self.context),
            compose: millis(self.compose),
            decide: millis(self.decide + waited),
            act: millis(self.act),
            remember: millis(self.remember),
            upstream: millis(upstream),
            overhead: millis(total.saturating_sub(self.queue).saturating_sub(upstream)),
        }
    }
}
