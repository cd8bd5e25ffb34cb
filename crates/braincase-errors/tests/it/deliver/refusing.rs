//! What a receiver will never take is dropped and counted, and holds nothing else up.

use std::{pin::Pin, sync::Arc};

use braincase_errors::{
    Record, Sink,
    deliver::{Delivered, Delivery, Receiver},
    spool::{Bounds, Lane, Spool, SpoolSink},
};

use super::{
    LIMIT, PACE, better_stack, capture, ids, open,
    peer::{Answer, Peer},
    record, sentry, start,
};

#[test]
fn what_is_too_large_is_sent_once_more_without_backtrace_and_breadcrumbs() {
    // Given
    let (peer, dir) = (Peer::start([Answer::TakeIfSmall(1_760)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let sink = SpoolSink::new(spool.clone());
    // When
    let delivery = start(&spool, sentry(&peer.url()));
    let records = [1, 2].map(|number| {
        let mut record = record(number, "panic");
        record.backtrace = Some("0: decode\n".repeat(100));
        sink.record(&record);
        record.id.to_string()
    });
    let taken = peer.taken(2);
    // Then
    assert_eq!(ids(&taken), records);
    let event = &taken[0].items()[0];
    assert!(event.get("breadcrumbs").is_none() && event["extra"].get("backtrace").is_none(), "{event}");
    assert_eq!(event["extra"]["metadata.format"], "png");
    assert_eq!(peer.seen(4), 4);
    assert_eq!(delivery.close(LIMIT), Some(0));
}

#[test]
fn what_is_refused_for_good_is_dropped_and_counted() {
    for (make, status, tries) in [(sentry as fn(&str) -> _, 413, 2), (sentry, 400, 1), (better_stack, 406, 1)] {
        // Given
        let script = (0..tries).map(|_| Answer::Refuse(status, None)).chain([Answer::Take(200)]);
        let (peer, dir) = (Peer::start(script), tempfile::tempdir().unwrap());
        let spool = open(dir.path());
        let delivery = start(&spool, make(&peer.url()));
        // When
        let refused = capture(&spool, 1);
        peer.seen(tries);
        let later = capture(&spool, 1);
        // Then
        assert_eq!(ids(&peer.taken(1)), later, "not {refused:?}");
        let stats = settled(&delivery, 2);
        assert_eq!((stats.delivered, stats.dropped), (1, 1), "{status}");
        assert_eq!(delivery.close(LIMIT), Some(0));
    }
}

#[test]
fn a_payload_that_is_no_record_is_dropped_and_counted_once_however_often_it_is_tried() {
    // Given
    let trouble = [Answer::Refuse(500, None), Answer::Refuse(500, None)];
    let (peer, dir) = (Peer::start(trouble.into_iter().chain([Answer::Take(202)])), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    spool.append(Lane::Errors, b"{\"from\": \"another version\"}").unwrap();
    let captured = capture(&spool, 1);
    // When
    let delivery = start(&spool, better_stack(&peer.url()));
    // Then
    assert_eq!(ids(&peer.taken(1)), captured);
    let stats = settled(&delivery, 2);
    assert_eq!((stats.delivered, stats.dropped), (1, 1));
}

#[test]
fn a_limit_for_something_else_is_none_for_us() {
    let limit = Answer::Refuse(429, Some(("x-sentry-rate-limits", "60:transaction:key")));
    let (peer, dir) = (Peer::start([limit, Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());

    let _delivery = start(&spool, sentry(&peer.url()));

    let captured = capture(&spool, 1);
    assert_eq!(ids(&peer.taken(1)), captured);
}

#[test]
fn what_the_spool_had_no_room_for_is_counted_as_dropped() {
    // Given
    let (peer, dir) = (Peer::start([Answer::Take(202)]), tempfile::tempdir().unwrap());
    let spool = Spool::open(dir.path(), Bounds { lane_bytes: 600 << 10, segment_bytes: 300 << 10 }).unwrap();
    let reader = spool.reader("better_stack").unwrap();
    drop(reader);
    let captured = capture(&spool, 2_000);
    // When
    let delivery = start(&spool, better_stack(&peer.url()));
    let stats = settled(&delivery, 2_000);
    // Then
    assert!(stats.dropped > 0 && stats.delivered > 0, "{stats:?}");
    let arrived = ids(&peer.taken(usize::try_from(stats.delivered).unwrap()));
    assert_eq!(arrived, captured[usize::try_from(stats.dropped).unwrap()..]);
}

#[test]
fn a_receiver_that_panics_loses_its_records_and_no_other_does() {
    // Given
    let (peer, dir) = (Peer::start([Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    // When
    let delivery = Delivery::start(&spool, vec![Arc::new(Panicking), sentry(&peer.url())], PACE).unwrap();
    let captured = capture(&spool, 3);
    // Then
    assert_eq!(ids(&peer.taken(3)), captured);
    assert_eq!(settled(&delivery, 3).dropped, 3);
    assert_eq!(delivery.close(LIMIT), Some(0));
}

/// Waits until the first receiver has seen so many records to their end.
fn settled(delivery: &Delivery, count: u64) -> braincase_errors::deliver::DeliveryStats {
    for _ in 0..4_000 {
        let stats = delivery.stats()[0];
        if stats.delivered + stats.dropped >= count {
            return stats;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("only {:?} of {count}", delivery.stats());
}

#[derive(Debug)]
struct Panicking;

impl Receiver for Panicking {
    fn name(&self) -> &'static str {
        "panicking"
    }

    fn max_records(&self) -> usize {
        1
    }

    fn deliver<'a>(&'a self, _: &'a [Record]) -> Pin<Box<dyn Future<Output = Delivered> + Send + 'a>> {
        panic!("as planned")
    }
}
