//! What the environment says of traces, by the variables that every OpenTelemetry program knows.

use std::path::PathBuf;

use super::span::Parent;

/// Of the two, the one for traces alone stands above the other.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const CERTIFICATES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"];
/// The one protocol that is spoken.
const PROTOCOL: &str = "http/protobuf";
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";

/// How traces are told.
#[derive(Debug, PartialEq)]
pub(super) struct Settings {
    /// The share of traces that is told, from 0 to 1.
    share: f64,
    /// Whether a caller that began a trace decides.
    heeds_caller: bool,
    /// Authorities to trust besides the system's, in PEM.
    pub(super) certificate: Option<PathBuf>,
    /// Whether the environment says what this program is called.
    pub(super) names_service: bool,
}

impl Settings {
    /// Nothing where no collector is named, or traces are switched off.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        // An empty variable counts as one that is not set, says the specification.
        let variable = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
        let is_off = variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let has_other = variable("OTEL_TRACES_EXPORTER").is_some_and(|value| value != "otlp");
        if is_off || has_other || first(ENDPOINTS).is_none() {
            return Ok(None);
        }
        if let Some((name, value)) = first(PROTOCOLS).filter(|(_, value)| value != PROTOCOL) {
            return Err(format!(
                "{name}={value}: traces go out by {PROTOCOL} alone; name a collector's HTTP address, usually port 4318"
            ));
        }
        let (share, heeds_caller) = sampler(variable(SAMPLER).as_deref(), variable(SAMPLER_ARG).as_deref())?;
        let resource = variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        let names_service = variable("OTEL_SERVICE_NAME").is_some() || resource.contains("service.name=");
        let certificate = first(CERTIFICATES).map(|(_, path)| PathBuf::from(path));
        Ok(Some(Self { share, heeds_caller, certificate, names_service }))
    }

    /// Whether a span of this parent is told: of one trace all or none.
    pub(super) fn samples(&self, parent: &Parent) -> bool {
        if let Some(kept) = parent.is_kept().filter(|_| self.heeds_caller) {
            return kept;
        }
        // The last 56 bits: those before them are not random in ids of operations.
        let low = u128::from_be_bytes(parent.trace().to_bytes()) & ((1 << 56) - 1);
        (low as f64) < self.share * (1_u64 << 56) as f64
    }
}

fn sampler(name: Option<&str>, argument: Option<&str>) -> Result<(f64, bool), String> {
    let name = name.unwrap_or("parentbased_always_on");
    let (heeds_caller, base) = name.strip_prefix("parentbased_").map_or((false, name), |base| (true, base));
    let share = match base {
        "always_on" => 1.0,
        "always_off" => 0.0,
        "traceidratio" => share(argument)?,
        _ => {
            let known = "always_on, always_off and traceidratio, each with or without parentbased_ before it";
            return Err(format!("{SAMPLER}={name} is not known; there are {known}"));
        }
    };
    Ok((share, heeds_caller))
}

fn share(argument: Option<&str>) -> Result<f64, String> {
    let Some(text) = argument else { return Ok(1.0) };
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("{SAMPLER_ARG}={text} must be a number from 0 to 1"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        Settings::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    const HERE: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");

    #[test]
    fn nothing_is_told_unless_a_collector_is_named() {
        for variables in [
            &[][..],
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")],
            &[HERE, ("OTEL_SDK_DISABLED", "TRUE")],
            &[HERE, ("OTEL_TRACES_EXPORTER", "none")],
        ] {
            assert_eq!(of(variables), Ok(None), "{variables:?}");
        }
        assert!(of(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces")]).unwrap().is_some());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (variable, reason) in [
            (("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), "OTEL_EXPORTER_OTLP_PROTOCOL=grpc: traces go out by http/protobuf alone"),
            (("OTEL_TRACES_SAMPLER", "sometimes"), "OTEL_TRACES_SAMPLER=sometimes is not known"),
        ] {
            let error = of(&[HERE, variable]).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
        for argument in ["half", "1.5", "-1", "NaN"] {
            let error = of(&[HERE, (SAMPLER, "traceidratio"), (SAMPLER_ARG, argument)]).unwrap_err();
            assert_eq!(error, format!("OTEL_TRACES_SAMPLER_ARG={argument} must be a number from 0 to 1"));
        }
    }

    /// How many of a thousand operations are told; and whether a caller's decision counts.
    #[test]
    fn a_share_of_the_traces_is_told_and_callers_are_heeded() {
        let told = |variables: &[(&str, &str)]| {
            let settings = of(&[&[HERE], variables].concat()).unwrap().unwrap();
            (0..1_000).filter(|_| settings.samples(&Parent::operation(Uuid::now_v7()))).count()
        };
        assert_eq!(told(&[]), 1_000);
        assert_eq!(told(&[(SAMPLER, "always_off")]), 0);
        let tenth = told(&[(SAMPLER, "traceidratio"), (SAMPLER_ARG, "0.1")]);
        assert!((40..=200).contains(&tenth), "{tenth}");
        let mut headers = http::HeaderMap::new();
        headers.insert("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap());
        let caller = Parent::caller(&headers);
        let heeds = |name: &str| of(&[HERE, (SAMPLER, name)]).unwrap().unwrap().samples(&caller);
        assert_eq!([heeds("parentbased_always_off"), heeds("always_off")], [true, false]);
    }
}
