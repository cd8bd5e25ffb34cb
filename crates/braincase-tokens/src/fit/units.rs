//! Which parts give way together, and in which order.

use std::collections::HashMap;

use super::{
    error::FitError,
    part::{Need, Part},
};

/// The parts as units: groups, and parts alone.
#[derive(Debug)]
pub(super) struct Units {
    /// For each part, the place of the first part of its unit.
    first: Vec<usize>,
    /// For each unit, at the place of its first part: what it is worth; `None` if it must be there.
    worth: Vec<Option<u8>>,
}

impl Units {
    /// Groups the parts: as told, and calls with their results.
    pub(super) fn of(parts: &[Part]) -> Result<Self, FitError> {
        let mut first: Vec<usize> = (0..parts.len()).collect();
        join_groups(parts, &mut first);
        join_calls(parts, &mut first)?;
        for place in 0..parts.len() {
            first[place] = root(&first, place);
        }
        // A unit is as important as the most important of its parts, and required if one of them is.
        let mut worth = vec![Some(0); parts.len()];
        for (part, first) in parts.iter().zip(&first) {
            let so_far: &mut Option<u8> = &mut worth[*first];
            *so_far = so_far.zip(part.need.priority()).map(|(a, b)| a.max(b));
        }
        Ok(Self { first, worth })
    }

    /// What the unit of a part is worth; `None` if it must be there.
    pub(super) fn worth(&self, place: usize) -> Option<u8> {
        self.worth[self.first[place]]
    }

    pub(super) fn is_required(&self, place: usize) -> bool {
        self.worth(place).is_none()
    }

    /// The places of all parts that may give way, unit by unit, in the order in which they do.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut places: Vec<_> = (0..self.first.len()).filter(|place| !self.is_required(*place)).collect();
        // Of equals, what comes first in the prompt is older and goes first.
        places.sort_unstable_by_key(|place| (self.worth(*place), self.first[*place], *place));
        places
    }

    pub(super) fn are_one(&self, a: usize, b: usize) -> bool {
        self.first[a] == self.first[b]
    }
}

/// Checks that what is pinned comes first.
pub(super) fn check_pinned(parts: &[Part]) -> Result<(), FitError> {
    let late = parts.iter().skip_while(|part| part.need == Need::Pinned).find(|part| part.need == Need::Pinned);
    late.map_or(Ok(()), |part| Err(FitError::PinnedTooLate { part: part.name.clone() }))
}

fn join_groups(parts: &[Part], first: &mut [usize]) {
    let grouped = parts.iter().enumerate().filter_map(|(place, part)| part.group.map(|group| (group, place)));
    let mut grouped: Vec<_> = grouped.collect();
    grouped.sort_unstable();
    for group in grouped.chunk_by(|a, b| a.0 == b.0) {
        for (_, place) in group {
            first[*place] = group[0].1;
        }
    }
}

/// Joins each result with the last call before it that has its id, since some providers use an id again and again.
fn join_calls(parts: &[Part], first: &mut [usize]) -> Result<(), FitError> {
    let mut open: HashMap<&str, Call> = HashMap::new();
    for (place, part) in parts.iter().enumerate() {
        if let Some(id) = part.message.answers.as_deref() {
            let Some(call) = open.get_mut(id) else {
                return Err(FitError::ResultWithoutCall { part: part.name.clone(), id: id.to_owned() });
            };
            call.answered = true;
            join(first, call.place, place);
        }
        for call in &part.message.calls {
            let before = open.insert(&call.id, Call { place, answered: false });
            check_answered(parts, &call.id, before)?;
        }
    }
    let mut open: Vec<_> = open.into_iter().collect();
    open.sort_unstable_by_key(|(id, call)| (call.place, *id));
    open.into_iter().try_for_each(|(id, call)| check_answered(parts, id, Some(call)))
}

#[derive(Clone, Copy)]
struct Call {
    place: usize,
    answered: bool,
}

fn check_answered(parts: &[Part], id: &str, call: Option<Call>) -> Result<(), FitError> {
    match call {
        Some(Call { place, answered: false }) => {
            Err(FitError::CallWithoutResult { part: parts[place].name.clone(), id: id.to_owned() })
        }
        Some(Call { answered: true, .. }) | None => Ok(()),
    }
}

fn join(first: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(first, a), root(first, b));
    first[a.max(b)] = a.min(b);
}

/// The first part of the unit: what is joined points to the left, so that this ends.
fn root(first: &[usize], mut place: usize) -> usize {
    while first[place] != place {
        place = first[place];
    }
    place
}
