//! A unit enum as one of a few words.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Fields};

use crate::attributes::{self, kebab, refused};

pub(crate) fn derive(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let mut rows = Vec::with_capacity(data.variants.len());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return refused(variant, "a choice is a word alone: give what belongs to it a member of its own");
        }
        let said = attributes::read(&variant.attrs, &["name"])?;
        rows.push((&variant.ident, said.name.map_or_else(|| kebab(&variant.ident.to_string()), |name| name.value())));
    }
    if rows.is_empty() {
        return refused(&input.ident, "a choice has at least one variant");
    }
    let (variants, words): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let name = &input.ident;
    Ok(quote! {
        const _: () = {
            const WORDS: &[&str] = &[#(#words),*];

            impl ::ampline_sink::Field for #name {
                fn schema(_: &::ampline_sink::Rules) -> ::ampline_sink::Schema {
                    ::ampline_sink::Schema::of("string").with("enum", WORDS)
                }

                fn read(
                    value: &::ampline_sink::derived::Value,
                    _: &::ampline_sink::Rules,
                    issues: &mut ::ampline_sink::Issues,
                ) -> ::std::option::Option<Self> {
                    match value.as_str() {
                        #(::std::option::Option::Some(#words) => ::std::option::Option::Some(Self::#variants),)*
                        _ => {
                            issues.fault(::std::format_args!("must be one of {}", WORDS.join(", ")));
                            ::std::option::Option::None
                        }
                    }
                }

                fn shown(&self) -> ::std::option::Option<::ampline_sink::derived::Value> {
                    ::std::option::Option::Some(match self { #(Self::#variants => #words.into(),)* })
                }
            }
        };
    })
}
