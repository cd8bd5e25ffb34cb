//! What a sweep sees of what happens meanwhile.

use std::{sync::Arc, time::Duration};

use braincase_core::{ManualClock, Timestamp};

use super::Table;
use crate::{cache::Cache, entry::Content};

#[test]
fn a_clearing_that_a_sweep_has_not_seen_yet_makes_it_due_again() {
    // Given a table with an entry of the first epoch.
    let clock = ManualClock::starting_at(Timestamp::from_micros(0));
    let table: Table<u32, u64> = Table::new(Cache::builder("swept"), Arc::new(clock));
    let content = Content::Value(Arc::new(11));
    table.put(1, content, 1, Duration::from_secs(60), 0);

    // When all is cleared just after the sweep has learnt of the epoch before.
    let epoch = || {
        table.mark_due();
        0
    };
    let (removed, _) = table.sweep(epoch, |_, act| act());

    // Then nothing was taken out by this sweep, and the next one is due at once and takes it out.
    assert_eq!((removed, table.is_due()), (0, true));
    assert_eq!(table.sweep(|| 1, |_, act| act()).0, 1);
    assert!(!table.is_due());
}
