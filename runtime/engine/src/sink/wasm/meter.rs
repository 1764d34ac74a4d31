//! A stopwatch for the processor time that a sink uses.
//!
//! The guest yields at every tick of the engine's epoch, so a loop comes back here every few milliseconds. The watch stands
//! still while the host works for the guest, which also makes waiting for the network free of clock calls.

use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

/// The guest used all that it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// The stopwatch of one instance.
#[derive(Default)]
pub(crate) struct Meter(Mutex<Watch>);

#[derive(Default)]
struct Watch {
    used: Duration,
    /// Set while the guest runs.
    since: Option<Duration>,
    /// Whether the host works for the guest.
    host: bool,
}

impl Watch {
    fn start(&mut self) {
        self.since = Some(thread_time());
    }

    fn stop(&mut self) {
        if let Some(since) = self.since.take() {
            self.used += thread_time().saturating_sub(since);
        }
    }
}

impl Meter {
    pub(crate) fn reset(&self) {
        *self.watch() = Watch::default();
    }

    /// Processor time since the last reset.
    pub(crate) fn used(&self) -> Duration {
        self.watch().used
    }

    /// Runs a call into the guest, and ends it when it has used more than `most`.
    pub(crate) async fn guest<T>(&self, most: Duration, call: impl Future<Output = T>) -> Result<T, Exhausted> {
        let mut call = pin!(call);
        std::future::poll_fn(|cx| {
            {
                let mut watch = self.watch();
                if !watch.host {
                    watch.start();
                }
            }
            let polled = call.as_mut().poll(cx);
            let mut watch = self.watch();
            watch.stop();
            match polled {
                Poll::Ready(value) => Poll::Ready(Ok(value)),
                Poll::Pending if watch.used > most => Poll::Ready(Err(Exhausted)),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Runs what the host does for the guest, which does not count.
    pub(crate) async fn host<T>(&self, work: impl Future<Output = T>) -> T {
        {
            let mut watch = self.watch();
            watch.stop();
            watch.host = true;
        }
        let done = work.await;
        let mut watch = self.watch();
        watch.host = false;
        watch.start();
        done
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Processor time of this thread: another process that takes the processor is not held against the guest.
#[cfg(unix)]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(not(unix))]
fn thread_time() -> Duration {
    use std::{sync::LazyLock, time::Instant};
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burn(time: Duration) {
        let start = thread_time();
        while thread_time() - start < time {
            std::hint::black_box(0);
        }
    }

    /// Uses the processor in turns of a millisecond, `guest_ms` of them as the guest and then as many as asked in the host.
    async fn check(guest_ms: u64, host_ms: u64, most_ms: u64, expected: Result<(), Exhausted>) {
        let meter = Meter::default();
        let turn = Duration::from_millis(1);
        let call = async {
            for _ in 0..guest_ms {
                burn(turn);
                tokio::task::yield_now().await;
            }
            meter.host(async { burn(turn * u32::try_from(host_ms).unwrap()) }).await;
            tokio::task::yield_now().await;
        };
        let got = meter.guest(Duration::from_millis(most_ms), call).await;
        assert_eq!(got, expected, "guest {guest_ms} ms, host {host_ms} ms, most {most_ms} ms");
    }

    #[tokio::test]
    async fn counts_the_guest_and_not_the_host() {
        for (guest_ms, host_ms, most_ms, expected) in
            [(1, 0, 500, Ok(())), (0, 60, 50, Ok(())), (100, 0, 5, Err(Exhausted)), (5, 50, 50, Ok(()))]
        {
            check(guest_ms, host_ms, most_ms, expected).await;
        }
    }
}
