//! How long answers take: fixed, or log-normal as real providers are; drawn from a seed.

use std::{f64::consts::TAU, str::FromStr, time::Duration};

use crate::dice::{Purpose, draw};

/// The standard score of the 95th percentile.
const Z95: f64 = 1.644_853_626_951_472_7;
/// Draws further out than this are pulled in, so that a run has a longest wait.
const MAX_Z: f64 = 4.0;

/// How long answers take, by what is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latencies {
    /// Answers to words.
    pub chat: Latency,
    /// Answers to images.
    pub vision: Latency,
}

/// How long one kind of answer takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// Always the same.
    Fixed(Duration),
    /// Log-normal: most are near the median, a few take long.
    LogNormal {
        /// Half of the answers are faster.
        median: Duration,
        /// 95 % of the answers are faster.
        p95: Duration,
    },
}

impl Latencies {
    /// Answers at once.
    pub const INSTANT: Self = Self { chat: Latency::Fixed(Duration::ZERO), vision: Latency::Fixed(Duration::ZERO) };

    /// The latency of the `n`-th request for words.
    #[must_use]
    pub fn chat(&self, seed: u64, n: u64) -> Duration {
        self.chat.at(draw(seed, Purpose::ChatLatency, n))
    }

    /// The latency of the `n`-th request with images.
    #[must_use]
    pub fn vision(&self, seed: u64, n: u64) -> Duration {
        self.vision.at(draw(seed, Purpose::VisionLatency, n))
    }
}

impl Default for Latencies {
    /// What was measured of a large model: a median of 1.8 s and a p95 of 3 s, and 3 s for an image.
    fn default() -> Self {
        let chat = Latency::LogNormal { median: Duration::from_millis(1_800), p95: Duration::from_secs(3) };
        Self { chat, vision: Latency::Fixed(Duration::from_secs(3)) }
    }
}

impl Latency {
    fn at(&self, (first, second): (f64, f64)) -> Duration {
        match *self {
            Self::Fixed(latency) => latency,
            Self::LogNormal { median, p95 } => {
                // Box-Muller; `1 - first` is never zero.
                let z = (-2.0 * (1.0 - first).ln()).sqrt() * (TAU * second).cos();
                let sigma = (p95.as_secs_f64() / median.as_secs_f64()).ln() / Z95;
                median.mul_f64((sigma * z.clamp(-MAX_Z, MAX_Z)).exp())
            }
        }
    }
}

impl FromStr for Latencies {
    type Err = String;

    /// Reads `instant`, `0`, `500ms`, or `chat=…,vision=…`; what is not named keeps its default.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut latencies = Self::default();
        for part in split_outside_parentheses(text) {
            let part = part.trim();
            match part.split_once('=').filter(|(name, _)| !name.contains('(')) {
                Some(("chat", latency)) => latencies.chat = latency.parse()?,
                Some(("vision", latency)) => latencies.vision = latency.parse()?,
                Some((name, _)) => return Err(format!("expected chat or vision before the =, got {name:?}")),
                None => {
                    let both: Latency = part.parse()?;
                    latencies = Self { chat: both, vision: both };
                }
            }
        }
        Ok(latencies)
    }
}

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some(inner) = text.strip_prefix("lognormal(").and_then(|rest| rest.strip_suffix(')')) else {
            return if text == "instant" { Ok(Self::Fixed(Duration::ZERO)) } else { duration(text).map(Self::Fixed) };
        };
        let (median, p95) = inner
            .split_once(',')
            .and_then(|(median, p95)| Some((median, p95.trim().strip_prefix("p95=")?)))
            .ok_or_else(|| format!("expected lognormal(MEDIAN,p95=DURATION), got {text:?}"))?;
        let (median, p95) = (duration(median)?, duration(p95)?);
        if median.is_zero() || p95 < median {
            return Err(format!("expected 0 < median <= p95, got {text:?}"));
        }
        Ok(Self::LogNormal { median, p95 })
    }
}

fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    })
    .collect()
}

/// Reads `0`, `500ms`, `1.8s` or `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let problem = || format!("expected a duration such as 500ms or 1.8s, got {text:?}");
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: f64 = number.trim().parse().map_err(|_| problem())?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "m" => number * 60.0,
        "" if number == 0.0 => 0.0,
        _ => return Err(problem()),
    };
    if !(0.0..=3_600.0).contains(&seconds) {
        return Err(format!("expected a duration of at most an hour, got {text:?}"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests;
