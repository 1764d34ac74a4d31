//! The provider catalog. What a provider is, is public; what a customer has there is not.

use std::collections::BTreeMap;

use ampline_core::{
    provider::{self, ApiKeyPlace, AuthScheme, Grant, Provider},
    subscribe::Source,
};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::Path,
    problem::{Problem, not_found},
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(show))
}

/// How requests are authorised.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum AuthType {
    None,
    Basic,
    Oauth2,
    ApiKey,
    Custom,
}

/// A provider of the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProviderInfo {
    /// Catalog name, case-sensitive.
    name: String,
    /// Shown to people.
    display_name: String,
    auth_type: AuthType,
    /// Where its API is; `{{.workspace}}` and the like stand for what a connection says.
    #[serde(rename = "baseURL")]
    base_url: String,
    /// The module that counts where a manifest names none; empty where there are none.
    default_module: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    oauth2_opts: Option<OAuth2Options>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    api_key_opts: Option<ApiKeyOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    custom_opts: Option<CustomOptions>,
    support: Support,
    /// By their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    modules: BTreeMap<String, Module>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    metadata: Option<Metadata>,
    /// Objects that can be read; left out where that is the customer's matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    objects: Option<Vec<String>>,
    /// Where the provider describes its API, for people.
    #[serde(rename = "docsURL", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    docs_url: Option<String>,
}

/// How tokens are first got.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OAuth2GrantType)]
enum GrantType {
    /// A person consents; the proof key (PKCE) is always sent.
    AuthorizationCodePKCE,
    ClientCredentials,
    Password,
}

/// OAuth 2 as the provider speaks it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OAuth2Options {
    grant_type: GrantType,
    /// Where a person consents; left out where the grant needs none.
    #[serde(rename = "authURL", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    auth_url: Option<String>,
    /// Where tokens are given and refreshed.
    #[serde(rename = "tokenURL")]
    token_url: String,
    /// Whether a registration should name scopes: none are asked for otherwise.
    explicit_scopes_required: bool,
    /// Whether a connection must say its workspace before it can be made.
    explicit_workspace_required: bool,
    /// Further parameters of the consent address.
    #[serde(rename = "authURLParams", skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    auth_url_params: BTreeMap<String, String>,
    token_metadata_fields: TokenMetadataFields,
}

/// What token answers tell besides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TokenMetadataFields {
    /// The member that names the customer's workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    workspace_ref_field: Option<String>,
}

/// Where an API key goes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ApiKeyOptions {
    attachment_type: Attachment,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    header: Option<KeyHeader>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    query: Option<KeyParameter>,
}

/// Part of a request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KeyAttachment)]
enum Attachment {
    Header,
    Query,
}

/// A header that holds a key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KeyHeader {
    name: String,
    /// Written before the key.
    value_prefix: String,
}

/// A parameter that holds a key.
#[derive(Debug, Serialize, ToSchema)]
struct KeyParameter {
    name: String,
}

/// Credentials of a form of the provider's own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CustomOptions {
    headers: Vec<CustomPart>,
    query_params: Vec<CustomPart>,
    /// What a customer gives; all of it is secret.
    inputs: Vec<Input>,
}

/// A header or a parameter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CustomPart {
    name: String,
    /// `{{.name}}` stands for an input.
    value_template: String,
}

/// What this runtime can do with a provider.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProviderSupport)]
struct Support {
    read: bool,
    write: bool,
    subscribe: bool,
    proxy: bool,
    search: bool,
    delete: bool,
    batch_write: bool,
    bulk_write: BulkWrite,
}

/// Which writes go many at a time.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = BulkWriteSupport)]
struct BulkWrite {
    insert: bool,
    update: bool,
    upsert: bool,
    delete: bool,
}

/// A part of a provider's API.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProviderModule)]
struct Module {
    #[serde(rename = "baseURL")]
    base_url: String,
    /// Shown to people.
    display_name: String,
    support: Support,
}

/// What a connection must say besides its credentials.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderMetadata)]
struct Metadata {
    input: Vec<Input>,
}

/// A value that stands for a placeholder of the addresses.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProviderInput)]
struct Input {
    /// As the placeholder names it.
    name: String,
    /// Shown to people.
    display_name: String,
    /// Where it is found, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    prompt: String,
}

/// Lists the provider catalog, by the providers' names.
#[utoipa::path(
    get, path = "/v1/providers", operation_id = "listProviders", tag = "providers",
    responses((status = 200, body = BTreeMap<String, ProviderInfo>))
)]
async fn list(State(api): Shared) -> Json<BTreeMap<String, ProviderInfo>> {
    let catalog = api.projects.catalog();
    let all = catalog.names().filter_map(|name| Some((name.to_owned(), info(catalog.get(name)?.as_ref()))));
    Json(all.collect())
}

/// Shows a provider of the catalog.
#[utoipa::path(
    get, path = "/v1/providers/{provider}", operation_id = "getProvider", tag = "providers",
    responses((status = 200, body = ProviderInfo))
)]
async fn show(State(api): Shared, Path(name): Path<String>) -> Result<Json<ProviderInfo>, Problem> {
    let catalog = api.projects.catalog();
    catalog.get(&name).map(|provider| Json(info(provider.as_ref()))).ok_or_else(|| not_found(catalog.unknown(&name)))
}

fn info(provider: &dyn Provider) -> ProviderInfo {
    let info = provider.info();
    let support = support(&info.name);
    let module = |name: &String| {
        let module = Module { base_url: info.base_url.clone(), display_name: format!("{} ({name})", info.display_name), support };
        (name.clone(), module)
    };
    let inputs: Vec<Input> = info.inputs.iter().map(input).collect();
    ProviderInfo {
        name: info.name.clone(),
        display_name: info.display_name.clone(),
        auth_type: auth_type(&info.auth),
        base_url: info.base_url.clone(),
        default_module: info.modules.first().cloned().unwrap_or_default(),
        oauth2_opts: oauth2(info),
        api_key_opts: api_key(&info.auth),
        custom_opts: custom(&info.auth),
        support,
        modules: info.modules.iter().map(module).collect(),
        metadata: (!inputs.is_empty()).then_some(Metadata { input: inputs }),
        objects: provider.objects().map(|objects| objects.into_iter().map(str::to_owned).collect()),
        docs_url: info.docs_url.clone(),
    }
}

/// Every provider is read; only events of some can be taken in; nothing is written yet.
fn support(name: &str) -> Support {
    Support {
        read: true,
        write: false,
        subscribe: Source::of(name).is_some(),
        proxy: false,
        search: false,
        delete: false,
        batch_write: false,
        bulk_write: BulkWrite { insert: false, update: false, upsert: false, delete: false },
    }
}

fn input(input: &provider::Input) -> Input {
    Input { name: input.name.clone(), display_name: input.display_name.clone(), prompt: input.documentation.clone() }
}

fn custom(auth: &AuthScheme) -> Option<CustomOptions> {
    let AuthScheme::Custom(custom) = auth else { return None };
    let part = |(name, value): &(String, String)| CustomPart { name: name.clone(), value_template: value.clone() };
    Some(CustomOptions {
        headers: custom.headers.iter().map(part).collect(),
        query_params: custom.query.iter().map(part).collect(),
        inputs: custom.inputs.iter().map(input).collect(),
    })
}

fn auth_type(auth: &AuthScheme) -> AuthType {
    match auth {
        AuthScheme::None => AuthType::None,
        AuthScheme::Basic => AuthType::Basic,
        AuthScheme::ApiKey(_) => AuthType::ApiKey,
        AuthScheme::OAuth2(_) => AuthType::Oauth2,
        AuthScheme::Custom(_) => AuthType::Custom,
    }
}

fn oauth2(info: &provider::ProviderInfo) -> Option<OAuth2Options> {
    let AuthScheme::OAuth2(oauth2) = &info.auth else { return None };
    let addresses = [&info.base_url, &oauth2.auth_url, &oauth2.token_url];
    Some(OAuth2Options {
        grant_type: match oauth2.grant {
            Grant::AuthorizationCode => GrantType::AuthorizationCodePKCE,
            Grant::ClientCredentials => GrantType::ClientCredentials,
            Grant::Password => GrantType::Password,
        },
        auth_url: (!oauth2.auth_url.is_empty()).then(|| oauth2.auth_url.clone()),
        token_url: oauth2.token_url.clone(),
        explicit_scopes_required: oauth2.scopes.is_empty(),
        explicit_workspace_required: addresses.iter().any(|address| address.contains("workspace")),
        auth_url_params: oauth2.auth_url_params.clone(),
        token_metadata_fields: TokenMetadataFields { workspace_ref_field: oauth2.workspace_field.clone() },
    })
}

fn api_key(auth: &AuthScheme) -> Option<ApiKeyOptions> {
    let AuthScheme::ApiKey(place) = auth else { return None };
    Some(match place {
        ApiKeyPlace::Header { name, prefix } => ApiKeyOptions {
            attachment_type: Attachment::Header,
            header: Some(KeyHeader { name: name.clone(), value_prefix: prefix.clone() }),
            query: None,
        },
        ApiKeyPlace::Query { name } => {
            ApiKeyOptions { attachment_type: Attachment::Query, header: None, query: Some(KeyParameter { name: name.clone() }) }
        }
    })
}
