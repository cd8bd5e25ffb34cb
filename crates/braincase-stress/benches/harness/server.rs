//! A server that is as little work as possible: it knows three answers.

use std::{convert::Infallible, io::Read, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, runtime};

const PROJECT: &str = r#"{"id":"p"}"#;
const TURN: &str = include_str!("turn.json");
const EVENTS: &str = include_str!("turn.events");

/// Says where it listens, and answers until its input is closed.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    println!("http://{}", listener.local_addr()?);
    runtime.spawn(accept(listener));
    std::io::stdin().read_to_end(&mut Vec::new())?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "connections live as long as this process, which does nothing else")]
async fn accept(listener: TcpListener) {
    while let Ok((socket, _)) = listener.accept().await {
        // Otherwise small answers may wait for the acknowledgement of those before them.
        let _: Result<(), std::io::Error> = socket.set_nodelay(true);
        tokio::spawn(async move {
            // A client that goes away is no problem of ours.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service_fn(answer)).await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_turn = request.uri().path().ends_with("/turns");
    let is_stream = request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream");
    // A body that cannot be read ends the connection anyway.
    let _ = request.into_body().collect().await;
    let (status, kind, text) = match (is_turn, is_stream) {
        (false, _) => (StatusCode::CREATED, "application/json", PROJECT),
        (true, false) => (StatusCode::OK, "application/json", TURN),
        (true, true) => (StatusCode::OK, "text/event-stream", EVENTS),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    Ok(response)
}
