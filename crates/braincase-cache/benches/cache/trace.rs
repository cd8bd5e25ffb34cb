//! Keys as real traffic asks for them: few of them often, most of them seldom.

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Zipf's law over a number of keys.
pub(crate) struct Zipf {
    /// How likely a key is that is at most as rare as this one, not yet divided by the total.
    sums: Vec<f64>,
}

impl Zipf {
    pub(crate) fn new(keys: u64, exponent: f64) -> Self {
        let mut total = 0.0;
        let add = |rank: u64| {
            total += (rank as f64).powf(-exponent);
            total
        };
        Self { sums: (1..=keys).map(add).collect() }
    }

    /// Draws so many keys; the same seed gives the same ones.
    pub(crate) fn draw(&self, keys: usize, seed: u64) -> Vec<u64> {
        let total = self.sums.last().copied().unwrap_or_default();
        let mut random = StdRng::seed_from_u64(seed);
        let mut draw = || {
            let at = random.random_range(0.0..total);
            let rank = self.sums.partition_point(|sum| *sum <= at) as u64;
            // Neighbours in rank must not be neighbours in memory.
            rank.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        (0..keys).map(|_| draw()).collect()
    }
}
