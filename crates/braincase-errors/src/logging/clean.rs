//! The way out of the log, on which every line loses its secrets: whoever logs a text need not know what is in it.

use std::io::{self, Write};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use super::LogFormat;
use crate::redact::{redact, redact_json};

/// Makes writers that clean what they are given.
#[derive(Debug, Clone)]
pub(super) struct Clean<M> {
    pub(super) out: M,
    pub(super) format: LogFormat,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Clean<M> {
    type Writer = Cleaning<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Cleaning { out: self.out.make_writer(), format: self.format }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        Cleaning { out: self.out.make_writer_for(metadata), format: self.format }
    }
}

/// Is given whole lines, each at once.
#[derive(Debug)]
pub(super) struct Cleaning<W> {
    out: W,
    format: LogFormat,
}

impl<W: Write> Write for Cleaning<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let clean = match self.format {
            LogFormat::Json => redact_json(&text),
            LogFormat::Pretty => redact(&text),
        };
        self.out.write_all(clean.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
