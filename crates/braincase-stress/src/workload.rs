//! What simulated users do and say; all of it follows from the seed.

pub mod canary;
pub mod deck;
pub mod photos;
pub mod prompts;
pub mod scenarios;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Dice for one visit: the same seed, seat and visit always throw the same.
#[must_use]
pub fn dice(seed: u64, seat: u32, visit: u32) -> ChaCha8Rng {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    dice.set_stream((u64::from(seat) << 32) | u64::from(visit));
    dice
}
