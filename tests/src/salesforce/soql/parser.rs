//! The grammar of SOQL, by recursive descent; conditions have a file of their own.
//!
//! Not there: `TYPEOF`, `HAVING`, `WITH`, `GROUP BY ROLLUP`, and functions in fields (`toLabel`, `CALENDAR_YEAR`, `DISTANCE`, …).

use super::{
    ast::{Function, Group, Item, Order, Path, Query},
    fault::Fault,
    lexer::{Token, Word, words},
};
use crate::salesforce::error::Code;

/// Queries and parentheses within each other.
pub(super) const DEPTH_MAX: u32 = 50;

/// Words that no object or field can be called by where a clause may begin.
const CLAUSES: [&str; 12] =
    ["FROM", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "USING", "UPDATE", "ALL"];

/// Reads a whole query.
pub(super) fn parse(query: &str) -> Result<Query, Fault> {
    let words = words(query)?;
    if matches!(words.first(), Some(Word { token: Token::End, .. }) | None) {
        return Err(Fault::whole(Code::MalformedQuery, "SOQL statements cannot be empty or null"));
    }
    let mut parser = Parser { query, words, next: 0, depth: 0 };
    let parsed = parser.query()?;
    parser.expect_end()?;
    Ok(parsed)
}

/// A place among the words.
pub(super) struct Parser<'a> {
    query: &'a str,
    words: Vec<Word>,
    next: usize,
    pub(super) depth: u32,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> &Token {
        self.words.get(self.next).map_or(&Token::End, |word| &word.token)
    }

    fn peek_second(&self) -> &Token {
        self.words.get(self.next + 1).map_or(&Token::End, |word| &word.token)
    }

    pub(super) fn at(&self) -> usize {
        self.words.get(self.next).map_or(self.query.len(), |word| word.at)
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    /// What Salesforce says to a word that cannot stand where it stands.
    pub(super) fn unexpected<T>(&self) -> Result<T, Fault> {
        let word = self.words.get(self.next);
        let shown = word.and_then(|word| self.query.get(word.at..word.end)).filter(|shown| !shown.is_empty());
        Err(Fault::at(self.at(), Code::MalformedQuery, format!("unexpected token: '{}'", shown.unwrap_or("<EOF>"))))
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let is_there = self.is_sign(sign);
        self.next += usize::from(is_there);
        is_there
    }

    pub(super) fn expect_sign(&mut self, sign: &str) -> Result<(), Fault> {
        if self.take_sign(sign) { Ok(()) } else { self.unexpected() }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        is_word(self.peek(), word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.is_word(word);
        self.next += usize::from(is_there);
        is_there
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Fault> {
        if self.take_word(word) { Ok(()) } else { self.unexpected() }
    }

    fn expect_end(&self) -> Result<(), Fault> {
        if *self.peek() == Token::End { Ok(()) } else { self.unexpected() }
    }

    fn name(&mut self) -> Result<String, Fault> {
        if !matches!(self.peek(), Token::Name(_)) {
            return self.unexpected();
        }
        if let Token::Name(name) = self.advance() { Ok(name) } else { self.unexpected() }
    }

    /// Goes one level down; too many are refused, so that no query can exhaust the stack.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth >= DEPTH_MAX {
            return Err(Fault::whole(Code::MalformedQuery, "Query is too deeply nested"));
        }
        self.depth += 1;
        let outcome = inner(self);
        self.depth -= 1;
        outcome
    }

    pub(super) fn query(&mut self) -> Result<Query, Fault> {
        self.expect_word("SELECT")?;
        let select = self.list(Self::item)?;
        self.expect_word("FROM")?;
        let at = self.at();
        let from = (self.name()?, at);
        let alias = match self.peek() {
            Token::Name(name) if !CLAUSES.iter().any(|clause| clause.eq_ignore_ascii_case(name)) => Some(self.name()?),
            _ => None,
        };
        if self.take_word("USING") {
            self.expect_word("SCOPE")?;
            self.name()?;
        }
        let filter = if self.take_word("WHERE") { Some(self.conditions()?) } else { None };
        let group = if self.take_word("GROUP") { self.by(Self::path)? } else { Vec::new() };
        let order = if self.take_word("ORDER") { self.by(Self::order)? } else { Vec::new() };
        let limit = if self.take_word("LIMIT") { Some(self.count()?) } else { None };
        let offset = if self.take_word("OFFSET") { Some(self.count()?) } else { None };
        self.views()?;
        Ok(Query { select, from, alias, filter, group, order, limit, offset })
    }

    /// `FOR VIEW`, `UPDATE TRACKING` and the like, which change nothing that a client sees.
    fn views(&mut self) -> Result<(), Fault> {
        while self.take_word("FOR") {
            if !["VIEW", "REFERENCE", "UPDATE"].iter().any(|what| self.take_word(what)) {
                return self.unexpected();
            }
        }
        if self.take_word("UPDATE") && !(self.take_word("TRACKING") || self.take_word("VIEWSTAT")) {
            return self.unexpected();
        }
        Ok(())
    }

    pub(super) fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let mut all = vec![one(self)?];
        while self.take_sign(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn by<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        self.expect_word("BY")?;
        self.list(one)
    }

    fn item(&mut self) -> Result<Item, Fault> {
        if self.take_sign("(") {
            let children = self.deeper(Self::query)?;
            self.expect_sign(")")?;
            return Ok(Item::Children(Box::new(children)));
        }
        let at = self.at();
        let is_call = matches!(self.peek(), Token::Name(_)) && *self.peek_second() == Token::Sign("(");
        if is_call {
            return self.call(at);
        }
        // `SELECT FROM X` selects nothing; `FROM` is no field.
        if self.is_word("FROM") {
            return self.unexpected();
        }
        Ok(Item::Field(self.path()?, self.item_alias()?))
    }

    fn call(&mut self, at: usize) -> Result<Item, Fault> {
        let name = self.name()?.to_ascii_uppercase();
        self.expect_sign("(")?;
        if name == "FIELDS" {
            let groups = [("ALL", Group::All), ("STANDARD", Group::Standard), ("CUSTOM", Group::Custom)];
            let Some((_, group)) = groups.into_iter().find(|(word, _)| self.is_word(word)) else { return self.unexpected() };
            self.advance();
            self.expect_sign(")")?;
            return Ok(Item::Fields(group, at));
        }
        let function = match name.as_str() {
            "COUNT" if self.is_sign(")") => {
                self.advance();
                return Ok(Item::Count(at));
            }
            "COUNT" => Function::Count,
            "COUNT_DISTINCT" => Function::CountDistinct,
            "SUM" => Function::Sum,
            "AVG" => Function::Avg,
            "MIN" => Function::Min,
            "MAX" => Function::Max,
            _ => return Err(Fault::at(at, Code::MalformedQuery, format!("unexpected token: '{name}'"))),
        };
        let of = self.path()?;
        self.expect_sign(")")?;
        Ok(Item::Aggregate { function, of, alias: self.item_alias()? })
    }

    fn item_alias(&mut self) -> Result<Option<String>, Fault> {
        match self.peek() {
            Token::Name(_) if !self.is_word("FROM") => self.name().map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn path(&mut self) -> Result<Path, Fault> {
        let at = self.at();
        let mut names = vec![self.name()?];
        while self.take_sign(".") {
            names.push(self.name()?);
        }
        Ok(Path { names, at })
    }

    fn order(&mut self) -> Result<Order, Fault> {
        let by = self.path()?;
        let is_descending = !self.take_word("ASC") && self.take_word("DESC");
        let mut are_nulls_last = false;
        if self.take_word("NULLS") {
            are_nulls_last = self.take_word("LAST");
            if !are_nulls_last {
                self.expect_word("FIRST")?;
            }
        }
        Ok(Order { by, is_descending, are_nulls_last })
    }

    fn count(&mut self) -> Result<u64, Fault> {
        match self.peek() {
            Token::Number(number) if *number >= 0.0 && number.fract() == 0.0 && *number <= f64::from(u32::MAX) => {
                let number = *number as u64;
                self.advance();
                Ok(number)
            }
            _ => self.unexpected(),
        }
    }
}

pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Name(name) if name.eq_ignore_ascii_case(word))
}
