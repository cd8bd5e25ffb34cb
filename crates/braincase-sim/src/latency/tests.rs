//! The latencies are distributed as the options say, and the same for the same seed.

use super::*;

const DRAWS: u64 = 2_000;

fn sorted(seed: u64) -> Vec<Duration> {
    let mut all: Vec<_> = (0..DRAWS).map(|n| Latencies::default().chat(seed, n)).collect();
    all.sort_unstable();
    all
}

#[test]
fn median_and_p95_are_as_asked_for_whatever_the_seed() {
    for seed in 0..20 {
        let all = sorted(seed);
        let (median, p95) = (all[1_000].as_secs_f64(), all[1_900].as_secs_f64());
        assert!((1.7..1.9).contains(&median), "seed {seed}: median {median}");
        assert!((2.8..3.2).contains(&p95), "seed {seed}: p95 {p95}");
        assert!(all[0] > Duration::from_millis(400) && all[1_999] < Duration::from_secs(7), "seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_draws_and_another_seed_others() {
    let draws = |seed| (0..100).map(|n| Latencies::default().chat(seed, n)).collect::<Vec<_>>();
    assert_eq!(draws(7), draws(7));
    let same = draws(7).iter().zip(draws(8)).filter(|(a, b)| **a == *b).count();
    assert_eq!(same, 0);
}

#[test]
fn a_draw_does_not_depend_on_the_draws_before() {
    let alone = Latencies::default().chat(7, 50);
    let last = (0..=50).map(|n| Latencies::default().chat(7, n)).next_back();
    assert_eq!(Some(alone), last);
}

#[test]
fn chat_and_vision_are_drawn_independently() {
    let both: Latencies = "lognormal(1s,p95=2s)".parse().unwrap();
    assert_ne!(both.chat(7, 0), both.vision(7, 0));
}

#[test]
fn specs_are_read() {
    let fixed = |ms| Latency::Fixed(Duration::from_millis(ms));
    let read = |text: &str| text.parse::<Latencies>().unwrap();
    assert_eq!(read("chat=lognormal(1.8s,p95=3s),vision=3s"), Latencies::default());
    assert_eq!(read("0"), Latencies::INSTANT);
    assert_eq!(read("instant"), Latencies::INSTANT);
    assert_eq!(read("500ms"), Latencies { chat: fixed(500), vision: fixed(500) });
    assert_eq!(read("chat=500ms"), Latencies { chat: fixed(500), ..Latencies::default() });
    assert_eq!(read("vision=1.5s, chat=0").vision, fixed(1_500));
}

#[test]
fn bad_specs_are_refused() {
    for text in
        ["", "fast", "5", "chat=", "talk=3s", "-1s", "2h", "lognormal(3s,p95=1s)", "lognormal(0,p95=1s)", "nans"]
    {
        assert!(text.parse::<Latencies>().is_err(), "{text:?} was taken");
    }
}
