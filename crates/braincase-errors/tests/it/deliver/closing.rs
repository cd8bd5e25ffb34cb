//! Closing delivers what can be delivered, and waits for nobody.

use std::time::Duration;

use braincase_core::{Clock, SystemClock};
use braincase_errors::deliver::{Delivery, Pace};

use super::{
    LIMIT, PACE, better_stack, capture, ids, open,
    peer::{Answer, Peer},
    sentry, start,
};

#[test]
fn what_is_there_is_delivered_before_the_end_without_the_usual_waits() {
    // Given a pace that would take minutes
    let (peer, dir) = (Peer::start([Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let captured = capture(&spool, 50);
    let calm = Pace { between: Duration::from_secs(60), ..PACE };
    let delivery = Delivery::start(&spool, vec![sentry(&peer.url())], calm).unwrap();
    // When
    let left = delivery.close(LIMIT);
    // Then
    assert_eq!(left, Some(0));
    assert_eq!(ids(&peer.taken(50)), captured);
}

#[test]
fn one_last_attempt_is_made_in_the_middle_of_a_long_wait() {
    // Given
    let (peer, dir) = (Peer::start([Answer::Refuse(500, None), Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let patient = Pace { first_wait: Duration::from_secs(600), longest_wait: Duration::from_secs(600), ..PACE };
    let delivery = Delivery::start(&spool, vec![sentry(&peer.url())], patient).unwrap();
    let captured = capture(&spool, 3);
    peer.seen(1);
    // When, then
    assert_eq!(delivery.close(LIMIT), Some(0));
    assert_eq!(ids(&peer.taken(3)), captured);
}

#[test]
fn a_receiver_that_asked_for_a_pause_is_not_asked_once_more() {
    // Given
    let limit = Answer::Refuse(429, Some(("x-sentry-rate-limits", "60::organization")));
    let (peer, dir) = (Peer::start([limit, Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let delivery = start(&spool, sentry(&peer.url()));
    capture(&spool, 3);
    peer.seen(1);
    // When, then
    assert_eq!(delivery.close(LIMIT), Some(3));
    assert_eq!(peer.seen(1), 1);
}

#[test]
fn a_hung_receiver_does_not_keep_the_others_from_their_records() {
    // Given
    let [hung, well] = [Peer::start([Answer::Hang]), Peer::start([Answer::Take(202)])];
    let (dir, clock) = (tempfile::tempdir().unwrap(), SystemClock::default());
    let spool = open(dir.path());
    let delivery = Delivery::start(&spool, vec![sentry(&hung.url()), better_stack(&well.url())], PACE).unwrap();
    // When
    let captured = capture(&spool, 100);
    hung.seen(1);
    let began = clock.monotonic();
    let left = delivery.close(Duration::from_secs(1));
    // Then
    assert!(clock.monotonic() - began < Duration::from_millis(1_200));
    assert_eq!(left, Some(100));
    assert_eq!(ids(&well.taken(100)), captured);
}

#[test]
fn dropping_it_waits_for_nobody_and_loses_nothing() {
    // Given
    let (hung, dir) = (Peer::start([Answer::Hang]), tempfile::tempdir().unwrap());
    let (spool, clock) = (open(dir.path()), SystemClock::default());
    let delivery = start(&spool, sentry(&hung.url()));
    capture(&spool, 1);
    hung.seen(1);
    // When
    let began = clock.monotonic();
    drop(delivery);
    // Then
    assert!(clock.monotonic() - began < Duration::from_millis(500));
    // And its reader is free again as soon as the thread has ended.
    let freed = (0..2_000).find_map(|_| {
        std::thread::sleep(Duration::from_millis(5));
        spool.reader("sentry").ok()
    });
    assert_eq!(freed.unwrap().behind(), 1);
}
