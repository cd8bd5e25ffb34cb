//! When the server is asked to stop, and when it is asked again.

use std::{
    future::{Future, pending},
    io::Read as _,
    time::Duration,
};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use crate::config::StopOn;

/// When to stop, and how.
#[derive(Debug)]
pub struct Stop<A, H> {
    /// Ends when the server is asked to stop.
    pub asked: A,
    /// Ends when the one who asked will not wait any longer; looked at only after `asked`.
    pub hurried: H,
    /// How long running turns may go on.
    pub grace: Duration,
}

/// How a server came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Ended {
    /// Everything was given its time.
    InOrder,
    /// It was asked twice: what still ran was ended at once.
    Hurried,
}

/// Stops on signals, as configured, and hurries on the next one.
pub fn on_signals(on: StopOn, grace: Duration) -> Stop<impl Future<Output = ()>, impl Future<Output = ()>> {
    let asked = async move {
        match requested(on).await {
            Ok(by) => tracing::info!(by, "stopping; a second signal ends at once what still runs"),
            Err(error) => tracing::error!(%error, "signals cannot be listened to; stopping"),
        }
    };
    let hurried = async {
        match signalled().await {
            Ok(by) => tracing::warn!(by, "asked to stop again: ending what still runs"),
            Err(_) => pending().await,
        }
    };
    Stop { asked, hurried, grace }
}

/// Returns what asked the server to stop, once something does.
async fn requested(on: StopOn) -> std::io::Result<&'static str> {
    match on {
        StopOn::Signals => signalled().await,
        StopOn::SignalsAndStdin => tokio::select! {
            by = signalled() => by,
            () = stdin_ended() => Ok("the end of standard input"),
        },
    }
}

/// Returns the first signal that comes from now on.
async fn signalled() -> std::io::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
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
