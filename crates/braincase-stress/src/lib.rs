//! The harness: goose drives it, everything else judges it.
//!
//! It is a black-box client of the server: HTTP and /proc, never its code. Load comes from simulated people in a closed
//! model: each waits for the last byte of an answer, thinks for 1–3 s and goes on; or in an open one, where turns arrive
//! whether anyone is free or not. All they do and say follows from the seed. What they were promised is written into a ledger, and after the load the server is asked whether it kept it.
//!
//! Modules in reading order: [`preset`], [`plan`] and [`arrivals`] say what is to be done; [`workload`] and [`visit`] do it through
//! [`client`] and [`sse`]; [`drive`] is the only one that knows goose; [`record`], [`ledger`] and [`sample`] take down
//! what happens; [`audit`], [`validity`], [`benefit`], [`baseline`], [`overhead`], [`leak`] and [`verdict`] judge it with
//! the numbers of [`stats`]; [`report`] tells it; [`target`], [`run`] and [`cli`] are the shell around all that, and [`capacity`] runs
//! again and again.

pub mod arrivals;
pub mod plan;
pub mod preset;

pub mod visit;
pub mod workload;

pub mod client;
pub mod sse;

pub mod drive;

pub mod ledger;
pub mod record;
pub mod sample;

pub mod audit;
pub mod baseline;
pub mod benefit;
pub mod fingerprint;
pub mod leak;
pub mod overhead;
pub mod stats;
pub mod validity;
pub mod verdict;

pub mod report;

pub mod capacity;
pub mod cli;
pub mod run;
pub mod target;
