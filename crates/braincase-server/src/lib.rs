//! The braincase binary: HTTP API, wiring, supervision, shutdown.
