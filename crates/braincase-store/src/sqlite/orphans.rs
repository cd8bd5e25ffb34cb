//! Blobs that no image refers to: what a crash between saving bytes and storing their image leaves behind.
//!
//! Looked for once, in the background, when the store is opened. No upload can lose its bytes by it: a blob is removed only
//! while nothing can be saved, and only if it is neither awaited (saved by this process for an image whose row is still to
//! come) nor named by a row. Both are asked then and in this order, since a row is committed before its blob ceases to be
//! awaited. Uploads of an earlier process are over: one process at a time has the store, and this one has the lock.

use std::sync::Arc;

use braincase_core::{ContentHash, TenantId, background::Failure, store::StoreError};

use super::{Inner, image};

/// The most that are removed after one start; more wait for the next.
const MAX_REMOVED: usize = 4_096;

/// What lies there.
#[derive(Debug, Default)]
struct Stock {
    known: usize,
    unknown: usize,
    /// The first of those that are unknown.
    orphans: Vec<(TenantId, ContentHash)>,
}

/// Finds and removes orphans. Ends early, and well, when the store is closed.
pub(super) async fn sweep(store: Arc<Inner>) -> Result<(), Failure> {
    match find_and_remove(&store).await {
        Err(_) if store.readers.is_closed() => Ok(()),
        result => result.map_err(|error| Failure::new(error.code(), error)),
    }
}

async fn find_and_remove(store: &Inner) -> Result<(), StoreError> {
    let stock = take_stock(store).await?;
    if stock.unknown > stock.known {
        // A crash leaves few. This is rather a database that does not belong to these files, and they are all there is.
        tracing::warn!(stock.known, stock.unknown, "most blobs are unknown to the database; they are left alone");
        return Ok(());
    }
    for (tenant, hash) in &stock.orphans {
        let needed = image::is_referenced(&store.readers, *tenant, *hash);
        store.blobs.remove_unless(*tenant, *hash, needed).await?;
    }
    if stock.unknown > 0 {
        tracing::info!(stock.known, stock.unknown, "removed blobs that no image refers to");
    }
    Ok(())
}

/// One shelf at a time, so that memory stays flat however many files there are.
async fn take_stock(store: &Inner) -> Result<Stock, StoreError> {
    let mut stock = Stock::default();
    for tenant in store.blobs.tenants().await? {
        for shelf in 0..=u8::MAX {
            for hash in store.blobs.shelf(tenant, shelf).await? {
                if image::is_referenced(&store.readers, tenant, hash).await? {
                    stock.known += 1;
                    continue;
                }
                stock.unknown += 1;
                if stock.orphans.len() < MAX_REMOVED {
                    stock.orphans.push((tenant, hash));
                }
            }
        }
    }
    Ok(stock)
}
