//! The grammar of `WHERE`. AND and OR may not stand side by side without parentheses.

use super::{
    ast::{Condition, Literal, Operand, Operator, Value},
    fault::Fault,
    lexer::Token,
    parser::Parser,
    period::Period,
};

impl Parser<'_> {
    /// A condition as it may stand after WHERE or in parentheses.
    pub(super) fn conditions(&mut self) -> Result<Condition, Fault> {
        let first = self.negatable()?;
        self.joined(first)
    }

    /// What follows a first condition: more, all joined by the same word.
    fn joined(&mut self, first: Condition) -> Result<Condition, Fault> {
        for (word, join) in [("AND", Condition::All as fn(Vec<Condition>) -> Condition), ("OR", Condition::Any)] {
            if !self.is_word(word) {
                continue;
            }
            let mut all = vec![first];
            while self.take_word(word) {
                all.push(self.negatable()?);
            }
            // The other word here would make the meaning a matter of precedence, and Salesforce has none.
            return if self.is_word("AND") || self.is_word("OR") { self.unexpected() } else { Ok(join(all)) };
        }
        Ok(first)
    }

    fn negatable(&mut self) -> Result<Condition, Fault> {
        if self.take_word("NOT") { Ok(Condition::Not(Box::new(self.condition()?))) } else { self.condition() }
    }

    fn condition(&mut self) -> Result<Condition, Fault> {
        if self.take_sign("(") {
            let inner = self.deeper(Self::conditions)?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        let path = self.path()?;
        let operator = self.operator()?;
        let with = match operator {
            Operator::In | Operator::NotIn => self.set()?,
            Operator::Includes | Operator::Excludes => Operand::Many(self.literals()?),
            _ => Operand::One(self.literal()?),
        };
        Ok(Condition::Compare { path, operator, with })
    }

    fn operator(&mut self) -> Result<Operator, Fault> {
        let signs = [
            ("=", Operator::Equal),
            ("!=", Operator::Differs),
            ("<", Operator::Less),
            ("<=", Operator::AtMost),
            (">", Operator::More),
            (">=", Operator::AtLeast),
        ];
        let words =
            [("LIKE", Operator::Like), ("IN", Operator::In), ("INCLUDES", Operator::Includes), ("EXCLUDES", Operator::Excludes)];
        if let Some((_, operator)) = signs.into_iter().find(|(sign, _)| self.take_sign(sign)) {
            return Ok(operator);
        }
        if let Some((_, operator)) = words.into_iter().find(|(word, _)| self.take_word(word)) {
            return Ok(operator);
        }
        if self.take_word("NOT") && self.take_word("IN") { Ok(Operator::NotIn) } else { self.unexpected() }
    }

    fn set(&mut self) -> Result<Operand, Fault> {
        self.expect_sign("(")?;
        if self.is_word("SELECT") {
            let query = self.deeper(Self::query)?;
            self.expect_sign(")")?;
            return Ok(Operand::Query(Box::new(query)));
        }
        let all = self.list(Self::literal)?;
        self.expect_sign(")")?;
        Ok(Operand::Many(all))
    }

    fn literals(&mut self) -> Result<Vec<Literal>, Fault> {
        self.expect_sign("(")?;
        let all = self.list(Self::literal)?;
        self.expect_sign(")")?;
        Ok(all)
    }

    fn literal(&mut self) -> Result<Literal, Fault> {
        let at = self.at();
        let value = match self.peek().clone() {
            Token::Text(text) => Value::Text(text),
            Token::Number(number) => Value::Number(number),
            Token::Date(date) => Value::Date(date),
            Token::Instant(at_ms) => Value::Instant(at_ms),
            Token::Name(name) => match name.to_ascii_uppercase().as_str() {
                "NULL" => Value::Null,
                "TRUE" => Value::Boolean(true),
                "FALSE" => Value::Boolean(false),
                _ => return self.period(&name).map(|period| Literal { value: Value::Period(period), at }),
            },
            _ => return self.unexpected(),
        };
        self.advance();
        Ok(Literal { value, at })
    }

    fn period(&mut self, name: &str) -> Result<Period, Fault> {
        if let Some(period) = Period::named(name) {
            self.advance();
            return Ok(period);
        }
        if !Period::is_counted(name) {
            return self.unexpected();
        }
        self.advance();
        self.expect_sign(":")?;
        let Token::Number(count) = *self.peek() else { return self.unexpected() };
        let Some(period) = Period::counted(name, count) else { return self.unexpected() };
        self.advance();
        Ok(period)
    }
}
