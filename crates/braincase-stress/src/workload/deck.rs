//! Which scenario a visit is: dealt from a shuffled deck per seat, so that few visits already come near the plan.
//!
//! Independent draws need hundreds of visits to come near 40/30/20/10, and giving each user one scenario for life needs
//! ten users; a deck holds each scenario as often as its weight says and is dealt to the end before it is shuffled
//! again. The first visits of the run are dealt over all scenarios in turn, so that none is ever missing.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::preset::{Scenario, Share};

/// Keeps the dice of the deck apart from those of the visits.
const SALT: u64 = 0x6465_636b;

/// The scenario of a visit; `seats` is the number of seats in the lane.
#[must_use]
pub fn deal(shares: &[Share], seed: u64, seats: usize, seat: u32, visit: u32) -> Option<Scenario> {
    let nth = visit as usize * seats + seat as usize;
    if let Some(first) = shares.get(nth) {
        return Some(first.scenario);
    }
    let mut deck = deck(shares);
    let size = deck.len().max(1);
    let round = visit as usize / size;
    let mut dice = ChaCha8Rng::seed_from_u64(seed ^ SALT);
    dice.set_stream((u64::from(seat) << 32) | round as u64);
    deck.shuffle(&mut dice);
    deck.get(visit as usize % size).copied()
}

fn deck(shares: &[Share]) -> Vec<Scenario> {
    let divisor = shares.iter().map(|share| share.weight).fold(0, gcd).max(1);
    let cards = |share: &Share| vec![share.scenario; (share.weight / divisor) as usize];
    shares.iter().flat_map(cards).collect()
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::preset::PRESETS;

    #[test]
    fn ten_visits_of_one_seat_are_near_the_plan() {
        for seed in 0..50 {
            let mut counts = BTreeMap::new();
            for visit in 0..10 {
                let dealt = deal(PRESETS[1].shares, seed, 20, 9, visit).unwrap();
                *counts.entry(dealt).or_insert(0) += 1;
            }
            assert_eq!(counts.into_values().collect::<Vec<_>>(), [4, 3, 2, 1], "seed {seed}");
        }
    }

    #[test]
    fn no_scenario_is_missing_however_few_users_there_are() {
        for preset in &PRESETS {
            for seats in 1..6 {
                let visits = preset.shares.len().div_ceil(seats) as u32;
                let seen: BTreeSet<_> = (0..visits)
                    .flat_map(|visit| (0..seats as u32).map(move |seat| (seat, visit)))
                    .filter_map(|(seat, visit)| deal(preset.shares, 1, seats, seat, visit))
                    .collect();
                assert_eq!(seen.len(), preset.shares.len(), "{} with {seats}", preset.name);
            }
        }
    }
}
