// A sink in JavaScript that uses what its engine has of WASI: output, clocks, random numbers, and `fetch`.

export const sink = {
  describe() {
    return {
      name: 'javascript',
      version: '1.0.0',
      configSchema: '{"type": "object"}',
      maxBatchEnvelopes: 100,
      maxBatchBytes: 1048576n,
      maxMessageBytes: 0n,
      ordered: false,
      extras: [],
    };
  },
  validate: () => [],
  open(config) {
    url = JSON.parse(config).url;
  },
  probe() {},
  async deliver(batch) {
    console.log('written by console.log');
    console.error('written by console.error');
    const seen = [`random ${Math.random() !== Math.random()}`, `time ${Date.now() > 1_700_000_000_000}`, await fetched()].join('; ');
    return batch.map(() => ({ tag: 'delivered', val: seen }));
  },
};

let url = '';

async function fetched() {
  try {
    const answer = await fetch(url);
    return `${answer.status}: ${await answer.text()}`;
  } catch (error) {
    return `refused: ${error}`;
  }
}
