//! What the window shows, judged by axe in both themes and kept as pictures for those who want to look.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{driver::Driver, stage::Stage};

const AXE: &str = "../ui/node_modules/axe-core/axe.min.js";
/// The same rules as in the browser's tests.
const RUN: &str = "const { violations } = await window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }); \
                   return violations.flatMap(({ id, help, nodes }) => \
                     nodes.map((node) => `${id}: ${help}: ${JSON.stringify(node.target)} ${node.failureSummary ?? ''}`))";

/// Finds no fault with what stands there, in the light and in the dark.
pub(crate) async fn look(stage: &Stage, desk: &Driver, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
    let axe =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}; `npm ci` in ui puts it there", file.display()));
    desk.run(&axe).await;
    for theme in ["light", "dark"] {
        wear(desk, theme).await;
        stage.shoot(desk, &format!("{name}-{theme}")).await;
        let found = desk.run(RUN).await;
        assert_eq!(found, Value::Array(Vec::new()), "{name}, {theme}: {found:#}");
    }
    wear(desk, "light").await;
}

/// Puts a theme on, as its button does, and has what fades from one colour to the other arrive.
async fn wear(desk: &Driver, theme: &str) {
    desk.run(&format!(
        "document.documentElement.dataset.theme = '{theme}'; \
         for (const one of document.getAnimations()) if (one.effect?.getComputedTiming().endTime !== Infinity) one.finish();"
    ))
    .await;
}
