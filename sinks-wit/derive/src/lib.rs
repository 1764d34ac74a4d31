//! `#[derive(Config)]` of `ampline-sink`, where it is documented.

mod attributes;
mod choice;
mod members;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, parse_macro_input};

/// Makes a struct a configuration, or a unit enum a member of one. `ampline_sink::Config` says how.
#[proc_macro_derive(Config, attributes(config))]
pub fn derive_config(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let made = match &input.data {
        Data::Struct(data) => members::derive(&input, data),
        Data::Enum(data) => choice::derive(&input, data),
        Data::Union(_) => {
            Err(syn::Error::new_spanned(&input.ident, "a configuration is a struct with named fields, or a unit enum"))
        }
    };
    made.unwrap_or_else(syn::Error::into_compile_error).into()
}
