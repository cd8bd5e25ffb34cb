//! The request while it is packed.

use super::{
    account::{Fate, PartAccount, Why},
    error::{DoesNotFit, Largest},
    part::{Need, Part, Shrink},
    policy::Policy,
    shrink::shorter,
    units::Units,
};
use crate::{
    account::{Cost, Message},
    model::{Exactness, Model},
    text::Text,
};

/// How many of the largest parts an error names.
const NAMED: usize = 3;

/// The request as it is so far. `total` is always what it costs, since costs of messages add exactly.
pub(super) struct Packing<'a> {
    model: &'a Model,
    units: Units,
    parts: Vec<Part>,
    /// One for each part.
    slots: Vec<Slot>,
    pub(super) total: usize,
    pub(super) exactness: Exactness,
}

/// What became of a part.
struct Slot {
    whole: usize,
    cost: usize,
    fate: Fate,
    why: Option<Why>,
}

/// How low a cut goes.
#[derive(Clone, Copy)]
struct Goal {
    limit: usize,
    /// No more than the limit.
    target: usize,
}

impl<'a> Packing<'a> {
    pub(super) fn new(model: &'a Model, parts: Vec<Part>, units: Units, frame: Cost) -> Self {
        let mut sum = frame;
        let slot = |part: &Part| {
            let cost = model.message_cost(&part.message);
            sum = sum.plus(cost);
            Slot { whole: cost.tokens, cost: cost.tokens, fate: Fate::Kept, why: None }
        };
        let slots = parts.iter().map(slot).collect();
        Self { model, units, parts, slots, total: sum.tokens, exactness: sum.exactness }
    }

    /// What the pinned parts cost.
    pub(super) fn pinned(&self) -> usize {
        let pinned = self.parts.iter().zip(&self.slots).take_while(|(part, _)| part.need == Need::Pinned);
        pinned.map(|(_, slot)| slot.cost).sum()
    }

    /// Checks that what must be there fits, beside the frame and tools.
    pub(super) fn check_required(&self, frame: usize, tools: usize, have: usize) -> Result<(), DoesNotFit> {
        let required = self.slots.iter().enumerate().filter(|(place, _)| self.units.is_required(*place));
        let need = required.clone().fold(frame, |need, (_, slot)| need.saturating_add(slot.whole));
        if need <= have {
            return Ok(());
        }
        let parts = required.map(|(place, slot)| Largest { name: self.parts[place].name.clone(), tokens: slot.whole });
        let tools = Largest { name: "tools".to_owned(), tokens: tools };
        let mut largest: Vec<_> = parts.chain((tools.tokens > 0).then_some(tools)).collect();
        largest.sort_by_key(|part| std::cmp::Reverse(part.tokens));
        largest.truncate(NAMED);
        Err(DoesNotFit { need, have, largest })
    }

    /// Cuts what is over the limit from the front of a fixed order until the policy's target is reached. Since nothing is
    /// skipped, less room never keeps what more room would not: what is cut for the larger target is cut for the smaller
    /// one, too, or cut more.
    pub(super) fn cut_to(&mut self, limit: usize, policy: Policy) {
        if self.total <= limit {
            return;
        }
        let order = self.units.in_order();
        let goal = Goal { limit, target: policy.target(self.model, self.total, limit, self.staying(&order, limit)) };
        let mut rest = &order[..];
        while self.total > goal.target
            && let Some((&first, _)) = rest.split_first()
        {
            let len = rest.iter().take_while(|place| self.units.are_one(first, **place)).count();
            let (unit, after) = rest.split_at(len);
            self.cut(unit, goal);
            rest = after;
        }
    }

    /// What is more important than all that has to go for the limit: the rest, if that and its equals are gone.
    fn staying(&self, order: &[usize], limit: usize) -> usize {
        let (mut left, mut reached) = (self.total, None);
        for place in order {
            let worth = self.units.worth(*place);
            if left <= limit && worth != reached {
                break;
            }
            left -= self.slots[*place].cost;
            reached = worth;
        }
        left
    }

    /// Shrinks the unit so that the target is reached, or drops it.
    fn cut(&mut self, unit: &[usize], goal: Goal) {
        let mut why = if self.total > goal.limit { Why::LowestPriority } else { Why::LowWaterMark };
        if let Some((place, how, floor)) = self.shrinkable(unit)
            && let Some(room) = goal.target.checked_sub(self.total - self.slots[place].cost)
        {
            if let Some((text, cost)) = self.shrink(place, how, floor, room) {
                return self.replace(place, text, cost, why);
            }
            why = Why::BelowFloor;
        }
        for place in unit {
            let slot = &mut self.slots[*place];
            self.total -= slot.cost;
            (slot.cost, slot.fate, slot.why) = (0, Fate::Dropped, Some(why));
            why = Why::WithItsGroup;
        }
    }

    /// What of a unit shrinks: the largest part that can, whatever room there is, so that more room never means that
    /// another one does.
    fn shrinkable(&self, unit: &[usize]) -> Option<(usize, Shrink, usize)> {
        let can = |place: &usize| match self.parts[*place].need {
            Need::Pinned | Need::Required | Need::Optional { shrink: Shrink::DropOnly, .. } => None,
            Need::Optional { shrink, floor, .. } => Some((*place, shrink, floor)),
        };
        unit.iter().filter_map(can).min_by_key(|(place, ..)| std::cmp::Reverse(self.slots[*place].whole))
    }

    /// The longest shorter text with which the message costs no more than `room`, and that cost.
    fn shrink(&self, place: usize, how: Shrink, floor: usize, room: usize) -> Option<(Text, usize)> {
        let whole = &self.parts[place].message;
        let mut message = Message { text: Text::default(), pieces: Vec::new(), ..whole.clone() };
        let frame = self.model.message_cost(&message).tokens;
        let most = most_tokens(self.model, room.checked_sub(frame)?);
        shorter(self.model.encoding, &whole.text, how, most)
            .take_while(|shorter| shorter.tokens >= floor.max(1))
            .find_map(|shorter| {
                message.text = shorter.text.into();
                let cost = self.model.message_cost(&message).tokens;
                (cost <= room).then(|| (message.text.clone(), cost))
            })
    }

    fn replace(&mut self, place: usize, text: Text, cost: usize, why: Why) {
        let slot = &mut self.slots[place];
        self.total = self.total - slot.cost + cost;
        (slot.cost, slot.fate, slot.why) = (cost, Fate::Shrunk, Some(why));
        let message = &mut self.parts[place].message;
        (message.text, message.pieces) = (text, Vec::new());
    }

    /// The messages that are left, and what became of each part.
    pub(super) fn finish(self) -> (Vec<Message>, Vec<PartAccount>) {
        let mut messages = Vec::with_capacity(self.slots.len());
        let mut accounts = Vec::with_capacity(self.slots.len());
        for (part, Slot { whole, cost, fate, why }) in self.parts.into_iter().zip(self.slots) {
            accounts.push(PartAccount { name: part.name, fate, tokens: cost, cut: whole.saturating_sub(cost), why });
            if fate != Fate::Dropped {
                messages.push(part.message);
            }
        }
        (messages, accounts)
    }
}

/// The most tokens that may add no more than `room` to a cost, whatever is rounded up without them.
fn most_tokens(model: &Model, room: usize) -> usize {
    (room.saturating_add(1).saturating_mul(100) - 1) / model.current_percent()
}
