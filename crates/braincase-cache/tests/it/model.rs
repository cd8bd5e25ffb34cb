//! Against a plain map with deadlines, any sequence of calls gives the same answers.

use std::{collections::HashMap, time::Duration};

use braincase_core::background::Task;
use proptest::prelude::*;
use tokio::runtime::Builder;

use crate::Stage;

#[derive(Debug, Clone)]
enum Call {
    Get(u32),
    Insert(u32, u64),
    InsertFor(Duration, u32, u64),
    Load(u32, u64),
    Invalidate(u32),
    Clear,
    Advance(Duration),
    Purge,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let key = || 0_u32..12;
    let time = || (0_u64..90).prop_map(Duration::from_secs);
    let call = prop_oneof![
        6 => key().prop_map(Call::Get),
        4 => (key(), any::<u64>()).prop_map(|(key, value)| Call::Insert(key, value)),
        2 => (time(), key(), any::<u64>()).prop_map(|(ttl, key, value)| Call::InsertFor(ttl, key, value)),
        4 => (key(), any::<u64>()).prop_map(|(key, value)| Call::Load(key, value)),
        2 => key().prop_map(Call::Invalidate),
        1 => Just(Call::Clear),
        3 => time().prop_map(Call::Advance),
        1 => Just(Call::Purge),
    ];
    prop::collection::vec(call, 0..120)
}

const TTL: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Model {
    now: Duration,
    entries: HashMap<u32, (u64, Duration)>,
}

impl Model {
    fn get(&self, key: u32) -> Option<u64> {
        self.entries.get(&key).filter(|(_, expires)| self.now < *expires).map(|(value, _)| *value)
    }

    fn insert(&mut self, ttl: Duration, key: u32, value: u64) {
        self.entries.insert(key, (value, self.now + ttl));
    }
}

async fn agrees(stage: &Stage, model: &mut Model, call: Call) -> bool {
    let cache = &stage.cache;
    match call {
        Call::Get(key) => return cache.get(&key).as_deref().copied() == model.get(key),
        Call::Insert(key, value) => {
            cache.insert(key, value);
            model.insert(TTL, key, value);
        }
        Call::InsertFor(ttl, key, value) => {
            cache.insert_for(ttl, key, value);
            model.insert(ttl, key, value);
        }
        Call::Load(key, value) => {
            let loaded = cache.get_or_load(key, Task::new("load"), move || async move { Ok(value) }).await;
            if model.get(key).is_none() {
                model.insert(TTL, key, value);
            }
            return loaded.is_ok_and(|loaded| Some(*loaded) == model.get(key));
        }
        Call::Invalidate(key) => {
            cache.invalidate(&key);
            model.entries.remove(&key);
        }
        Call::Clear => {
            cache.clear();
            model.entries.clear();
        }
        Call::Advance(by) => {
            stage.clock.advance(by);
            model.now += by;
        }
        Call::Purge => cache.purge(),
    }
    true
}

proptest! {
    #[test]
    fn the_cache_answers_like_a_map_with_deadlines(calls in calls()) {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let stage = Stage::new(|plan| plan.ttl(TTL));
            let mut model = Model::default();
            for (index, call) in calls.into_iter().enumerate() {
                let told = format!("call {index}: {call:?}");
                prop_assert!(agrees(&stage, &mut model, call).await, "{}", told);
            }
            Ok(())
        })?;
    }
}
