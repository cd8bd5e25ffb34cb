//! Who is dropped, and who is only slow.

use std::{io::ErrorKind, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
    time::{Instant, sleep, timeout},
};

use super::Hurried;

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_write_that_nobody_takes_fails_after_the_limit() {
    let (ours, _theirs) = duplex(16);
    let mut writer = Hurried::new(ours, Duration::from_millis(50));
    let started = Instant::now();
    let written = timeout(PATIENCE, writer.write_all(&[7; 64])).await.expect("an end within the limit");
    assert_eq!(written.expect_err("nobody reads").kind(), ErrorKind::TimedOut);
    assert!(started.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_reader_that_is_slow_but_steady_gets_everything() {
    const PIECES: usize = 60;
    let (ours, mut theirs) = duplex(16);
    let mut writer = Hurried::new(ours, Duration::from_secs(1));
    let everything = [7; 16 * PIECES];
    let read = async {
        for _ in 0..PIECES {
            // Slow: all together it takes longer than the limit, which is for each wait alone.
            sleep(Duration::from_millis(20)).await;
            theirs.read_exact(&mut [0; 16]).await.expect("the next piece");
        }
    };
    let (written, ()) = tokio::join!(writer.write_all(&everything), read);
    written.expect("every wait was short");
}
