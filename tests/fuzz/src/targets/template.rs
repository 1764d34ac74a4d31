//! A template over a message: refused with places, or a bounded text that keeps the rules of its purpose.
//!
//! The first byte picks the purpose. The parts: the expression; the message.

use ampline_core::template::{Context, OBJECT_KEY_BYTES_MAX, PARTITION_KEY_CHARS_MAX, Purpose, Template, check, sample};

use super::parts;

/// What a template may render at most.
const TEXT_BYTES_MAX: usize = 4 << 20;

pub(super) fn run(data: &[u8]) {
    let [purpose, data @ ..] = data else { return };
    let purpose = [Purpose::ObjectKey, Purpose::PartitionKey, Purpose::Text][usize::from(*purpose) % 3];
    let mut parts = parts(data);
    let Ok(expression) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let issues = check(purpose, expression);
    for issue in &issues {
        assert!(issue.position.is_none_or(|at| at <= expression.chars().count()), "{issue:?}");
        assert!(!issue.message.is_empty());
    }
    let template = Template::compile(purpose, expression);
    assert_eq!(template.is_ok(), !issues.iter().any(|issue| issue.fatal), "{issues:?}");
    let Ok(template) = template else { return };
    let metadata = sample::metadata();
    for message in [parts.next().unwrap_or_default(), sample::MESSAGE.as_bytes()] {
        let context = Context { metadata: &metadata, time: sample::time(), data: message };
        let rendered = template.render(&context);
        assert_eq!(template.render(&context), rendered, "every attempt renders the same");
        if let Ok(rendered) = rendered {
            judge(purpose, &rendered.text);
        }
    }
}

fn judge(purpose: Purpose, text: &str) {
    assert!(!text.is_empty() && text.len() <= TEXT_BYTES_MAX);
    match purpose {
        Purpose::ObjectKey => {
            assert!(text.len() <= OBJECT_KEY_BYTES_MAX && !text.starts_with('/') && !text.contains(char::is_control));
            assert!(!text.split('/').any(|segment| segment == "." || segment == ".."), "{text}");
        }
        Purpose::PartitionKey => assert!(text.chars().count() <= PARTITION_KEY_CHARS_MAX),
        Purpose::Text => {}
    }
}
