//! Rotation of the key: everything opens after every step, whatever comes next, and at the end under the new key alone.

use jiff::Timestamp;

use super::*;
use crate::secrets::{API_KEY, Vault, key_source::new_key_into};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn env(name: &str) -> Option<String> {
    let byte = match name {
        "MASTER" => "AAAA",
        "OTHER" => "BBBB",
        _ => return None,
    };
    Some(format!("amplinekey_{}", byte.repeat(10) + "AAA="))
}

/// A folder whose secrets are under the key of `source`.
fn folder(source: Option<&SecretSource>) -> (tempfile::TempDir, DataDir) {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    let vault = Vault::open(&data, source, env, NOW).unwrap();
    vault.api_key(NOW).unwrap();
    vault.download_key(NOW).unwrap();
    drop(vault);
    (folder, data)
}

fn api_key(data: &DataDir) -> String {
    Vault::open_to_read(data, env).unwrap().get(API_KEY).unwrap().unwrap().reveal().to_owned()
}

#[test]
fn a_crash_after_any_step_leaves_secrets_that_open_and_can_be_rotated() {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = SecretSource::File(elsewhere.path().join("key"));
    let target = SecretSource::Env("OTHER".into());
    let master = SecretSource::Env("MASTER".into());
    new_key_into(&file).unwrap();
    assert!(new_key_into(&file).unwrap_err().contains("in use already"));
    for (source, target) in [
        (None, None),
        (Some(&file), None),
        (None, Some(&target)),
        (Some(&file), Some(&target)),
        (Some(&master), Some(&target)),
        (Some(&master), Some(&file)),
    ] {
        for steps in 0..=3 {
            let (_folder, data) = folder(source);
            let before = api_key(&data);
            let rotation = Rotation::prepare(&data, target.cloned(), &env).unwrap();
            for step in rotation.steps().iter().take(steps) {
                rotation.take(*step).unwrap();
            }
            drop(rotation);
            assert_eq!(api_key(&data), before, "{source:?} to {target:?} after {steps} steps");
            let again = if target.is_some() { SecretSource::Env("MASTER".into()) } else { target_of(&data) };
            if Some(&again) != source {
                rotate(&data, (!matches!(again, SecretSource::File(_))).then_some(&again), env).unwrap();
                assert_eq!(api_key(&data), before, "{source:?} to {target:?} after {steps} steps and another rotation");
            }
        }
    }
}

/// Any file: stands for "no other place".
fn target_of(data: &DataDir) -> SecretSource {
    SecretSource::File(data.secrets_key())
}

#[test]
fn the_old_key_opens_nothing_any_more() {
    let (_folder, data) = folder(None);
    let old = std::fs::read_to_string(data.secrets_key()).unwrap();
    let done = rotate(&data, None, env).unwrap();
    assert_eq!((done.values, &done.moved_to), (2, &None));
    let new = std::fs::read_to_string(data.secrets_key()).unwrap();
    assert!(new != old && new.lines().count() == 1);
    assert!(Vault::list(&data).unwrap().iter().all(|one| one.key_id == done.to));
    std::fs::write(data.secrets_key(), old).unwrap();
    let told = Vault::open_to_read(&data, env).err().unwrap().to_string();
    assert!(told.contains(&done.to) && told.contains(&done.from), "{told}");
}

#[test]
fn a_rotation_that_cannot_be_done_changes_nothing_and_says_what_to_do() {
    let master = SecretSource::Env("MASTER".into());
    let check = |source: Option<&SecretSource>, target: Option<&SecretSource>, expected: &str| {
        let (_folder, data) = folder(source);
        let before = std::fs::read(data.secrets()).unwrap();
        let told = rotate(&data, target, env).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
        assert_eq!(std::fs::read(data.secrets()).unwrap(), before);
    };
    check(Some(&master), None, "`ampline secrets rotate --new-key-env MASTER_NEW`");
    check(None, Some(&SecretSource::Env("NOTHING".into())), "the environment variable NOTHING is not set");
    let elsewhere = tempfile::tempdir().unwrap();
    let same = elsewhere.path().join("key");
    std::fs::write(&same, env("MASTER").unwrap()).unwrap();
    check(Some(&master), Some(&SecretSource::File(same)), "it is the key in use");
    let (_folder, data) = folder(None);
    let _running = Vault::open(&data, None, env, NOW).unwrap();
    assert!(rotate(&data, None, env).unwrap_err().to_string().contains("is in use by a running runtime"));
    let empty = tempfile::tempdir().unwrap();
    let told = rotate(&DataDir::create(empty.path()).unwrap(), None, env).unwrap_err().to_string();
    assert!(told.contains("no runtime has used this data folder"), "{told}");
}
