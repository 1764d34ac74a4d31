//! Values as Postgres takes them in its binary form.

use std::error::Error;

use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::sink::seam::{self, Parameter};

/// The version of jsonb's binary form: the number and then the text of the JSON.
const JSONB_VERSION: u8 = 1;

/// A statement ready to run.
pub(super) struct Bound {
    pub(super) text: String,
    /// What it is for, to be read after "could not".
    pub(super) intent: String,
    pub(super) values: Vec<Value>,
}

/// One bound parameter.
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Texts(Vec<String>),
    Integers(Vec<i64>),
    Documents(Vec<Option<Document>>),
}

/// A JSON text, handed to the server as it is: nothing here parses or prints a number.
pub(super) struct Document(pub(super) Bytes);

impl Bound {
    /// As whoever watches the host sees it.
    pub(super) fn seen(&self) -> seam::Statement {
        let parameters = self.values.iter().map(Value::seen).collect();
        seam::Statement { text: self.text.clone(), parameters, intent: self.intent.clone() }
    }
}

impl Value {
    fn seen(&self) -> Parameter {
        match self {
            Self::Text(text) => Parameter::Text(text.clone()),
            Self::Integer(number) => Parameter::Integer(*number),
            Self::Texts(texts) => Parameter::Texts(texts.clone()),
            Self::Integers(numbers) => Parameter::Integers(numbers.clone()),
            Self::Documents(documents) => Parameter::Documents(
                documents.iter().map(|document| document.as_ref().map(|Document(text)| text.clone())).collect(),
            ),
        }
    }

    /// The type that the statement is prepared with, so that what is sent is what the server expects.
    pub(super) fn sql_type(&self) -> Type {
        match self {
            Self::Text(_) => Type::TEXT,
            Self::Integer(_) => Type::INT8,
            Self::Texts(_) => Type::TEXT_ARRAY,
            Self::Integers(_) => Type::INT8_ARRAY,
            Self::Documents(_) => Type::JSONB_ARRAY,
        }
    }
}

type Written = Result<IsNull, Box<dyn Error + Sync + Send>>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::Text(text) => text.to_sql(ty, out),
            Self::Integer(number) => number.to_sql(ty, out),
            Self::Texts(texts) => texts.to_sql(ty, out),
            Self::Integers(numbers) => numbers.to_sql(ty, out),
            Self::Documents(documents) => documents.to_sql(ty, out),
        }
    }

    /// Statements are prepared with [`Value::sql_type`].
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl ToSql for Document {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Written {
        out.put_u8(JSONB_VERSION);
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSONB
    }

    to_sql_checked!();
}

/// Values are customers' data: they never show themselves.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}]", self.sql_type())
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[jsonb]")
    }
}
