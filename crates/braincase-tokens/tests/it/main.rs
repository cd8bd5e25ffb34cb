//! Counting and packing, against an oracle and against what they promise.
#![expect(clippy::unwrap_used, reason = "helpers of tests are not recognised as tests")]

mod adversarial;
mod exactness;
mod packing;
