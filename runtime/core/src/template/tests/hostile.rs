//! Expressions and messages of ill will or of chance: each ends soon, in a text or a reason, on the 2 MiB that the thread of a test has.

use super::*;

/// What becomes of an expression over a message: checked, compiled, rendered; whatever it gives is bounded.
fn run(expression: &str, message: &str) -> Result<String, String> {
    let issues = check(Purpose::Text, expression);
    assert!(
        issues.iter().all(|issue| issue.position.is_none_or(|at| at <= expression.chars().count())),
        "{expression}: {issues:?}"
    );
    let template = Template::compile(Purpose::Text, expression).map_err(|issues| issues[0].to_string())?;
    let metadata = sample::metadata();
    let rendered = template.render(&Context { metadata: &metadata, time: sample::time(), data: message.as_bytes() })?;
    assert!(rendered.text.len() <= evaluate::TEXT_BYTES_MAX);
    Ok(rendered.text)
}

#[test]
fn deep_expressions_are_refused_before_they_are_walked() {
    let nested = |open: &str, middle: &str, close: &str, count: usize| open.repeat(count) + middle + &close.repeat(count);
    for count in [1, 200, 250, 1000, 3000, 5000] {
        for expression in [
            nested("(", "data", ")", count),
            nested("[", "data", "]", count),
            nested("{a:", "data", "}", count),
            nested("!", "data", "", count),
            nested("&", "data", "", count),
            nested("to_array(", "data", ")", count),
            nested("[?", "data", "]", count),
            format!("data{}", ".a".repeat(count)),
            format!("data{}", "[*]".repeat(count)),
            format!("data{}", "[]".repeat(count)),
            format!("data{}", ".*".repeat(count)),
            format!("data{}", "[0]".repeat(count)),
            format!("data{}", "[1:]".repeat(count)),
            format!("data{}", "|@".repeat(count)),
            format!("data{}", "||@".repeat(count)),
            format!("data{}", "==@".repeat(count)),
            format!("`{}`", nested("[", "1", "]", count)),
        ] {
            let found = run(&expression, r#"{"a":[[[1]]]}"#);
            assert!(count < 5000 || found.is_err(), "{}…", &expression[..20]);
        }
    }
}

#[test]
fn work_and_results_have_limits() {
    let list = format!("[{}]", vec!["\"x\""; 3000].join(","));
    let objects = format!("[{}]", vec![r#"{"a":1}"#; 3000].join(","));
    let rows = [
        (format!("data{}", "|[@,@]".repeat(60)), "{}", "more than"),
        (format!("data{}", "|[@,@][]".repeat(60)), "[1]", "more than"),
        (format!("data{}", "|join('',[@,@])".repeat(60)), r#""x""#, "more than"),
        (format!("data{}", "|{a:@,b:@}".repeat(60)), "{}", "more than"),
        (format!("data{}", "|[@,@] == [@,@] && [@,@] || @".repeat(20)), "{}", ""),
        (format!("data | {} == {}", "[@,@]|".repeat(60) + "@", "@"), "{}", ""),
        ("data | map(&to_string(@), [@,@,@,@])".to_owned(), list.as_str(), ""),
        ("data | [?contains(@, 'y')] | length(@)".to_owned(), list.as_str(), ""),
        (format!("data{}", " | [?a == `1`]".repeat(200)), objects.as_str(), ""),
    ];
    for (expression, message, expected) in rows {
        match run(&expression, message) {
            Err(reason) => assert!(reason.contains(expected), "{expression}: {reason}"),
            Ok(_) => assert_eq!(expected, "", "{expression}"),
        }
    }
}

#[test]
fn deep_and_odd_messages_end_in_a_text_or_a_reason() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let messages = [
        deep(20_000),
        deep(20_000)[..20_000].to_owned(),
        format!("{{\"a\":{}}}", deep(10_000)),
        "\u{feff}{}".to_owned(),
        "{\"a\":1e999,\"b\":-1e999}".to_owned(),
        "{\"a\":\"\\u0000\\ud800\\udc00\\udc00\"}".to_owned(),
        "nul".to_owned(),
        "[1,]".to_owned(),
        "\"".to_owned(),
        "-".to_owned(),
    ];
    let expressions = [
        "data",
        "data.a",
        "data[0][0][0]",
        "data[]",
        "data == data",
        "to_string(data)",
        "data.a == data.b",
        "data.* | [0]",
        "length(data)",
    ];
    for message in &messages {
        for expression in expressions {
            let found = run(expression, message);
            assert!(found.as_ref().map_or_else(String::len, String::len) <= 40_000, "{expression}");
        }
    }
    assert!(run("data[0]", &deep(20_000)).is_ok_and(|text| text.len() == 39_998));
    assert!(run("data == data", &deep(20_000)).unwrap_err().contains("nested deeper"));
    assert_eq!(run("data.a", r#"{"a":1e999}"#).as_deref(), Ok("1.7976931348623157e308"));
}

/// Words and signs in any order, well-formed now and then.
fn chance(seeded: &mut Seeded) -> String {
    const PARTS: [&str; 56] = [
        "metadata",
        "time",
        "data",
        ".",
        ".",
        ".topic",
        ".\"event-id\"",
        ".date",
        ".result",
        ".a",
        "[0]",
        "[-1]",
        "[*]",
        "[]",
        "[?",
        "]",
        "[",
        "(",
        ")",
        "{",
        "}",
        "a:",
        ",",
        ",",
        "|",
        "||",
        "&&",
        "!",
        "==",
        "<",
        "&",
        "@",
        "*",
        "'x'",
        "`1`",
        "`{\"a\":[1,null]}`",
        "join(",
        "join('/',[",
        "])",
        "to_string(",
        "sort_by(",
        "map(&",
        "length(",
        "not_null(",
        "merge(",
        "sum(",
        "max(",
        "[1:2]",
        "[::-1]",
        "-",
        "é",
        "\"",
        "'",
        "`",
        " ",
        "\n",
    ];
    (0..1 + seeded.below(12)).map(|_| seeded.one(&PARTS)).collect()
}

/// Expressions that mostly parse.
fn grown(seeded: &mut Seeded, depth: usize) -> String {
    let leaf = depth == 0 || seeded.below(4) == 0;
    if leaf {
        return seeded
            .one(&["data", "data.a", "data.b", "time.date", "metadata.topic", "@", "'x'", "`[1,2]`", "`1`", "`null`", "data.l"])
            .to_owned();
    }
    let mut inner = || grown(seeded, depth - 1);
    let (a, b) = (inner(), inner());
    let forms = [
        format!("{a} || {b}"),
        format!("{a} && {b}"),
        format!("!({a})"),
        format!("({a}) == ({b})"),
        format!("({a}) < ({b})"),
        format!("[{a}, {b}]"),
        format!("{{x: {a}, y: {b}}}"),
        format!("({a})[*].b"),
        format!("({a})[]"),
        format!("({a})[1::-1]"),
        format!("({a}).*"),
        format!("({a}) | {b}"),
        format!("({a})[?{b}]"),
        format!("map(&({a}), to_array({b}))"),
        format!("sort_by(to_array({a}), &to_string({b}))"),
        format!("to_string({a})"),
        format!("not_null({a}, {b})"),
        format!("length(to_string({a}))"),
        format!("reverse(to_array({a}))"),
        format!("contains(to_array({a}), {b})"),
        format!("type({a})"),
        format!("to_number({a})"),
        format!("join({a}, [{b}])"),
        format!("max_by(to_array({a}), &length(to_string({b})))"),
    ];
    forms[seeded.below(forms.len())].clone()
}

#[test]
fn expressions_of_chance_never_panic() {
    const MESSAGES: [&str; 5] = [
        r#"{"a":[1,"x",null,{"b":2.5}],"b":{"b":"y"},"l":["q","p"],"result":[{"a":1},{"a":2}]}"#,
        r#"{"a":null}"#,
        "[[1,2],[3]]",
        "\"text\"",
        "",
    ];
    let (mut sound, mut rendered) = (0, 0);
    for seed in 0..6000 {
        let mut seeded = Seeded(seed);
        let expression = if seed % 2 == 0 { chance(&mut seeded) } else { grown(&mut seeded, 3) };
        sound += usize::from(Template::compile(Purpose::Text, &expression).is_ok());
        rendered += usize::from(run(&expression, MESSAGES[seeded.below(MESSAGES.len())]).is_ok());
    }
    assert!(sound > 1000 && rendered > 500, "the generator is any use: {sound} compile, {rendered} render");
}

#[test]
fn a_part_is_named_in_a_few_words() {
    let mut named = 0;
    for seed in 0..2000 {
        let Ok(tree) = syntax::parse(&grown(&mut Seeded(seed), 2)) else { continue };
        let text = print::print(&tree);
        assert!(!text.is_empty() && text.chars().count() <= 81 && !text.contains('\n'), "{text}");
        named += 1;
    }
    assert!(named > 1500, "{named}");
    for source in [
        "data.a[0].b",
        "metadata.\"event-id\"",
        "join('/', [a, `1`])",
        "a[*].b",
        "a[]",
        "a[?b == 'x']",
        "a.*.b",
        "a[1:2]",
        "!a || b",
        "sort_by(a, &b)",
    ] {
        assert_eq!(print::print(&syntax::parse(source).unwrap()), source);
    }
}
