import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { SECRETS } from '../../src/settings.ts';

const FOLDER = 'docs/deployment';
const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** Every variable that the configuration reads. */
const VARIABLES: ReadonlySet<string> = new Set([
  ...[...readFileSync('src/config.ts', 'utf8').matchAll(/given\('([A-Z0-9_]+)'\)/g)].map(([, name = '']) => name),
  ...SECRETS.map((name) => `${name}_FILE`),
]);
/** Those that would hold a secret if they stood in a manifest. */
const SECRET = new Set([...SECRETS, 'PKCS11_PIN']);

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
}
interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [Container];
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly terminationGracePeriodSeconds: number;
      };
    };
  };
}
interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly environment: Readonly<Record<string, string>>;
        readonly secrets: readonly string[];
        readonly read_only?: boolean;
        readonly cap_drop?: readonly string[];
      }
    >
  >;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const manifests: readonly Manifest[] = readdirSync(join(FOLDER, 'kubernetes')).flatMap((name) =>
  parseAllDocuments(textOf(join('kubernetes', name)), { strict: true, uniqueKeys: true }).map((document) => {
    expect(document.errors, name).toEqual([]);
    return document.toJS() as Manifest;
  }),
);
const deployment = manifests.find(({ kind }) => kind === 'Deployment')?.spec?.template.spec;
const settings = manifests.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
const compose = parse(textOf('compose.yaml'), { merge: true }) as Compose;
const units = ['proofprint.service', 'proofprint-backup.service'].map((name) => textOf(join('systemd', name)));
const dockerfile = readFileSync('Dockerfile', 'utf8');

/** NAME → value, of all `Environment=` lines that count. */
function environmentOf(unit: string): Readonly<Record<string, string>> {
  const pairs = [...unit.matchAll(/^Environment=(.+)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2)));
}

const environments: readonly (readonly [where: string, Readonly<Record<string, string>>])[] = [
  ['kubernetes', { ...settings, ...Object.fromEntries((deployment?.containers[0].env ?? []).map(nameAndValue)) }],
  ...['one', 'two'].map((name) => [`compose ${name}`, compose.services[name]?.environment ?? {}] as const),
  ...units.map((unit, at) => [`unit ${at}`, environmentOf(unit)] as const),
  ['settings.example', Object.fromEntries(textOf('systemd/settings.example').trim().split('\n').map(pairOf))],
  ['Dockerfile', Object.fromEntries((/^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map(pairOf))],
];
function nameAndValue({ name, value }: { readonly name: string; readonly value: string }): readonly [string, string] {
  return [name, value];
}
function pairOf(text: string): readonly [string, string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name, value];
}

describe('what is there to deploy a node', () => {
  it('is well-formed and more than a handful', () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'Kustomization',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'Service',
    ]);
    expect(VARIABLES.size).toBeGreaterThan(25);
  });

  it.each(environments)('%s sets only what a node reads, and no secret', (_, environment) => {
    const names = Object.keys(environment).filter((name) => name !== 'NODE_ENV');
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !VARIABLES.has(name))).toEqual([]);
    expect(names.filter((name) => SECRET.has(name))).toEqual([]);
  });

  it('gives every node that is on its own where its secrets are', () => {
    for (const [where, environment] of environments.slice(0, 3))
      for (const name of ['ADMIN_TOKEN_FILE', 'KEY_PASSPHRASE_FILE', 'STORE_FILE'])
        expect(environment[name], where).toMatch(/^\/run\/secrets\/[\w/-]+$/);
    expect(environmentOf(units[0] ?? '')).toMatchObject({ ADMIN_TOKEN_FILE: '%d/admin-token' });
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\/[\w-]+$/);
    expect(readdirSync(FOLDER)).not.toContain('secrets');
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  });

  it('has settings that the start takes', () => {
    const { POLICY_FILE: _, ...given } = { ...environments[0]?.[1] };
    const plain = Object.fromEntries(Object.entries(given).filter(([name]) => !name.endsWith('_FILE')));
    expect(readConfig({ ...plain, HOST: '0.0.0.0' })).toMatchObject({ publicUrl: 'https://node.example' });
  });

  it('never runs as root, nor writes outside its volumes', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile.match(/^FROM \S+/gm)?.every((line) => /NODE_VERSION\}-bookworm(-slim)?$/.test(line))).toBe(true);
    expect(dockerfile).toMatch(/^ARG NODE_VERSION=\d+\.\d+\.\d+$/m);
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(deployment?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(deployment?.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const name of ['one', 'two'])
      expect(compose.services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    for (const unit of units) {
      expect(unit).toMatch(/^DynamicUser=yes$/m);
      expect(unit).toMatch(/^ProtectSystem=strict$/m);
    }
  });

  it('agrees on the port, the paths of the probes and the time to stop', () => {
    const port = readConfig({}).port;
    expect(dockerfile).toContain(`EXPOSE ${port}\n`);
    const container = deployment?.containers[0];
    expect(container?.ports).toEqual([{ name: 'http', containerPort: port }]);
    expect(container?.livenessProbe.httpGet.path).toBe('/health/live');
    expect(container?.readinessProbe.httpGet.path).toBe('/health/ready');
    // Eight seconds of drain, and some to close the store.
    const { stopDelay } = readConfig({ STOP_DELAY: settings['STOP_DELAY'] });
    expect(deployment?.terminationGracePeriodSeconds).toBeGreaterThan(stopDelay / 1000 + 8 + 10);
  });

  it('copies only what is there, and every file that the ignore list lets through', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(deployment?.containers[0].image).toBe(`proofprint:${version}`);
    expect(compose.services['one']?.image).toBe(`proofprint:${version}`);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    const allowed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(allowed.map((line) => line.slice(1)).sort()).toEqual([...new Set(copied)].sort());
  });
});

describe('alerts', () => {
  const { groups } = parse(textOf('alerts.yaml')) as {
    groups: { rules: { alert: string; expr: string; labels: { severity: string } }[] }[];
  };
  const rules = groups.flatMap(({ rules }) => rules);
  const page = readFileSync('docs/alerts.md', 'utf8');

  it('are all explained, each where its severity is', () => {
    const [pages = '', tickets = ''] = page.slice(page.indexOf('## Page')).split('## Ticket');
    const told = (text: string): string[] => [...text.matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name);
    const named = (severity: string): string[] =>
      rules.filter(({ labels }) => labels.severity === severity).map(({ alert }) => alert);
    expect(told(pages)).toEqual(named('page'));
    expect(told(tickets)).toEqual(named('ticket'));
    expect(rules.length).toBeGreaterThan(10);
  });

  it('ask for metrics that there are, and the page names every one', async () => {
    const metrics = createMetrics({ version: '0', ofProcess: true });
    metrics.watch({ ready: () => 1, background: () => 1, journalSequence: async () => 1, diskFree: async () => 1 });
    const names = [...(await metrics.text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
    const asked = rules.flatMap(({ expr }) => expr.match(/\b(?:proofprint|process|nodejs)_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !names.includes(name.replace(/_bucket$/, '')))).toEqual([]);
    const told = [...page.matchAll(/`(proofprint_\w+)/g)].map(([, name = '']) => name);
    expect([...new Set(told)].sort()).toEqual(names.filter((name) => name.startsWith('proofprint_')).sort());
  });
});
