//! Reaching out safely: which addresses may be dialled, and names resolved once to addresses that are checked and then dialled.

mod address;
mod dial;
mod headers;

pub use address::{AddressPolicy, Cidr, CidrError};
pub(crate) use dial::{DialError, Refused, refused, resolve};
pub(crate) use headers::reserved;
