//! Fixes: each does what it says, leaves the rest of the file as it was, and never makes a manifest worse.
//!
//! Oracle for the rows: the file as a person would have repaired it. For mutants: the checker itself, and the bytes outside the
//! edits.

use ampline_core::manifest::{self, Fix, Issue, Severity};

use super::mutations::{SEEDS, Xorshift, mutate};

/// Repairs `rest`, which begins on line 5 of a sound manifest.
#[track_caller]
fn check_fixed(rest: &str, expected: &str) {
    let source = |rest: &str| format!("specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: hubspot\n{rest}\n");
    check_source(&source(rest), &source(expected));
}

#[track_caller]
fn check_source(source: &str, expected: &str) {
    let fixed = manifest::fixed(source.as_bytes());
    assert_eq!(String::from_utf8_lossy(&fixed.source), expected, "{:#?}", manifest::check(source.as_bytes()).issues);
    assert_eq!(fixed.applied.is_empty(), source == expected);
    let again = manifest::fixed(&fixed.source);
    assert_eq!((again.source, again.applied), (fixed.source.clone(), vec![]), "a second time changes nothing");
    let after = manifest::check(&fixed.source).issues;
    for issue in fixed.applied {
        assert!(!after.iter().any(|other| same(other, &issue)), "{issue:#?} is still there");
    }
}

/// Whether it is the same issue; lines and columns may have moved.
fn same(a: &Issue, b: &Issue) -> bool {
    (a.rule, &a.message, &a.path) == (b.rule, &b.message, &b.path)
}

/// A read object whose last key begins on the last line.
fn read(rest: &str) -> String {
    format!("    read:\n      objects:\n        - objectName: o\n          destination: d\n{rest}")
}

#[test]
fn names_are_those_of_the_module() {
    let salesforce = |module: &str, name: &str| {
        format!(
            "specVersion: 1.0.0\nintegrations:\n  - name: sf\n    provider: salesforce\n{module}    read:\n      objects:\n        \
             - objectName: {name}\n          destination: d\n          schedule: ''\n"
        )
    };
    check_source(&salesforce("", "leads"), &salesforce("", "lead"));
    check_source(&salesforce("    module: crm\n", "leads"), &salesforce("    module: crm\n", "lead"));
    // Account Engagement's own names are in the plural.
    let plural = salesforce("    module: account-engagement\n", "campaigns");
    check_source(&plural, &plural);
}

#[test]
fn words_and_keys() {
    let sound = read("          schedule: ''");
    check_fixed(&read("          shedule: ''"), &sound);
    check_fixed(&read("          SCHEDULE: '' # why"), &read("          schedule: '' # why"));
    check_fixed(&read("          \"Schedule\": ''"), &read("          \"schedule\": ''"));
    check_fixed(
        &read("          schedule: ''\n          enabled: never"),
        &read("          schedule: ''\n          enabled: never"),
    );
    check_fixed(&sound.replace("read:", "raed:"), &sound);
    check_fixed(&sound.replace("read:", "raed:").replace("objects:", "objets:"), &sound);
    check_fixed(
        &read("          schedule: ''\n          optionalFieldsAuto: True"),
        &read("          schedule: ''\n          optionalFieldsAuto: all"),
    );
    check_fixed("    proxy: {enabled: Yes}", "    proxy: {enabled: true}");
    check_fixed("    proxy: {enabled: 'true'}", "    proxy: {enabled: true}");
    check_fixed("    proxy: {enabled: true}\n    displayName: 12", "    proxy: {enabled: true}\n    displayName: \"12\"");
    // Two words for one key: nobody can tell which is meant.
    let both = read("          schedule: ''\n          requiredFeilds: []\n          requiredFiels: []");
    check_fixed(&both, &both);
    // What would uncover an error is not safe.
    check_fixed("    proxy: {enabled: true}\n    raed: {}", "    proxy: {enabled: true}\n    raed: {}");
}

#[test]
fn schedules() {
    for (written, meant) in [
        ("'*/60 * * * *'", "'0 * * * *'"),
        ("\"*/60 2 * * *\"", "\"0 2 * * *\""),
        ("every 12 hours", "\"0 */12 * * *\""),
        ("'every 1 days'", "'0 0 * * *'"),
        ("'@hourly'", "'0 * * * *'"),
        ("every 7 hours", "every 7 hours"),
        ("nonsense", "nonsense"),
        ("\"0 0 31 2 *\"", "\"0 0 31 2 *\""),
    ] {
        check_fixed(&read(&format!("          schedule: {written}")), &read(&format!("          schedule: {meant}")));
    }
}

#[test]
fn fields() {
    let with = |fields: &str| read(&format!("          schedule: ''\n          requiredFields:{fields}"));
    check_fixed(
        &with("\n            - email # why\n            - 'phone'"),
        &with("\n            - fieldName: email # why\n            - fieldName: 'phone'"),
    );
    check_fixed(&with(" [email, {fieldName: phone}]"), &with(" [{fieldName: email}, {fieldName: phone}]"));
    check_fixed(
        &with("\n            -fieldName: email\n            -fieldName: phone"),
        &with("\n            - fieldName: email\n            - fieldName: phone"),
    );
    check_fixed(&with(" [{fieldName: $.a.b}]"), &with(" [{fieldName: \"$['a']['b']\"}]"));
    check_fixed(&with(" [{fieldname: a}]"), &with(" [{fieldName: a}]"));
}

#[test]
fn dashes_of_2023() {
    let end =
        "api: p\n    actions:\n      - type: subscribe\n        objects: [{objectName: o, destination: d, event: create}]\n";
    let sound = |start: &str| format!("specVersion: 0.1.0\nintegrations:\n{start}{end}");
    check_source(&sound("  -name: a\n    "), &sound("  - name: a\n    "));
    check_source(
        "specVersion: 1.0.0\nintegrations:\n  -name: a\n   provider: p\n   proxy: {enabled: true}\n",
        "specVersion: 1.0.0\nintegrations:\n - name: a\n   provider: p\n   proxy: {enabled: true}\n",
    );
    check_source(&sound("  - name: a\n    ").replace("subscribe", "notify"), &sound("  - name: a\n    "));
    check_source(
        include_str!("../../../../examples/amp-yaml/2023-traps.yaml"),
        &include_str!("../../../../examples/amp-yaml/2023-traps.yaml")
            .replace("-name", "- name")
            .replace("leads\n            d", "lead\n            d"),
    );
}

#[test]
fn destinations() {
    let with = |destination: &str| {
        format!(
            "specVersion: 1.0.0\nintegrations: [{{name: a, provider: p, proxy: {{enabled: true}}}}]\ndestinations:\n  - {destination}\n"
        )
    };
    check_source(
        &with("{name: d, type: webhook, url: example.com}"),
        &with("{name: d, type: webhook, url: https://example.com}"),
    );
    check_source(&with("{name: d, type: Webhook, URL: 'a.com/x'}"), &with("{name: d, type: webhook, url: 'https://a.com/x'}"));
}

#[test]
fn offsets_count_the_mark_and_lines_keep_their_ends() {
    let source =
        "\u{feff}specVersion: 1.0\r\nintegrations:\r\n- Name: é # ü\r\n  provider: HubSpot\r\n  proxy: {enabled: On}\r\n";
    let expected =
        "\u{feff}specVersion: 1.0.0\r\nintegrations:\r\n- name: é # ü\r\n  provider: hubspot\r\n  proxy: {enabled: true}\r\n";
    check_source(source, expected);
}

#[test]
fn what_aliases_share_is_not_touched() {
    let source = "specVersion: 1.0.0\nintegrations:\n- &a\n  name: a\n  provider: HubSpot\n  proxy: {Enabled: true}\n- {<<: *a, name: b}\n";
    check_source(source, source);
    let issues = manifest::check(source.as_bytes()).issues;
    assert!(issues.iter().any(|issue| issue.fix.as_deref().is_some_and(|fix| !fix.safe)), "offered all the same: {issues:#?}");
}

#[test]
fn unsafe_fixes_are_offered_and_not_applied() {
    let source = "specVersion: 1.0.0\nintegrations:\n- name: a\n  provider: hubspot\n  read:\n    objects:\n    - objectName: o\n      destination: contactTable\n      schedule: ''\n      requiredFields:\n      - fieldName: a\n        fieldName: b\ndestinations: [{name: contactsTable, type: postgres, tableName: t}]\n";
    check_source(source, source);
    let issues = manifest::check(source.as_bytes()).issues;
    let fixes: Vec<&Fix> = issues.iter().filter_map(|issue| issue.fix.as_deref()).collect();
    let fixed = String::from_utf8(manifest::apply(source.as_bytes(), fixes.iter().copied())).unwrap();
    assert_eq!(fixed, source.replace("contactTable", "contactsTable").replace("  fieldName: b", "- fieldName: b"));
    assert!(fixes.iter().all(|fix| !fix.safe));
}

fn errors(source: &[u8]) -> usize {
    manifest::check(source).issues.iter().filter(|issue| issue.severity == Severity::Error).count()
}

const MUTANTS_PER_SEED: u64 = 60;

/// Faults that people make, put in at random besides those of [`mutate`].
const FAULTS: [(&str, &str); 12] = [
    ("objectName:", "objectname:"),
    ("destination:", "desination:"),
    ("requiredFields:", "requiredFeilds:"),
    ("enabled: always", "enabled: true"),
    ("- fieldName: ", "- "),
    ("- fieldName:", "-fieldName:"),
    ("https://", ""),
    ("*/10 ", "*/60 "),
    ("hubspot", "HubSpot"),
    ("true", "yes"),
    ("read:", "Read:"),
    ("subscribe", "notify"),
];

fn add_faults(source: &mut Vec<u8>, chance: &mut Xorshift) {
    for (sound, fault) in FAULTS {
        if chance.below(3) > 0 {
            continue;
        }
        if let Some(at) = String::from_utf8_lossy(source).find(sound).filter(|_| source.is_ascii()) {
            source.splice(at..at + sound.len(), fault.bytes());
        }
    }
}

#[test]
fn no_subset_of_safe_fixes_makes_a_mutant_worse() {
    let mut applied = 0;
    for (number, seed) in (1..).zip(SEEDS) {
        let mut chance = Xorshift(0x2545_f491_4f6c_dd1d ^ number);
        for round in 0..MUTANTS_PER_SEED {
            let mut source = seed.as_bytes().to_vec();
            add_faults(&mut source, &mut chance);
            if round % 3 == 0 {
                mutate(&mut source, &mut chance);
            }
            let before = errors(&source);
            let issues = manifest::check(&source).issues;
            let fixes: Vec<&Fix> = issues.iter().filter_map(|issue| issue.fix.as_deref()).filter(|fix| fix.safe).collect();
            let subset: Vec<&Fix> = disjoint(fixes.into_iter().filter(|_| chance.below(2) == 0));
            let after = manifest::apply(&source, subset.iter().copied());
            let story = || format!("{subset:#?}\n{}", String::from_utf8_lossy(&source));
            assert!(errors(&after) <= before, "{}", story());
            assert_eq!(untouched(&source, &subset), after, "{}", story());
            let all = manifest::fixed(&source);
            assert!(errors(&all.source) <= before, "{}", story());
            assert_eq!(lines(&all.source), lines(&source), "{}", story());
            applied += all.applied.len();
        }
    }
    assert!(applied > 400, "{applied}");
}

/// The first of those that touch each other.
fn disjoint<'a>(fixes: impl Iterator<Item = &'a Fix>) -> Vec<&'a Fix> {
    let mut taken: Vec<&Fix> = Vec::new();
    for fix in fixes {
        let edits = || taken.iter().flat_map(|taken| &taken.edits);
        if !fix.edits.iter().any(|edit| edits().any(|other| edit.start <= other.end && other.start <= edit.end)) {
            taken.push(fix);
        }
    }
    taken
}

/// The file with the edits put in from the last to the first: everything between them is as it was.
fn untouched(source: &[u8], fixes: &[&Fix]) -> Vec<u8> {
    let mut edits: Vec<_> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.start));
    let mut result = source.to_vec();
    for edit in edits {
        assert!(!edit.text.contains('\n') && !source[edit.start..edit.end].contains(&b'\n'), "{edit:?}");
        result.splice(edit.start..edit.end, edit.text.bytes());
    }
    result
}

fn lines(source: &[u8]) -> usize {
    source.iter().filter(|byte| **byte == b'\n').count()
}
