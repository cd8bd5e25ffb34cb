//! What a few reports say about a model, cautiously.

use super::Taken;
use crate::{
    account::Cost,
    model::{Exactness, Model},
};

/// So many reports have to agree before a correction makes any count smaller.
const ENOUGH: usize = 3;
/// Requests with fewer tokens say nothing of a percentage, since what frames them is too much of them.
const LARGE: usize = 1_000;
/// The most that a provider is believed to add to every request, in tokens, and as a part of the window.
const MOST_FRAME: usize = 8_192;
const MOST_FRAME_PART: usize = 8;
/// The most if it says so again and again, as a part of the window. Who bills it will enforce it, too.
const MOST_AGREED_PART: usize = 2;
/// No tokenizer is believed to make fewer tokens than this percentage of ours, nor fewer than this part of what the
/// registry says. Who reports less leaves something out, such as what was cached.
const LEAST_PERCENT: usize = 80;
const LEAST_PART: (usize, usize) = (2, 3);

/// What was learnt about a model. Without reports it changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Correction {
    /// Tokens that every request has more than we count, or fewer.
    frame: isize,
    /// What counts are to be multiplied by instead.
    pub(crate) percent: Option<usize>,
    /// Whether there are enough reports.
    settled: bool,
}

/// What may be believed about a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Clamp {
    /// The percentage of the registry.
    percent: usize,
    /// The most tokens of a frame.
    most_frame: usize,
    /// The most tokens of a frame if enough reports say that it is larger.
    most_agreed: usize,
}

/// A request without its images: what we count before any correction, and what the provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    counted: usize,
    reported: usize,
}

impl Correction {
    /// How far a count can be trusted that is no exact one.
    pub(crate) const fn exactness(self) -> Exactness {
        if self.settled { Exactness::Calibrated } else { Exactness::Estimate }
    }

    /// What a request costs that has no message yet.
    pub(crate) fn of_frame(self, cost: Cost) -> Cost {
        if self.frame == 0 {
            return cost;
        }
        let tokens = cost.tokens.saturating_add_signed(self.frame).max(cost.exact);
        // An exact cost says nothing but what it is sure of, and there is nothing to take from that.
        let exactness = if tokens == cost.tokens { cost.exactness } else { self.exactness() };
        Cost { tokens, exactness, ..cost }
    }
}

impl Clamp {
    pub(super) fn of(model: &Model) -> Self {
        Self {
            percent: model.percent,
            most_frame: MOST_FRAME.min(model.context / MOST_FRAME_PART),
            most_agreed: model.context / MOST_AGREED_PART,
        }
    }

    /// What can be learnt from a report.
    pub(super) fn judge(self, cost: Cost, reported: usize) -> (Option<Report>, Taken) {
        let rest = reported.saturating_sub(cost.images);
        // What an image costs is a bound, so that fewer tokens than we count may be due to it alone.
        let tells_of_images = cost.images > 0 && rest <= cost.tokens.saturating_sub(cost.images);
        let least = if self.percent == 100 { cost.exact } else { product(cost.counted, self.least_percent()) };
        if reported == 0 || cost.counted == 0 || tells_of_images || rest < least {
            return (None, Taken::Ignored);
        }
        let report = Report { counted: cost.counted, reported: rest };
        let taken = if rest > self.most(report) { Taken::Clamped } else { Taken::AsReported };
        // The rest is kept, since it is believed once enough others agree.
        let most = self.most(report).saturating_add(self.most_agreed);
        (Some(Report { reported: report.reported.min(most), ..report }), taken)
    }

    /// The most that one report is believed.
    fn most(self, report: Report) -> usize {
        product(report.counted, self.most_percent()).saturating_add(self.most_frame)
    }

    /// The largest percentage that is believed: another tokenizer may be twice as far off as the registry says.
    const fn most_percent(self) -> usize {
        if self.percent == 100 { 100 } else { self.percent * 2 }
    }

    /// The smallest percentage that is believed.
    const fn least_percent(self) -> usize {
        let part = (self.percent * LEAST_PART.0).div_ceil(LEAST_PART.1);
        if part > LEAST_PERCENT { part } else { LEAST_PERCENT }
    }

    /// What covers all the reports, as far as they are believed.
    pub(super) fn correction(self, reports: &[Report]) -> Correction {
        let agreed = self.agreed(reports);
        let believed = |report: &Report| Report {
            reported: report.reported.min(self.most(*report).saturating_add(agreed)),
            ..*report
        };
        let reports: Vec<_> = reports.iter().map(believed).collect();
        let percent = self.learnt_percent(&reports);
        let multiplied = |report: &Report| product(report.counted, percent.unwrap_or(self.percent));
        let missing = |report: &Report| difference(report.reported, multiplied(report));
        let (Some(most), Some(least)) = (reports.iter().map(missing).max(), reports.iter().map(missing).min()) else {
            return Correction::default();
        };
        let settled = reports.len() >= ENOUGH;
        let with_margin = most.saturating_add(margin(most, least));
        // Of another tokenizer it is the percentage that shrinks.
        let may_shrink = settled && self.percent == 100;
        let frame = if may_shrink || most > 0 { with_margin } else { 0 };
        let signed = |tokens: usize| isize::try_from(tokens).unwrap_or(isize::MAX);
        // A margin alone goes no further than reports are believed.
        let limit = if agreed > 0 { self.most_agreed } else { self.most_frame };
        let limit = signed(limit).max(most).min(signed(self.most_agreed));
        Correction { frame: frame.min(limit), percent, settled }
    }

    /// How far beyond the most that one report is believed enough of them agree; no more than what is believed at all. A
    /// single one may say anything, so that it counts for no more than what the others say, too.
    fn agreed(self, reports: &[Report]) -> usize {
        let mut beyond: Vec<_> =
            reports.iter().map(|report| report.reported.saturating_sub(self.most(*report))).collect();
        beyond.sort_unstable_by(|one, other| other.cmp(one));
        let agreed = beyond.get(ENOUGH - 1).copied().unwrap_or(0);
        agreed.min(self.most_agreed.saturating_sub(self.most_frame))
    }

    /// The percentage that large requests show, if there are any.
    fn learnt_percent(self, reports: &[Report]) -> Option<usize> {
        if self.percent == 100 {
            return None;
        }
        let shown = |report: &Report| report.reported.saturating_mul(100).div_ceil(report.counted);
        let shown: Vec<_> = reports.iter().filter(|report| report.counted >= LARGE).map(shown).collect();
        let (most, least) = (*shown.iter().max()?, *shown.iter().min()?);
        let cautious = most + 1 + (most - least) / 4;
        let lower = if shown.len() >= ENOUGH { self.least_percent() } else { self.percent };
        Some(cautious.clamp(lower, self.most_percent().max(lower)))
    }
}

/// Something for what the next request may have more than the last ones; more if these differ.
fn margin(most: isize, least: isize) -> isize {
    if most == 0 && least == 0 { 0 } else { 2 + most.saturating_sub(least) / 4 }
}

fn product(tokens: usize, percent: usize) -> usize {
    tokens.saturating_mul(percent).div_ceil(100)
}

fn difference(one: usize, other: usize) -> isize {
    let signed = |tokens: usize| isize::try_from(tokens).unwrap_or(isize::MAX);
    signed(one) - signed(other)
}
