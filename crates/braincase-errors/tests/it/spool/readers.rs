//! Readers go on where they stopped, each for itself.

use std::{fs, sync::mpsc, thread, time::Duration};

use braincase_errors::spool::{Lane, SpoolError};

use super::{open, payload, read_all};
use crate::LIMIT;

#[test]
fn what_was_not_advanced_comes_again_and_what_was_does_not() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    (0..10).for_each(|number| spool.append(Lane::Errors, &payload(number)).unwrap());
    let mut reader = spool.reader("test").unwrap();
    // When
    let first = reader.next(3).unwrap();
    let again = reader.next(3).unwrap();
    assert_eq!(first.frames, again.frames);
    reader.advance(first).unwrap();
    reader.advance(again).unwrap();
    assert!(!reader.next(4).unwrap().is_empty());
    assert_eq!(reader.stats().read, 3);
    drop((reader, spool));
    // Then
    let spool = open(dir.path());
    let expected: Vec<_> = (3..10).map(payload).collect();
    assert_eq!(read_all(&mut spool.reader("test").unwrap()), expected);
    assert_eq!(read_all(&mut spool.reader("test").unwrap()).len(), 0);
}

#[test]
fn readers_do_not_know_of_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let [mut one, mut other] = ["one", "other"].map(|name| spool.reader(name).unwrap());
    spool.append(Lane::Errors, b"for both").unwrap();

    assert_eq!(read_all(&mut one), [b"for both"]);
    assert_eq!(other.behind(), 1);
    assert_eq!(read_all(&mut other), [b"for both"]);
}

#[test]
fn a_name_is_taken_once_and_must_be_the_name_of_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let held = spool.reader("store").unwrap();

    for name in ["store", "", "../store", "a.b"] {
        assert!(matches!(spool.reader(name), Err(SpoolError::Reader { .. })), "{name}");
    }
    drop(held);
    assert!(spool.reader("store").is_ok());
}

#[test]
fn a_position_that_was_overwritten_with_rubbish_lets_its_reader_begin_with_the_oldest() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    (0..3).for_each(|number| spool.append(Lane::Notices, &payload(number)).unwrap());
    assert_eq!(read_all(&mut spool.reader("test").unwrap()).len(), 3);
    drop(spool);
    // When
    fs::write(dir.path().join("readers/test.position"), "errors=0 notices=2 crc=00000000\n").unwrap();
    // Then
    assert_eq!(read_all(&mut open(dir.path()).reader("test").unwrap()).len(), 3);
}

#[test]
fn a_number_that_a_reader_has_seen_is_never_given_away_again() {
    // Given a reader that has read three, of which a loss of power takes two
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    spool.append(Lane::Errors, &payload(0)).unwrap();
    let one = spool.stats(Lane::Errors).bytes;
    (1..3).for_each(|number| spool.append(Lane::Errors, &payload(number)).unwrap());
    assert_eq!(read_all(&mut spool.reader("test").unwrap()).len(), 3);
    drop(spool);
    let path = super::segments(dir.path(), Lane::Errors).remove(0);
    fs::File::options().write(true).open(path).unwrap().set_len(one).unwrap();
    // When
    let spool = open(dir.path());
    spool.append(Lane::Errors, b"new").unwrap();
    // Then
    assert_eq!(read_all(&mut spool.reader("test").unwrap()), [b"new"]);
}

#[test]
fn whoever_waits_is_woken_by_the_next_payload() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let reader = spool.reader("test").unwrap();
    assert!(!reader.wait_for_more(Duration::from_millis(1)));
    let (tell, told) = mpsc::channel();
    // When
    let waiting = thread::spawn(move || tell.send(reader.wait_for_more(LIMIT)));
    spool.append(Lane::Notices, b"here").unwrap();
    // Then
    assert!(told.recv_timeout(LIMIT).unwrap());
    waiting.join().unwrap().unwrap();
}

#[tokio::test]
async fn whoever_waits_without_blocking_is_woken_too() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let reader = spool.reader("test").unwrap();

    let appended = async { spool.append(Lane::Notices, b"here").unwrap() };
    let (woken, ()) = tokio::join!(tokio::time::timeout(LIMIT, reader.more()), appended);

    assert!(woken.is_ok());
}
