//! What a user does with a turn: mostly sends it and reads the answer; now and then what people and networks do, too.

use std::time::Duration;

use braincase_core::{Clock, SystemClock};
use futures_util::join;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tokio::{sync::oneshot, time::sleep};

use super::{Place, Visit};
use crate::{
    client::{Accept, Ask, Ended, Refusal},
    ledger::{Cancel, Entry, Looks, Turn},
    record::{self, Failure, Operation},
    sse::Told,
    workload::prompts::Writer,
};

/// How many turns are sent a second time on purpose, afterwards.
pub(crate) const REPEATED: f64 = 0.04;
/// How many turns are sent twice at the same time.
pub(crate) const TWINS: f64 = 0.03;
/// How many turns are called off.
pub(crate) const CANCELLED: f64 = 0.02;
/// During how many turns another one is sent.
pub(crate) const OVERLAPPED: f64 = 0.02;
/// After how many turns the user looks at all turns of the project.
pub(crate) const READ: f64 = 0.05;
/// How many of the others are read as a stream of events.
pub(crate) const STREAMED: f64 = 0.5;
/// How long users look at a turn before they call it off, in seconds.
const SECOND_THOUGHTS: std::ops::Range<f64> = 0.05..0.8;

/// What is done with a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    Plain(Accept),
    Repeated(Accept),
    Twin,
    /// So many seconds after it was accepted.
    Cancelled(f64),
    Overlapped,
}

impl Manner {
    fn throw(dice: &mut ChaCha8Rng) -> Self {
        let accept = if dice.random_bool(STREAMED) { Accept::Stream } else { Accept::Json };
        let mut number: f64 = dice.random();
        let kinds = [
            (REPEATED, Self::Repeated(accept)),
            (TWINS, Self::Twin),
            (CANCELLED, Self::Cancelled(dice.random_range(SECOND_THOUGHTS))),
            (OVERLAPPED, Self::Overlapped),
        ];
        for (share, manner) in kinds {
            if number < share {
                return manner;
            }
            number -= share;
        }
        Self::Plain(accept)
    }
}

/// A turn that was told to its end.
struct Answered {
    entry: Entry,
    ended: Ended,
}

impl Visit<'_> {
    /// Sends a turn, in one manner or another.
    pub(super) async fn say(&mut self, prompt: String, image_ids: Vec<String>, place: &Place) {
        let manner = Manner::throw(&mut self.dice);
        let looks_around = self.dice.random_bool(READ);
        let operation = if image_ids.is_empty() { Operation::Turn } else { Operation::ImageTurn };
        let (number, ask) = (self.turns, self.ask(self.turns, prompt, image_ids));
        let turn = Turn::new(number, ask.prompt.clone(), ask.key.clone());
        match manner {
            Manner::Plain(accept) => {
                self.tell(turn, &ask, accept, operation, place, Told::default()).await;
            }
            Manner::Repeated(accept) => {
                let told = Told::default();
                if let Some(answered) = self.tell(turn, &ask, accept, operation, place, told).await {
                    self.repeat(number, &ask, &answered, place).await;
                }
            }
            Manner::Twin => self.tell_twice(turn, &ask, operation, place).await,
            Manner::Cancelled(after) => self.call_off(turn, &ask, Duration::from_secs_f64(after), place).await,
            Manner::Overlapped => self.overlap(turn, &ask, operation, place).await,
        }
        if looks_around {
            self.look_around(place).await;
        }
    }

    fn ask(&self, number: u32, prompt: String, image_ids: Vec<String>) -> Ask {
        let key = format!("stress-{}", self.world.aviary.canary(self.mark, number));
        Ask { prompt, image_ids, key, trace: self.world.aviary.trace(self.mark, number, 1) }
    }

    /// The same request as a client would send it again.
    fn again(&self, number: u32, ask: &Ask) -> Ask {
        Ask { trace: self.world.aviary.trace(self.mark, number, 2), ..ask.clone() }
    }

    /// Sends a turn and takes down what came of it.
    async fn tell(
        &self,
        turn: Turn,
        ask: &Ask,
        accept: Accept,
        operation: Operation,
        place: &Place,
        mut told: Told,
    ) -> Option<Answered> {
        let world = self.world;
        let number = turn.number;
        let entry = world.ledger.begin(place.entry, turn)?;
        let api = self.api().ok()?;
        let is_called_off = operation == Operation::Cancelled;
        let failure = |ended: &Ended| failure_of(ended, is_called_off);
        let done = self.timed(operation, api.send_turn(&place.id, ask, accept, &mut told), failure).await;
        let looks = Looks { took: done.took, is_error: done.is_error, is_judged: operation.is_turn() };
        world.ledger.finish(entry, &done.answer, done.was_up.then_some(looks), told);
        let ended = done.answer.ok()?;
        let foreign = world.aviary.projects_in(&ended.text);
        world.ledger.add_strays(place.entry, &format!("the answer to {}", ask.key), foreign);
        if operation.is_turn() {
            let answered = record::Answered { mark: self.mark, turn: number, took: done.took };
            world.recorder.particulars(self.lane, answered, done.waited, &ended);
        }
        Some(Answered { entry, ended })
    }

    /// The same request once more must lead to the same turn.
    async fn repeat(&self, number: u32, ask: &Ask, first: &Answered, place: &Place) {
        let Ok(api) = self.api() else { return };
        let (ask, mut told) = (self.again(number, ask), Told::default());
        let again = api.send_turn(&place.id, &ask, Accept::Json, &mut told);
        let again = self.timed(Operation::Repeat, again, |_| None).await.answer;
        self.compare(first, again);
    }

    /// The same request at the same time must lead to the same turn, too.
    async fn tell_twice(&self, turn: Turn, ask: &Ask, operation: Operation, place: &Place) {
        let Ok(api) = self.api() else { return };
        let (twin, mut told) = (self.again(turn.number, ask), Told::default());
        let first = self.tell(turn, ask, Accept::Json, operation, place, Told::default());
        let (first, second) = join!(first, api.send_turn(&place.id, &twin, Accept::Json, &mut told));
        if let Some(first) = first {
            self.world.ledger.twin(first.entry);
            self.compare(&first, second);
        }
    }

    /// Two answers to the same request must be the same. One that only asks to come back later is no answer.
    fn compare(&self, first: &Answered, second: Result<Ended, Refusal>) {
        let ledger = &self.world.ledger;
        match second {
            Ok(second) => {
                ledger.repeat(first.entry, &second.turn_id);
                let is_document = first.ended.first_event.is_none();
                if let Some(what) = difference(&first.ended.text, &second.text).filter(|_| is_document) {
                    ledger.quarrel(first.entry, what);
                }
            }
            Err(refusal) if refusal.is_shed() => {}
            Err(refusal @ Refusal::Rejected { .. }) => ledger.repeat(first.entry, &refusal.to_string()),
            Err(Refusal::Indefinite(_) | Refusal::Cut { .. }) => {}
        }
    }

    /// Calls a turn off a moment after it was accepted.
    async fn call_off(&self, turn: Turn, ask: &Ask, after: Duration, place: &Place) {
        let Ok(api) = self.api() else { return };
        let (sender, accepted) = oneshot::channel();
        let told = self.tell(turn, ask, Accept::Stream, Operation::Cancelled, place, Told::to(sender));
        let cancel = async {
            let id = accepted.await.ok()?;
            sleep(after.mul_f64(self.world.plan.think_scale)).await;
            let at_micros = SystemClock::default().now().as_micros();
            let answer = match api.cancel_turn(&place.id, &id).await {
                Err(refusal) if refusal.is_shed() => return None,
                Err(Refusal::Indefinite(_) | Refusal::Cut { .. }) => return None,
                answer => answer.map_err(|refusal| refusal.to_string()),
            };
            Some(Cancel { at_micros, answer })
        };
        let (answered, cancel) = join!(told, cancel);
        if let (Some(answered), Some(cancel)) = (answered, cancel) {
            self.world.ledger.cancel(answered.entry, cancel);
        }
    }

    /// Sends another turn as soon as this one is accepted; between the two, looks at what is there.
    async fn overlap(&mut self, turn: Turn, ask: &Ask, operation: Operation, place: &Place) {
        self.turns += 1;
        let canary = self.world.aviary.canary(self.mark, self.turns);
        let prompt = Writer { dice: &mut self.dice, canary: &canary }.edit_scene();
        let (next, this) = (self.ask(self.turns, prompt, Vec::new()), &*self);
        let mut next_turn = Turn::new(this.turns, next.prompt.clone(), next.key.clone());
        next_turn.is_overlapping = true;
        let recorder = &this.world.recorder;
        let (sender, accepted) = oneshot::channel();
        let first = async {
            this.tell(turn, ask, Accept::Stream, operation, place, Told::to(sender)).await;
            recorder.elapsed()
        };
        let second = async {
            if accepted.await.is_ok() {
                this.read(place).await;
                this.tell(next_turn, &next, Accept::Json, Operation::Queued, place, Told::default()).await;
            }
        };
        let (first_ended, ()) = join!(first, second);
        recorder.waited(first_ended);
    }

    /// Looks at all turns of the project.
    async fn look_around(&self, place: &Place) {
        let Ok(api) = self.api() else { return };
        if let Ok(turns) = self.timed(Operation::Read, api.list_turns(&place.id), |_| None).await.answer {
            self.world.ledger.add_read(place.entry, ids_of(&turns));
        }
    }

    /// The same, while the user waits for something else.
    async fn read(&self, place: &Place) {
        let Ok(api) = self.api() else { return };
        if let Ok(turns) = api.list_turns(&place.id).await {
            self.world.ledger.add_read(place.entry, ids_of(&turns));
        }
    }
}

fn ids_of(turns: &[Value]) -> Vec<String> {
    turns.iter().map(|turn| turn["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The first field in which two answers differ. How long a turn took is no part of what it says: it was stored before it
/// was known how long that takes, and whoever is told at once is told that, too.
fn difference(first: &str, second: &str) -> Option<String> {
    const MEASURED: &str = "timing_ms";
    let parse = |text| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (first, second) = (parse(first), parse(second));
    let (Value::Object(first), Value::Object(second)) = (&first, &second) else {
        return (first != second).then(|| "everything".to_owned());
    };
    let mut names = first.keys().chain(second.keys()).filter(|name| *name != MEASURED);
    names.find(|name| first.get(*name) != second.get(*name)).cloned()
}

/// A turn that ended in another way than done or asked back is an error to the user, unless they called it off.
fn failure_of(ended: &Ended, is_called_off: bool) -> Option<Failure> {
    let is_as_wanted = is_called_off && ended.status == "cancelled";
    if is_as_wanted { None } else { Failure::ended(ended) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::dice;

    #[test]
    fn every_manner_is_thrown_as_often_as_planned() {
        let mut dice = dice(5, 0, 0);
        let thrown: Vec<_> = (0..20_000).map(|_| Manner::throw(&mut dice)).collect();
        let share = |of: fn(&Manner) -> bool| thrown.iter().filter(|manner| of(manner)).count() as f64 / 20_000.0;
        let near = |share: f64, wanted: f64| (share / wanted - 1.0).abs() < 0.15;
        assert!(near(share(|manner| matches!(manner, Manner::Repeated(_))), REPEATED));
        assert!(near(share(|manner| matches!(manner, Manner::Twin)), TWINS));
        assert!(near(share(|manner| matches!(manner, Manner::Cancelled(_))), CANCELLED));
        assert!(near(share(|manner| matches!(manner, Manner::Overlapped)), OVERLAPPED));
    }

    #[test]
    fn documents_that_differ_are_told_apart_by_the_first_field() {
        assert_eq!(difference(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), None);
        assert_eq!(difference(r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#).unwrap(), "b");
        assert_eq!(difference(r#"{"a":1}"#, r#"{"a":1,"c":3}"#).unwrap(), "c");
        assert_eq!(difference(r#"{"a":1}"#, "[1]").unwrap(), "everything");
        assert_eq!(difference(r#"{"timing_ms":{"total":1}}"#, r#"{"timing_ms":{"total":2}}"#), None);
    }
}
