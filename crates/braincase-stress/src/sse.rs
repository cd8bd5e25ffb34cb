//! Event streams: reads those of one turn to their end, and stamps the first event.

use std::time::Duration;

use braincase_core::event::EventKind;
use eventsource_stream::{EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt, stream::BoxStream};
use reqwest::Response;
use serde_json::Value;
use tokio::{sync::oneshot, time::Instant};

use crate::client::{Ended, Refusal, chain};

/// One event as it was received.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// Its number in the project.
    pub seq: i64,
    /// What happened, if we know the word.
    pub kind: Option<EventKind>,
    /// The turn it belongs to.
    pub turn_id: Option<String>,
    /// What came with it, as text.
    pub text: String,
    /// What is wrong with how it was told.
    pub flaw: Option<String>,
}

/// Why a stream told no more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The line was cut, which may happen to anybody.
    #[error("{0}")]
    Cut(String),
    /// What came is no event stream, or not in whole characters.
    #[error("not an event stream: {0}")]
    Garbled(String),
}

/// What the stream of one turn told.
#[derive(Debug, Default)]
pub struct Told {
    /// All events, as they came.
    pub events: Vec<Seen>,
    /// What was wrong with how they came.
    pub flaws: Vec<String>,
    /// Who wants to know the turn's id as soon as it is accepted.
    accepted: Option<oneshot::Sender<String>>,
}

impl Told {
    /// Nothing yet; the turn's id is passed on as soon as it is known.
    #[must_use]
    pub fn to(accepted: oneshot::Sender<String>) -> Self {
        Self { accepted: Some(accepted), ..Self::default() }
    }

    fn hear(&mut self, event: Seen) {
        if let Some(id) = &event.turn_id
            && let Some(accepted) = self.accepted.take()
        {
            // Whoever wanted to know may have gone home.
            let _: Result<(), _> = accepted.send(id.clone());
        }
        let last = self.events.last();
        if let Some(last) = last.filter(|last| last.seq >= event.seq && event.kind.is_some()) {
            self.flaws.push(format!("event {} came after event {}", event.seq, last.seq));
        }
        if last.is_some_and(|last| last.kind.is_some_and(EventKind::ends_turn)) {
            self.flaws.push(format!("event {} came after the end of the turn", event.seq));
        }
        self.flaws.extend(event.flaw.clone());
        self.events.push(event);
    }
}

/// The events of a response as they come.
pub fn events(answer: Response) -> BoxStream<'static, Result<Seen, Broken>> {
    let bytes = answer.bytes_stream().map(|chunk| chunk.map_err(|error| chain(&error)));
    parse(bytes).boxed()
}

/// Reads the events of a turn to the last byte into `told`.
///
/// # Errors
/// When the stream ends before the turn does.
pub async fn read_turn(answer: Response, sent: Instant, told: &mut Told) -> Result<Ended, Refusal> {
    fold_turn(events(answer), sent, told).await
}

async fn fold_turn(
    mut events: impl Stream<Item = Result<Seen, Broken>> + Unpin,
    sent: Instant,
    told: &mut Told,
) -> Result<Ended, Refusal> {
    let mut ended = Ended::default();
    let mut broken = None;
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(event) => event,
            Err(why) => {
                broken = Some(why);
                break;
            }
        };
        ended.first_event.get_or_insert_with(|| sent.elapsed());
        if event.kind.is_some_and(has_content) {
            ended.first_content.get_or_insert_with(|| sent.elapsed());
        }
        ended.text.push_str(&event.text);
        if let Some(turn_id) = event.turn_id.clone().filter(|_| ended.turn_id.is_empty()) {
            ended.turn_id = turn_id;
        }
        told.hear(event);
    }
    if let Some(Broken::Garbled(why)) = &broken {
        told.flaws.push(why.clone());
    }
    let last = told.events.iter().rev().find_map(|event| Some((event.kind.filter(|kind| kind.ends_turn())?, event)));
    let Some((kind, event)) = last else {
        let is_stopping = told.events.last().is_some_and(|event| event.kind.is_none());
        if broken.is_none() && !is_stopping && !told.events.is_empty() {
            told.flaws.push("the stream ended well and without the end of the turn".to_owned());
        }
        return Err(unfinished(ended.turn_id, broken));
    };
    ended.status = kind.as_str().trim_start_matches("turn.").to_owned();
    let data: Value = serde_json::from_str(&event.text).unwrap_or_default();
    ended.error = data.pointer("/data/error").filter(|error| !error.is_null()).map(Value::to_string);
    Ok(ended)
}

/// Whether a user sees something of the answer in it; that the turn was accepted, read and composed is none of it.
const fn has_content(kind: EventKind) -> bool {
    match kind {
        EventKind::Decision
        | EventKind::ToolStarted
        | EventKind::ToolFinished
        | EventKind::SceneChanged
        | EventKind::TurnCompleted => true,
        EventKind::TurnAccepted
        | EventKind::ContextReady
        | EventKind::PromptComposed
        | EventKind::ImageFactsReady
        | EventKind::ImageFactsProcessed
        | EventKind::SceneEnriched
        | EventKind::TurnFailed
        | EventKind::TurnCancelled
        | EventKind::TurnInterrupted => false,
    }
}

fn unfinished(turn_id: String, broken: Option<Broken>) -> Refusal {
    let why = broken.map_or("the stream ended before the turn".to_owned(), |broken| broken.to_string());
    if turn_id.is_empty() { Refusal::Indefinite(why) } else { Refusal::Cut { turn_id, why } }
}

fn parse<S, B>(bytes: S) -> impl Stream<Item = Result<Seen, Broken>>
where
    S: Stream<Item = Result<B, String>> + Send + 'static,
    B: AsRef<[u8]> + Send + 'static,
{
    bytes.eventsource().map(|event| {
        let event = event.map_err(|error| match error {
            EventStreamError::Transport(why) => Broken::Cut(why),
            EventStreamError::Utf8(error) => Broken::Garbled(error.to_string()),
            EventStreamError::Parser(error) => Broken::Garbled(error.to_string()),
        })?;
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let seq = data.get("seq").and_then(Value::as_i64).unwrap_or_default();
        let kind = EventKind::parse(&event.event);
        let flaw = if kind.is_some() && event.id != seq.to_string() {
            Some(format!("event {seq} has the id {:?}", event.id))
        } else {
            event.data.contains('\u{fffd}').then(|| format!("event {seq} has half a character in it"))
        };
        let turn_id = data.get("turn_id").and_then(Value::as_str).map(str::to_owned);
        Ok(Seen { seq, kind, turn_id, text: event.data, flaw })
    })
}

/// Takes the next event, or nothing when none comes for so long.
pub(crate) async fn next_within<S>(events: &mut S, limit: Duration) -> Option<Result<Seen, Broken>>
where
    S: Stream<Item = Result<Seen, Broken>> + Unpin,
{
    tokio::time::timeout(limit, events.next()).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const WHOLE: &str = "id: 4\nevent: turn.accepted\ndata: {\"seq\":4,\"kind\":\"turn.accepted\",\"turn_id\":\"t1\",\"data\":{}}\n\n\
        : still there\n\n\
        id: 5\nevent: turn.failed\ndata: {\"seq\":5,\"turn_id\":\"t1\",\"data\":{\"error\":{\"code\":\"ü\"}}}\n\n";

    async fn read(text: &[u8], size: usize) -> (Result<Ended, Refusal>, Told) {
        let chunks: Vec<Result<Vec<u8>, String>> = text.chunks(size).map(|chunk| Ok(chunk.to_vec())).collect();
        let mut told = Told::default();
        (fold_turn(Box::pin(parse(stream::iter(chunks))), Instant::now(), &mut told).await, told)
    }

    async fn flaws(text: &str) -> Vec<String> {
        read(text.as_bytes(), 9).await.1.flaws
    }

    #[tokio::test]
    async fn chunks_may_end_anywhere_even_inside_a_character() {
        for size in 1..40 {
            let (ended, told) = read(WHOLE.as_bytes(), size).await;
            let ended = ended.unwrap();
            assert_eq!((ended.turn_id.as_str(), ended.status.as_str()), ("t1", "failed"));
            assert_eq!(ended.error.as_deref(), Some(r#"{"code":"ü"}"#));
            assert!(ended.first_event.is_some());
            assert_eq!((told.events.len(), told.flaws), (2, Vec::<String>::new()));
        }
    }

    #[tokio::test]
    async fn signs_of_life_are_no_content() {
        const ANSWERED: &str =
            "event: turn.accepted\ndata: {}\n\nevent: decision\ndata: {}\n\nevent: turn.completed\ndata: {}\n\n";
        let failed = read(WHOLE.as_bytes(), 40).await.0.unwrap();
        assert_eq!((failed.first_event.is_some(), failed.first_content), (true, None));
        assert!(read(ANSWERED.as_bytes(), 40).await.0.unwrap().first_content.is_some());
    }

    #[tokio::test]
    async fn a_stream_that_ends_early_leaves_an_accepted_turn_behind_and_should_not_have_ended_well() {
        let half = WHOLE.split_once(": still").unwrap().0;
        let (cut, told) = read(half.as_bytes(), 9).await;
        assert!(matches!(cut, Err(Refusal::Cut { turn_id, .. }) if turn_id == "t1"));
        assert_eq!(told.flaws, ["the stream ended well and without the end of the turn"]);
        let stopping = format!("{half}event: shutdown\ndata: {{}}\n\n");
        assert_eq!(flaws(&stopping).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn half_characters_wrong_ids_wrong_order_and_second_ends_are_flaws() {
        let split: Vec<u8> = WHOLE.bytes().filter(|byte| *byte != "ü".as_bytes()[1]).collect();
        assert!(read(&split, 9).await.1.flaws[0].contains("utf-8"), "{:?}", read(&split, 9).await.1.flaws);
        assert_eq!(flaws(&WHOLE.replace('ü', "\u{fffd}")).await, ["event 5 has half a character in it"]);
        assert_eq!(flaws(&WHOLE.replace("id: 5", "id: 6")).await, [r#"event 5 has the id "6""#]);
        let swapped = WHOLE.replace("id: 5", "id: 3").replace("\"seq\":5", "\"seq\":3");
        assert_eq!(flaws(&swapped).await, ["event 3 came after event 4"]);
        let twice = WHOLE.to_owned() + &WHOLE.replace("id: 5", "id: 9").replace("\"seq\":5", "\"seq\":9");
        assert!(flaws(&twice).await.contains(&"event 4 came after the end of the turn".to_owned()));
    }

    #[tokio::test]
    async fn the_id_of_a_turn_is_passed_on_when_it_is_accepted() {
        let (sender, accepted) = oneshot::channel();
        let mut told = Told::to(sender);
        let chunks = vec![Ok::<_, String>(WHOLE.as_bytes().to_vec())];
        fold_turn(Box::pin(parse(stream::iter(chunks))), Instant::now(), &mut told).await.unwrap();
        assert_eq!(accepted.await.unwrap(), "t1");
    }

    #[tokio::test]
    async fn an_empty_stream_says_nothing() {
        assert!(matches!(read(b"", 1).await.0, Err(Refusal::Indefinite(_))));
    }
}
