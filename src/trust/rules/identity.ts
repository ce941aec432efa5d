/** I1 and I2: who claimed and who verified are known organisations, and who vouches for them is reached from an anchor. */
import type { Candidate } from '../candidate.ts';
import type { Case, PathCase } from '../case.ts';
import { checkAnchorInForce, checkInForce, checkKeys } from '../in-force.ts';
import { textAt } from '../member.ts';
import type { AnchorEntry, AnchorRole, Policy } from '../policy.ts';
import { broken, doubtful, met, metUnless, type Rule, type RuleFinding } from '../rule.ts';

export const I1: Rule = {
  id: 'I1',
  group: 'identity',
  severity: 'E',
  regimes: 'all',
  source: 'trust.md, section 2; UNTP Digital Identity Anchor 0.7.0',
  onClaim: (given) => (given.regime.statement ? [checkKnown(given, given.claim.issuer)] : []),
  onStatement: (given) => [checkKnown(given, given.statement.issuer)],
};

export const I2: Rule = {
  id: 'I2',
  group: 'identity',
  severity: 'E',
  regimes: 'all',
  source: 'trust.md, sections 2 and 5; RFC 5280, section 6 (path validation)',
  onPath: (given) => {
    const { path, statement, regime } = given;
    const vouching = regime.decision ? path.decision : path.accreditation;
    if (vouching === undefined) return [];
    const [top] = path.parties;
    if (path.anchor === undefined) return [withoutAnchor(given, top)];
    const found = [
      ...checkRole(path.anchor, path.arrangements[0] ?? vouching),
      ...checkAnchorInForce(path.anchor, statement.validFrom),
    ];
    if (path.decision === undefined && path.accreditation?.issuer === statement.issuer) {
      found.push(broken('I2.self-accredited', { subject: top, code: 'CHAIN_CYCLE', params: { did: top } }));
    }
    return metUnless(found, { subject: top });
  },
};

/** What each role may put its name to. A register vouches for identity alone. */
const MAY_ISSUE: Readonly<Record<AnchorRole, readonly string[]>> = {
  'accreditation-body': ['VerifierAccreditation', 'RecognitionArrangement'],
  regulator: ['VerifierAccreditation', 'RecognitionArrangement', 'RecognitionDecision'],
  'arrangement-owner': ['RecognitionArrangement'],
  'scheme-owner': ['RecognitionArrangement', 'RecognitionDecision'],
  register: [],
};

export function mayIssue(anchor: AnchorEntry, type: string): boolean {
  return MAY_ISSUE[anchor.role].includes(type);
}

/** `first` is what the anchor itself put its name to. */
function checkRole(anchor: AnchorEntry, { type }: Candidate): RuleFinding[] {
  if (mayIssue(anchor, type)) return [];
  const params = { did: anchor.did, role: anchor.role, type };
  return [broken('I2.role', { subject: anchor.did, code: 'POLICY_ROLE', params })];
}

function withoutAnchor({ evidence, path }: PathCase, top: string): RuleFinding {
  const more = { subject: top, params: { did: top } };
  if (path.end === 'cycle') return broken('I2.cycle', { ...more, code: 'CHAIN_CYCLE' });
  if (path.end === 'too-long') return broken('I2.too-long', { ...more, code: 'POLICY_PATH_LENGTH' });
  const doubt = evidence.doubtAbout('RecognitionArrangement');
  if (doubt !== undefined) return doubtful('I2.undetermined', { ...more, code: doubt });
  return broken('I2.no-anchor', { ...more, code: 'POLICY_UNTRUSTED_ANCHOR' });
}

/** An entry of the policy, or an IdentityAnchor that an anchored register issued and that holds now. */
export function checkKnown(given: Case, did: string): RuleFinding {
  const { policy, evidence } = given;
  if ([...policy.trustedOrganisations, ...policy.anchors].some((entry) => entry.did === did))
    return met({ subject: did });
  const identities = evidence
    .about(did, 'IdentityAnchor')
    .filter((credential) => isRegistered(given, credential))
    .map((credential) => checkIdentity(given, credential));
  if (identities.some((findings) => findings.every((finding) => finding.outcome === 'passed')))
    return met({ subject: did });
  const more = { subject: did, params: { did } };
  const unsure = identities.filter((findings) => findings.every((finding) => finding.outcome !== 'failed')).flat();
  const doubt =
    unsure.find((finding) => finding.outcome === 'undetermined')?.code ?? evidence.doubtAbout('IdentityAnchor');
  if (doubt !== undefined) return doubtful('I1.undetermined', { ...more, code: doubt });
  return broken('I1.unknown', { ...more, code: 'POLICY_UNTRUSTED_ISSUER' });
}

/** Whether a register issued it that the policy anchors now. */
function isRegistered({ policy, at }: Case, { issuer }: Candidate): boolean {
  return registersOf(policy, issuer).some((entry) => checkAnchorInForce(entry, at).length === 0);
}

function registersOf(policy: Policy, did: string): readonly AnchorEntry[] {
  return policy.anchors.filter((entry) => entry.did === did && entry.role === 'register');
}

function checkIdentity({ regime, at }: Case, identity: Candidate): readonly RuleFinding[] {
  return [...checkKeys(identity), ...checkInForce(identity, regime, { at, now: at })];
}

/** The name of a party as the policy knows it, by language; as an anchored register knows it otherwise. */
export function nameOf({ policy, evidence }: Pick<Case, 'policy' | 'evidence'>, did: string) {
  const entry = [...policy.anchors, ...policy.trustedOrganisations].find((known) => known.did === did);
  if (entry !== undefined) return entry.name;
  const registered = evidence
    .about(did, 'IdentityAnchor')
    .find((identity) => checkKeys(identity).length === 0 && registersOf(policy, identity.issuer).length > 0);
  const name = textAt(registered?.subject, 'registeredName');
  return name === undefined ? undefined : { en: name };
}
