//! Event streams: reads those of one turn to their end, and stamps the first event.

use std::time::Duration;

use braincase_core::event::EventKind;
use eventsource_stream::Eventsource;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use reqwest::Response;
use serde_json::Value;
use tokio::time::Instant;

use crate::client::{Ended, Refusal, chain};

/// One event as it was received.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its number in the project.
    pub seq: i64,
    /// What happened, if we know the word.
    pub kind: Option<EventKind>,
    /// The turn it belongs to.
    pub turn_id: Option<String>,
    /// What came with it, as text.
    pub text: String,
}

/// The events of a response as they come.
pub fn events(answer: Response) -> BoxStream<'static, Result<Seen, String>> {
    let bytes = answer.bytes_stream().map(|chunk| chunk.map_err(|error| chain(&error)));
    parse(bytes).boxed()
}

/// Reads the events of a turn to the last byte.
///
/// # Errors
/// When the stream ends before the turn does.
pub async fn read_turn(answer: Response, sent: Instant) -> Result<Ended, Refusal> {
    fold_turn(events(answer), sent).await
}

async fn fold_turn(
    mut events: impl Stream<Item = Result<Seen, String>> + Unpin,
    sent: Instant,
) -> Result<Ended, Refusal> {
    let mut ended = Ended::default();
    let mut last = None;
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
        if let Some(turn_id) = event.turn_id.filter(|_| ended.turn_id.is_empty()) {
            ended.turn_id = turn_id;
        }
        if let Some(kind) = event.kind.filter(|kind| kind.ends_turn()) {
            last = Some((kind, event.text));
        }
    }
    let Some((kind, text)) = last else {
        return Err(unfinished(ended.turn_id, broken));
    };
    ended.status = kind.as_str().trim_start_matches("turn.").to_owned();
    let data: Value = serde_json::from_str(&text).unwrap_or_default();
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

fn unfinished(turn_id: String, broken: Option<String>) -> Refusal {
    let why = broken.unwrap_or_else(|| "the stream ended before the turn".to_owned());
    if turn_id.is_empty() { Refusal::Indefinite(why) } else { Refusal::Cut { turn_id, why } }
}

fn parse<S, B>(bytes: S) -> impl Stream<Item = Result<Seen, String>>
where
    S: Stream<Item = Result<B, String>> + Send + 'static,
    B: AsRef<[u8]> + Send + 'static,
{
    bytes.eventsource().map(|event| {
        let event = event.map_err(|error| error.to_string())?;
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let seq = data.get("seq").and_then(Value::as_i64);
        Ok(Seen {
            seq: seq.unwrap_or_default(),
            kind: EventKind::parse(&event.event),
            turn_id: data.get("turn_id").and_then(Value::as_str).map(str::to_owned),
            text: event.data,
        })
    })
}

/// Takes the next event, or nothing when none comes for so long.
pub(crate) async fn next_within<S>(events: &mut S, limit: Duration) -> Option<Result<Seen, String>>
where
    S: Stream<Item = Result<Seen, String>> + Unpin,
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

    async fn read_in_chunks(text: &'static str, size: usize) -> Result<Ended, Refusal> {
        let chunks: Vec<Result<&[u8], String>> = text.as_bytes().chunks(size).map(Ok).collect();
        fold_turn(Box::pin(parse(stream::iter(chunks))), Instant::now()).await
    }

    #[tokio::test]
    async fn chunks_may_end_anywhere_even_inside_a_character() {
        for size in 1..40 {
            let ended = read_in_chunks(WHOLE, size).await.unwrap();
            assert_eq!((ended.turn_id.as_str(), ended.status.as_str()), ("t1", "failed"));
            assert_eq!(ended.error.as_deref(), Some(r#"{"code":"ü"}"#));
            assert!(ended.first_event.is_some());
        }
    }

    #[tokio::test]
    async fn signs_of_life_are_no_content() {
        const ANSWERED: &str =
            "event: turn.accepted\ndata: {}\n\nevent: decision\ndata: {}\n\nevent: turn.completed\ndata: {}\n\n";
        let failed = read_in_chunks(WHOLE, 40).await.unwrap();
        assert_eq!((failed.first_event.is_some(), failed.first_content), (true, None));
        assert!(read_in_chunks(ANSWERED, 40).await.unwrap().first_content.is_some());
    }

    #[tokio::test]
    async fn a_stream_that_ends_early_leaves_an_accepted_turn_behind() {
        let cut = read_in_chunks(WHOLE.split_once(": still").unwrap().0, 9).await;
        assert!(matches!(cut, Err(Refusal::Cut { turn_id, .. }) if turn_id == "t1"));
    }

    #[tokio::test]
    async fn an_empty_stream_says_nothing() {
        assert!(matches!(read_in_chunks("", 1).await, Err(Refusal::Indefinite(_))));
    }
}
