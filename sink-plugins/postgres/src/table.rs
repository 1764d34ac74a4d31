//! The two tables of a destination: the one that the product reads, with three columns and no more, and the one beside it that tells
//! old states from new ones. Every statement about them is here, with what to do where it fails.

use ampline_sink::{
    Failure, FailureClass,
    sql::{Parameter, Statement},
};

use crate::config::{Config, VERSIONS_SUFFIX};

/// Runs statements in one transaction; the rows that each affected.
pub(crate) type Transact<'a> = &'a mut dyn FnMut(&[Statement<'_>]) -> Result<Vec<u64>, Failure>;

/// Names and statements, made once.
pub(crate) struct Table {
    /// Schema and name, quoted: `"public"."SalesforceAccounts"`.
    pub(crate) name: String,
    versions: String,
    schema: String,
    make_table: String,
    make_versions: String,
    comment: String,
    /// `$1` groups, `$2` ids, `$3` modified, `$4` occurred, `$5` documents (NULL: deleted).
    pub(crate) upsert: String,
    /// `$1` groups, `$2` ids.
    pub(crate) delete: String,
}

/// Which of the two tables are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Neither,
    /// The one that was made for the other, which is gone.
    VersionsAlone,
    TableAlone,
    Both,
}

const COLUMNS: &str = r#""UID" text, "GroupId" text and "Data" jsonb"#;
const KEY: &str = r#"PRIMARY KEY ("GroupId", "UID")"#;

impl Table {
    pub(crate) fn new(config: &Config) -> Self {
        let schema = quoted(&config.schema);
        let name = format!("{schema}.{}", quoted(&config.table));
        let versions = format!("{schema}.{}", quoted(&format!("{}{VERSIONS_SUFFIX}", config.table)));
        Self {
            make_table: format!(r#"CREATE TABLE IF NOT EXISTS {name} ("UID" text, "GroupId" text, "Data" jsonb, {KEY})"#),
            make_versions: make_versions(&versions),
            comment: comment(&versions, &name),
            upsert: upsert(&name, &versions),
            delete: delete(&name, &versions),
            name,
            versions,
            schema,
        }
    }

    /// Which tables there are. A call tells counts alone, so the count says which.
    pub(crate) fn look(&self, transact: Transact<'_>) -> Result<Found, Failure> {
        let text =
            "SELECT 1 FROM generate_series(1, 2 * (to_regclass($1) IS NOT NULL)::int + (to_regclass($2) IS NOT NULL)::int)";
        let parameters = [Parameter::Text(&self.name), Parameter::Text(&self.versions)];
        let intent = format!("look for the table {}", self.name);
        let rows = transact(&[Statement { text, parameters: &parameters, intent: &intent }]).map_err(|f| self.told(f))?;
        match rows.first() {
            Some(0) => Ok(Found::Neither),
            Some(1) => Ok(Found::VersionsAlone),
            Some(2) => Ok(Found::TableAlone),
            Some(3) => Ok(Found::Both),
            _ => Err(Failure::transient("pg.protocol", format!("could not {intent}: the answer makes no sense: {rows:?}"))),
        }
    }

    /// Makes what is absent. A table that is there is left as it is; one that was there and is gone is not made again, for it would
    /// hold only what changes from now on.
    pub(crate) fn make_ready(&self, transact: Transact<'_>) -> Result<(), Failure> {
        let make_table = match self.look(transact)? {
            Found::Both => return Ok(()),
            Found::VersionsAlone => return Err(self.gone()),
            Found::Neither => true,
            Found::TableAlone => false,
        };
        let intent = format!("create the table {}", if make_table { &self.name } else { &self.versions });
        let lock = [Parameter::Integer(lock_key(&self.name))];
        let statement = |text| Statement { text, parameters: &[], intent: &intent };
        let mut statements = vec![
            // Two that create one table at the same time: the second would fail, not wait.
            Statement { text: "SELECT pg_advisory_xact_lock($1)", parameters: &lock, intent: &intent },
            statement(&self.make_versions),
            statement(&self.comment),
        ];
        if make_table {
            statements.insert(1, statement(&self.make_table));
        }
        transact(&statements).map(drop).map_err(|failure| self.told(failure))
    }

    fn gone(&self) -> Failure {
        let Self { name, versions, .. } = self;
        Failure::blocked(
            "pg.42P01",
            format!(
                "the table {name} is gone, but {versions} is still there and tells what was in it; bring {name} back, or drop \
                 {versions} too to begin anew with an empty table that a full read fills; then start the destination again"
            ),
        )
    }

    /// A failure with what to do about the tables, where that is known. What no record can be blamed for is for a person.
    pub(crate) fn told(&self, mut failure: Failure) -> Failure {
        let column = failure.extras.iter().find(|(name, _)| name == "column").map(|(_, column)| column.as_str());
        // None of our columns is ever null.
        if failure.code == "pg.23502" && !matches!(column, Some("UID" | "GroupId" | "Data")) {
            failure.class = FailureClass::Blocked;
        }
        if let Some(remedy) = self.remedy(&failure.code) {
            failure.message = format!("{}; {remedy}", failure.message);
        }
        failure
    }

    fn remedy(&self, code: &str) -> Option<String> {
        let Self { name, versions, schema, make_table, make_versions, .. } = self;
        match code {
            "pg.42P01" => Some(format!("{name} and {versions} are made where both are absent; start the destination again")),
            "pg.3F000" => Some(format!("create it: CREATE SCHEMA {schema}")),
            "pg.42P10" => Some(format!("it is never altered from here: ALTER TABLE {name} ADD {KEY}")),
            "pg.42703" | "pg.42804" | "pg.42809" | "pg.55000" | "pg.0A000" | "pg.23502" => Some(format!(
                "a table that is there is never altered from here: it must have the columns {COLUMNS} with {KEY}, and others only \
                 if they may be NULL or have a default; give the destination another `tableName`, or drop {name} and {versions}"
            )),
            "pg.42501" => Some(format!(
                "grant the role what it lacks: USAGE and CREATE on schema {schema} to make the tables, and SELECT, INSERT, UPDATE and \
                 DELETE on {name} and {versions}; or make the tables for it: {make_table}; {make_versions}"
            )),
            _ => None,
        }
    }
}

/// Rows are rewritten in place (half of each page is left free for that): the columns that change are in no index.
fn make_versions(versions: &str) -> String {
    format!(
        r#"CREATE TABLE IF NOT EXISTS {versions} ("GroupId" text, "UID" text, modified_at bigint NOT NULL, occurred_at bigint NOT NULL, deleted boolean NOT NULL, {KEY}) WITH (fillfactor = 50)"#
    )
}

fn comment(versions: &str, name: &str) -> String {
    let text = format!(
        "Kept by Ampline beside {name}: which state of each record was written last (modified_at: at the provider, occurred_at: when it \
         was read; milliseconds since 1970 UTC), and which records were deleted, so that an older state that arrives late changes nothing."
    );
    format!("COMMENT ON TABLE {versions} IS '{}'", text.replace('\'', "''"))
}

/// One statement, and so one round trip and one transaction: the version of each record is locked and compared first, and only
/// records that are not outdated reach the table. The same state again is written again, so that a replay repairs a row.
fn upsert(name: &str, versions: &str) -> String {
    format!(
        r#"WITH input AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::jsonb[]) AS i (g, u, m, o, d)
), latest AS (
  INSERT INTO {versions} AS v ("GroupId", "UID", modified_at, occurred_at, deleted)
  SELECT g, u, m, o, d IS NULL FROM input
  ON CONFLICT ("GroupId", "UID") DO UPDATE
  SET modified_at = excluded.modified_at, occurred_at = excluded.occurred_at, deleted = excluded.deleted
  WHERE (v.modified_at, v.occurred_at) <= (excluded.modified_at, excluded.occurred_at)
  RETURNING "GroupId" AS g, "UID" AS u
)
INSERT INTO {name} ("UID", "GroupId", "Data")
SELECT u, g, d FROM latest JOIN input USING (g, u) WHERE d IS NOT NULL
ON CONFLICT ("GroupId", "UID") DO UPDATE SET "Data" = excluded."Data""#
    )
}

/// A statement of its own, behind the upsert in the same transaction: only then does it see a row that another transaction wrote
/// while the upsert waited for the record's version.
fn delete(name: &str, versions: &str) -> String {
    format!(
        r#"DELETE FROM {name} AS t
USING unnest($1::text[], $2::text[]) AS i (g, u) JOIN {versions} AS v ON v."GroupId" = i.g AND v."UID" = i.u
WHERE v.deleted AND t."GroupId" = i.g AND t."UID" = i.u"#
    )
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// FNV-1a, so that each table has a lock of its own.
fn lock_key(name: &str) -> i64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(table: &str) -> Table {
        Table::new(&Config { table: table.to_owned(), schema: "public".to_owned() })
    }

    #[test]
    fn names_are_quoted_and_comments_escaped() {
        for (name, expected, versions) in [
            ("SalesforceAccounts", r#""public"."SalesforceAccounts""#, r#""public"."SalesforceAccounts_versions""#),
            (r#"a"b"#, r#""public"."a""b""#, r#""public"."a""b_versions""#),
        ] {
            assert_eq!((table(name).name.as_str(), table(name).versions.as_str()), (expected, versions));
        }
        let comment = table("it's").comment;
        assert!(comment.contains(r#"beside "public"."it''s""#), "{comment}");
    }

    /// Counts that the database answers with, and what is made then.
    #[test]
    fn what_is_absent_is_made_and_nothing_else() {
        for (count, made) in [(3, Some(0)), (0, Some(4)), (2, Some(3)), (1, None)] {
            let mut statements = 0;
            let ready = table("t").make_ready(&mut |asked| match asked {
                [look] if look.intent.starts_with("look for") => Ok(vec![count]),
                several => {
                    statements = several.len();
                    Ok(vec![0; several.len()])
                }
            });
            assert_eq!(ready.is_ok().then_some(statements), made, "{count}");
            if let Err(failure) = ready {
                assert!(failure.class == FailureClass::Blocked && failure.message.contains("is gone"), "{failure:?}");
            }
        }
    }

    #[test]
    fn a_column_of_someone_else_is_no_records_fault() {
        let refused = |column: &str| Failure {
            extras: vec![("column".to_owned(), column.to_owned())],
            ..Failure::rejected("pg.23502", "null value")
        };
        assert_eq!(table("t").told(refused("extra")).class, FailureClass::Blocked);
        assert_eq!(table("t").told(refused("Data")).class, FailureClass::Rejected);
        let absent = table("t").told(Failure::blocked("pg.42501", "permission denied for schema public"));
        assert!(absent.message.contains("CREATE TABLE IF NOT EXISTS \"public\".\"t\""), "{}", absent.message);
    }
}
