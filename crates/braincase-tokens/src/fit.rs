//! Packs a prompt into a model's window.
//!
//! What holds for every input: the recounted request is within both limits of the model; pinned and required parts are
//! there byte for byte, or there is an error; a group is there as a whole or not at all, and no result without its call;
//! parts keep their order; what has the lowest priority gives way first, of equals what comes first; more room never
//! keeps less; a prompt that fits is not touched; the same input has the same result.

mod account;
mod chat;
mod error;
mod packing;
mod part;
mod policy;
mod sections;
mod shrink;
mod units;

use crate::{account::ToolSet, model::Model};
use packing::Packing;
use units::Units;

pub use account::{Account, Fate, Fitted, PartAccount, Why};
pub use error::{DoesNotFit, FitError, Largest};
pub use part::{Need, Part, Shrink};
pub use policy::{Policy, Watermark};
pub use sections::{History, Sections};

/// Packs parts and tools into the window of a model. See the [module](self) for what is guaranteed.
///
/// Texts that are counted already are not read again unless they shrink. Others take time in proportion to their length,
/// so that new text of more than 64 KB belongs on a blocking thread.
///
/// # Errors
/// When the required parts do not fit, since nothing required is ever cut; and when the parts make no legal prompt.
pub fn fit(model: &Model, sections: Sections) -> Result<Fitted, FitError> {
    let Sections { parts, tools, reserve_output, headroom, policy } = sections;
    units::check_pinned(&parts)?;
    let units = Units::of(&parts)?;
    let budget = model.budget(reserve_output);
    // Off the input and not added to the reserve: the prompt may have a limit of its own that the reserve does not touch.
    let room = budget.input.saturating_sub(headroom);
    let frame = model.frame_cost(&tools);
    let tools = frame.tokens - model.frame_cost(&ToolSet::default()).tokens;

    let mut packing = Packing::new(model, parts, units, frame);
    packing.check_required(frame.tokens, tools, room)?;
    let (wanted, exactness, pinned) = (packing.total, packing.exactness, tools + packing.pinned());
    packing.cut_to(room, policy);

    let input = packing.total;
    let (messages, parts) = packing.finish();
    let account = Account {
        model: model.name.to_string(),
        input,
        wanted,
        limit: budget.input,
        reserved_output: budget.reserved_output,
        pinned,
        exactness,
        nearly_full: policy.is_nearly_full(wanted, budget.input),
        parts,
    };
    Ok(Fitted { messages, account })
}
