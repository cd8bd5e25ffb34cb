//! The HTTP client of the exporter: ours, with limits, on a runtime of its own.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use reqwest::{redirect, retry};
use tokio::runtime::{self, Runtime};

use super::OtlpError;
use crate::deliver::Limits;

/// The most bytes of an answer.
const MAX_ANSWER: usize = 64 << 10;

/// Sends on the thread that calls it, which must be none of a runtime.
#[derive(Debug)]
pub(super) struct Client {
    /// There until it is dropped.
    runtime: Option<Runtime>,
    client: reqwest::Client,
}

impl Client {
    pub(super) fn new(limits: Limits) -> Result<Self, OtlpError> {
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .pool_max_idle_per_host(1)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .user_agent(concat!("braincase/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime: Some(runtime), client })
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut answer = self.client.execute(request.try_into()?).await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err("the answer is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let runtime = self.runtime.as_ref().ok_or("the client has ended")?;
        runtime.block_on(self.send(request))
    }
}

/// A runtime must not be dropped where waiting is forbidden, which may be where this is.
impl Drop for Client {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
