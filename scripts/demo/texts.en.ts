/** Every sentence of the demonstration in English. The Korean file has the same members; the compiler keeps both complete. */
import type { CredentialWords, JudgedWords, ShownWords } from './words.ts';

export const EN = {
  title: 'Proofprint: a carbon footprint crosses a border, and there is no central database',
  fictional:
    'Every organisation, certificate number and figure here is fictional. The clock is set by hand: the story runs from 2024 to 2027.',
  starting: (count: number) => `Starting ${count} nodes …`,

  sections: {
    nodes: 'Nodes that share nothing',
    trust: 'Recognise and accredit',
    claims: 'Claim and verify',
    show: 'Present, with a challenge',
    evaluate: 'Evaluate, regime by regime',
    refused: 'What does not pass',
    suspendedLater: 'The Italian accreditation is suspended, from now on',
    suspendedBefore: 'The Korean accreditation is suspended, from before the statements',
    revoked: 'A statement is revoked',
    dependent: 'Who had relied on it',
    table: 'All answers',
  },

  nodes:
    'Each is a process of its own, with its own port, store and keys, and a did:web that only it serves. Between them travel HTTPS requests and credentials, and nothing else.',
  nodeLine: (name: string, url: string, process: number, parties: readonly string[]) =>
    `${name}  ${url}  process ${process}: ${parties.join(', ')}`,

  credential: {
    arrangement: ({ subject, detail }: CredentialWords) => `recognises ${subject}: ${detail}`,
    accreditation: ({ subject, detail }: CredentialWords) => `accredits ${subject}: ${detail}`,
    emissionsClaim: ({ detail }: CredentialWords) => `claims embedded emissions: ${detail}`,
    footprintClaim: ({ detail }: CredentialWords) => `claims a product footprint: ${detail}`,
    statement: ({ subject, detail }: CredentialWords) => `states that it verified the claim of ${subject}: ${detail}`,
    decision: ({ subject, detail }: CredentialWords) => `accepts the very statement of ${subject}: ${detail}`,
  },
  issuedAt: (issuer: string, node: string) => `${issuer}, at node ${node}`,
  travelled: (size: string, holders: readonly string[]) => `${size} → ${holders.join(' → ')}`,
  editions:
    'This version signs a credential whole. So the verification body issues its statement on the cell twice: whole for partners, and an edition that names no supplier for everybody else.',
  groups: (groups: string) => `groups ${groups}`,
  assurance: { limited: 'limited assurance', reasonable: 'reasonable assurance' },
  mark: (id: string) => `mark ${id}`,
  wholeEdition: 'whole, for partners',
  publicEdition: 'for everybody, names no supplier',

  showings: {
    declarant: 'steel coil for the CBAM declarant',
    customer: 'footprint of the coil for a customer',
    'declarant-national': 'steel coil, verified nationally',
    public: 'battery cell, for everybody',
    'under-agreement': 'battery cell with the private sheet',
    'no-mra': 'battery cell without the arrangement',
  },
  shown: ({ from, to, count, size, challenge }: ShownWords) =>
    `${from} → ${to}: ${count} credentials, ${size}, signed for the challenge ${challenge}`,
  verified: 'Signatures, holder, challenge, domain, periods and status hold.',
  notVerified: (codes: string) => `NOT verified: ${codes}`,
  replayed: (codes: string) => `The last one, sent a second time: refused (${codes}), for a challenge serves once.`,
  notReplayed: 'The last one, sent a second time, was ACCEPTED AGAIN.',
  evaluateIntro:
    'The relying party asks its own node under its own policy. Keys and status lists are fetched from the nodes of their issuers; no one is asked for an opinion.',

  results: {
    ACCEPT: 'meets the checks',
    ACCEPT_WITH_CONDITIONS: 'meets the checks, conditions are open',
    REVIEW: 'a person has to look',
    REJECT: 'does not meet the checks',
    UNDETERMINED: 'could not be determined',
  },
  judged: ({ showing, regime, at, result, inWords }: JudgedWords) =>
    `${showing}, ${regime}, on ${at}: ${result}, ${inWords}`,
  unnamed: (name: string) => `${name} (not in the policy)`,
  path: (names: readonly string[]) => `trust path: ${names.join(' → ')}`,
  failed: (rules: string) => `failed rules: ${rules}`,
  nearest: (rule: string, why: string) => `nearest miss: ${rule}, ${why}`,
  differs: (what: string) => `NOT AS IT MUST BE: ${what}`,

  meanings: {
    'declarant/eu-cbam': (v: Values) =>
      `The actual value ${v['specificDirect']} t CO2e per t meets the checks: the import carries ${v['importEmissions']} t CO2e, by default values it would be ${v['importByDefault']}.`,
    'customer/iso14067-pcf': (v: Values) =>
      `${v['pcfExcludingBiogenicUptake']} kg CO2e per kg can be used: the Korean accreditation reaches the customer through the arrangement.`,
    'public/iso14067-pcf': (v: Values) =>
      `${v['pcfExcludingBiogenicUptake']} kg CO2e per cell can be used, ${v['verifiedSharePercent']} % of it verified; nothing shown names the supplier.`,
    'public/scheme-mra': (v: Values) => `The Italian scheme accepted this very statement: mark ${v['grantedMark']}.`,
    'public/eu-battery-art7': () =>
      'The Battery Regulation asks for an EU notified body, and nothing here replaces one. The chain stays supporting evidence.',
    'under-agreement/iso14067-pcf': () =>
      'With the private sheet the buyer adds up again what the verification body added up: lines, sum and root agree.',
    'declarant-national/eu-cbam': () =>
      'The same figures, verified by a nationally accredited body: enough for a customer, never for CBAM, whatever an arrangement says.',
    'customer/eu-cbam': () =>
      'A product footprint is another quantity than embedded emissions; under CBAM it counts for nothing.',
    'no-mra/iso14067-pcf': () =>
      'Without the arrangement in hand nothing leads from the Korean accreditation body to an anchor of the buyer.',
    'under-agreement/altered': () =>
      'One quantity of the sheet was changed after it was signed: neither root nor sum agree.',
    'suspended-later': () => 'The statement was made before: it stands. The report notes the suspension.',
    'suspended-before': () =>
      'On the day of the statement the accreditation was not in force, as the newest list now says.',
    'revoked-now': () => 'A revocation of the statement counts from its date on.',
    'revoked-asked-earlier': () => 'Asked about the day before, the same evidence answers as it did then.',
  },

  suspends: (who: string, what: string, from: string) => `${who} suspends ${what}, in force from ${from}.`,
  revokes: (who: string, what: string, from: string) =>
    `${who} withdraws its statement ${what}, in force from ${from}.`,
  plainQuestion: (codes: string) =>
    `Asked plainly whether the accreditation is good now, a node says no (${codes}). Asked what the coil is worth:`,
  plainWrong: 'Asked plainly whether the accreditation is good now, a node says YES.',
  clock: (now: string) => `The clocks are set to ${now}.`,
  dependent: (who: string, what: string, count: number) =>
    `${who} asks its node which evaluations rested on ${what}; ${count} are to be judged again:`,

  columns: {
    what: 'what was asked',
    regime: 'regime',
    at: 'asked about',
    result: 'answer',
    failed: 'failed rules',
    fits: 'as it must be',
  },
  yes: 'yes',
  no: 'NO',
  summary: (good: number, all: number, nodes: number, seconds: string) =>
    `${good} of ${all} answers are as they must be. ${nodes} nodes, ${seconds} s.`,
  interrupted: 'Interrupted; the nodes are stopped.',
};

export type Values = Readonly<Record<string, string>>;
export type Texts = typeof EN;
