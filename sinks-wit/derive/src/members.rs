//! A struct as an object: for each field one member of the schema and one line of the reader, out of the same words.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{DataStruct, DeriveInput, Expr, ExprLit, Field, Fields, Lit};

use crate::attributes::{self, Said, camel, refused};

const OF_STRUCT: [&str; 2] = ["title", "check"];
const OF_FIELD: [&str; 8] = ["title", "name", "default", "min", "max", "min_length", "max_length", "check"];

pub(crate) fn derive(input: &DeriveInput, data: &DataStruct) -> syn::Result<TokenStream> {
    let Fields::Named(fields) = &data.fields else {
        return refused(&input.ident, "a configuration has named fields: its members' names come from them");
    };
    if !input.generics.params.is_empty() {
        return refused(&input.generics, "a configuration has no parameters: name the types of its fields");
    }
    let said = attributes::read(&input.attrs, &OF_STRUCT)?;
    let members = fields.named.iter().map(Member::of).collect::<syn::Result<Vec<_>>>()?;
    let (schemas, reads): (Vec<_>, Vec<_>) = members.iter().map(|member| (member.schema(), member.read())).unzip();
    let fields: Vec<_> = members.iter().map(|member| &member.field.ident).collect();
    // Names that no field can have, whatever it is called.
    let locals: Vec<_> = (0..members.len()).map(|place| format_ident!("member_{place}", span = Span::mixed_site())).collect();
    let title = said.title.map(|title| title.value()).unwrap_or_default();
    let description = said.description;
    let check = said.check.map(|check| quote! { #check(&read, fields); });
    let name = &input.ident;
    Ok(quote! {
        const _: () = {
            impl #name {
                fn ampline_sink_schema() -> ::ampline_sink::Schema {
                    ::ampline_sink::Schema::object(&[#(#schemas),*]).titled(#title, #description)
                }
            }

            impl ::ampline_sink::Config for #name {
                fn schema() -> ::std::string::String {
                    Self::ampline_sink_schema().document()
                }

                fn read(fields: &mut ::ampline_sink::Fields<'_>) -> ::std::option::Option<Self> {
                    #(let #locals = #reads;)*
                    let read = Self { #(#fields: #locals?),* };
                    #check
                    ::std::option::Option::Some(read)
                }
            }

            impl ::ampline_sink::Field for #name {
                fn schema(_: &::ampline_sink::Rules) -> ::ampline_sink::Schema {
                    Self::ampline_sink_schema()
                }

                fn read(
                    value: &::ampline_sink::derived::Value,
                    _: &::ampline_sink::Rules,
                    issues: &mut ::ampline_sink::Issues,
                ) -> ::std::option::Option<Self> {
                    ::ampline_sink::derived::read_within(value, issues)
                }
            }
        };
    })
}

struct Member<'a> {
    field: &'a Field,
    said: Said,
    name: String,
}

impl<'a> Member<'a> {
    fn of(field: &'a Field) -> syn::Result<Self> {
        let said = attributes::read(&field.attrs, &OF_FIELD)?;
        let own = || field.ident.as_ref().map(|name| camel(&name.to_string())).unwrap_or_default();
        let name = said.name.as_ref().map_or_else(own, syn::LitStr::value);
        Ok(Self { field, said, name })
    }

    fn rules(&self) -> TokenStream {
        let rules = self.said.rules.iter().map(|(rule, bound)| {
            let rule = format_ident!("{rule}");
            quote! { #rule: ::std::option::Option::Some(#bound) }
        });
        quote! { ::ampline_sink::Rules { #(#rules,)* ..::std::default::Default::default() } }
    }

    /// `Option<fn() -> T>`.
    fn default(&self) -> TokenStream {
        let kind = &self.field.ty;
        match &self.said.default {
            Some(Some(text @ Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))) => {
                quote! { ::std::option::Option::Some((|| #text.into()) as fn() -> #kind) }
            }
            Some(Some(value)) => quote! { ::std::option::Option::Some((|| #value) as fn() -> #kind) },
            Some(None) => quote! { ::std::option::Option::Some(<#kind as ::std::default::Default>::default as fn() -> #kind) },
            None => quote! { ::std::option::Option::None::<fn() -> #kind> },
        }
    }

    /// `(name, schema, whether it is required)`.
    fn schema(&self) -> TokenStream {
        let (kind, name, rules, default) = (&self.field.ty, &self.name, self.rules(), self.default());
        let title = self.said.title.as_ref().map(syn::LitStr::value).unwrap_or_default();
        let description = &self.said.description;
        quote! { ::ampline_sink::derived::member_schema::<#kind>(#name, &#rules, #default, #title, #description) }
    }

    /// `Option<T>`.
    fn read(&self) -> TokenStream {
        let (kind, name, rules, default) = (&self.field.ty, &self.name, self.rules(), self.default());
        let read = quote! { fields.member::<#kind>(#name, &#rules, #default) };
        match &self.said.check {
            Some(check) => quote! { ::ampline_sink::derived::checked(#read, fields, #name, #check) },
            None => read,
        }
    }
}
