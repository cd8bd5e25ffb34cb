//! What is made of what parsers say.

use super::{malformed, misfit};

#[test]
fn a_misfit_is_said_with_what_was_expected_and_what_came() {
    let said = [
        ("missing field `prompt` at line 1 column 2", "`prompt` is missing"),
        ("duplicate field `prompt` at line 1 column 22", "`prompt` is given twice"),
        ("unknown field `x`, expected `name`", "there is no field `x` here; allowed: `name`"),
        ("unknown field `x`, expected one of `a`, `b`", "there is no field `x` here; allowed: `a`, `b`"),
        ("unknown field `x`, there are no fields", "there is no field `x` here"),
        (
            "unknown variant `maybe`, expected one of `a`, `b` at line 1 column 3",
            "expected one of `a`, `b`, got `maybe`",
        ),
        ("invalid type: integer `7`, expected a string", "expected a text, got the number 7"),
        ("invalid type: string \"3s\", expected u32", "expected a whole number, not negative, got the text \"3s\""),
        ("invalid type: string \"a, expected b\", expected f64", "expected a number, got the text \"a, expected b\""),
        ("invalid type: boolean `true`, expected a sequence", "expected a list, got true"),
        ("invalid type: null, expected struct NewTurn", "expected an object, got null"),
        ("invalid length 0, expected struct NewTurn with 5 elements", "expected an object, got a list"),
        (
            "invalid value: map, expected map with a single key",
            "expected an object with exactly one key, which names its kind",
        ),
        ("expected 1 to 200 characters, got 0 at line 1 column 12", "expected 1 to 200 characters, got 0"),
        ("invalid digit found in string", "expected a whole number in digits alone, as in 20"),
    ];
    for (parser, person) in said {
        assert_eq!(misfit(parser), person);
    }
}

#[test]
fn a_long_value_is_not_repeated_as_a_whole() {
    let parser = format!("invalid type: string {:?}, expected u32", "ä".repeat(10_000));
    assert!(misfit(&parser).len() < 200, "{}", misfit(&parser));
}

#[test]
fn malformed_json_is_said_with_its_place() {
    let said = |text: &[u8]| {
        let error = serde_json::from_slice::<serde_json::Value>(text).expect_err("no JSON");
        malformed(text, &error.to_string())
    };
    assert_eq!(said(b" \n"), "the body is empty; expected JSON");
    assert_eq!(said(b"{\"a\": \"\xff\"}"), "the body is not UTF-8; expected JSON");
    assert_eq!(said(b"{\"a\": "), "the JSON ends too early, at line 1 column 6");
    assert_eq!(said(b"{'a': 1}"), "the body is not JSON: expected a key in double quotes at line 1 column 2");
    assert_eq!(said(b"hello"), "the body is not JSON: expected a value at line 1 column 1");
    assert_eq!(said(b"{} more"), "something follows the JSON, at line 1 column 4");
}
