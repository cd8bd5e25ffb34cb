//! Whatever is wrong with a receiver: nothing is lost, and when it is well again everything arrives once.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Duration,
};

use braincase_core::{Clock, SystemClock};
use braincase_errors::deliver::Receiver;

use super::{
    LIMIT, better_stack, capture, ids, open,
    peer::{Answer, Peer},
    sentry, start,
};

const COUNT: u32 = 12;
const CLOSE: Duration = Duration::from_secs(2);

type Make = fn(&str) -> Arc<dyn Receiver>;

/// Captures for a receiver in trouble until `has_failed` returns, closes in time, and delivers after a restart.
fn nothing_is_lost(make: Make, troubled: &str, has_failed: impl FnOnce(), heal: impl FnOnce() -> Peer) {
    // Given
    let (clock, dir) = (SystemClock::default(), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let delivery = start(&spool, make(troubled));
    let captured = capture(&spool, COUNT);
    has_failed();
    // When
    let began = clock.monotonic();
    let left = delivery.close(CLOSE);
    let took = clock.monotonic() - began;
    // Then
    assert!(took <= CLOSE + Duration::from_millis(200), "{took:?}");
    assert_eq!(left, Some(u64::from(COUNT)));
    drop(spool);
    let peer = heal();
    let spool = open(dir.path());
    let delivery = start(&spool, make(&peer.url()));
    assert_eq!(ids(&peer.taken(COUNT as usize)), captured);
    let stats = delivery.stats();
    assert_eq!((delivery.close(LIMIT), stats[0].dropped), (Some(0), 0));
    assert_eq!(ids(&peer.taken(0)).len(), COUNT as usize, "nothing twice");
}

fn nothing_is_lost_when_it_answers(answer: &Answer) {
    for make in [sentry as Make, better_stack] {
        let peer = Peer::start([answer.clone()]);
        let has_failed = || assert!(peer.seen(1) > 0);
        let heal = || {
            // The same address, but the one that hung is gone with its connections.
            peer.now(Answer::Take(200));
            Peer::start([Answer::Take(200)])
        };
        nothing_is_lost(make, &peer.url(), has_failed, heal);
    }
}

#[test]
fn hung() {
    nothing_is_lost_when_it_answers(&Answer::Hang);
}

#[test]
fn slower_than_the_closing() {
    nothing_is_lost_when_it_answers(&Answer::TakeSlowly(Duration::from_secs(8)));
}

#[test]
fn broken() {
    for status in [500, 503, 408] {
        nothing_is_lost_when_it_answers(&Answer::Refuse(status, None));
    }
}

#[test]
fn busy() {
    for header in [None, Some(("x-sentry-rate-limits", "60:error:key")), Some(("retry-after", "60"))] {
        nothing_is_lost_when_it_answers(&Answer::Refuse(429, header));
    }
}

#[test]
fn denying() {
    for status in [401, 402, 403, 404, 301] {
        nothing_is_lost_when_it_answers(&Answer::Refuse(status, None));
    }
}

#[test]
fn not_there() {
    for make in [sentry as Make, better_stack] {
        let free = free_address();
        nothing_is_lost(make, &format!("http://{free}"), || {}, || Peer::start_at(free, [Answer::Take(200)]));
    }
}

#[test]
fn no_such_name() {
    let heal = || Peer::start([Answer::Take(200)]);
    nothing_is_lost(sentry, "http://nobody.invalid", || {}, heal);
}

#[test]
fn speaking_rubbish_instead_of_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let talker = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 this is no TLS\r\n").unwrap();
    });
    let has_failed = || talker.join().unwrap();
    nothing_is_lost(sentry, &format!("https://{address}"), has_failed, || Peer::start([Answer::Take(200)]));
}

#[test]
fn well_again_while_we_run() {
    for make in [sentry as Make, better_stack] {
        // Given
        let trouble = [(500, None), (429, Some(("retry-after", "0"))), (503, None), (500, None)];
        let script =
            trouble.map(|(status, header)| Answer::Refuse(status, header)).into_iter().chain([Answer::Take(200)]);
        let (peer, dir) = (Peer::start(script), tempfile::tempdir().unwrap());
        let spool = open(dir.path());
        // When
        let delivery = start(&spool, make(&peer.url()));
        let captured = capture(&spool, COUNT);
        // Then
        assert_eq!(ids(&peer.taken(COUNT as usize)), captured);
        assert_eq!(delivery.close(LIMIT), Some(0));
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
