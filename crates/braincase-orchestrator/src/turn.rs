//! The turn: one request of a user, from the first check to the stored result.
//!
//! The story is [`run`] and the two functions below it; each step is a verb in its own file.

mod accept;
mod act;
mod admit;
mod answer;
mod compose;
mod decide;
mod end;
mod history;
mod learn;
mod plan;
mod progress;
mod recall;
mod remember;
mod watch;

use braincase_core::{TurnId, background::Failure};
use futures_util::try_join;

pub(crate) use self::{accept::Client, act::told};
use self::{
    accept::accept,
    act::act,
    admit::admit,
    answer::answer,
    compose::compose,
    decide::decide,
    end::{Ended, Stop, unless_stopped},
    plan::Plan,
    progress::Progress,
    recall::{Context, recall},
    remember::{Stored, close_unsure, remember, remember_early},
    watch::watch,
};
use crate::{Ask, engine::Shared, kept::scenes_now};

/// How often a result is worked out anew because somebody edited the same scene at the same moment.
const MAX_ATTEMPTS: usize = 4;

/// Runs one turn. The client is told as soon as the turn is stored, or why it is refused; after that nothing the client
/// does, hanging up included, keeps the turn from ending in exactly one terminal state.
pub(crate) async fn run(engine: Shared, turn_id: TurnId, ask: Ask, client: Client) -> Result<(), Failure> {
    let mut turn = match admit(&engine, turn_id, ask).await {
        Ok(turn) => turn,
        Err(stop) => return client.turn_away(stop),
    };
    let stop = turn.stop.clone();
    let ended = match unless_stopped(&stop, work(&engine, &mut turn, &client)).await {
        Ok(ended) => ended,
        Err(Stop::Early(early)) if client.is_told() => remember_early(&engine, &mut turn, early).await,
        Err(stop @ (Stop::Early(_) | Stop::Unsure(_))) => return close_unsure(&engine, turn, &client, stop).await,
        Err(stop) => return client.turn_away(stop),
    };
    answer(turn, ended)
}

/// Does what was asked, and stores it.
async fn work(engine: &Shared, turn: &mut Progress, client: &Client) -> Result<Ended, Stop> {
    watch(engine, &turn.request).await;
    let ((), mut context) =
        try_join!(accept(engine, &turn.request, client), recall(engine, &turn.request, &mut turn.place))?;
    let prompt = compose(engine, turn, &mut context).await?;
    let plan = decide(engine, turn, &context, prompt).await?;
    settle(engine, turn, context, plan).await
}

/// Acts on the scenes as they are now, and remembers. Nobody else in this process stores changes of the project in
/// between; should another process do it, it is done again on what is there then.
async fn settle(engine: &Shared, turn: &mut Progress, mut context: Context, plan: Plan) -> Result<Ended, Stop> {
    for _ in 0..MAX_ATTEMPTS {
        let mut edits = engine.edits.take_place(turn.request.scope);
        edits.reached().await;
        context.scenes = scenes_now(engine, turn.request.scope).await?;
        let changes = act(engine, turn, &context, &plan)?;
        match remember(engine, turn, &context, changes).await? {
            Stored::Yes(ended) => return Ok(*ended),
            Stored::ScenesMoved => {}
        }
    }
    Err(Stop::failed("conflict", "the scenes kept changing while the turn was being stored; send it again"))
}
