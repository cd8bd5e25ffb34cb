//! The life of the process: start, serve, stop.

use std::{future::Future, io::Write as _, time::Duration};

use tokio::net::TcpListener;

use crate::{
    accept::Door,
    config::Config,
    router::router,
    stop,
    wiring::{self, Services, StartError},
};

/// Beyond the turns' grace: for answers to be written.
const LAST_WORDS: Duration = Duration::from_secs(2);
const TASKS_GRACE: Duration = Duration::from_secs(5);

/// Runs a server until it is asked to stop.
///
/// # Errors
/// When it cannot start.
pub async fn serve(config: &Config) -> Result<(), StartError> {
    let services = wiring::build(config).await?;
    services.app.orchestrator.recover().await?;
    let listener = bind(config).await?;
    announce(&listener)?;
    let asked = async {
        match stop::requested(config.stop_on).await {
            Ok(by) => tracing::info!(by, "stopping"),
            Err(error) => tracing::error!(%error, "signals cannot be listened to; stopping"),
        }
    };
    run(services, listener, asked, config.stop_grace).await;
    Ok(())
}

/// Serves until `asked` ends, then stops in order: not ready, no new connections, turns end and with them event
/// streams, connections close, tasks end, and the store is closed last.
pub async fn run(services: Services, listener: TcpListener, asked: impl Future<Output = ()>, grace: Duration) {
    let app = services.app;
    let door = Door::new(router(app.clone()), &app.http);
    tokio::select! {
        () = door.accept(&listener) => {}
        () = asked => {}
    }
    app.stopping.begin();
    drop(listener);
    let (cut_off, ()) = tokio::join!(door.close(grace + LAST_WORDS), app.orchestrator.stop(grace));
    let leftover = services.supervisor.shutdown(TASKS_GRACE).await;
    app.store.close().await;
    let kept = services.keeper.shutdown(TASKS_GRACE).await;
    tracing::info!(connections.cut_off = cut_off, tasks.left = ?leftover, store.left = ?kept, "stopped");
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
