//! What a store must be to be opened: ours, of a version that we know, and whole. What is not is refused and left as it is.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use rusqlite::Connection;

use super::{Options, Unusable, checkpoint::fold_all, fault::explain, file_lock::beside};

/// The tables of a store, as the steps that lead from each version to the next. Released steps are never changed.
pub(crate) struct Schema {
    /// What a store of this kind is called: "journal".
    pub(crate) kind: &'static str,
    /// Marks the file as a store of this kind.
    pub(crate) application_id: u32,
    /// SQL; step n leads to version n + 1.
    pub(crate) steps: &'static [&'static str],
}

const HEADER_BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
const USER_VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;

/// Makes a new store under another name and renames it, so that a half-made one is never found.
pub(super) fn make_if_absent(path: &Path, schema: &Schema, options: &Options) -> Result<(), Unusable> {
    let unusable = |reason: String| Unusable::new(path, reason);
    if path.try_exists().map_err(|e| unusable(format!("could not look for it: {e}")))? {
        return Ok(());
    }
    let log = beside(path, "-wal");
    if log.exists() {
        let reason = format!("the file is gone but its log {} is there: restore the file, or move the log away", log.display());
        return Err(unusable(reason));
    }
    let new = beside(path, ".new");
    for left_over in [new.clone(), beside(&new, "-journal"), beside(&new, "-wal"), beside(&new, "-shm")] {
        match fs::remove_file(&left_over) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(unusable(format!("could not remove {}: {e}", left_over.display())));
            }
            _ => {}
        }
    }
    make(&new, schema, options).map_err(|e| unusable(explain(&e)))?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::rename(&new, path)
        .and_then(|()| File::open(directory)?.sync_all())
        .map_err(|e| unusable(format!("could not be made: {e}")))
}

fn make(path: &Path, schema: &Schema, options: &Options) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "page_size", options.page_bytes)?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrate(&connection, schema, 0)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, e)| e)
}

/// Looks at the first bytes of the file with nothing that could change it.
pub(super) fn check_header(path: &Path, schema: &Schema) -> Result<(), Unusable> {
    let unusable = |reason: String| Unusable::new(path, reason);
    let mut header = [0; HEADER_BYTES];
    let kind = schema.kind;
    let advice = format!("use another path, or restore the {kind} from a backup");
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).map_err(|e| match e.kind() {
        io::ErrorKind::UnexpectedEof => unusable(format!("it is too short to be a {kind}: {advice}")),
        _ => unusable(format!("could not read it: {e}")),
    })?;
    if !header.starts_with(MAGIC) {
        return Err(unusable(format!("it is not a SQLite file: {advice}")));
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if number(APPLICATION_ID_AT) != schema.application_id {
        return Err(unusable(format!("it is a SQLite file of another application, not a {kind}: {advice}")));
    }
    check_version(path, schema, number(USER_VERSION_AT) as usize)
}

fn check_version(path: &Path, schema: &Schema, version: usize) -> Result<(), Unusable> {
    let known = schema.steps.len();
    match version {
        0 => Err(Unusable::new(path, format!("its version is 0, which no {} ever had: restore a backup", schema.kind))),
        newer if newer > known => {
            let reason = format!(
                "it has version {newer}, this release knows up to {known}: run the release that wrote it, or a later one"
            );
            Err(Unusable::new(path, reason))
        }
        _ => Ok(()),
    }
}

/// Reads through the file as far as the options allow, then takes the steps that are missing, all of them or none.
pub(super) fn check_and_migrate(
    path: &Path,
    connection: &Connection,
    schema: &Schema,
    options: &Options,
) -> Result<(), Unusable> {
    let unusable = |e: rusqlite::Error| Unusable::new(path, explain(&e));
    let bytes = fs::metadata(path).map_err(|e| Unusable::new(path, format!("could not look at it: {e}")))?.len();
    // The first statement recovers the log; from then on the version counts that the log says.
    let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map_err(unusable)? as usize;
    check_version(path, schema, version)?;
    if bytes <= options.check_bytes_max {
        let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(unusable)?;
        if finding != "ok" {
            let reason = format!(
                "it is damaged ({finding}): keep a copy, then restore a backup or recover it with `sqlite3 FILE .recover`"
            );
            return Err(Unusable::new(path, reason));
        }
    }
    if version < schema.steps.len() {
        migrate(connection, schema, version).and_then(|()| fold_all(connection)).map_err(unusable)?;
    }
    Ok(())
}

fn migrate(connection: &Connection, schema: &Schema, from: usize) -> rusqlite::Result<()> {
    let result = connection.execute_batch("BEGIN IMMEDIATE").and_then(|()| {
        for step in &schema.steps[from..] {
            connection.execute_batch(step)?;
        }
        connection.pragma_update(None, "application_id", schema.application_id)?;
        connection.pragma_update(None, "user_version", schema.steps.len() as u32)?;
        connection.execute_batch("COMMIT")
    });
    if result.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{super::connect, *};

    const FIRST: Schema = Schema { kind: "notebook", application_id: 7, steps: &["CREATE TABLE note (text TEXT)"] };
    const SECOND: Schema =
        Schema { steps: &[FIRST.steps[0], "ALTER TABLE note ADD COLUMN author TEXT DEFAULT 'nobody'"], ..FIRST };
    const BROKEN: Schema = Schema { steps: &[FIRST.steps[0], "ALTER TABLE note ADD COLUMN author TEXT", "no SQL"], ..FIRST };

    fn open(path: &Path, schema: &Schema) -> Result<Connection, Unusable> {
        let options = Options::default();
        make_if_absent(path, schema, &options)?;
        check_header(path, schema)?;
        let connection = connect::connect(path, &options, connect::Role::Writer).expect("the file opens");
        check_and_migrate(path, &connection, schema, &options).map(|()| connection)
    }

    /// The one note with its author, where the schema has authors.
    fn note(connection: &Connection) -> (String, Option<String>) {
        let read = |sql: &str| connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        read("SELECT text, author FROM note").or_else(|_| read("SELECT text, NULL FROM note")).expect("one note")
    }

    #[test]
    fn takes_missing_steps_together_and_refuses_to_go_back() {
        let directory = std::env::temp_dir().join(format!("ampline-schema-{}", uuid::Uuid::now_v7()));
        fs::create_dir(&directory).unwrap();
        let path = directory.join("notebook");
        let first = open(&path, &FIRST).unwrap();
        first.execute("INSERT INTO note VALUES ('kept')", []).unwrap();
        drop(first);

        let error = open(&path, &BROKEN).unwrap_err();
        assert!(error.reason.contains("syntax error"), "{error:?}");
        assert_eq!(note(&open(&path, &FIRST).unwrap()), ("kept".to_owned(), None), "a failed step leaves the first version");

        assert_eq!(note(&open(&path, &SECOND).unwrap()), ("kept".to_owned(), Some("nobody".to_owned())));
        let error = open(&path, &FIRST).unwrap_err();
        assert!(error.reason.starts_with("it has version 2, this release knows up to 1"), "{error:?}");
        fs::remove_dir_all(directory).unwrap();
    }
}
