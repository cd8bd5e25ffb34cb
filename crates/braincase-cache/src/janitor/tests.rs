//! When the janitor comes.

use std::time::Duration;

use super::{MIN_PAUSE, pause};
use crate::cache::Cache;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn it_comes_every_five_minutes_at_the_latest() {
    let period = |asked| Cache::<u32, u64>::builder("swept").janitor_period(asked).janitor_period;
    assert_eq!([period(MINUTE * 60), period(MINUTE)], [MINUTE * 5, MINUTE]);
}

#[test]
fn it_comes_sooner_when_the_cache_is_nearly_full() {
    let pauses = [0, 75, 76, 100].map(|weight| pause(MINUTE, weight, 100));
    assert_eq!(pauses, [MINUTE, MINUTE, MINUTE / 8, MINUTE / 8]);
}

#[test]
fn it_never_comes_without_a_pause() {
    assert_eq!(pause(Duration::ZERO, 100, 100), MIN_PAUSE);
}
