// The floor plan: which room may import which, and which package has one owner.
// The import rules (.dependency-cruiser.cjs), the folder test and the drawing in docs/architecture.md all read this table.

/** Room (folder under src) → the rooms it may import. Order is the height in the house, lowest first. */
const ROOMS = {
  base: [],
  formats: ['base'],
  net: ['base'],
  crypto: ['base', 'formats'],
  dids: ['base', 'formats', 'net', 'crypto'],
  credentials: ['base', 'formats'],
  exchange: ['base', 'formats', 'credentials'],
  proofs: ['base', 'formats', 'crypto', 'dids', 'credentials'],
  status: ['base', 'formats', 'net', 'credentials', 'proofs'],
  trust: ['base', 'formats', 'credentials'],
  store: ['base', 'formats', 'crypto', 'credentials', 'status', 'trust'],
  services: [
    'base',
    'formats',
    'net',
    'crypto',
    'dids',
    'credentials',
    'exchange',
    'proofs',
    'status',
    'trust',
    'store',
  ],
  http: ['base', 'formats', 'credentials', 'services'],
  cli: ['base', 'formats', 'credentials', 'services'],
};

/** Files directly under src that wire the house together and may know everything. */
const COMPOSITION_ROOT = [
  'main.ts',
  'app.ts',
  'doors.ts',
  'kept.ts',
  'configured.ts',
  'config.ts',
  'settings.ts',
  'index.ts',
  'version.ts',
];

/** Package pattern → the only rooms that may import it. */
const FENCES = [
  {
    only: ['proofs'],
    packages:
      '^(@digitalbazaar/(vc|data-integrity|.*cryptosuite|.*multikey|di-sd-primitives)|jsonld|jsonld-signatures|rdf-canonize|cborg|jose)(/|$)',
  },
  { only: ['credentials'], packages: '^(@digitalbazaar/.*-context|did-context|ajv)(/|$)' },
  { only: ['crypto'], packages: '^(@noble/curves|mcl-wasm|pkcs11js)(/|$)' },
  { only: ['dids'], packages: '^(did-resolver|@transmute/did-key-ed25519)(/|$)' },
  { only: ['store'], packages: '^(level|classic-level|memory-level|abstract-level|pg)(/|$)' },
  { only: ['http'], packages: '^(express|helmet|uqr)(/|$)' },
  { only: ['services/sign-in'], packages: '^(openid-client)(/|$)' },
  { only: ['formats'], packages: '^(canonicalize|big\\.js|@scure/base|@noble/hashes)(/|$)' },
  { only: ['net'], packages: '^(node:)?(https?|http2|dns|dns/promises|tls)$|^undici(/|$)', except: ['http'] },
];

module.exports = { ROOMS, COMPOSITION_ROOT, FENCES };
