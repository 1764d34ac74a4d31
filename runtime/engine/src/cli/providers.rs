//! `ampline providers`: which there are, what one of them says, and whether a file declares one well.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ampline_core::provider::{ApiKeyPlace, AuthScheme, Catalog, Input, Provider, ProviderInfo, check_provider, provider_schema};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, Format, check, finish, output, table};
use crate::providers;

/// Lists providers, shows one, or checks files that declare one.
#[derive(Debug, Args)]
pub(super) struct ProvidersArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the providers: those built in, and those of a folder.
    List(#[command(flatten)] Folder),
    /// Show a provider: its address, how it is authorised, its limits and its objects.
    Show {
        /// Its catalog name
        name: String,
        #[command(flatten)]
        folder: Folder,
    },
    /// Check files that declare providers: every problem with its place and its remedy.
    ///
    /// Exit code: 0 without errors, 1 with errors, 2 where a file could not be read.
    Check {
        /// Files to check
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to print what is found
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print the JSON Schema of such a file, for editors.
    Schema,
}

#[derive(Debug, Args)]
struct Folder {
    /// The folder with further providers; without the flag, `providers` if it is there
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: ProvidersArgs) -> ExitCode {
    match args.action {
        Action::List(folder) => finish(list(&folder)),
        Action::Show { name, folder } => finish(show(&name, &folder)),
        Action::Check { files, format } => finish(check(&files, format)),
        Action::Schema => finish(output::print(&format!("{:#}", provider_schema()))),
    }
}

/// The folder beside a manifest that is read where nothing else is said.
pub(super) fn beside(manifest: &Path) -> Option<PathBuf> {
    Some(manifest.with_file_name("providers")).filter(|folder| folder.is_dir())
}

impl Folder {
    fn catalog(&self) -> Result<Catalog, Failure> {
        let folder = self.dir.clone().or_else(|| beside(Path::new("amp.yaml")));
        providers::catalog(folder.as_deref()).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect();
            Failure::refused(lines.join("\nerror: "))
        })
    }
}

fn list(folder: &Folder) -> Result<(), Failure> {
    let catalog = folder.catalog()?;
    let providers: Vec<&dyn Provider> = catalog.names().filter_map(|name| catalog.get(name)).map(AsRef::as_ref).collect();
    output::show(folder.format, &providers.iter().map(|provider| facts(*provider)).collect(), |_| {
        let row = |provider: &&dyn Provider| {
            let ProviderInfo { name, display_name, base_url, auth, .. } = provider.info();
            [name.clone(), display_name.clone(), auth_name(auth).to_owned(), base_url.clone()]
        };
        table::text(["name", "display name", "auth", "base URL"], &providers.iter().map(row).collect::<Vec<_>>(), "")
    })
}

fn show(name: &str, folder: &Folder) -> Result<(), Failure> {
    let catalog = folder.catalog()?;
    let provider = catalog.get(name).ok_or_else(|| Failure::refused(catalog.unknown(name)))?.as_ref();
    output::show(folder.format, &facts(provider), |_| described(provider))
}

fn auth_name(auth: &AuthScheme) -> &'static str {
    match auth {
        AuthScheme::None => "none",
        AuthScheme::Basic => "basic",
        AuthScheme::ApiKey(_) => "apiKey",
        AuthScheme::Custom(_) => "custom",
        AuthScheme::OAuth2(_) => "oauth2",
    }
}

/// A provider as programs read it.
fn facts(provider: &dyn Provider) -> Value {
    let info = provider.info();
    let rate_limit = info.rate_limit.map(
        |limit| json!({ "requests": limit.requests, "perSeconds": limit.per.as_secs_f64(), "concurrent": limit.concurrent }),
    );
    let listed = |inputs: &[Input]| -> Value {
        let input = |input: &Input| json!({ "name": input.name, "displayName": input.display_name, "documentation": input.documentation });
        inputs.iter().map(input).collect()
    };
    json!({
        "name": info.name,
        "displayName": info.display_name,
        "baseURL": info.base_url,
        "authType": auth_name(&info.auth),
        "docsURL": info.docs_url,
        "inputs": listed(&info.inputs),
        "authInputs": listed(auth_inputs(info)),
        "rateLimit": rate_limit,
        "modules": info.modules,
        "objects": provider.objects(),
    })
}

/// What a customer gives, where the provider's credentials have a form of their own.
fn auth_inputs(info: &ProviderInfo) -> &[Input] {
    if let AuthScheme::Custom(custom) = &info.auth { &custom.inputs } else { &[] }
}

fn described(provider: &dyn Provider) -> String {
    let info = provider.info();
    let auth = match &info.auth {
        AuthScheme::ApiKey(ApiKeyPlace::Header { name, prefix }) => format!("apiKey, as the header `{name}: {prefix}…`"),
        AuthScheme::ApiKey(ApiKeyPlace::Query { name }) => format!("apiKey, as the parameter `{name}`"),
        AuthScheme::OAuth2(oauth) => format!("oauth2, tokens from {}", oauth.token_url),
        other => auth_name(other).to_owned(),
    };
    let mut lines = vec![
        format!("{} ({})", info.display_name, info.name),
        format!("  base URL    {}", info.base_url),
        format!("  auth        {auth}"),
    ];
    lines.extend(
        info.inputs.iter().map(|input| format!("  input       {}: {}. {}", input.name, input.display_name, input.documentation)),
    );
    let secrets = auth_inputs(info).iter();
    lines.extend(secrets.map(|input| format!("  secret      {}: {}. {}", input.name, input.display_name, input.documentation)));
    if let Some(limit) = info.rate_limit {
        let concurrent = limit.concurrent.map_or_else(String::new, |most| format!(", {most} at the same time"));
        lines.push(format!("  rate limit  {} requests in {} s{concurrent}", limit.requests, limit.per.as_secs_f64()));
    }
    lines.push(match provider.objects() {
        Some(objects) => format!("  objects     {}", objects.join(", ")),
        None => "  objects     whatever the customer's account has".to_owned(),
    });
    lines.extend(info.docs_url.iter().map(|url| format!("  docs        {url}")));
    lines.join("\n")
}

fn check(files: &[PathBuf], format: Format) -> Result<(), Failure> {
    let (mut findings, mut text, mut errors) = (Vec::new(), Vec::new(), 0);
    for file in files {
        let source =
            providers::read(file).map_err(|error| Failure::unable(format!("cannot read {}: {error}", file.display())))?;
        let checked = check_provider(&source);
        errors += usize::from(checked.provider.is_none());
        print_issues(&mut text, file, &source, &checked.issues);
        findings.extend(checked.issues.iter().map(|issue| {
            let mut finding = json!(issue);
            finding["file"] = json!(file);
            finding
        }));
        if let (Some(provider), Format::Table) = (&checked.provider, format) {
            let info = provider.info();
            text.extend(format!("{}: {} ({})\n", file.display(), info.display_name, info.name).bytes());
        }
    }
    output::show(format, &Value::Array(findings), |_| String::from_utf8_lossy(&text).trim_end().to_owned())?;
    if errors == 0 { Ok(()) } else { Err(Failure::refused(format!("{errors} of {} files declare no provider", files.len()))) }
}

/// A buffer takes all that is written to it.
fn print_issues(text: &mut Vec<u8>, file: &Path, source: &[u8], issues: &[ampline_core::manifest::Issue]) {
    let written: io::Result<()> = check::print_issues(file, source, issues, text).and_then(|()| text.flush());
    debug_assert!(written.is_ok(), "{written:?}");
}
