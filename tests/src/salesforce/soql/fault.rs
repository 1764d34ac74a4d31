//! What is wrong with a query, and where, told as Salesforce tells it: the line, a caret under the place, row and column.

use crate::salesforce::error::{ApiError, Code};

/// Salesforce shows of a long line what is near the place, and no more.
const SHOWN_CHARS_MAX: usize = 80;

/// A fault of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    /// The byte where it is; some are of the query as a whole.
    pub(super) at: Option<usize>,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn at(at: usize, code: Code, why: impl Into<String>) -> Self {
        Self { code, at: Some(at), why: why.into() }
    }

    /// A fault of the query as a whole.
    pub(super) fn whole(code: Code, why: impl Into<String>) -> Self {
        Self { code, at: None, why: why.into() }
    }

    /// The answer to a client that sent `query`.
    pub(super) fn told(self, query: &str) -> ApiError {
        let Some(at) = self.at else { return ApiError::new(self.code, self.why) };
        let before = query.get(..at).unwrap_or(query);
        let row = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = query[line_start..].lines().next().unwrap_or_default();
        let column = before[line_start..].chars().count();
        let skipped = column.saturating_sub(SHOWN_CHARS_MAX / 2);
        let shown: String = line.chars().skip(skipped).take(SHOWN_CHARS_MAX).collect();
        let caret = " ".repeat(column - skipped);
        ApiError::new(self.code, format!("\n{shown}\n{caret}^\nERROR at Row:{row}:Column:{}\n{}", column + 1, self.why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let check = |query: &str, at, expected: &str| {
            assert_eq!(Fault::at(at, Code::MalformedQuery, "no").told(query).message, expected);
        };
        check("SELECT é, x", 10, "\nSELECT é, x\n         ^\nERROR at Row:1:Column:10\nno");
        check("SELECT Id\nFROM X", 15, "\nFROM X\n     ^\nERROR at Row:2:Column:6\nno");
        let long = "a".repeat(500);
        let told = Fault::at(300, Code::MalformedQuery, "no").told(&long).message;
        assert!(told.contains("Column:301") && told.lines().all(|line| line.len() <= SHOWN_CHARS_MAX), "{told}");
    }
}
