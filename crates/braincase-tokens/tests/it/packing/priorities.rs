//! One very long request takes what is less important, and nothing else.

use braincase_tokens::{Account, Fate, Message, Part, Registry, Role, Sections, Shrink, Why, fit};

/// A message of about so many thousand tokens.
fn thousand(tokens: usize) -> Message {
    Message::new(Role::User, "word ".repeat(tokens * 1_000))
}

/// The limit is 120 000 tokens, and a cut takes steps of 30 000.
fn pack(parts: impl Into<Vec<Part>>) -> Account {
    fit(&Registry::embedded().get("gpt-4o").unwrap(), Sections::new(parts)).unwrap().account
}

fn fates(account: &Account) -> Vec<Fate> {
    account.parts.iter().map(|part| part.fate).collect()
}

#[test]
fn what_is_more_important_stays_when_the_prompt_fits_without_it_going() {
    // Given a request that alone is nearly as much as a cut leaves, with scenes and a log.
    let log = Part::optional("log", thousand(28), 1);
    let scenes = Part::optional("scenes", thousand(10), 5);
    // When all together is too much.
    let account = pack([log, scenes, Part::required("prompt", thousand(105))]);
    // Then the log goes, and the scenes stay, although the low-water mark is not reached.
    assert_eq!(fates(&account), [Fate::Dropped, Fate::Kept, Fate::Kept]);
    assert!(account.input > account.wanted - 30_000);
}

#[test]
fn of_what_gives_way_there_stays_what_half_of_its_room_holds() {
    // Given a request that leaves 20 000 tokens, fewer than a cut takes.
    let past = (0..30).map(|n| Part::optional(format!("older {n}"), thousand(1), 1));
    let account = pack(past.chain([Part::required("prompt", thousand(100))]).collect::<Vec<_>>());
    // Then half of them are there for the past, and the oldest of it are gone.
    let kept = fates(&account).iter().filter(|fate| **fate == Fate::Kept).count();
    assert_eq!(kept, 9 + 1);
    assert_eq!((account.parts[0].why, account.parts[20].why), (Some(Why::LowestPriority), Some(Why::LowWaterMark)));
    // And of one long part there is as much.
    let log = Part::optional("log", thousand(30), 1).shrinking(Shrink::Middle, 0);
    let account = pack([log, Part::required("prompt", thousand(100))]);
    assert!((109_000..=110_010).contains(&account.input), "{}", account.input);
}
