// The time that is shown, one clock for all, so that a thousand relative times tick together.
import { createSubscriber } from "svelte/reactivity";

let now = Date.now();
const subscribe = createSubscriber((update) => {
  now = Date.now();
  const timer = setInterval(() => {
    now = Date.now();
    update();
  }, 1000);
  return () => clearInterval(timer);
});

/** Now in milliseconds; whoever reads it in a component is shown the next second as well. */
export function currentTime(): number {
  subscribe();
  return now;
}
