//! Where something belongs in a distributed trace, in the words of W3C Trace Context.
//!
//! Format: <https://www.w3.org/TR/trace-context-1/#traceparent-header>.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A trace, and the span in it that others are called from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    sampled: bool,
}

impl TraceContext {
    /// A trace with the span that is its parent; `None` if one of them is zero, which stands for none.
    #[must_use]
    pub const fn new(trace: u128, span: u64, sampled: bool) -> Option<Self> {
        if trace == 0 || span == 0 { None } else { Some(Self { trace, span, sampled }) }
    }

    /// A new trace by a random number, which nobody has asked to keep.
    #[must_use]
    pub const fn starting_with(random: u128) -> Self {
        Self { trace: if random == 0 { 1 } else { random }, span: 1, sampled: false }
    }

    /// The same trace, seen from another span of it; zero, which stands for none, changes nothing.
    #[must_use]
    pub const fn within(self, span: u64) -> Self {
        Self { span: if span == 0 { self.span } else { span }, ..self }
    }

    /// The trace as 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The span as 16 hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span)
    }

    /// The number of the trace; never zero.
    #[must_use]
    pub const fn trace(&self) -> u128 {
        self.trace
    }

    /// The number of the span; never zero.
    #[must_use]
    pub const fn span(&self) -> u64 {
        self.span
    }

    /// Whether whoever began the trace keeps it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.sampled
    }
}

/// As the header `traceparent` has it.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// The header cannot be read, and the trace starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent: expected 00-<32 hexadecimal digits>-<16 hexadecimal digits>-<2 hexadecimal digits>")]
pub struct NotATraceparent;

/// Later versions of the header may have more fields behind those that are known.
impl FromStr for TraceContext {
    type Err = NotATraceparent;

    fn from_str(text: &str) -> Result<Self, NotATraceparent> {
        let mut fields = text.split('-');
        let mut field = |digits: usize| {
            let field = fields.next().filter(|field| field.len() == digits).ok_or(NotATraceparent)?;
            // `from_str_radix` also takes signs and capitals, which the header does not have.
            let is_hex = field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if is_hex { u128::from_str_radix(field, 16).map_err(|_| NotATraceparent) } else { Err(NotATraceparent) }
        };
        let (version, trace, span, flags) = (field(2)?, field(32)?, field(16)?, field(2)?);
        let is_longer = fields.next().is_some();
        if version == 0xff || (version == 0 && is_longer) {
            return Err(NotATraceparent);
        }
        let span = u64::try_from(span).map_err(|_| NotATraceparent)?;
        Self::new(trace, span, flags & 1 == 1).ok_or(NotATraceparent)
    }
}

impl Serialize for TraceContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TraceContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_read_and_written_as_it_was() {
        let trace: TraceContext = HEADER.parse().unwrap();
        assert_eq!(trace.to_string(), HEADER);
        assert_eq!(trace.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(trace.within(0x2a).span_id(), "000000000000002a");
        assert!(trace.is_sampled());
    }

    #[test]
    fn a_later_version_may_have_more_fields_and_this_one_may_not() {
        let later = HEADER.replacen("00", "01", 1) + "-more";
        assert_eq!(later.parse::<TraceContext>().map(|trace| trace.to_string()), Ok(HEADER.to_owned()));
        assert_eq!(format!("{HEADER}-more").parse::<TraceContext>(), Err(NotATraceparent));
    }

    #[test]
    fn what_is_not_a_traceparent_is_refused() {
        let zero_trace = format!("00-{}-b7ad6b7169203331-01", "0".repeat(32));
        let wrong = [
            "",
            "00",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            &zero_trace,
        ];
        for header in wrong {
            assert_eq!(header.parse::<TraceContext>(), Err(NotATraceparent), "{header}");
        }
    }
}
