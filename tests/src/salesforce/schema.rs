//! Objects and their fields, as far as the emulator knows them: five standard ones, and custom ones (`X__c`) of one make.

use super::standard::{ACCOUNT, CONTACT, CUSTOM, LEAD, OPPORTUNITY, USER};

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The record's own id.
    Id,
    /// A line of text.
    Text,
    /// Text too long to filter or to sort by.
    LongText,
    /// An address of electronic mail.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Yes or no; never null.
    Boolean,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// An amount of money.
    Currency,
    /// A share.
    Percent,
    /// A day.
    Date,
    /// An instant.
    Instant,
    /// One of a list.
    Picklist(&'static [&'static str]),
    /// Some of a list, with `;` between them.
    Multipicklist(&'static [&'static str]),
    /// The id of a record of another object, which goes by the relationship's name.
    Reference {
        /// The object.
        to: &'static str,
        /// The name by which queries reach it.
        relationship: &'static str,
    },
    /// Street, city and so on in one; cannot be filtered, sorted or written.
    Address,
}

impl Kind {
    /// Salesforce's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "string",
            Self::LongText => "textarea",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Boolean => "boolean",
            Self::Whole => "int",
            Self::Number => "double",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::Instant => "datetime",
            Self::Picklist(_) => "picklist",
            Self::Multipicklist(_) => "multipicklist",
            Self::Reference { .. } => "reference",
            Self::Address => "address",
        }
    }

    /// Whether queries may filter by it.
    pub fn is_filterable(self) -> bool {
        !matches!(self, Self::LongText | Self::Address)
    }

    /// Whether queries may sort by it.
    pub fn is_sortable(self) -> bool {
        self.is_filterable() && !matches!(self, Self::Multipicklist(_))
    }

    /// Whether it holds a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Number | Self::Currency | Self::Percent)
    }
}

/// Who may write a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Clients must at creation, and may not clear it later.
    Required,
    /// Clients may.
    Open,
    /// Salesforce alone.
    ReadOnly,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// What was written, else what is made up.
    Plain,
    /// The row itself.
    System(System),
    /// First and last name together.
    PersonName,
    /// The fields that begin with this, together.
    Address(&'static str),
}

/// What a row knows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Its id.
    Id,
    /// Whether it is in the recycle bin.
    IsDeleted,
    /// When it was made.
    Created,
    /// When it was changed last.
    Modified,
    /// Who did either: always the one user that the emulator acts as.
    By,
    /// How often it was written, from 1.
    Revision,
    /// A text of the size that was ordered.
    Large,
}

/// A field of an object.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name, as answers spell it.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Who may write it.
    pub access: Access,
    /// Where its value comes from.
    pub source: Source,
    /// The compound field that it is a part of, and its name there.
    pub part_of: Option<(&'static str, &'static str)>,
}

impl Field {
    /// Whether a customer added it.
    pub fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// Whether it may be without a value.
    pub fn is_nillable(&self) -> bool {
        self.access != Access::Required
            && self.name != "OwnerId"
            && self.kind != Kind::Boolean
            && !matches!(self.source, Source::System(_) | Source::PersonName)
    }
}

/// Other objects' records that look up to those of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Children {
    /// The name by which queries reach them.
    pub relationship: String,
    /// Their object.
    pub entity: String,
    /// Their field that holds the id.
    pub field: &'static str,
}

/// A kind of record.
#[derive(Debug, Clone)]
pub struct Entity {
    /// `Contact`, `Invoice__c`, …
    pub name: String,
    /// The first letters of its ids.
    pub prefix: [u8; 3],
    /// All fields; the id is the first.
    pub fields: Vec<Field>,
    /// Who looks up to it.
    pub children: Vec<Children>,
}

/// A row of a table of fields.
pub(super) type Row = (&'static str, Kind, Access);

/// Counts a record's changes, starting at 1: lets a test tell versions apart.
pub(super) const REVISION: &str = "Revision__c";
/// Holds a text of the size that was ordered, or nothing.
pub(super) const LARGE_TEXT: &str = "Large_Text__c";

impl Entity {
    /// The object of this name, with `extra` text fields `Extra_001__c`, … of its own; `customs` are the custom objects there are.
    pub fn new(name: &str, extra: u32, customs: &[String]) -> Self {
        let (prefix, rows) = match name {
            "Account" => (*b"001", ACCOUNT),
            "Contact" => (*b"003", CONTACT),
            "Lead" => (*b"00Q", LEAD),
            "Opportunity" => (*b"006", OPPORTUNITY),
            "User" => (*b"005", USER),
            custom => (custom_prefix(customs.iter().position(|one| one == custom).unwrap_or_default()), CUSTOM),
        };
        let system = |name: &str, kind, of| field(name, kind, Access::ReadOnly, Source::System(of));
        let user = |relationship| Kind::Reference { to: "User", relationship };
        let mut fields = vec![system("Id", Kind::Id, System::Id)];
        if name != "User" {
            fields.push(system("IsDeleted", Kind::Boolean, System::IsDeleted));
            fields.push(field("OwnerId", user("Owner"), Access::Open, Source::Plain));
        }
        let is_person = rows.iter().any(|(name, ..)| *name == "LastName");
        fields.extend(rows.iter().map(|(name, kind, access)| field(name, *kind, *access, source(name, *kind, is_person))));
        fields.extend([
            system("CreatedDate", Kind::Instant, System::Created),
            system("CreatedById", user("CreatedBy"), System::By),
            system("LastModifiedDate", Kind::Instant, System::Modified),
            system("LastModifiedById", user("LastModifiedBy"), System::By),
            system("SystemModstamp", Kind::Instant, System::Modified),
            system(REVISION, Kind::Number, System::Revision),
            system(LARGE_TEXT, Kind::LongText, System::Large),
        ]);
        fields.extend((1..=extra).map(|n| field(&format!("Extra_{n:03}__c"), Kind::Text, Access::Open, Source::Plain)));
        let compounds: Vec<_> = fields.iter().map(|field| (field.source, field.name.clone())).collect();
        for field in &mut fields {
            field.part_of = compounds.iter().find_map(|(source, compound)| part_of(&field.name, *source, compound));
        }
        Self { name: name.to_owned(), prefix, fields, children: children(name, customs) }
    }

    /// The place and the field of a name, in any case.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name.eq_ignore_ascii_case(name))
    }

    /// The place of a field of which there is one on every object that asks.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.field(name).map(|(at, _)| at)
    }

    /// The field behind a relationship to a parent, by the relationship's name.
    pub fn parent(&self, relationship: &str) -> Option<(usize, &'static str, &'static str)> {
        self.fields.iter().enumerate().find_map(|(at, field)| match field.kind {
            Kind::Reference { to, relationship: name } if name.eq_ignore_ascii_case(relationship) => Some((at, to, name)),
            _ => None,
        })
    }

    /// Whether a customer added it.
    pub fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// What people call one of them.
    pub fn label(&self) -> String {
        label(&self.name)
    }
}

/// What people call an object or a field of this name.
pub(super) fn label(name: &str) -> String {
    name.strip_suffix("__c").unwrap_or(name).replace('_', " ")
}

fn field(name: &str, kind: Kind, access: Access, source: Source) -> Field {
    Field { name: name.to_owned(), kind, access, source, part_of: None }
}

fn source(name: &str, kind: Kind, is_person: bool) -> Source {
    match (name, kind) {
        ("BillingAddress", _) => Source::Address("Billing"),
        ("MailingAddress", _) => Source::Address("Mailing"),
        (_, Kind::Address) => Source::Address(""),
        ("Name", _) if is_person => Source::PersonName,
        _ => Source::Plain,
    }
}

/// The parts of an address: the end of the field's name, and the name in answers.
pub(super) const ADDRESS: [(&str, &str); 5] =
    [("City", "city"), ("Country", "country"), ("PostalCode", "postalCode"), ("State", "state"), ("Street", "street")];

fn part_of(name: &str, source: Source, compound: &str) -> Option<(&'static str, &'static str)> {
    match source {
        Source::PersonName => [("Name", "FirstName"), ("Name", "LastName")].into_iter().find(|(_, part)| *part == name),
        Source::Address(start) => {
            let compound = ["BillingAddress", "MailingAddress", "Address"].into_iter().find(|known| *known == compound)?;
            let part = ADDRESS.iter().find(|(end, _)| name.strip_prefix(start) == Some(end));
            part.map(|(end, _)| (compound, *end))
        }
        _ => None,
    }
}

fn children(name: &str, customs: &[String]) -> Vec<Children> {
    let child =
        |relationship: &str, entity: &str, field| Children { relationship: relationship.into(), entity: entity.into(), field };
    if name != "Account" {
        return Vec::new();
    }
    let standard = [child("Contacts", "Contact", "AccountId"), child("Opportunities", "Opportunity", "AccountId")];
    let custom = customs.iter().map(|custom| child(&format!("{}s__r", custom.trim_end_matches("__c")), custom, "Account__c"));
    standard.into_iter().chain(custom).collect()
}

/// `a00`, `a01`, …, as Salesforce numbers custom objects.
fn custom_prefix(at: usize) -> [u8; 3] {
    let digit = |value: usize| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % 36];
    [b'a', digit(at / 36), digit(at)]
}
