//! Every order of events in which loads, invalidations and clearings can meet, tried out by `loom`.
//!
//! The flights are the real ones. The table is a map, and the source a number: a load reads it, and who changes it
//! invalidates afterwards, as one does. What may never be left in the table is the number from before the change.

use std::{collections::HashMap, sync::Arc};

use loom::{
    model::Builder,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use super::{Boarding, Epoch, Flights, Landing};

const KEY: &str = "key";

enum Answer {
    Now(u64),
    Later(Landing<u64>),
}

impl Answer {
    /// Once all loads have landed: a landing without a value would have somebody wait for ever.
    fn value(&self) -> u64 {
        match self {
            Self::Now(value) => *value,
            Self::Later(landing) => landing.borrow().expect("it has landed"),
        }
    }
}

struct Stage {
    flights: Flights<&'static str, u64>,
    rows: Mutex<HashMap<&'static str, (u64, Epoch)>>,
    source: AtomicU64,
    loads: AtomicU64,
}

impl Stage {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            flights: Flights::new(1, 8),
            rows: Mutex::new(HashMap::new()),
            source: AtomicU64::new(1),
            loads: AtomicU64::new(0),
        })
    }

    /// What a reader sees.
    fn get(&self) -> Option<u64> {
        let epoch = self.flights.epoch();
        let rows = self.rows.lock().unwrap();
        rows.get(KEY).filter(|(_, kept)| *kept >= epoch).map(|(value, _)| *value)
    }

    fn keep(&self, value: u64, epoch: Epoch) {
        self.rows.lock().unwrap().insert(KEY, (value, epoch));
    }

    /// Asks as callers of the cache do, but does not wait.
    fn ask(&self) -> Answer {
        if let Some(value) = self.get() {
            return Answer::Now(value);
        }
        match self.flights.board(&KEY, || self.get()) {
            Boarding::Landed(value) => Answer::Now(value),
            Boarding::Joined(landing) => Answer::Later(landing),
            Boarding::Started(landing, ticket) => {
                self.loads.fetch_add(1, Ordering::Relaxed);
                let value = self.source.load(Ordering::SeqCst);
                self.flights.land(&KEY, ticket, value, |epoch| self.keep(value, epoch));
                Answer::Later(landing)
            }
            Boarding::Full => unreachable!("there is room for all"),
        }
    }

    fn change(&self) {
        self.source.store(2, Ordering::SeqCst);
    }

    fn invalidate(&self) {
        self.flights.overtake(KEY, |key, _| self.rows.lock().unwrap().remove(key));
    }
}

/// Runs threads in every order that differs, up to a number of preemptions that bounds the time.
fn in_every_order(preemptions: usize, story: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(story);
}

fn spawn(stage: &Arc<Stage>) -> thread::JoinHandle<Answer> {
    let stage = Arc::clone(stage);
    thread::spawn(move || stage.ask())
}

#[test]
fn those_who_ask_together_get_one_load() {
    in_every_order(3, || {
        let stage = Stage::new();
        let others = [spawn(&stage), spawn(&stage)];
        let mine = stage.ask();
        let theirs = others.map(|other| other.join().unwrap());
        assert_eq!((mine.value(), theirs.map(|their| their.value()), stage.get()), (1, [1, 1], Some(1)));
        assert_eq!(stage.loads.load(Ordering::SeqCst), 1);
    });
}

/// While two ask, the source is changed and what is known of it is outdated.
fn nothing_old_is_left(outdate: fn(&Stage)) {
    in_every_order(3, move || {
        let stage = Stage::new();
        let others = [spawn(&stage), spawn(&stage)];
        stage.change();
        outdate(&stage);
        // Whoever asks from now on gets what is new, whatever is still in the air.
        let mine = stage.ask();
        let theirs = others.map(|other| other.join().unwrap());
        assert!(theirs.iter().all(|their| [1, 2].contains(&their.value())));
        assert_eq!((mine.value(), stage.get()), (2, Some(2)));
    });
}

#[test]
fn no_load_survives_an_invalidation_that_came_after_the_change() {
    nothing_old_is_left(Stage::invalidate);
}

#[test]
fn no_load_survives_a_clearing_that_came_after_the_change() {
    nothing_old_is_left(|stage| stage.flights.outdate_all());
}

#[test]
fn an_insertion_is_not_overwritten_by_a_load_that_was_in_the_air() {
    in_every_order(3, || {
        let stage = Stage::new();
        let asking = spawn(&stage);
        stage.flights.overtake(KEY, |_, epoch| stage.keep(9, epoch));
        let answer = asking.join().unwrap().value();
        assert!([1, 9].contains(&answer));
        assert_eq!(stage.get(), Some(9));
    });
}

#[test]
fn what_lands_after_a_clearing_is_not_kept() {
    in_every_order(2, || {
        let flights = Flights::<u32, u64>::new(1, 1);
        let Boarding::Started(landing, ticket) = flights.board(&1, || None) else { panic!("there is room") };
        flights.outdate_all();
        flights.land(&1, ticket, 7, |_| panic!("it is outdated"));
        assert_eq!(*landing.borrow(), Some(7));
    });
}

#[test]
fn a_flight_more_than_may_be_aloft_is_refused() {
    in_every_order(2, || {
        // Given
        let flights = Flights::<u32, u64>::new(2, 1);
        let Boarding::Started(_, ticket) = flights.board(&1, || None) else { panic!("there is room") };
        // When
        let second = flights.board(&2, || None);
        flights.land(&1, ticket, 7, |_| ());
        let third = flights.board(&2, || None);
        // Then
        assert!(matches!(second, Boarding::Full) && matches!(third, Boarding::Started(..)));
    });
}
