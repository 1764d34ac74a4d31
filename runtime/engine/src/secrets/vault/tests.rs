//! The file of kept secrets: what it holds, what it refuses, and what it never overwrites.

use super::*;
use crate::secrets::MasterKey;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn data() -> (tempfile::TempDir, DataDir) {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    (folder, data)
}

fn open(data: &DataDir) -> Result<Vault, VaultError> {
    Vault::open(data, None, |_| None, NOW)
}

#[test]
fn what_is_kept_is_there_again_and_not_readable_in_the_file() {
    let (_folder, data) = data();
    let vault = open(&data).unwrap();
    let api_key = vault.api_key(NOW).unwrap();
    vault.put("destinations/hook/password", &Secret::new("open-sesame"), NOW).unwrap();
    assert!(matches!(open(&data), Err(VaultError::InUse { .. })), "one process at a time");
    let reader = Vault::open_to_read(&data, |_| None).unwrap();
    assert_eq!(reader.get(API_KEY).unwrap(), Some(api_key.clone()));
    assert!(matches!(reader.put("a", &Secret::new("b"), NOW), Err(VaultError::ReadOnly { .. })));
    drop(vault);
    let text = std::fs::read_to_string(data.secrets()).unwrap();
    assert!(!text.contains("open-sesame") && !text.contains(api_key.reveal()));
    let vault = open(&data).unwrap();
    assert_eq!((vault.api_key(NOW).unwrap(), vault.get("nothing").unwrap()), (api_key, None));
    vault.remove("destinations/hook/password").unwrap();
    assert_eq!(Vault::list(&data).unwrap().len(), 1);
    #[cfg(unix)]
    for path in [data.secrets(), data.secrets_key()] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn plain_files_of_older_versions_move_in_and_go() {
    let (_folder, data) = data();
    std::fs::create_dir(data.path().join("signing-keys")).unwrap();
    let whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let files = [("api-key", "amp_older"), ("download-key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")];
    for (name, text) in files.into_iter().chain([("signing-keys/h%2Fk.whsec", whsec)]) {
        std::fs::write(data.path().join(name), format!("{text}\n")).unwrap();
    }
    let vault = open(&data).unwrap();
    assert_eq!(vault.api_key(NOW).unwrap().reveal(), "amp_older");
    assert_eq!(vault.download_key(NOW).unwrap()[31], 31);
    assert_eq!(vault.get("destinations/h/k/signing-key").unwrap().unwrap().reveal(), whsec);
    assert!(!data.path().join("api-key").exists() && !data.path().join("signing-keys").exists());
    drop(vault);
    // As after a crash between the two: what is kept already stands, and only an equal plain file goes.
    std::fs::write(data.path().join("api-key"), "amp_older").unwrap();
    std::fs::write(data.path().join("download-key"), "another").unwrap();
    assert_eq!(open(&data).unwrap().api_key(NOW).unwrap().reveal(), "amp_older");
    assert!(!data.path().join("api-key").exists() && data.path().join("download-key").exists());
}

#[test]
fn what_cannot_be_opened_says_why_and_is_left_as_it_is() {
    let check = |spoil: &dyn Fn(&DataDir), expected: &[&str]| {
        let (_folder, data) = data();
        open(&data).unwrap().api_key(NOW).unwrap();
        spoil(&data);
        let before = std::fs::read(data.secrets()).unwrap();
        let told = open(&data).err().unwrap().to_string();
        for part in expected {
            assert!(told.contains(part), "{part:?} is not in {told:?}");
        }
        assert!(!told.contains("amplinekey_A"), "{told}");
        assert_eq!(std::fs::read(data.secrets()).unwrap(), before, "{told}");
    };
    let replace = |from: &'static str, to: &'static str| {
        move |data: &DataDir| {
            let text = std::fs::read_to_string(data.secrets()).unwrap();
            assert!(text.contains(from), "{text}");
            std::fs::write(data.secrets(), text.replace(from, to)).unwrap();
        }
    };
    let key_file = |text: String| move |data: &DataDir| std::fs::write(data.secrets_key(), &text).unwrap();
    let other = MasterKey::generate().unwrap();
    let ring = format!("{}\n", other.text().reveal());
    check(&key_file(ring), &["is encrypted under the key k-", other.id(), "secrets.key has", "move"]);
    check(&|data| std::fs::remove_file(data.secrets_key()).unwrap(), &["secrets.key is not there", "restore the key file"]);
    check(&key_file("amplinekey_AAAA".into()), &["cannot use the key", "base64 of 32 bytes"]);
    check(&key_file("correct horse".into()), &["a key begins with amplinekey_"]);
    check(&replace("\"format\": 1", "\"format\": 2"), &["has format 2", "run the newer version"]);
    check(&replace("\"format\": 1", "\"form\": 1"), &["is damaged", "does not say its format"]);
    check(&replace("}", ""), &["is damaged", "restore it from a backup"]);
    check(&replace("\"api-key\"", "\"download-key\""), &["the entry download-key", "was altered"]);
    check(&replace("1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z"), &["the entry api-key", "was altered"]);
    check(&replace("\"nonce\": \"", "\"nonce\": \"AAAA"), &["the entry api-key", "was altered"]);
}

#[test]
fn a_key_from_elsewhere_is_remembered_by_its_place() {
    let (_folder, data) = data();
    let key = MasterKey::generate().unwrap().text();
    let env = |name: &str| (name == "MASTER").then(|| key.reveal().to_owned());
    let source = SecretSource::Env("MASTER".into());
    let made = Vault::open(&data, Some(&source), env, NOW).unwrap().api_key(NOW).unwrap();
    assert!(!data.secrets_key().exists());
    assert_eq!(Vault::open_to_read(&data, env).unwrap().get(API_KEY).unwrap(), Some(made));
    let unset = Vault::open_to_read(&data, |_| None).err().unwrap().to_string();
    assert!(unset.contains("from the environment variable MASTER: ") && unset.contains("is not set"), "{unset}");
    let without = open(&data).err().unwrap().to_string();
    assert!(without.contains("secrets.key is not there"), "{without}");
}
