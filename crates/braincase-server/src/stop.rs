//! When the server is asked to stop.

use std::io::Read as _;

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use crate::config::StopOn;

/// Returns what asked the server to stop, once something does.
///
/// # Errors
/// When signals cannot be listened to.
pub async fn requested(on: StopOn) -> std::io::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stdin = async {
        match on {
            StopOn::Signals => std::future::pending().await,
            StopOn::SignalsAndStdin => stdin_ended().await,
        }
    };
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
        () = stdin => "the end of standard input",
    })
}

/// A thread of its own: a blocking read cannot be given up, and must not keep the runtime from ending.
async fn stdin_ended() {
    let (ended, wait) = oneshot::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 1_024];
        while std::io::stdin().read(&mut buffer).is_ok_and(|count| count > 0) {}
        drop(ended);
    });
    // The channel carries nothing: its end is the message.
    let _: Result<(), _> = wait.await;
}
