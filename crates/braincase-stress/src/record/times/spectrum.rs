//! The spectrum of percentiles of times.

use serde::Serialize;

use super::{Times, ms};

/// Steps of the spectrum on each halving of what is left, as HDR logs have them: some 100 lines for a million times.
const TICKS: u32 = 5;

/// A line of the spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// The share of all times, in per cent, that are not longer.
    pub percentile: f64,
    /// How long they are at most, in milliseconds.
    pub ms: f64,
    /// How many they are.
    pub count: u64,
}

impl Times {
    /// The spectrum of percentiles: ever finer towards the longest time.
    #[must_use]
    pub fn spectrum(&self) -> Vec<Quantile> {
        let mut spectrum: Vec<Quantile> = Vec::new();
        for step in self.micros.iter_quantiles(TICKS) {
            let so_far = spectrum.last().map_or(0, |line| line.count);
            spectrum.push(Quantile {
                percentile: step.quantile_iterated_to() * 100.0,
                ms: (step.value_iterated_to() as f64 / 1e3).min(ms(self.max)),
                count: so_far + step.count_since_last_iteration(),
            });
        }
        spectrum
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn times(micros: &[u64]) -> Times {
        let mut times = Times::default();
        micros.iter().for_each(|value| times.add(Duration::from_micros(*value), false));
        times
    }

    proptest! {
        #[test]
        fn the_spectrum_rises_to_the_longest_time_and_stays_short(
            micros in proptest::collection::vec(1u64..100_000_000, 1..2_000),
        ) {
            let spectrum = times(&micros).spectrum();
            let last = spectrum.last().unwrap();
            let longest = *micros.iter().max().unwrap() as f64 / 1e3;
            prop_assert_eq!((last.percentile, last.count), (100.0, micros.len() as u64));
            prop_assert!((last.ms / longest - 1.0).abs() < 2e-3);
            prop_assert!(spectrum.windows(2).all(|pair| pair[0].ms <= pair[1].ms && pair[0].count <= pair[1].count));
            prop_assert!(spectrum.len() < 300, "{} lines", spectrum.len());
        }
    }
}
