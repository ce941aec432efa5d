/** BBS arithmetic as it runs on its thread, beside the pure JavaScript of an independent implementation on the same input. */
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import { derive, sign, verify, verifyProof } from '../../src/crypto/bbs.ts';
import { generate } from '../../src/crypto/bls12381.ts';

/** Statements that may be withheld: of a claim, and of the largest documents. */
const SIZES = [10, 40, 100];
const ROUNDS = 7;

interface BbsFigures {
  readonly messages: number;
  readonly act: string;
  /** Median milliseconds. */
  readonly ours: number;
  readonly reference: number;
}

type Work = () => unknown;

export async function measureBbs(): Promise<readonly BbsFigures[]> {
  const figures: BbsFigures[] = [];
  for (const size of SIZES) {
    const acts = await actsWith(size);
    const samples = acts.map(() => ({ ours: [] as number[], reference: [] as number[] }));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [place, { ours, reference }] of acts.entries()) {
        samples[place]?.ours.push(await timeOf(ours));
        samples[place]?.reference.push(await timeOf(reference));
      }
    }
    for (const [place, { act }] of acts.entries()) {
      const { ours = [], reference = [] } = samples[place] ?? {};
      figures.push({ messages: size, act, ours: median(ours), reference: median(reference) });
    }
  }
  return figures;
}

async function actsWith(size: number): Promise<readonly { act: string; ours: Work; reference: Work }[]> {
  const { publicKey, privateKey } = generate();
  const secretKey = new Uint8Array(privateKey.export());
  const header = new Uint8Array(64).fill(1);
  const messages = Array.from({ length: size }, (_, index) => new TextEncoder().encode(`_:b0 <p> "${index}" .\n`));
  const presentationHeader = new Uint8Array();
  const disclosed = [0, 3, 5];
  const statement = { publicKey, header, messages };
  const algorithm = Bls12381Multikey.ALGORITHMS.BBS_BLS12381_SHA256;
  const key = await Bls12381Multikey.fromRaw({ algorithm, publicKey, secretKey });
  const signature = sign(secretKey, statement);
  const derivation = { ...statement, signature, presentationHeader, disclosed };
  const proof = derive(derivation);
  const shown = disclosed.map((index) => messages[index] as Uint8Array);
  const sparse = messages.map((message, index) => (disclosed.includes(index) ? message : undefined));
  const question = { publicKey, header, proof, presentationHeader, disclosed, messages: shown };
  if (!verifyProof(question) || !verify({ ...statement, signature })) throw new Error('a proof does not hold');
  return [
    {
      act: 'sign',
      ours: () => sign(secretKey, statement),
      reference: () => key.signer().multisign({ header, messages }),
    },
    {
      act: 'derive',
      ours: () => derive(derivation),
      reference: () =>
        key.deriveProof({ signature, header, messages, presentationHeader, disclosedMessageIndexes: disclosed }),
    },
    {
      act: 'verify what was derived',
      ours: () => verifyProof(question),
      reference: () => key.verifier().multiverify({ proof, header, presentationHeader, messages: sparse }),
    },
  ];
}

async function timeOf(work: Work): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The rows for docs/performance.md. */
export function bbsTable(figures: readonly BbsFigures[]): string {
  return [
    '| statements that may be withheld | act | ours, ms | pure JavaScript, ms | times |',
    '|---|---|---|---|---|',
    ...figures.map(
      ({ messages, act, ours, reference }) =>
        `| ${messages} | ${act} | ${ours.toFixed(1)} | ${reference.toFixed(1)} | ${(reference / ours).toFixed(1)} × |`,
    ),
  ].join('\n');
}
