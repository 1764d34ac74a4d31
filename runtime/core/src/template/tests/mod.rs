//! Oracles: the public compliance suite of JMESPath; the examples and rules of the documentation, as rows. No doubles.

mod checks;
mod compliance;
mod hostile;
mod rendering;

use super::*;

/// SplitMix64: the same cases at every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % end as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// The value of a bare expression over any JSON, as JSON.
fn search(expression: &str, given: &str) -> Result<String, fault::Fault> {
    let tree = syntax::parse(expression).map_err(|issues| fault::Fault::Message(format!("syntax: {issues:?}")))?;
    let given = Value::written(given);
    let mut evaluation = Evaluation::new();
    let value = evaluation.value(&tree, evaluate::opened(&given)?)?;
    evaluation.json(&value)
}
