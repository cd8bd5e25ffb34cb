//! When the server is asked to stop, and when it is asked again.

use std::{
    future::{Future, pending},
    io::Read as _,
    sync::Arc,
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{Mutex, oneshot},
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
    // Both listen with the same ears from the start, so that no signal is lost in between.
    let signals = Arc::new(Mutex::new(Signals::listen()));
    let heard = Arc::clone(&signals);
    let asked = async move {
        match &mut *heard.lock().await {
            Ok(signals) => {
                let by = requested(signals, on).await;
                tracing::info!(by, "stopping; a second signal ends at once what still runs");
            }
            Err(error) => tracing::error!(%error, "signals cannot be listened to; stopping"),
        }
    };
    let hurried = async move {
        match &mut *signals.lock().await {
            Ok(signals) => {
                let by = signals.next().await;
                tracing::warn!(by, "asked to stop again: ending what still runs");
            }
            Err(_) => pending().await,
        }
    };
    Stop { asked, hurried, grace }
}

/// Returns what asked the server to stop, once something does.
async fn requested(signals: &mut Signals, on: StopOn) -> &'static str {
    match on {
        StopOn::Signals => signals.next().await,
        StopOn::SignalsAndStdin => tokio::select! {
            by = signals.next() => by,
            () = stdin_ended() => "the end of standard input",
        },
    }
}

/// The signals that ask a program to stop.
#[derive(Debug)]
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next one; those that came since the last are not lost.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
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
