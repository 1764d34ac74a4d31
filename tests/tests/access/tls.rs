//! HTTPS: curl and OpenSSL at the other end, certificates that change, the command line of this machine, and profiles.

use std::{fs, path::Path, process::Output};

use ampline_tests::{requirement::require, runtime::RuntimeProcess};

use crate::stage::{Stage, run, said, until};

const SETTINGS: &str = "[api]\ntls = { certificate = \"{certificate}\", key = \"{key}\" }\n";

/// An authority, and certificates that it signed.
struct Authority {
    issuer: rcgen::CertifiedIssuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "authority of a test");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        Self { issuer: rcgen::CertifiedIssuer::self_signed(parameters, key).unwrap() }
    }

    /// Writes a certificate for the loopback and its key.
    fn issue(&self, certificate: &Path, key: &Path) {
        let made = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "server of a test");
        let signed = parameters.signed_by(&made, &self.issuer).unwrap();
        fs::write(key, made.serialize_pem()).unwrap();
        fs::write(certificate, format!("{}{}", signed.pem(), self.issuer.pem())).unwrap();
    }
}

struct Secured {
    stage: Stage,
    authority: Authority,
}

impl Secured {
    fn new() -> Self {
        let stage = Stage::new("");
        let authority = Authority::new();
        let secured = Self { stage, authority };
        fs::write(secured.file("ca"), secured.authority.issuer.pem()).unwrap();
        secured.issue();
        let (certificate, key) = (secured.file("certificate"), secured.file("key"));
        let further = SETTINGS.replace("{certificate}", &certificate).replace("{key}", &key);
        let path = secured.stage.workplace.settings_file();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{further}")).unwrap();
        secured
    }

    fn file(&self, name: &str) -> String {
        self.stage.file(&format!("{name}.pem")).to_str().unwrap().to_owned()
    }

    fn issue(&self) {
        self.authority.issue(Path::new(&self.file("certificate")), Path::new(&self.file("key")));
    }

    /// Status and protocol of an answer, by curl.
    fn curl(&self, runtime: &RuntimeProcess, further: &[&str]) -> Output {
        let url = format!("https://localhost:{}/v1/projects/demo/status", runtime.client.address().port());
        let key = format!("x-api-key: {}", runtime.client.key());
        let mut arguments = vec!["--silent", "--show-error", "--noproxy", "*", "--output", "/dev/null", "--write-out"];
        arguments.extend(["%{http_code} %{http_version}", "--header", &key]);
        arguments.extend(further);
        arguments.push(&url);
        run("curl", &arguments)
    }

    /// The certificate that is shown, in PEM.
    fn shown(&self, runtime: &RuntimeProcess) -> String {
        let to = format!("127.0.0.1:{}", runtime.client.address().port());
        let output = run("openssl", &["s_client", "-connect", &to, "-CAfile", &self.file("ca"), "-verify_return_error"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let start = text.find("-----BEGIN CERTIFICATE-----").unwrap_or_else(|| panic!("{text}{output:?}"));
        let end = text[start..].find("-----END CERTIFICATE-----").unwrap();
        text[start..start + end].replace('\n', "")
    }
}

fn tools() -> Result<(), String> {
    for (program, version) in [("curl", "--version"), ("openssl", "version")] {
        std::process::Command::new(program).arg(version).output().map_err(|error| format!("run {program}: {error}"))?;
    }
    Ok(())
}

#[test]
fn https_is_served_and_its_certificate_is_replaced_without_a_restart() {
    let Some(()) = require("access", "curl and openssl", tools()) else { return };
    let secured = Secured::new();
    let runtime = secured.stage.start();
    let ca = secured.file("ca");
    for (further, answer) in [(["--cacert", &ca, "--http1.1"], "200 1.1"), (["--cacert", &ca, "--http2"], "200 2")] {
        assert_eq!(said(&secured.curl(&runtime, &further), &further), answer);
    }
    assert!(!secured.curl(&runtime, &[]).status.success(), "nobody else's word counts");
    let old = ["--cacert", &ca, "--tls-max", "1.1"];
    assert!(!secured.curl(&runtime, &old).status.success(), "nothing below TLS 1.2");
    let plain = run("curl", &["--silent", "--noproxy", "*", &format!("http://{}/health/live", runtime.client.address())]);
    assert!(!plain.status.success(), "nothing is answered without TLS");

    // The command line of this machine knows the certificate from the data folder.
    assert!(secured.stage.says(&["status"]).contains("serves project demo"));
    let url = format!("https://localhost:{}", runtime.client.address().port());
    let mut add = secured.stage.workplace.command();
    add.args(["profile", "add", "here", "--url", &url, "--project", "demo", "--ca-file", &ca]);
    said(&add.env("AMPLINE_API_KEY", secured.stage.first_key()).output().unwrap(), &["profile", "add"]);
    assert!(secured.stage.says(&["status", "--profile", "here"]).contains("serves project demo"));

    let before = secured.shown(&runtime);
    secured.issue();
    hang_up(&runtime);
    until("SIGHUP brings the new certificate", || secured.shown(&runtime) != before);
    assert!(secured.stage.says(&["status"]).contains("serves project demo"), "which the command line learns of");
    let second = secured.shown(&runtime);
    fs::write(secured.file("key"), "no key").unwrap();
    hang_up(&runtime);
    let log = || fs::read_to_string(secured.stage.workplace.log_file()).unwrap();
    until("a key that is none is told", || log().contains("no private key in PEM form"));
    assert_eq!(secured.shown(&runtime), second, "and changes nothing");
    secured.issue();
    until("changed files are noticed", || secured.shown(&runtime) != second);
    assert_eq!(said(&secured.curl(&runtime, &["--cacert", &ca]), &[]), "200 2");
    assert!(runtime.terminate().unwrap().success());
}

fn hang_up(runtime: &RuntimeProcess) {
    assert!(run("kill", &["-HUP", &runtime.pid().to_string()]).status.success());
}

#[test]
fn what_cannot_be_served_safely_is_refused_with_a_remedy() {
    let secured = Secured::new();
    let (certificate, key) = (secured.file("certificate"), secured.file("key"));
    let path = secured.stage.workplace.settings_file();
    let sound = fs::read_to_string(&path).unwrap();
    let plain = sound.split("[api]").next().unwrap().to_owned();
    let other = secured.file("other");
    fs::write(&other, rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let listen = |address: &'static str| vec!["run", "amp.yaml", "--listen", address];
    for (arguments, settings, reason) in [
        (listen("0.0.0.0:0"), plain.clone(), "0.0.0.0:0 is reached from other machines, and without TLS every key"),
        (listen("[::]:0"), plain.clone(), "say [api] allow_plain_http = true"),
        (listen("127.0.0.1:0"), sound.replace(&certificate, "/nowhere.pem"), "cannot read /nowhere.pem"),
        (listen("127.0.0.1:0"), sound.replace(&certificate, &key), "holds no certificate in PEM form"),
        (listen("127.0.0.1:0"), sound.replace(&key, &certificate), "no private key in PEM form"),
        (listen("127.0.0.1:0"), sound.replace(&key, &other), "is not the key of the first certificate"),
        (
            listen("127.0.0.1:0"),
            format!("{plain}[api]\nallowed_origins = [\"*\", \"https://App.example/\"]\n"),
            "api.allowed_origins[1]",
        ),
        (listen("127.0.0.1:0"), format!("{plain}[api]\nconnections_max = 0\n"), "api.connections_max"),
        (listen("127.0.0.1:0"), format!("{plain}[api]\ntls = {{ certificate = \"a\" }}\n"), "missing field `key`"),
    ] {
        fs::write(&path, settings).unwrap();
        let output = secured.stage.ampline(&arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(reason), "{reason}: {told}");
    }
}
