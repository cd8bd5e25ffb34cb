//! The heap: the allocator of the process, and what it says of itself.
//!
//! Resident memory also holds pages that were freed and kept for later, so it says little about leaks; what is allocated
//! does. SQLite allocates beside it: its page caches, bounded by the store, are not in these numbers.

#[cfg(target_os = "linux")]
mod counted {
    use tikv_jemalloc_ctl::{Result, epoch, stats};

    #[global_allocator]
    static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

    /// What the allocator says, by kind and in bytes.
    pub(super) fn read() -> Result<[(&'static str, usize); 4]> {
        // The numbers are those of the last time that somebody did this.
        epoch::advance()?;
        Ok([
            ("allocated", stats::allocated::read()?),
            ("active", stats::active::read()?),
            ("resident", stats::resident::read()?),
            ("retained", stats::retained::read()?),
        ])
    }
}

/// Hands to the metrics what the allocator says. Call it before they are rendered.
pub(crate) fn publish() {
    #[cfg(target_os = "linux")]
    match counted::read() {
        Ok(numbers) => {
            for (kind, bytes) in numbers {
                metrics::gauge!("braincase_heap_bytes", "kind" => kind).set(bytes as f64);
            }
        }
        // A metric that is missing is seen by whoever wants it, and nobody else needs it.
        Err(error) => tracing::debug!(%error, "the allocator does not tell what is allocated"),
    }
}
