// Long trials of every format: samples cut at every byte, and many seeded mutations. The contract test runs a part.
//
//   node test/fuzz/run-formats.ts [mutations, 10000 by default] [id of one format]
//
// A failure names sample and seed: put it as a regression test beside the parser.

import { FORMATS } from '#formats';
import { readCorpus, samplesOf } from '../contracts/format-samples.ts';
import { type Cost, TrialError, tryCuts, tryMutations } from '../contracts/format-trials.ts';

const [mutations = '10000', only] = process.argv.slice(2);
const corpus = readCorpus();
let failures = 0;
console.log('format          samples   trials   slowest   most memory');
for (const format of FORMATS) {
  const samples = await samplesOf(format, FORMATS, corpus);
  if (samples.length === 0 || (only !== undefined && only !== format.id)) continue;
  const cost: Cost = { trials: 0, maxMs: 0, maxBytes: 0 };
  try {
    await tryCuts(format, samples, Number.POSITIVE_INFINITY, cost);
    await tryMutations(format, samples, Number(mutations), cost);
  } catch (error) {
    if (!(error instanceof TrialError)) throw error;
    failures++;
    console.log(error.message);
  }
  const { trials, maxMs, maxBytes } = cost;
  const mebibytes = (maxBytes / 1024 / 1024).toFixed(1);
  console.log(
    `${format.id.padEnd(15)} ${String(samples.length).padStart(7)} ${String(trials).padStart(8)} ${maxMs.toFixed(1).padStart(6)} ms ${mebibytes.padStart(9)} MiB`,
  );
}
process.exitCode = failures === 0 ? 0 : 1;
