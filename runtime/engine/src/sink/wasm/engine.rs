//! The wasmtime engine: its settings, and the thread that moves its epoch on.

use std::{num::NonZeroUsize, thread, time::Duration};

use wasmtime::{Config, Engine, EngineWeak, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use super::limits::Limits;

/// How often a running guest yields.
const TICK: Duration = Duration::from_millis(10);

/// What the compiling child and the runtime must agree on: part of the key of every cached file.
fn config() -> Config {
    let mut config = Config::new();
    config
        // Guests are called one at a time on fibers; the component model's own concurrency is new code that nothing needs yet.
        .concurrency_support(false)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        // wasmtime 48.0.8 panics on components with fused adapters where this is off.
        .wasm_multi_memory(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20)
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_backtrace_max_frames(NonZeroUsize::new(16));
    config
}

/// An engine that compiles and runs nothing.
pub(super) fn compiling() -> wasmtime::Result<Engine> {
    Engine::new(&config())
}

/// The engine that runs sinks, its epoch ticking until it is dropped.
pub(super) fn running(limits: &Limits) -> wasmtime::Result<Engine> {
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    let engine = Engine::new(&config).or_else(|error| {
        tracing::warn!(
            error = format!("{error:#}"),
            "no pool of sink instances: the system grants too little address space; instances are allocated on demand, which is slower"
        );
        compiling()
    })?;
    let weak = engine.weak();
    thread::Builder::new().name("sink-epoch".to_owned()).spawn(move || tick(&weak))?;
    Ok(engine)
}

fn tick(engine: &EngineWeak) {
    loop {
        thread::sleep(TICK);
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
    }
}

/// Address space is reserved for all of it; memory is taken only by live instances.
fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let instances = limits.instances_max;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_stacks(instances)
        .total_memories(instances.saturating_mul(4))
        .total_tables(instances.saturating_mul(8))
        // Guests that are interpreters are made of many core modules (CPython: 38).
        .total_core_instances(instances.saturating_mul(48))
        .max_memory_size(limits.memory_bytes_max)
        .table_elements(100_000)
        .max_tables_per_module(2)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_memories_per_component(8)
        .max_core_instances_per_component(64)
        .decommit_batch_size(8)
        .linear_memory_keep_resident(0);
    pool
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use super::*;

    /// What the child compiles must be what the runtime loads.
    #[test]
    fn both_engines_agree_on_compiled_code() {
        let hash = |engine: &Engine| {
            let mut hasher = DefaultHasher::new();
            engine.precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash(&compiling().unwrap()), hash(&running(&Limits::default()).unwrap()));
    }
}
