//! The spool never holds more than it may, and says exactly what had to go.

use std::fs;

use braincase_errors::spool::{Bounds, Lane, Spool, SpoolError};
use proptest::prelude::*;

use super::{SMALL, open, payload, read_all, segments};

fn on_disk(dir: &std::path::Path, lane: Lane) -> u64 {
    segments(dir, lane).iter().map(|path| fs::metadata(path).unwrap().len()).sum()
}

#[test]
fn a_flood_of_notices_never_pushes_out_an_error_and_errors_are_read_first() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    spool.append(Lane::Errors, b"the error").unwrap();
    // When
    for number in 0..200_u64 {
        spool.append(Lane::Notices, &[number as u8; 20 << 10]).unwrap();
        assert!(on_disk(dir.path(), Lane::Notices) <= SMALL.lane_bytes);
    }
    spool.append(Lane::Errors, b"a late error").unwrap();
    // Then
    assert!(spool.stats(Lane::Notices).evicted > 100);
    assert_eq!(spool.stats(Lane::Errors).evicted, 0);
    let found = read_all(&mut spool.reader("test").unwrap());
    assert_eq!(found[..2], [b"the error".to_vec(), b"a late error".to_vec()]);
    assert_eq!(found.last().unwrap()[0], 199);
}

#[test]
fn bounds_that_cannot_work_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (lane_bytes, segment_bytes) in [(1 << 20, 1 << 10), (500 << 10, 300 << 10), (u64::MAX, 65 << 20)] {
        let refused = Spool::open(dir.path(), Bounds { lane_bytes, segment_bytes });
        assert!(matches!(refused, Err(SpoolError::Bounds { .. })), "{lane_bytes} in {segment_bytes}");
    }
}

#[test]
fn payloads_that_cannot_be_kept_are_refused_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    for payload in [Vec::new(), vec![0; (256 << 10) + 1]] {
        assert!(matches!(spool.append(Lane::Errors, &payload), Err(SpoolError::Payload { .. })));
    }
    spool.append(Lane::Errors, &vec![7; 256 << 10]).unwrap();
    assert_eq!((spool.stats(Lane::Errors).appended, spool.stats(Lane::Errors).refused), (1, 2));
}

#[test]
fn what_everybody_has_read_is_deleted() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let [mut fast, mut slow] = ["fast", "slow"].map(|name| spool.reader(name).unwrap());
    (0..8).for_each(|number| spool.append(Lane::Errors, &[number; 90 << 10]).unwrap());
    assert_eq!(segments(dir.path(), Lane::Errors).len(), 3);
    // When, then
    assert_eq!(read_all(&mut fast).len(), 8);
    assert_eq!(segments(dir.path(), Lane::Errors).len(), 3);
    assert_eq!(read_all(&mut slow).len(), 8);
    assert_eq!(segments(dir.path(), Lane::Errors).len(), 1);
    assert_eq!(spool.stats(Lane::Errors).evicted, 0);
    spool.append(Lane::Errors, &payload(9)).unwrap();
    assert_eq!((read_all(&mut fast), read_all(&mut slow)), (vec![payload(9)], vec![payload(9)]));
}

#[derive(Debug, Clone)]
enum Step {
    Append(usize, usize),
    Read(usize, usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..2, 1_usize..120_000).prop_map(|(lane, bytes)| Step::Append(lane, bytes)),
        2 => (0_usize..2, 1_usize..20).prop_map(|(reader, max)| Step::Read(reader, max)),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn read_and_dropped_is_what_was_appended(steps in prop::collection::vec(step(), 1..120)) {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = open(dir.path());
        let mut readers = ["a", "b"].map(|name| spool.reader(name).unwrap());
        let mut appended = 0_u64;
        let mut counted = [0_u64; 2];
        let mut seen = [Vec::new(), Vec::new()];
        for step in steps {
            match step {
                Step::Append(lane, bytes) => {
                    let mut payload = appended.to_le_bytes().to_vec();
                    payload.resize(8 + bytes, 1);
                    spool.append(Lane::ALL[lane], &payload).unwrap();
                    appended += 1;
                    prop_assert!(on_disk(dir.path(), Lane::ALL[lane]) <= SMALL.lane_bytes);
                }
                Step::Read(index, max) => {
                    let batch = readers[index].next(max).unwrap();
                    prop_assert!(batch.frames.len() <= max);
                    seen[index].extend(batch.frames.iter().map(|frame| frame.payload[..8].to_vec()));
                    readers[index].advance(batch).unwrap();
                }
                Step::Restart => {
                    for (index, reader) in readers.iter().enumerate() {
                        counted[index] += reader.stats().read + reader.stats().evicted;
                    }
                    drop(readers);
                    drop(spool);
                    spool = open(dir.path());
                    readers = ["a", "b"].map(|name| spool.reader(name).unwrap());
                }
            }
        }
        for (index, reader) in readers.iter_mut().enumerate() {
            seen[index].extend(read_all(reader).into_iter().map(|payload| payload[..8].to_vec()));
            let stats = reader.stats();
            prop_assert_eq!(stats.damaged, 0);
            counted[index] += stats.read + stats.evicted;
            let read = seen[index].len();
            seen[index].sort();
            seen[index].dedup();
            prop_assert_eq!(seen[index].len(), read, "nothing is read twice");
        }
        prop_assert_eq!(counted, [appended; 2]);
    }
}
