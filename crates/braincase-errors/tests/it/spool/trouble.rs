//! A disk that is full, a folder that is gone or taken: errors with a type, and all is well once the trouble is over.

use std::{env, fs, io, process::Command, sync::Barrier, thread};

use braincase_errors::spool::{Lane, Spool, SpoolError};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{SMALL, open, payload, read_all};

const DIR: &str = "BRAINCASE_SPOOL_TEST_LIMIT_DIR";

#[test]
fn a_file_system_that_takes_no_more_refuses_with_an_error_and_works_again_later() {
    // In a process of its own, because the limit is one of processes, and with the signal ignored that comes with it.
    let dir = tempfile::tempdir().unwrap();
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "spool::trouble::a_child_whose_files_cannot_grow", "--nocapture"])
        .env(DIR, dir.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));

    let expected = [vec![1; 1_000], vec![3; 2_000]];
    assert_eq!(read_all(&mut open(dir.path()).reader("other").unwrap()), expected);
}

#[test]
#[ignore = "started by a_file_system_that_takes_no_more_refuses_with_an_error_and_works_again_later"]
fn a_child_whose_files_cannot_grow() {
    let Some(dir) = env::var_os(DIR) else { return };
    let limit = |bytes| setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum: None });
    let spool = open(dir.as_ref());
    spool.append(Lane::Errors, &[1; 1_000]).unwrap();
    limit(Some(1_500)).unwrap();

    let refused = spool.append(Lane::Errors, &[2; 2_000]).unwrap_err();
    assert!(matches!(refused, SpoolError::Io { action: "write to", .. }), "{refused:?}");
    assert_eq!((spool.stats(Lane::Errors).refused, spool.stats(Lane::Errors).bytes), (1, 1_008));

    limit(None).unwrap();
    spool.append(Lane::Errors, &[3; 2_000]).unwrap();
    assert_eq!(read_all(&mut spool.reader("test").unwrap()), [vec![1; 1_000], vec![3; 2_000]]);
}

/// A directory on a file system of 16 MiB, for the test of a disk that is really full; the store has one, too.
const SMALL_DISK: &str = "BRAINCASE_STORE_TEST_SMALL_DISK";

#[test]
#[ignore = "needs a small file system; cargo xtask test runs it where there is one"]
fn a_full_disk_refuses_writes_to_the_spool_until_there_is_room() {
    // Given a spool with some payloads on a disk without any room
    let disk = env::var_os(SMALL_DISK).expect("BRAINCASE_STORE_TEST_SMALL_DISK is a folder on a small disk");
    let dir = tempfile::tempdir_in(&disk).unwrap();
    let spool = open(dir.path());
    let mut reader = spool.reader("test").unwrap();
    (0..3).for_each(|number| spool.append(Lane::Errors, &payload(number)).unwrap());
    let filler = tempfile::NamedTempFile::new_in(&disk).unwrap();
    let chunk = vec![1; 4 << 10];
    while io::Write::write_all(&mut filler.as_file(), &chunk).is_ok() {}
    // When more comes than is left of the last page
    let refused = (3..1_000).find_map(|number| Some((number, spool.append(Lane::Errors, &[7; 900]).err()?)));
    // Then it is refused and counted, what is there can be read, and later all is well
    let (taken, SpoolError::Io { source, .. }) = refused.unwrap() else { panic!("another error") };
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    assert_eq!(spool.stats(Lane::Errors).refused, 1);
    let batch = reader.next(1_000).unwrap();
    assert_eq!(batch.frames.len() as u64, taken);
    // The position may not fit either; that is no reason to read something twice.
    let _ = reader.advance(batch);
    assert!(reader.next(1_000).unwrap().is_empty());
    drop(filler);
    spool.append(Lane::Errors, b"there is room again").unwrap();
    assert_eq!(read_all(&mut reader), [b"there is room again"]);
    drop((reader, spool));
    assert!(read_all(&mut open(dir.path()).reader("test").unwrap()).is_empty());
}

#[test]
fn a_folder_that_was_removed_is_made_again_and_what_was_in_it_counts_as_dropped() {
    // Given
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("spool");
    let spool = open(&dir);
    let mut reader = spool.reader("test").unwrap();
    (0..3).for_each(|number| spool.append(Lane::Errors, &payload(number)).unwrap());
    // When
    fs::remove_dir_all(&dir).unwrap();
    spool.append(Lane::Errors, b"after").unwrap();
    // Then
    assert_eq!(read_all(&mut reader), [b"after"]);
    assert_eq!((reader.stats().read, reader.stats().evicted), (1, 3));
    assert!(matches!(Spool::open(&dir, SMALL), Err(SpoolError::InUse { .. })), "the new folder is locked again");
    drop((reader, spool));
    assert_eq!(read_all(&mut open(&dir).reader("other").unwrap()), [b"after"]);
}

#[test]
fn a_folder_that_cannot_be_made_again_is_an_error_until_it_can() {
    // Given
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("spool");
    let spool = open(&dir);
    spool.append(Lane::Errors, b"lost").unwrap();
    fs::remove_dir_all(&dir).unwrap();
    fs::write(&dir, "in the way").unwrap();
    // When, then
    for refused in 1..=3 {
        let error = spool.append(Lane::Errors, b"refused").unwrap_err();
        assert!(matches!(error, SpoolError::Io { .. }), "{error:?}");
        assert_eq!(spool.stats(Lane::Errors).refused, refused);
    }
    fs::remove_file(&dir).unwrap();
    spool.append(Lane::Errors, b"kept").unwrap();
    assert_eq!(read_all(&mut spool.reader("test").unwrap()), [b"kept"]);
}

#[test]
fn a_folder_is_for_one_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let held = open(dir.path());

    assert!(matches!(Spool::open(dir.path(), SMALL), Err(SpoolError::InUse { .. })));
    drop(held);
    assert!(Spool::open(dir.path(), SMALL).is_ok());
}

#[test]
fn a_folder_in_a_place_where_there_can_be_none_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();

    let error = Spool::open(file.path().join("spool"), SMALL).unwrap_err();

    let SpoolError::Io { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), io::ErrorKind::NotADirectory);
}

#[test]
fn threads_that_append_at_once_lose_nothing() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let start = Barrier::new(8);
    // When
    thread::scope(|scope| {
        for thread in 0..8_u64 {
            let (spool, start) = (&spool, &start);
            scope.spawn(move || {
                start.wait();
                for number in 0..500 {
                    let append = if number % 50 == 0 { Spool::append_urgent } else { Spool::append };
                    append(spool, Lane::Errors, &payload(thread * 500 + number)).unwrap();
                }
            });
        }
    });
    // Then
    let mut found = read_all(&mut spool.reader("test").unwrap());
    let mut expected: Vec<_> = (0..4_000).map(payload).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}
