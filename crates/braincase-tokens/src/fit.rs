//! Packs a prompt into a model's window.
//!
//! What holds for every input: the recounted request is within both limits of the model; required parts are there byte for
//! byte, or there is an error; parts keep their order; the part with the lowest priority gives way first, of equals the one
//! that comes first; a prompt that fits is not touched; the same input has the same result.

mod part;
mod shrink;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    account::Message,
    model::{Exactness, Model},
};

pub use part::{Need, Part, Sections, Shrink};

/// A prompt that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The messages, in the order of the parts that they were.
    pub messages: Vec<Message>,
    /// What was kept and cut.
    pub account: Account,
}

/// What was kept and cut of a prompt, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The model that it was made for.
    pub model: String,
    /// What the request costs.
    pub input: usize,
    /// What it would have cost uncut.
    pub wanted: usize,
    /// The most that it may cost.
    pub limit: usize,
    /// What is kept free for the answer.
    pub reserved_output: usize,
    /// How far to trust these numbers.
    pub exactness: Exactness,
    /// Whether what was wanted takes 90 % of the limit or more.
    pub nearly_full: bool,
    /// Each part, in order.
    pub parts: Vec<PartAccount>,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartAccount {
    /// Which part.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
    /// What it costs now.
    pub tokens: usize,
    /// How much less that is than it would have been.
    pub cut: usize,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is there, byte for byte.
    Kept,
    /// Some of it is there.
    Shrunk,
    /// It is not there.
    Dropped,
}

/// Not even the required parts fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the required parts need {need} tokens, and there are {have}")]
pub struct DoesNotFit {
    /// What the required parts and the tools need.
    pub need: usize,
    /// What there is.
    pub have: usize,
}

/// Packs parts and tools into the window of a model. See the [module](self) for what is guaranteed.
///
/// Takes time in proportion to the texts, so that prompts of more than 64 KB belong on a blocking thread.
///
/// # Errors
/// When the required parts do not fit; nothing required is ever cut.
pub fn fit(model: &Model, sections: Sections) -> Result<Fitted, DoesNotFit> {
    let budget = model.budget(sections.reserve_output);
    let frame = model.frame_cost(&sections.tools);
    let mut packing = Packing::new(model, sections.parts, frame.tokens);
    let need = packing.required_cost();
    if need > budget.input {
        return Err(DoesNotFit { need, have: budget.input });
    }
    let wanted = packing.total;
    for unit in packing.units_by_priority() {
        if packing.total <= budget.input {
            break;
        }
        packing.cut(&unit, budget.input);
    }
    let account = Account {
        model: model.name.to_string(),
        input: packing.total,
        wanted,
        limit: budget.input,
        reserved_output: budget.reserved_output,
        exactness: frame.exactness,
        nearly_full: wanted.saturating_mul(10) >= budget.input.saturating_mul(9),
        parts: packing.accounts(),
    };
    Ok(Fitted { messages: packing.into_messages(), account })
}

/// The request as it is so far. `total` is always what it costs, since costs of messages add exactly.
struct Packing<'a> {
    model: &'a Model,
    total: usize,
    frame: usize,
    packed: Vec<Packed>,
}

struct Packed {
    part: Part,
    fate: Fate,
    whole: usize,
    cost: usize,
}

/// Parts that give way together, by their places: a group, or a part alone.
type Unit = Vec<usize>;

impl<'a> Packing<'a> {
    fn new(model: &'a Model, parts: Vec<Part>, frame: usize) -> Self {
        let pack = |part: Part| {
            let whole = model.message_cost(&part.message).tokens;
            Packed { part, fate: Fate::Kept, whole, cost: whole }
        };
        let packed: Vec<_> = parts.into_iter().map(pack).collect();
        let total = packed.iter().fold(frame, |total, packed| total.saturating_add(packed.cost));
        Self { model, total, frame, packed }
    }

    fn required_cost(&self) -> usize {
        let groups = self.required_groups();
        let required = self.packed.iter().filter(|packed| is_required(&packed.part, &groups));
        required.fold(self.frame, |need, packed| need.saturating_add(packed.cost))
    }

    /// Groups with a required part are required as a whole.
    fn required_groups(&self) -> BTreeSet<u32> {
        let required = self.packed.iter().filter(|packed| packed.part.need == Need::Required);
        required.filter_map(|packed| packed.part.group).collect()
    }

    /// What may give way, in the order in which it does. A group is as important as the most important of its parts.
    fn units_by_priority(&self) -> Vec<Unit> {
        let required = self.required_groups();
        let mut seen = BTreeSet::new();
        let mut units: Vec<(u8, Unit)> = Vec::new();
        for (place, packed) in self.packed.iter().enumerate() {
            let group = packed.part.group;
            if is_required(&packed.part, &required) || group.is_some_and(|group| !seen.insert(group)) {
                continue;
            }
            let unit = match group {
                Some(_) => (place..self.packed.len()).filter(|at| self.packed[*at].part.group == group).collect(),
                None => vec![place],
            };
            let priority = unit.iter().map(|place| self.packed[*place].part.priority()).max().unwrap_or_default();
            units.push((priority, unit));
        }
        // Stable: of equals, what comes first in the prompt is older and goes first.
        units.sort_by_key(|(priority, _)| *priority);
        units.into_iter().map(|(_, unit)| unit).collect()
    }

    /// Shrinks a part so that the request fits, or drops the unit.
    fn cut(&mut self, unit: &[usize], limit: usize) {
        if let [place] = *unit
            && self.shrink(place, limit)
        {
            return;
        }
        for place in unit {
            let packed = &mut self.packed[*place];
            self.total -= packed.cost;
            packed.cost = 0;
            packed.fate = Fate::Dropped;
        }
    }

    fn shrink(&mut self, place: usize, limit: usize) -> bool {
        let packed = &mut self.packed[place];
        let Part { message: Message { role, ref text, .. }, need, .. } = packed.part;
        let Need::Optional { shrink, .. } = need else { return false };
        let others = self.total - packed.cost;
        let Some(room) = limit.checked_sub(others) else { return false };
        let cost = |text: &str| self.model.message_cost_within(role, text, room);
        let Some((shorter, cost)) = shrink::shrink(text, shrink, &cost) else { return false };
        self.total = others + cost;
        packed.cost = cost;
        packed.fate = Fate::Shrunk;
        packed.part.message.text = shorter.into();
        true
    }

    fn accounts(&self) -> Vec<PartAccount> {
        let account = |packed: &Packed| PartAccount {
            name: packed.part.name.clone(),
            fate: packed.fate,
            tokens: packed.cost,
            cut: packed.whole.saturating_sub(packed.cost),
        };
        self.packed.iter().map(account).collect()
    }

    fn into_messages(self) -> Vec<Message> {
        let kept = self.packed.into_iter().filter(|packed| packed.fate != Fate::Dropped);
        kept.map(|packed| packed.part.message).collect()
    }
}

fn is_required(part: &Part, required_groups: &BTreeSet<u32>) -> bool {
    part.need == Need::Required || part.group.is_some_and(|group| required_groups.contains(&group))
}
