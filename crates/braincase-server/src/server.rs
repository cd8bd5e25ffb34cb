//! The life of the process: start, serve, stop.

use std::{future::Future, io::Write as _, time::Duration};

use braincase_errors::Capture;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    accept::Door,
    config::Config,
    router::router,
    stop::{self, Ended, Stop},
    wiring::{self, Services, StartError},
};

/// Beyond the turns' grace: for answers to be written.
const LAST_WORDS: Duration = Duration::from_secs(2);
const TASKS_GRACE: Duration = Duration::from_secs(5);
/// For everything that is left to do when the server is hurried; what is not stored by then is put in order at the next start.
const HURRY: Duration = Duration::from_secs(2);
/// For records of failures that are still to be told.
const TELLING: Duration = Duration::from_secs(2);

/// Runs a server until it is asked to stop; what is logged from now on as an error is recorded, too.
///
/// # Errors
/// When it cannot start.
pub async fn serve(config: &Config, capture: &Capture) -> Result<Ended, StartError> {
    let services = wiring::build(config).await?;
    capture.connect(services.reporter.recorder.clone());
    services.app.orchestrator.recover().await?;
    let listener = bind(config).await?;
    announce(&listener)?;
    Ok(run(services, listener, stop::on_signals(config.stop_on, config.stop_grace)).await)
}

/// Serves until it is asked to stop, then stops in order or, if asked again, at once.
pub async fn run<A, H>(services: Services, listener: TcpListener, stop: Stop<A, H>) -> Ended
where
    A: Future<Output = ()>,
    H: Future<Output = ()>,
{
    let app = &services.app;
    let door = Door::new(router(app.clone()), &app.http);
    let cut = door.cut();
    tokio::select! {
        () = door.accept(&listener) => {}
        () = stop.asked => {}
    }
    app.stopping.begin();
    drop(listener);
    let ended = tokio::select! {
        () = in_order(&services, door, stop.grace) => Ended::InOrder,
        () = stop.hurried => at_once(&services, &cut).await,
    };
    // It blocks, which it may, since nothing else runs any more.
    services.reporter.close(TELLING);
    tracing::info!(?ended, "stopped");
    ended
}

/// Turns end and with them event streams, connections close, tasks end, and the store is closed last.
async fn in_order(services: &Services, door: Door, grace: Duration) {
    let app = &services.app;
    let (cut_off, ()) = tokio::join!(door.close(grace + LAST_WORDS), app.orchestrator.stop(grace));
    let leftover = services.supervisor.shutdown(TASKS_GRACE).await;
    app.store.close().await;
    let kept = services.keeper.shutdown(TASKS_GRACE).await;
    tracing::info!(connections.cut_off = cut_off, tasks.left = ?leftover, store.left = ?kept, "everything has ended");
}

/// The same steps without a grace; each may be repeated, so it does not matter how far the orderly stop had come.
async fn at_once(services: &Services, cut: &CancellationToken) -> Ended {
    let steps = async {
        services.app.orchestrator.stop(Duration::ZERO).await;
        cut.cancel();
        let leftover = services.supervisor.shutdown(Duration::ZERO).await;
        services.app.store.close().await;
        tracing::info!(tasks.left = ?leftover, "everything was ended");
    };
    if timeout(HURRY, steps).await.is_err() {
        tracing::warn!("not everything could be ended; the next start puts it in order");
    }
    Ended::Hurried
}

async fn bind(config: &Config) -> Result<TcpListener, StartError> {
    let listen = config.listen;
    TcpListener::bind(listen).await.map_err(|source| StartError::Listen { listen, source })
}

fn announce(listener: &TcpListener) -> Result<(), StartError> {
    let address = listener.local_addr().map_err(StartError::Announce)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on http://{address}").and_then(|()| out.flush()).map_err(StartError::Announce)
}
