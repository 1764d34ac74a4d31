// Deliveries at a rate: test messages to a destination that takes them, asked for over connections that stay open.
import { Agent, request } from "node:http";

import type { World } from "../world";

/** Requests under way at once. */
const LANES = 24;

/** Asks for so many messages a second, for so long; gives how many were taken. */
export async function stream(world: World, destination: string, perSecond: number, forMs: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const url = `${world.url}/v1/projects/acme-product/destinations/${destination}:test`;
  const headers = { "x-api-key": world.key };
  const one = (): Promise<boolean> =>
    new Promise((resolve) => {
      const asked = request(url, { method: "POST", agent, headers }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode === 202));
      });
      asked.on("error", () => resolve(false));
      asked.end();
    });
  const begin = Date.now();
  let asked = 0;
  let taken = 0;
  // Each lane sends what is due by the clock, so that a slow answer delays nobody else.
  const lane = async (): Promise<void> => {
    while (Date.now() - begin < forMs) {
      if (asked >= ((Date.now() - begin) / 1_000) * perSecond) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        continue;
      }
      asked += 1;
      if (await one()) taken += 1;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  agent.destroy();
  return taken;
}
