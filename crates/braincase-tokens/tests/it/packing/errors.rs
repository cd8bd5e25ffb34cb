//! Prompts that cannot be packed, and what is said about them.

use braincase_tokens::{FitError, Message, Part, Registry, Role, Sections, ToolCall, fit};

fn call(id: &str) -> Message {
    let call = ToolCall { id: id.to_owned(), name: "read".to_owned(), arguments: "{}".into() };
    Message { calls: vec![call], ..Message::new(Role::Assistant, "") }
}

fn result(id: &str) -> Message {
    Message { answers: Some(id.to_owned()), ..Message::new(Role::Tool, "a file") }
}

fn refused(parts: impl Into<Vec<Part>>) -> FitError {
    fit(&Registry::embedded().get("gpt-4").unwrap(), Sections::new(parts)).unwrap_err()
}

#[test]
fn what_is_required_and_does_not_fit_names_the_largest_and_says_what_to_do() {
    let error = refused([
        Part::pinned("rules", Message::new(Role::System, "Be kind.")),
        Part::required("prompt", Message::new(Role::User, "word ".repeat(7_000))),
    ]);
    let FitError::DoesNotFit(error) = error else { panic!("{error}") };
    assert_eq!(error.have, 8_192 - 2_048);
    let names: Vec<_> = error.largest.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["prompt", "rules"]);
    let [prompt, rules] = &error.largest[..] else { panic!("there are two") };
    let expected = format!(
        "the required parts need {} tokens, and there are 6144; shorten \"prompt\" ({}) or \"rules\" ({}), \
         reserve less for the answer, or choose a model with a larger window",
        error.need, prompt.tokens, rules.tokens
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_result_needs_its_call_before_it_and_a_call_its_result() {
    let error = refused([Part::required("file", result("1")), Part::required("call", call("1"))]);
    assert_eq!(error, FitError::ResultWithoutCall { part: "file".to_owned(), id: "1".to_owned() });
    let error = refused([Part::required("call", call("1"))]);
    assert_eq!(error, FitError::CallWithoutResult { part: "call".to_owned(), id: "1".to_owned() });
    let again = [("call", call("1")), ("again", call("1")), ("file", result("1"))];
    let error = refused(again.map(|(name, message)| Part::required(name, message)));
    assert_eq!(error, FitError::CallWithoutResult { part: "call".to_owned(), id: "1".to_owned() });
}

#[test]
fn what_is_pinned_must_come_first() {
    let message = || Message::new(Role::System, "Be kind.");
    let error = refused([Part::required("prompt", message()), Part::pinned("rules", message())]);
    assert_eq!(error, FitError::PinnedTooLate { part: "rules".to_owned() });
}
