//! Against a plain map with deadlines, any sequence of calls gives the same answers, whatever the settings.

use std::{collections::HashMap, time::Duration};

use braincase_cache::{Bound, Builder};
use braincase_core::background::{Failure, Task};
use proptest::prelude::*;

use crate::Stage;

#[derive(Debug, Clone)]
enum Call {
    Get(u32),
    Insert(u32, u64),
    InsertFor(Duration, u32, u64),
    Load(u32, Option<u64>),
    Invalidate(u32),
    Clear,
    Iterate,
    Advance(Duration),
    Purge,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let key = || 0_u32..12;
    let time = || (0_u64..90).prop_map(Duration::from_secs);
    let call = prop_oneof![
        6 => key().prop_map(Call::Get),
        4 => (key(), 0..MAX_VALUE).prop_map(|(key, value)| Call::Insert(key, value)),
        2 => (time(), key(), 0..MAX_VALUE).prop_map(|(ttl, key, value)| Call::InsertFor(ttl, key, value)),
        4 => (key(), prop::option::weighted(0.7, 0..MAX_VALUE)).prop_map(|(key, value)| Call::Load(key, value)),
        2 => key().prop_map(Call::Invalidate),
        1 => Just(Call::Clear),
        1 => Just(Call::Iterate),
        3 => time().prop_map(Call::Advance),
        1 => Just(Call::Purge),
    ];
    prop::collection::vec(call, 0..120)
}

#[derive(Debug, Clone)]
struct Settings {
    ttl: Duration,
    negative_ttl: Duration,
    jitter: f64,
    /// Heavier values are refused. A value weighs itself.
    max_value: Option<u64>,
    /// Whether the bound is so tight that any entry may be missing.
    tight: bool,
}

fn settings() -> impl Strategy<Value = Settings> {
    let seconds = |range: std::ops::Range<u64>| range.prop_map(Duration::from_secs);
    let jitter = prop_oneof![2 => Just(0.0), 1 => 0.0..1.0];
    let max_value = prop::option::of(0..MAX_VALUE);
    (seconds(1..80), seconds(0..40), jitter, max_value, prop::bool::weighted(0.2)).prop_map(
        |(ttl, negative_ttl, jitter, max_value, tight)| Settings { ttl, negative_ttl, jitter, max_value, tight },
    )
}

const MAX_VALUE: u64 = 1_000_000;
/// What the cache adds to a value of its own accord; small beside the values.
const OVERHEAD: u64 = 1_000;

impl Settings {
    fn apply(&self, plan: Builder<u32, u64>) -> Builder<u32, u64> {
        let limit = if self.tight { 2_000_000 } else { MAX_VALUE * 1_000 };
        let bound = Bound::Bytes { limit, key_heap: |_| 0, value_heap: |value| *value };
        let plan = plan.bound(bound).ttl(self.ttl).negative_ttl(self.negative_ttl).jitter(self.jitter);
        plan.max_entry_weight(self.max_value.unwrap_or(MAX_VALUE) + OVERHEAD)
    }
}

/// What may be read: within `surely` the entry is there, after `at_most` it is not.
#[derive(Clone, Copy)]
struct Row {
    /// `None` is a failure.
    value: Option<u64>,
    surely: Duration,
    at_most: Duration,
}

struct Model {
    settings: Settings,
    now: Duration,
    rows: HashMap<u32, Row>,
}

impl Model {
    /// Whether an answer is one that the map allows.
    fn allows(&self, key: u32, answer: Option<u64>) -> bool {
        let row = self.rows.get(&key).filter(|row| self.now < row.at_most);
        let may_miss = self.settings.tight || row.is_none_or(|row| row.value.is_none() || row.surely <= self.now);
        match answer {
            Some(answer) => row.is_some_and(|row| row.value == Some(answer)),
            None => may_miss,
        }
    }

    fn insert(&mut self, key: u32, value: u64) {
        let ttl = self.settings.ttl;
        let surely = ttl.mul_f64(1.0 - self.settings.jitter);
        self.keep(key, Some(value), surely.saturating_sub(Duration::from_micros(1)), ttl);
    }

    fn keep(&mut self, key: u32, value: Option<u64>, surely: Duration, at_most: Duration) {
        let limit = self.settings.max_value;
        // Near the limit the overhead decides, which the map does not know: such entries may be there or not.
        let surely = if limit.is_some_and(|limit| value.unwrap_or(0) > limit) { Duration::ZERO } else { surely };
        let refused = at_most.is_zero() || limit.is_some_and(|limit| value.unwrap_or(0) > limit + OVERHEAD);
        if refused {
            self.rows.remove(&key);
        } else {
            let (surely, at_most) = (self.now + surely, self.now + at_most);
            self.rows.insert(key, Row { value, surely, at_most });
        }
    }
}

async fn agrees(stage: &Stage, model: &mut Model, call: Call) -> bool {
    let cache = &stage.cache;
    match call {
        Call::Get(key) => return model.allows(key, cache.get(&key).as_deref().copied()),
        Call::Insert(key, value) => {
            cache.insert(key, value);
            model.insert(key, value);
        }
        Call::InsertFor(ttl, key, value) => {
            cache.insert_for(ttl, key, value);
            model.keep(key, Some(value), ttl, ttl);
        }
        Call::Load(key, value) => return load(stage, model, key, value).await,
        Call::Invalidate(key) => {
            cache.invalidate(&key);
            model.rows.remove(&key);
        }
        Call::Clear => {
            cache.clear();
            model.rows.clear();
        }
        Call::Iterate => {
            let found: HashMap<u32, u64> = cache.iter().map(|(key, value)| (*key, *value)).collect();
            return (0..12).all(|key| model.allows(key, found.get(&key).copied()));
        }
        Call::Advance(by) => {
            stage.clock.advance(by);
            model.now += by;
        }
        Call::Purge => cache.purge(),
    }
    true
}

async fn load(stage: &Stage, model: &mut Model, key: u32, value: Option<u64>) -> bool {
    let before = stage.cache.stats().loads;
    let load = move || async move { value.ok_or_else(|| Failure::new("nothing", "there is nothing")) };
    let answer = stage.cache.get_or_load(key, Task::new("load"), load).await.ok().as_deref().copied();
    if stage.cache.stats().loads == before {
        // What was kept has answered: a value, or a failure that is remembered.
        let remembered = model.rows.get(&key).is_some_and(|row| row.value.is_none() && model.now < row.at_most);
        return if answer.is_none() { remembered } else { model.allows(key, answer) };
    }
    let was_missing = model.rows.get(&key).is_none_or(|row| row.surely <= model.now) || model.settings.tight;
    match value {
        Some(value) => model.insert(key, value),
        None if model.settings.negative_ttl.is_zero() => drop(model.rows.remove(&key)),
        None => model.keep(key, None, model.settings.negative_ttl, model.settings.negative_ttl),
    }
    was_missing && answer == value
}

proptest! {
    #[test]
    fn the_cache_answers_like_a_map_with_deadlines(settings in settings(), calls in calls()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let stage = Stage::new(|plan| settings.apply(plan));
            let mut model = Model { settings, now: Duration::ZERO, rows: HashMap::new() };
            for (index, call) in calls.into_iter().enumerate() {
                let told = format!("call {index}: {call:?}");
                prop_assert!(agrees(&stage, &mut model, call).await, "{}", told);
            }
            Ok(())
        })?;
    }
}
