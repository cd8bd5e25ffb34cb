//! What goes wrong, and how often; drawn from a seed.

use std::str::FromStr;

use crate::dice::{Purpose, draw};

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused at once with this status; with `Retry-After` if it says that too much is going on.
    Status(u16),
    /// The answer begins and then nothing more comes.
    Stall,
    /// The answer is not what was asked for.
    Garbage,
    /// The connection ends in the middle of the answer.
    Cut,
    /// The answer takes five times as long.
    Slow,
}

impl Fault {
    /// The word for it in options and in the journal.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Stall => "stall".to_owned(),
            Self::Garbage => "garbage".to_owned(),
            Self::Cut => "cut".to_owned(),
            Self::Slow => "slow".to_owned(),
        }
    }
}

/// What goes wrong, and with which share of the requests. Nothing by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    shares: Vec<(Fault, f64)>,
}

impl Faults {
    /// Whether, and how, the `n`-th request for words goes wrong.
    #[must_use]
    pub fn chat(&self, seed: u64, n: u64) -> Option<Fault> {
        self.at(draw(seed, Purpose::ChatFault, n).0)
    }

    /// Whether, and how, the `n`-th request with images goes wrong.
    #[must_use]
    pub fn vision(&self, seed: u64, n: u64) -> Option<Fault> {
        self.at(draw(seed, Purpose::VisionFault, n).0)
    }

    fn at(&self, mut number: f64) -> Option<Fault> {
        for (fault, share) in &self.shares {
            if number < *share {
                return Some(*fault);
            }
            number -= share;
        }
        None
    }
}

impl FromStr for Faults {
    type Err = String;

    /// Reads `429:2%,500:1%,stall:0.5%,garbage:0.5%,cut:0.5%,slow:1%`, or nothing.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut shares = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "none") {
            let (fault, share) = part.split_once(':').ok_or_else(|| format!("expected FAULT:SHARE%, got {part:?}"))?;
            shares.push((fault.parse()?, percent(share)?));
        }
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        if total > 1.0 + 1e-9 {
            return Err(format!("the faults add up to {:.1} %, which is more than 100 %", total * 100.0));
        }
        Ok(Self { shares })
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "stall" => Ok(Self::Stall),
            "garbage" => Ok(Self::Garbage),
            "cut" => Ok(Self::Cut),
            "slow" => Ok(Self::Slow),
            _ => match text.parse() {
                Ok(status @ 400..=599) => Ok(Self::Status(status)),
                _ => Err(format!("expected 400-599, stall, garbage, cut or slow, got {text:?}")),
            },
        }
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
    match number {
        Some(number) if (0.0..=100.0).contains(&number) => Ok(number / 100.0),
        _ => Err(format!("expected a share such as 0.5%, got {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_as_often_as_asked_for() {
        let faults: Faults = "429:2%,500:1%,stall:0.5%,garbage:0.5%,cut:0.5%,slow:1%".parse().unwrap();
        let drawn: Vec<_> = (0..20_000).map(|n| faults.chat(7, n)).collect();
        let share = |fault| drawn.iter().filter(|drawn| **drawn == Some(fault)).count() as f64 / 20_000.0;
        assert!((0.016..0.024).contains(&share(Fault::Status(429))));
        assert!((0.003..0.007).contains(&share(Fault::Cut)));
        assert!((0.007..0.013).contains(&share(Fault::Slow)));
        assert_eq!(drawn, (0..20_000).map(|n| faults.chat(7, n)).collect::<Vec<_>>(), "reproducible");
    }

    #[test]
    fn all_or_nothing_is_exact() {
        let (all, nothing): (Faults, Faults) = ("cut:100%".parse().unwrap(), "".parse().unwrap());
        assert!((0..1_000).all(|n| all.chat(1, n) == Some(Fault::Cut) && nothing.vision(1, n).is_none()));
    }

    #[test]
    fn bad_specs_are_refused() {
        for text in ["429", "429:2", "boom:1%", "200:1%", "cut:60%,stall:60%", "cut:-1%", "cut:NaN%"] {
            assert!(text.parse::<Faults>().is_err(), "{text:?} was taken");
        }
    }
}
