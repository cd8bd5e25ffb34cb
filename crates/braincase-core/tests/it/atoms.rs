//! Ids, times, colours and bounded values.

use std::time::Duration;

use braincase_core::{
    Clock, ContentHash, ManualClock, SceneId, Timestamp,
    bounded::{Milli, Millis, Text},
    color::Color,
    event::EventKind,
    turn::TurnStatus,
};
use proptest::prelude::*;

#[test]
fn ids_sort_by_the_time_they_were_made() {
    let made = |second: i64| SceneId::new(Timestamp::from_micros(second * 1_000_000));
    let mut ids: Vec<_> = (1..100).rev().map(made).collect();
    ids.sort();
    assert_eq!(ids.first().unwrap().as_uuid().get_version_num(), 7);
    assert!(ids.windows(2).all(|pair| pair[0].to_string() < pair[1].to_string()));
}

#[test]
fn ids_made_in_the_same_microsecond_differ() {
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    assert_ne!(SceneId::new(at), SceneId::new(at));
}

#[test]
fn an_id_is_read_back_and_nonsense_is_refused() {
    let id = SceneId::new(Timestamp::from_micros(5));
    assert_eq!(id.to_string().parse(), Ok(id));
    assert!(serde_json::from_str::<SceneId>("\"scene-1\"").is_err());
}

#[test]
fn a_manual_clock_moves_only_when_told_to() {
    let clock = ManualClock::starting_at(Timestamp::from_micros(1_000));
    assert_eq!((clock.now(), clock.monotonic()), (Timestamp::from_micros(1_000), Duration::ZERO));
    clock.advance(Duration::from_micros(7));
    assert_eq!((clock.now(), clock.monotonic()), (Timestamp::from_micros(1_007), Duration::from_micros(7)));
}

#[test]
fn a_clock_that_went_back_measures_zero_not_nonsense() {
    let (early, late) = (Timestamp::from_micros(1), Timestamp::from_micros(9));
    assert_eq!(early.since(late), Duration::ZERO);
    assert_eq!(late.since(early), Duration::from_micros(8));
}

#[test]
fn a_hash_is_written_as_64_digits_and_restored_from_its_bytes() {
    let hash = ContentHash::of(b"coffee");
    assert_eq!(hash.to_string().len(), 64);
    assert_eq!(ContentHash::from_slice(hash.as_bytes()), Some(hash));
    assert_eq!(ContentHash::from_slice(b"short"), None);
}

#[test]
fn colours_are_six_digits_and_nothing_else() {
    assert_eq!("#6F4e37".parse::<Color>().unwrap().to_string(), "#6f4e37");
    for wrong in ["6f4e37", "#fff", "#+f4e37", "#6f4e3g", "red", "#6f4e37 ", ""] {
        assert!(wrong.parse::<Color>().is_err(), "{wrong:?}");
    }
}

#[test]
fn every_event_and_status_has_its_own_word() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(EventKind::ALL.into_iter().filter(|kind| kind.ends_turn()).count(), 4);
    assert_eq!(TurnStatus::ALL.into_iter().filter(|status| status.is_terminal()).count(), 5);
    for status in TurnStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}

proptest! {
    #[test]
    fn a_timestamp_is_read_back_exactly(micros in 0_i64..253_402_300_799_999_999) {
        let at = Timestamp::from_micros(micros);
        let text = serde_json::to_string(&at).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), at);
    }

    #[test]
    fn thousandths_are_read_back_exactly(thousandths in -1_000_i64..=2_000) {
        type Share = Milli<-1_000, 2_000>;
        let share = Share::clamped(thousandths);
        let text = serde_json::to_string(&share).unwrap();
        prop_assert_eq!(serde_json::from_str::<Share>(&text).unwrap(), share);
    }

    #[test]
    fn numbers_outside_their_bounds_are_refused(value in any::<f64>(), millis in any::<u32>()) {
        let share = serde_json::from_value::<Milli<-1_000, 2_000>>(serde_json::json!(value));
        prop_assert_eq!(share.is_ok(), (-1.0..=2.0).contains(&value));
        let length = serde_json::from_value::<Millis<100, 600_000>>(serde_json::json!(millis));
        prop_assert_eq!(length.is_ok(), (100..=600_000).contains(&millis));
    }

    #[test]
    fn a_shortened_text_always_fits(text in any::<String>()) {
        let short = Text::<1, 20>::truncated(&text);
        prop_assert!(Text::<1, 20>::new(short.as_str()).is_ok(), "{:?}", short);
    }
}
