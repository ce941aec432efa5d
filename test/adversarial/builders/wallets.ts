/** Wallets that fetch credentials (OpenID4VCI 1.0): nonces and codes that are used again, and codes that are guessed. */
import { bareCredential } from '../../support/node.ts';
import { createWalletKeys } from '../../support/wallet-keys.ts';
import type { Answer } from '../answer.ts';
import { readReply } from '../answer.ts';
import { NOW } from '../parties.ts';
import type { Builder, Trial } from '../trial.ts';
import { NODE_URL, type World } from '../world.ts';

const PATH = '/issuers/maker/openid4vci';
const ISSUER = `${NODE_URL}/issuers/maker`;
const GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';
const wallet = createWalletKeys('a wallet of the corpus');

interface Offered {
  readonly code: string;
  readonly txCode: string;
}

async function offer(world: World, more: object = {}): Promise<Offered> {
  const credential = bareCredential(world.maker.did, { credentialSubject: { name: 'A product' } });
  const { body, text } = await world.node.post('/issuers/maker/offers', { credential, ...more }, world.maker.token);
  if (body.credentialOffer === undefined) throw new Error(text);
  return { code: body.credentialOffer.grants[GRANT]['pre-authorized_code'], txCode: body.txCode };
}

async function answered(world: World, ask: () => ReturnType<World['node']['request']>): Promise<Answer> {
  const started = performance.now();
  const reply = await ask();
  return readReply(reply, performance.now() - started, '', world.secrets);
}

const redeem = (world: World, code: string, more: Record<string, string> = {}) =>
  world.node.request('POST', `${PATH}/token`, {
    raw: new URLSearchParams({ grant_type: GRANT, 'pre-authorized_code': code, ...more }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

/** One proof, sent so often at once. */
async function replayed(world: World, times: number): Promise<readonly Answer[]> {
  const { code } = await offer(world);
  const { access_token: token } = (await redeem(world, code)).body;
  const { c_nonce: nonce } = (await world.node.post(`${PATH}/nonce`, undefined)).body;
  const header = { typ: 'openid4vci-proof+jwt', alg: 'EdDSA', kid: wallet.signer.id };
  const jwt = await wallet.signToken(header, { aud: ISSUER, iat: Math.floor(NOW / 1000), nonce });
  const body = { credential_configuration_id: 'VerifiableCredential_ldp_vc', proofs: { jwt: [jwt] } };
  return Promise.all(
    Array.from({ length: times }, () => answered(world, () => world.node.post(`${PATH}/credential`, body, token))),
  );
}

const byOutcome = (answers: readonly Answer[], outcome: Answer['outcome']): readonly Answer[] =>
  answers.filter((answer) => answer.outcome === outcome);

const proofReplay: Builder = async (world) => {
  const surface = `POST ${PATH}/credential`;
  const twice: Trial = {
    form: 'the same proof twice at once: one of them is refused',
    surface,
    run: async () => {
      const answers = await replayed(world, 2);
      return (byOutcome(answers, 'refused')[0] ?? answers[0]) as Answer;
    },
  };
  const once: Trial = {
    form: 'and exactly one is not, of 20',
    surface,
    run: async () => {
      const answers = await replayed(world, 20);
      const [good, ...others] = byOutcome(answers, 'accepted');
      return others.length === 0 && good !== undefined
        ? good
        : ({ ...answers[0], breaches: [`${others.length + 1} of 20 were accepted`] } as Answer);
    },
    expected: { verdict: 'accept' },
  };
  return [twice, once];
};

const guessing: Builder = async (world) => {
  const surface = `POST ${PATH}/token`;
  const wrong = (txCode: string): string => String((Number(txCode) + 1) % 1_000_000).padStart(6, '0');
  const guess = async (times: number): Promise<Answer> => {
    const { code, txCode } = await offer(world, { txCode: true });
    for (let n = 0; n < times; n += 1) await redeem(world, code, { tx_code: wrong(txCode) });
    return answered(world, () => redeem(world, code, { tx_code: txCode }));
  };
  return [
    {
      form: 'a wrong code',
      surface,
      run: async () => {
        const { code, txCode } = await offer(world, { txCode: true });
        return answered(world, () => redeem(world, code, { tx_code: wrong(txCode) }));
      },
    },
    { form: 'the right code after five wrong ones', surface, run: () => guess(5) },
    { form: 'the right code after four', surface, run: () => guess(4), expected: { verdict: 'accept' } },
  ];
};

export const WALLET_BUILDERS: Readonly<Record<string, Builder>> = {
  'VCI-001': proofReplay,
  'VCI-002': guessing,
};
