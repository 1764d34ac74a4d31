//! How a connection is opened: what it may cache, and what a commit survives.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

/// What an acknowledged commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Power loss: every group of commits waits for the disk.
    #[default]
    Full,
    /// The death of the process at any instant. Power loss may take the last commits, but leaves the store whole.
    Normal,
}

/// How a store is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What an acknowledged commit survives.
    pub synchronous: Synchronous,
    /// Bytes of pages that the writer keeps in memory.
    pub writer_cache_bytes_max: u32,
    /// Bytes of pages that each of the few readers keeps in memory.
    pub reader_cache_bytes_max: u32,
    /// A file up to this size is read through and checked at every opening; a larger one page by page, as it is used.
    pub check_bytes_max: u64,
    /// Bytes of a page of a store that is made anew.
    pub page_bytes: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            synchronous: Synchronous::Full,
            writer_cache_bytes_max: 16 << 20,
            reader_cache_bytes_max: 2 << 20,
            check_bytes_max: 64 << 20,
            page_bytes: 8 << 10,
        }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The one that writes.
    Writer,
    /// One of those that only read.
    Reader,
    /// The one that folds the write-ahead log into the file.
    Checkpointer,
}

/// How long a statement waits for another connection of this process: readers and the checkpointer hold each other up briefly.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(5);
const STATEMENTS_CACHED_MAX: usize = 64;

/// Opens the file, which must be there.
pub(super) fn connect(path: &Path, options: &Options, role: Role) -> rusqlite::Result<Connection> {
    // A reader opens for writing too: the first reader after a crash may have to recover the write-ahead log.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT_MAX)?;
    // Only an orderly close folds the log: a file that was found damaged must stay as it is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Statements keep the plan that they were prepared with. Else each is prepared anew whenever what is bound changes, for the sake of
    // statistics (STAT4) that there are none of.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    let cache_bytes_max = if role == Role::Writer { options.writer_cache_bytes_max } else { options.reader_cache_bytes_max };
    connection.pragma_update(None, "cache_size", -i64::from(cache_bytes_max / 1024))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", super::checkpoint::LOG_BYTES_MAX)?;
    connection.pragma_update(None, "query_only", role == Role::Reader)?;
    set_synchronous(&connection, options.synchronous)?;
    Ok(connection)
}

/// From the next transaction on.
pub(super) fn set_synchronous(connection: &Connection, synchronous: Synchronous) -> rusqlite::Result<()> {
    let name = match synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", name)
}

/// The last connection's orderly end: everything is in the one file, and the log is gone.
pub(super) fn close(connection: Connection) -> rusqlite::Result<()> {
    super::checkpoint::fold_all(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.flush_prepared_statement_cache();
    connection.close().map_err(|(_, error)| error)
}
