//! Which queries are accepted, and in which words the others are refused.

use ampline_tests::{npm, requirement::require};

use crate::{Outcome, asking, column, fixed, refusal_of, start};

/// Queries that Salesforce's documentation allows.
const ACCEPTED: &[&str] = &[
    "SELECT Id FROM Contact",
    "select id, lastname from contact",
    "SELECT\n  Id,\n\tName\nFROM Contact\n",
    "SELECT Id,Name FROM Contact WHERE SystemModstamp > 2025-01-01T00:00:00Z AND SystemModstamp <= 2026-01-01T00:00:00Z",
    "SELECT Id FROM Contact WHERE CreatedDate >= 2025-01-01T00:00:00+05:30",
    "SELECT Id FROM Contact WHERE CreatedDate < 2025-01-01T00:00:00.123-08:00",
    "SELECT Id FROM Contact WHERE CreatedDate = TODAY",
    "SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS:30",
    "SELECT Id FROM Contact WHERE CreatedDate > LAST_N_MONTHS:2 AND CreatedDate < NEXT_WEEK",
    "SELECT Id FROM Contact WHERE Birthdate > 1980-02-29",
    "SELECT Id FROM Contact WHERE Birthdate = THIS_YEAR",
    "SELECT Id FROM Contact WHERE LastName = 'O\\'Neill'",
    "SELECT Id FROM Contact WHERE Title = 'Support \\\"Hero\\\"'",
    "SELECT Id FROM Contact WHERE LastName LIKE 'M_ll%'",
    "SELECT Id FROM Contact WHERE LastName LIKE '100\\%'",
    "SELECT Id FROM Contact WHERE Title != null",
    "SELECT Id FROM Contact WHERE Title <> 'CFO'",
    "SELECT Id FROM Contact WHERE HasOptedOutOfEmail = true",
    "SELECT Id FROM Contact WHERE HasOptedOutOfEmail != FALSE",
    "SELECT Id FROM Contact WHERE Score__c >= -1.5",
    "SELECT Id FROM Contact WHERE Score__c = 5",
    "SELECT Id FROM Contact WHERE LeadSource IN ('Web', 'Other', null)",
    "SELECT Id FROM Contact WHERE LeadSource NOT IN ('Web')",
    "SELECT Id FROM Contact WHERE Interests__c INCLUDES ('Art;Music', 'Sailing')",
    "SELECT Id FROM Contact WHERE Interests__c EXCLUDES ('Art')",
    "SELECT Id FROM Contact WHERE (LastName = 'a' OR LastName = 'b') AND Title = null",
    "SELECT Id FROM Contact WHERE NOT LastName = 'a'",
    "SELECT Id FROM Contact WHERE (NOT LastName LIKE 'a%') AND (NOT (Title = 'x' OR Title = 'y'))",
    "SELECT Id FROM Contact WHERE Account.Owner.Name = 'x'",
    "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Industry = 'Banking')",
    "SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE AccountId != null)",
    "SELECT Id, Account.Name, Owner.Email FROM Contact",
    "SELECT c.Id, c.Account.Name FROM Contact c WHERE c.LastName != null",
    "SELECT Contact.Id FROM Contact",
    "SELECT Id, (SELECT Id, LastName FROM Contacts WHERE LastName != null ORDER BY LastName LIMIT 2) FROM Account",
    "SELECT Id, (SELECT Id FROM Invoices__r) FROM Account",
    "SELECT Id, Account__r.Name FROM Invoice__c",
    "SELECT FIELDS(ALL) FROM Contact LIMIT 200",
    "SELECT FIELDS(CUSTOM) FROM Contact LIMIT 1",
    "SELECT FIELDS(STANDARD) FROM Contact",
    "SELECT Id, FIELDS(CUSTOM) FROM Contact LIMIT 10",
    "SELECT COUNT() FROM Contact",
    "SELECT COUNT() FROM Contact WHERE Title = null LIMIT 10",
    "SELECT COUNT(Id) FROM Contact",
    "SELECT LeadSource, COUNT(Id) n, MAX(Score__c) FROM Contact GROUP BY LeadSource ORDER BY LeadSource DESC",
    "SELECT LeadSource source FROM Contact GROUP BY LeadSource",
    "SELECT MIN(CreatedDate), AVG(Score__c), SUM(Score__c), COUNT_DISTINCT(LastName) FROM Contact",
    "SELECT Id FROM Contact ORDER BY LastName ASC NULLS LAST, Account.Name DESC NULLS FIRST, Id LIMIT 5 OFFSET 2000",
    "SELECT Id FROM Contact LIMIT 5 FOR VIEW",
    "SELECT Id FROM Contact LIMIT 5 FOR REFERENCE",
    "SELECT Id FROM Contact USING SCOPE mine WHERE Title = null",
];

/// Queries that are no SOQL, with the code and the end of the message.
const UNGRAMMATICAL: &[(&str, &str)] = &[
    ("", "SOQL statements cannot be empty or null"),
    ("   ", "SOQL statements cannot be empty or null"),
    ("SELEC Id FROM Contact", "ERROR at Row:1:Column:1\nunexpected token: 'SELEC'"),
    ("SELECT FROM Contact", "ERROR at Row:1:Column:8\nunexpected token: 'FROM'"),
    ("SELECT * FROM Contact", "\nSELECT * FROM Contact\n       ^\nERROR at Row:1:Column:8\nunexpected token: '*'"),
    ("SELECT Id, FROM Contact", "ERROR at Row:1:Column:12\nunexpected token: 'FROM'"),
    ("SELECT Id Contact", "ERROR at Row:1:Column:18\nunexpected token: '<EOF>'"),
    ("SELECT Id FORM Contact", "ERROR at Row:1:Column:16\nunexpected token: 'Contact'"),
    ("SELECT Id FROM", "ERROR at Row:1:Column:15\nunexpected token: '<EOF>'"),
    ("SELECT Id FROM Contact WHERE", "ERROR at Row:1:Column:29\nunexpected token: '<EOF>'"),
    ("SELECT Id FROM Contact WHERE LastName IS NULL", "ERROR at Row:1:Column:39\nunexpected token: 'IS'"),
    ("SELECT Id FROM Contact WHERE LastName = \"x\"", "line 1:40 no viable alternative at character '\"'"),
    ("SELECT Id FROM Contact WHERE LastName = 'x", "line 1:42 no viable alternative at character '<EOF>'"),
    ("SELECT Id FROM Contact WHERE LastName = 'O'Neill'", "line 1:49 no viable alternative at character '<EOF>'"),
    ("SELECT Id FROM Contact WHERE LastName == 'x'", "ERROR at Row:1:Column:40\nunexpected token: '='"),
    ("SELECT Id FROM Contact WHERE LastName IN ()", "unexpected token: ')'"),
    ("SELECT Id FROM Contact WHERE (LastName = 'x'", "unexpected token: '<EOF>'"),
    ("SELECT Id FROM Contact WHERE LastName = 'x')", "unexpected token: ')'"),
    ("SELECT Id FROM Contact WHERE LastName = x", "unexpected token: 'x'"),
    ("SELECT Id FROM Contact WHERE CreatedDate > 2025-01-01T00:00:00", "line 1:62 no viable alternative at character '<EOF>'"),
    // A `+` that was not escaped in the URL.
    ("SELECT Id FROM Contact WHERE CreatedDate > 2025-01-01T00:00:00 01:00", "line 1:62 no viable alternative at character ' '"),
    ("SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS", "unexpected token: '<EOF>'"),
    ("SELECT Id FROM Contact ORDER LastName", "unexpected token: 'LastName'"),
    ("SELECT Id FROM Contact LIMIT", "unexpected token: '<EOF>'"),
    ("SELECT Id FROM Contact LIMIT -1", "unexpected token: '-1'"),
    ("SELECT Id FROM Contact OFFSET 2 LIMIT 5", "unexpected token: 'LIMIT'"),
    ("SELECT Id FROM Contact; DELETE", "unexpected token: ';'"),
    ("SELECT Id, (SELECT Id FROM Contacts FROM Account", "unexpected token: 'FROM'"),
];

/// Queries that are SOQL to a looser grammar, and yet nothing that Salesforce takes: the code and a part of the message.
const REFUSED: &[(&str, &str, &str)] = &[
    ("SELECT Id FROM Contact WHERE LastName = 'a\\xb'", "MALFORMED_QUERY", "Illegal character sequence '\\x' in string literal."),
    ("SELECT Id FROM Contact WHERE LastName IN 'x'", "MALFORMED_QUERY", "unexpected token: ''x''"),
    ("SELECT Id FROM Contact WHERE Birthdate > 2025-13-01", "MALFORMED_QUERY", "invalid date or time: 2025-13-01"),
    ("SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS:0", "MALFORMED_QUERY", "unexpected token: '0'"),
    ("SELECT Id FROM Contact WHERE LastName='a' AND Title='b' OR Title='c'", "MALFORMED_QUERY", "unexpected token: 'OR'"),
    ("SELECT Id n FROM Contact", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
    ("SELECT Id, id FROM Contact", "MALFORMED_QUERY", "duplicate field selected: Id"),
    ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"),
    ("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 201", "MALFORMED_QUERY", "a LIMIT of at most 200"),
    ("SELECT LastName, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "Field must be grouped or aggregated: LastName"),
    ("SELECT SUM(LastName) FROM Contact", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
    (
        "SELECT LeadSource FROM Contact GROUP BY LeadSource ORDER BY Title",
        "MALFORMED_QUERY",
        "must be grouped or aggregated: Title",
    ),
    ("SELECT Id FROM Contact LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
    ("SELECT Id FROM Nope", "INVALID_TYPE", "ERROR at Row:1:Column:16\nsObject type 'Nope' is not supported."),
    (
        "SELECT Id, Nope FROM Contact",
        "INVALID_FIELD",
        "Column:12\nNo such column 'Nope' on entity 'Contact'. If you are attempting",
    ),
    ("SELECT Owner.Nope FROM Contact", "INVALID_FIELD", "Column:8\nNo such column 'Nope' on entity 'User'."),
    ("SELECT Nope.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nope' in field path."),
    ("SELECT Owner FROM Contact", "INVALID_FIELD", "No such column 'Owner' on entity 'Contact'."),
    ("SELECT IsDeleted FROM User", "INVALID_FIELD", "No such column 'IsDeleted' on entity 'User'."),
    (
        "SELECT Id, (SELECT Id FROM Nopes) FROM Account",
        "INVALID_TYPE",
        "Didn't understand relationship 'Nopes' in FROM part of query",
    ),
    ("SELECT Id FROM Contact WHERE Nope = 1", "INVALID_FIELD", "Column:30\nNo such column 'Nope'"),
    ("SELECT Id FROM Contact ORDER BY Nope", "INVALID_FIELD", "No such column 'Nope'"),
    (
        "SELECT Id FROM Contact WHERE SystemModstamp > '2025-01-01T00:00:00Z'",
        "INVALID_FIELD",
        "value of filter criterion for field 'SystemModstamp' must be of type dateTime and should not be enclosed in quotes",
    ),
    ("SELECT Id FROM Contact WHERE SystemModstamp > 2025-01-01", "INVALID_FIELD", "must be of type dateTime"),
    ("SELECT Id FROM Contact WHERE Birthdate > 2025-01-01T00:00:00Z", "INVALID_FIELD", "must be of type date and should not"),
    ("SELECT Id FROM Contact WHERE LastName = 5", "INVALID_FIELD", "must be of type string and should be enclosed in quotes"),
    (
        "SELECT Id FROM Contact WHERE Score__c = '5'",
        "INVALID_FIELD",
        "must be of type double and should not be enclosed in quotes",
    ),
    ("SELECT Id FROM Contact WHERE HasOptedOutOfEmail = 'true'", "INVALID_FIELD", "must be of type boolean"),
    ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
    ("SELECT Id FROM Contact WHERE Id LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field"),
    (
        "SELECT Id FROM Contact WHERE HasOptedOutOfEmail > false",
        "INVALID_QUERY_FILTER_OPERATOR",
        "invalid operator on boolean field",
    ),
    (
        "SELECT Id FROM Contact WHERE LastName INCLUDES ('x')",
        "INVALID_QUERY_FILTER_OPERATOR",
        "only valid on multipicklist field",
    ),
    (
        "SELECT Id FROM Contact WHERE Description = 'x'",
        "INVALID_FIELD",
        "field 'Description' can not be filtered in a query call",
    ),
    ("SELECT Id FROM Contact WHERE MailingAddress = null", "INVALID_FIELD", "can not be filtered in a query call"),
    ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted in a query call"),
];

#[tokio::test]
async fn queries_are_accepted_and_refused_as_documented() -> Outcome {
    let (_emulator, client) = start(fixed())?;
    for soql in ACCEPTED {
        let answer = client.get(&asking(soql)).await?;
        assert_eq!((answer.status, answer.json()["done"].as_bool()), (200, Some(true)), "{soql}: {}", answer.body);
    }
    let ungrammatical = UNGRAMMATICAL.iter().map(|(soql, words)| (*soql, "MALFORMED_QUERY", *words));
    for (soql, code, words) in ungrammatical.chain(REFUSED.iter().copied()) {
        let answer = client.get(&asking(soql)).await?;
        let (told, message) = refusal_of(&answer);
        assert_eq!((answer.status, told.as_str()), (400, code), "{soql}: {}", answer.body);
        assert!(message.contains(words), "{soql}: {message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_grammar_that_is_not_ours_agrees() -> Outcome {
    let test = "a_grammar_that_is_not_ours_agrees";
    let Some(packages) = require(test, "npm packages", npm::packages()) else { return Ok(()) };
    let wrong: Vec<&str> = UNGRAMMATICAL.iter().map(|(soql, _)| *soql).collect();
    for (queries, expected) in [(ACCEPTED.to_vec(), true), (wrong, false)] {
        let output = packages.node("soql.mjs", &[], serde_json::to_string(&queries)?.as_bytes())?;
        let verdicts: Vec<bool> = serde_json::from_slice(&output.stdout)?;
        let disagreeing: Vec<_> = queries.iter().zip(&verdicts).filter(|(_, verdict)| **verdict != expected).collect();
        assert!(verdicts.len() == queries.len() && disagreeing.is_empty(), "expected {expected}: {disagreeing:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_query_exhausts_the_emulator() -> Outcome {
    let (_emulator, client) = start(fixed())?;
    let deep = format!("SELECT Id FROM Contact WHERE {}Title = 'x'{}", "(".repeat(2_000), ")".repeat(2_000));
    let nested = format!("SELECT Id, {} FROM Contact", "(SELECT Id, ".repeat(300));
    let rows = [(deep.as_str(), "Query is too deeply nested"), (&nested, "Query is too deeply nested")];
    for (soql, words) in rows {
        let (code, message) = refusal_of(&client.get(&asking(soql)).await?);
        assert_eq!((code.as_str(), message.as_str()), ("MALFORMED_QUERY", words));
    }
    let long = client.get(&asking(&format!("SELECT Id FROM Contact WHERE Title = '{}'", "x".repeat(20_000)))).await?;
    assert_eq!(long.status, 414);
    // Every beginning of a query is answered, too.
    let whole = "SELECT Id, Owner.Name FROM Contact WHERE (Title = 'é' OR CreatedDate > LAST_N_DAYS:3) ORDER BY Id";
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(matches!(client.get(&asking(&whole[..end])).await?.status, 200 | 400), "{}", &whole[..end]);
    }
    assert_eq!(column(&client.get(&asking(whole)).await?, "Id").len(), 0);
    Ok(())
}
