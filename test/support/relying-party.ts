import type { JsonObject } from '../../src/base/json.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { readExample } from './example-credentials.ts';
import { issueOnNode, settleExample } from './issue-on-node.ts';
import { ADMIN_TOKEN, type Party, type Reply, type TestNode } from './node.ts';
import { policyOfExample } from './worked-examples.ts';

/** The footprint of the steel coil for a customer, issued on a node, and a buyer there with a verifier instance called `desk`. */
export interface RelyingParty {
  readonly buyer: Party;
  readonly policy: JsonObject;
  /** The credentials that the customer is shown, by symbolic key. */
  readonly credentials: Readonly<Record<string, JsonObject>>;
  readonly claim: string;
  readonly question: { readonly credentials: readonly JsonObject[]; readonly claim: string };
  ask(more?: object): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string): Promise<Reply>;
  /** As the issuer of that credential. */
  changeStatus(key: string, change: { purpose?: string; status?: boolean; reason?: string }): Promise<void>;
}

const SHOWN = ['claim:coil-pcf', 'statement:coil-pcf', 'accreditation:kr', 'arrangement:kr-mra'];

/** The node needs a `PUBLIC_URL` and must start before the first credential of the example. */
export async function settleRelyingParty(
  node: TestNode,
  change: (policy: JsonObject) => JsonObject = (policy) => policy,
) {
  const { example, parties } = await settleExample(node, readExample('steel-coil'));
  const issued = await issueOnNode(node, example, parties);
  node.clock.set(readDateTime(example['instant']) ?? 0);
  const credentials = Object.fromEntries(SHOWN.map((key) => [key, issued.credentials.get(key) as JsonObject]));
  const claim = String(credentials['claim:coil-pcf']?.['id']);
  const policy = change(policyOfExample(example));
  const buyer = await node.createParty('the-buyer', 'relying-party');
  const made = await node.post('/admin/organizations/the-buyer/verifiers', { id: 'desk', policy }, ADMIN_TOKEN);
  if (made.status !== 201) throw new Error(made.text);
  const question = { credentials: Object.values(credentials), claim };
  const post: RelyingParty['post'] = (path, body, headers) =>
    node.post(`/verifiers/desk${path}`, body, buyer.token, headers);
  const party: RelyingParty = {
    buyer,
    policy,
    credentials,
    claim,
    question,
    ask: (more = {}) => post('/evaluations', { ...question, ...more }),
    post,
    get: (path) => node.get(`/verifiers/desk${path}`, buyer.token),
    changeStatus: async (key, { purpose = 'revocation', status = true, reason }) => {
      const credential = credentials[key];
      const issuer = parties.get(String(credential?.['issuer']));
      const answer = await node.post(
        `/issuers/${issuer?.slug}/credentials/status`,
        {
          credentialId: credential?.['id'],
          statusPurpose: purpose,
          status,
          ...(reason === undefined ? {} : { reason }),
        },
        issuer?.token,
      );
      if (answer.status !== 200) throw new Error(answer.text);
    },
  };
  return party;
}

/** Where and when a node that issues the example starts. */
export const EXAMPLE_NODE = {
  environment: { PUBLIC_URL: 'https://node.example' },
  start: Date.UTC(2024, 10, 1),
} as const;
