//! The dice: numbers that depend on nothing but the seed, the purpose and the number of the request.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is decided by a draw; each purpose has its own stream, so that faults do not shift latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    ChatLatency = 0,
    VisionLatency = 1,
    ChatFault = 2,
    VisionFault = 3,
}

/// Words of the stream that belong to one request.
const WORDS_PER_DRAW: u128 = 16;

/// Two independent numbers in `0.0..1.0` for the `n`-th request, whichever requests were drawn for before.
pub(crate) fn draw(seed: u64, purpose: Purpose, n: u64) -> (f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng.set_word_pos(u128::from(n) * WORDS_PER_DRAW);
    let mut unit = || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    (unit(), unit())
}
