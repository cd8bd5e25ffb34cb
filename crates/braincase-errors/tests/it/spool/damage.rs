//! Torn ends and flipped bits cost what they hit, and never make up a payload.

use std::{collections::BTreeSet, fs};

use braincase_errors::spool::Lane;
use proptest::prelude::*;

use super::{open, payload, read_all, segments};

#[test]
fn a_tail_that_is_torn_at_any_byte_costs_only_the_payload_it_tears() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let mut ends = vec![0];
    for number in 0..4 {
        spool.append(Lane::Errors, &payload(number)).unwrap();
        ends.push(spool.stats(Lane::Errors).bytes);
    }
    drop(spool);
    let path = segments(dir.path(), Lane::Errors).remove(0);
    let whole = fs::read(&path).unwrap();
    for cut in 0..=whole.len() {
        // When
        fs::write(&path, &whole[..cut]).unwrap();
        let spool = open(dir.path());
        // Then
        let intact = ends.iter().filter(|end| **end <= cut as u64).count() - 1;
        assert_eq!(spool.stats(Lane::Errors).cut_bytes, cut as u64 - ends[intact], "cut at {cut}");
        spool.append(Lane::Errors, b"after").unwrap();
        let mut expected: Vec<_> = (0..intact as u64).map(payload).collect();
        expected.push(b"after".to_vec());
        assert_eq!(read_all(&mut spool.reader("test").unwrap()), expected, "cut at {cut}");
        drop(spool);
        clear(dir.path());
    }
}

#[test]
fn damage_in_an_old_segment_is_passed_over_and_counted() {
    // Given three segments of three payloads each
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let long = |number: u8| vec![number; 90 << 10];
    let mut reader = spool.reader("test").unwrap();
    (0..9).for_each(|number| spool.append(Lane::Errors, &long(number)).unwrap());
    let paths = segments(dir.path(), Lane::Errors);
    assert_eq!(paths.len(), 3);
    // When a bit flips in the second payload of the second
    let mut bytes = fs::read(&paths[1]).unwrap();
    bytes[(90 << 10) + 100] ^= 4;
    fs::write(&paths[1], bytes).unwrap();
    // Then it and the one behind it are lost
    let found: Vec<u8> = read_all(&mut reader).iter().map(|payload| payload[0]).collect();
    assert_eq!(found, [0, 1, 2, 3, 6, 7, 8]);
    assert_eq!((reader.stats().read, reader.stats().damaged, reader.stats().evicted), (7, 2, 0));
}

#[test]
fn damage_in_the_segment_that_is_written_to_does_not_hide_what_comes_later() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let mut reader = spool.reader("test").unwrap();
    (0..4).for_each(|number| spool.append(Lane::Errors, &payload(number)).unwrap());
    let path = segments(dir.path(), Lane::Errors).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[9] ^= 1;
    overwrite(&path, &bytes);
    // When
    assert_eq!(read_all(&mut reader).len(), 0);
    spool.append(Lane::Errors, &payload(4)).unwrap();
    // Then
    assert_eq!(read_all(&mut reader), [payload(4)]);
    assert_eq!((reader.stats().read, reader.stats().damaged), (1, 4));
}

/// Keeps the file that is open.
fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::FileExt;
    fs::File::options().write(true).open(path).unwrap().write_all_at(bytes, 0).unwrap();
}

fn clear(dir: &std::path::Path) {
    segments(dir, Lane::Errors).iter().for_each(|path| fs::remove_file(path).unwrap());
    fs::remove_dir_all(dir.join("readers")).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_never_make_up_a_payload(
        lengths in prop::collection::vec(1_usize..2_000, 1..40),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..8), 1..20),
    ) {
        // Given
        let dir = tempfile::tempdir().unwrap();
        let spool = open(dir.path());
        let payloads: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(n, length)| vec![n as u8 + 1; *length]).collect();
        for payload in &payloads {
            spool.append(Lane::Errors, payload).unwrap();
        }
        drop(spool);
        // When bits flip anywhere
        let paths = segments(dir.path(), Lane::Errors);
        for (file, byte, bit) in flips {
            let path = &paths[file.index(paths.len())];
            let mut bytes = fs::read(path).unwrap();
            let byte = byte.index(bytes.len());
            bytes[byte] ^= 1 << bit;
            fs::write(path, bytes).unwrap();
        }
        // Then what is read was written, in its order, each once
        let spool = open(dir.path());
        let found = read_all(&mut spool.reader("test").unwrap());
        let known: BTreeSet<_> = payloads.iter().collect();
        prop_assert!(found.iter().all(|payload| known.contains(payload)));
        prop_assert!(found.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        spool.append(Lane::Errors, b"after").unwrap();
        let mut later = spool.reader("test").unwrap();
        prop_assert_eq!(read_all(&mut later), vec![b"after".to_vec()]);
    }
}
