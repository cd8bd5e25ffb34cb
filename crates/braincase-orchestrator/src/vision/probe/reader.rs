//! Reading a file front to back; what is not there becomes a typed error.

use braincase_core::image::ImageFormat;

use super::ProbeError;

/// A place in a file.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    format: ImageFormat,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The start of a file.
    pub(super) const fn new(format: ImageFormat, bytes: &'a [u8]) -> Self {
        Self { format, rest: bytes }
    }

    /// How many bytes follow.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes; `missing` names them for the error.
    pub(super) fn take(&mut self, count: usize, missing: &'static str) -> Result<&'a [u8], ProbeError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| self.truncated(missing))?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes; `missing` names them for the error.
    pub(super) fn array<const N: usize>(&mut self, missing: &'static str) -> Result<[u8; N], ProbeError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.truncated(missing))?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Goes on behind the next byte of this value.
    pub(super) fn seek(&mut self, byte: u8, missing: &'static str) -> Result<(), ProbeError> {
        let at = self.rest.iter().position(|candidate| *candidate == byte);
        let at = at.ok_or_else(|| self.truncated(missing))?;
        self.rest = &self.rest[at + 1..];
        Ok(())
    }

    /// The file ends before `missing`.
    pub(super) const fn truncated(&self, missing: &'static str) -> ProbeError {
        ProbeError::Truncated { format: self.format, missing }
    }

    /// The file contradicts its format.
    pub(super) const fn corrupt(&self, problem: &'static str) -> ProbeError {
        ProbeError::Corrupt { format: self.format, problem }
    }
}
