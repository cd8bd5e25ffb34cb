//! Opening: the directory, its lock, the version of SQLite, the schema, and the connections with their settings.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    time::Duration,
};

use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{error::is_damage, writer::Connections};
use crate::open::{OpenError, SqliteOptions};

/// The first version without the bug by which resetting the write-ahead log could corrupt a database.
const NEEDED: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);
const PAGE_BYTES: u32 = 4_096;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Opens everything, or says why not.
pub(super) async fn open(options: &SqliteOptions) -> Result<Connections, OpenError> {
    let lock = lock(options)?;
    let path = options.database();
    let unclean = fs::metadata(path.with_extension("db-wal")).is_ok_and(|log| log.len() > 0);
    let reconnect = writer_options(options);
    let mut writer = reconnect.connect().await.map_err(|error| failed(&path, error))?;
    assert_version(&mut writer, &path).await?;
    if unclean {
        assert_sound(&mut writer, &path).await?;
    }
    MIGRATIONS.run(&mut writer).await.map_err(|error| schema_failed(&path, error))?;
    let readers = readers(options).await.map_err(|error| failed(&path, error))?;
    Ok(Connections { writer, reconnect, readers, lock })
}

/// Two processes on one directory would each remove what the other relies on.
fn lock(options: &SqliteOptions) -> Result<File, OpenError> {
    let dir = &options.data_dir;
    fs::create_dir_all(dir).map_err(|error| OpenError::directory(dir, error))?;
    let path = options.lock_file();
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| OpenError::directory(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: dir.clone() }),
        Err(TryLockError::Error(error)) => Err(OpenError::directory(&path, error)),
    }
}

fn writer_options(options: &SqliteOptions) -> SqliteConnectOptions {
    let connect = shared_options(options)
        .create_if_missing(true)
        .page_size(PAGE_BYTES)
        .auto_vacuum(SqliteAutoVacuum::Incremental) // sqlx sets it before WAL; afterwards it would do nothing.
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", "67108864")
        .pragma("wal_autocheckpoint", "1000")
        .optimize_on_close(true, Some(400));
    match options.max_bytes {
        Some(bytes) => connect.pragma("max_page_count", (bytes / u64::from(PAGE_BYTES)).to_string()),
        None => connect,
    }
}

/// Connections that cannot write.
pub(super) async fn readers(options: &SqliteOptions) -> Result<SqlitePool, sqlx::Error> {
    let connect = shared_options(options).read_only(true).pragma("query_only", "ON");
    SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .acquire_timeout(options.busy_timeout.max(Duration::from_millis(100)))
        .test_before_acquire(false) // A file does not hang up.
        .connect_with(connect)
        .await
}

fn shared_options(options: &SqliteOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(options.database())
        .busy_timeout(options.busy_timeout)
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-64000")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .disable_statement_logging()
}

async fn assert_version(db: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let found = sqlx::query_scalar::<_, String>("SELECT sqlite_version()").fetch_one(db).await;
    let found = found.map_err(|error| failed(path, error))?;
    if is_new_enough(&found) { Ok(()) } else { Err(OpenError::OldSqlite { found, needed: NEEDED.0 }) }
}

fn is_new_enough(version: &str) -> bool {
    let parts = version.split('.').map(str::parse::<u32>);
    parts.collect::<Result<Vec<_>, _>>().is_ok_and(|parts| parts.as_slice() >= NEEDED.1.as_slice())
}

/// After a crash or power loss: better no store than one that answers wrongly.
async fn assert_sound(db: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let found = sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)").fetch_all(db).await;
    match found.map_err(|error| failed(path, error))?.first() {
        Some(word) if word == "ok" => Ok(()),
        problem => Err(OpenError::Damaged { path: path.to_owned(), problem: problem.cloned().unwrap_or_default() }),
    }
}

fn schema_failed(path: &Path, error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(found) => OpenError::NewerSchema { path: path.to_owned(), found },
        MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => {
            OpenError::Damaged { path: path.to_owned(), problem: error.to_string() }
        }
        MigrateError::Execute(error) => failed(path, error),
        error => OpenError::Database { path: path.to_owned(), source: Box::new(error) },
    }
}

pub(super) fn failed(path: &Path, error: sqlx::Error) -> OpenError {
    if is_damage(&error) {
        return OpenError::Damaged { path: path.to_owned(), problem: error.to_string() };
    }
    OpenError::Database { path: path.to_owned(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_are_compared_by_number() {
        for (version, enough) in
            [("3.51.3", true), ("3.51.2", false), ("3.53.0", true), ("3.9.9", false), ("4.0", true), ("three", false)]
        {
            assert_eq!(is_new_enough(version), enough, "{version}");
        }
    }
}
