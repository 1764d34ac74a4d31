//! The fields of each standard object, and of custom ones; system fields come on top of these.

use super::schema::{
    Access::{Open, ReadOnly, Required},
    Kind::{
        Address, Boolean, Currency, Date, Email, LongText, Multipicklist, Number, Percent, Phone, Picklist, Reference, Text, Url,
        Whole,
    },
    Row,
};

const INDUSTRIES: &[&str] = &["Agriculture", "Banking", "Construction", "Technology"];
const INTERESTS: &[&str] = &["Art", "Music", "Sailing", "Chess & Go"];
const SOURCES: &[&str] = &["Web", "Phone Inquiry", "Partner Referral", "Other"];
const ACCOUNT_LOOKUP: super::schema::Kind = Reference { to: "Account", relationship: "Account" };

pub(super) const ACCOUNT: &[Row] = &[
    ("Name", Text, Required),
    ("Type", Picklist(&["Prospect", "Customer - Direct", "Partner"]), Open),
    ("Industry", Picklist(INDUSTRIES), Open),
    ("AnnualRevenue", Currency, Open),
    ("NumberOfEmployees", Whole, Open),
    ("Phone", Phone, Open),
    ("Website", Url, Open),
    ("Description", LongText, Open),
    ("BillingStreet", Text, Open),
    ("BillingCity", Text, Open),
    ("BillingState", Text, Open),
    ("BillingPostalCode", Text, Open),
    ("BillingCountry", Text, Open),
    ("BillingAddress", Address, ReadOnly),
];

pub(super) const CONTACT: &[Row] = &[
    ("LastName", Text, Required),
    ("FirstName", Text, Open),
    ("Name", Text, ReadOnly),
    ("AccountId", ACCOUNT_LOOKUP, Open),
    ("Email", Email, Open),
    ("Phone", Phone, Open),
    ("Title", Text, Open),
    ("Birthdate", Date, Open),
    ("LeadSource", Picklist(SOURCES), Open),
    ("HasOptedOutOfEmail", Boolean, Open),
    ("Description", LongText, Open),
    ("MailingStreet", Text, Open),
    ("MailingCity", Text, Open),
    ("MailingState", Text, Open),
    ("MailingPostalCode", Text, Open),
    ("MailingCountry", Text, Open),
    ("MailingAddress", Address, ReadOnly),
    ("Score__c", Number, Open),
    ("Interests__c", Multipicklist(INTERESTS), Open),
];

pub(super) const LEAD: &[Row] = &[
    ("LastName", Text, Required),
    ("FirstName", Text, Open),
    ("Name", Text, ReadOnly),
    ("Company", Text, Required),
    ("Title", Text, Open),
    ("Email", Email, Open),
    ("Phone", Phone, Open),
    ("Status", Picklist(&["Open - Not Contacted", "Working - Contacted", "Closed - Converted"]), Open),
    ("LeadSource", Picklist(SOURCES), Open),
    ("IsConverted", Boolean, ReadOnly),
    ("AnnualRevenue", Currency, Open),
    ("Street", Text, Open),
    ("City", Text, Open),
    ("State", Text, Open),
    ("PostalCode", Text, Open),
    ("Country", Text, Open),
    ("Address", Address, ReadOnly),
];

pub(super) const OPPORTUNITY: &[Row] = &[
    ("Name", Text, Required),
    ("AccountId", ACCOUNT_LOOKUP, Open),
    ("StageName", Picklist(&["Prospecting", "Qualification", "Closed Won", "Closed Lost"]), Required),
    ("Amount", Currency, Open),
    ("Probability", Percent, Open),
    ("CloseDate", Date, Required),
    ("IsWon", Boolean, ReadOnly),
    ("Description", LongText, Open),
];

pub(super) const USER: &[Row] = &[
    ("Username", Text, Required),
    ("LastName", Text, Required),
    ("FirstName", Text, Open),
    ("Name", Text, ReadOnly),
    ("Email", Email, Required),
    ("IsActive", Boolean, Open),
    ("TimeZoneSidKey", Picklist(&["GMT", "America/Los_Angeles", "Asia/Kolkata"]), Open),
];

pub(super) const CUSTOM: &[Row] = &[
    ("Name", Text, Open),
    ("Account__c", Reference { to: "Account", relationship: "Account__r" }, Open),
    ("Amount__c", Currency, Open),
    ("Status__c", Picklist(&["Draft", "Sent", "Paid"]), Open),
    ("Tags__c", Multipicklist(INTERESTS), Open),
    ("Due__c", Date, Open),
    ("Is_Final__c", Boolean, Open),
];
