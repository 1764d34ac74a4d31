//! Looking at a component without a runtime.

use std::{fs, io, path::PathBuf};

use super::{Compiler, Limits, Problem, SinkInfo, cache::Cache, compiled_component, engine, installed::admit};

/// What a component is, found out as at its installation: compiled, linked, and asked what it is with every capability denied. Or every
/// reason why it cannot serve.
///
/// # Errors
/// Each problem with its remedy.
pub async fn inspect(bytes: &[u8], compiler: &Compiler) -> Result<SinkInfo, Vec<Problem>> {
    let limits = Limits::default();
    let unable = |what: &str, reason: String| vec![Problem::Machine(format!("{what}: {reason}"))];
    let scratch = Scratch::new().map_err(|e| unable("no folder to compile in", e.to_string()))?;
    let engine = engine::running(&limits).map_err(|e| unable("the engine that runs sinks does not start", format!("{e:#}")))?;
    let cache = Cache::open(&scratch.0).map_err(|e| unable("the folder to compile in cannot be used", e.to_string()))?;
    let component = compiled_component(&engine, &cache, compiler, bytes, &mut 0).await.map_err(|problem| vec![problem])?;
    Ok(admit(&engine, &component, bytes, &limits).await?.info())
}

/// A folder of its own, gone with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Self> {
        let mut chance = [0; 8];
        getrandom::fill(&mut chance).map_err(io::Error::other)?;
        let path = std::env::temp_dir().join(format!("ampline-inspect-{:016x}", u64::from_ne_bytes(chance)));
        // Fails where somebody made it before.
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is in the system's folder for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}
