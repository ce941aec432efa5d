// Draws the floor plan of scripts/floorplan.cjs into docs/architecture.md, between the markers.
// `node scripts/floorplan-drawing.mjs` writes the section; with `--check` it only says whether the section is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const { ROOMS, COMPOSITION_ROOT, FENCES } = createRequire(import.meta.url)('./floorplan.cjs');
const PAGE = fileURLToPath(new URL('../docs/architecture.md', import.meta.url));
const [START, END] = ['<!-- floor-plan:start -->', '<!-- floor-plan:end -->'];
const WIDTH = 74;

/** A room stands one floor above the highest room it imports. */
function floorOf(room) {
  return Math.max(-1, ...ROOMS[room].map(floorOf)) + 1;
}

/** Rooms by floor, highest first. */
function floors() {
  const plan = [];
  for (const room of Object.keys(ROOMS)) {
    const floor = floorOf(room);
    plan[floor] = [...(plan[floor] ?? []), room];
  }
  return plan.map((rooms, floor) => ({ label: String(floor), rooms })).reverse();
}

/** Where the walls of a floor stand: the outer two and those between its rooms. */
function walls(count) {
  return Array.from({ length: count + 1 }, (_, wall) => Math.round((wall * (WIDTH - 1)) / count));
}

/** The line between two floors, with a corner for each wall that meets it. */
function ceiling(above, below) {
  const [up, down] = [new Set(above), new Set(below)];
  const sign = (at) => {
    if (!up.has(at) && !down.has(at)) return '─';
    const [left, right] = [at > 0, at < WIDTH - 1];
    if (up.has(at) && down.has(at)) return left && right ? '┼' : left ? '┤' : '├';
    if (up.has(at)) return left && right ? '┴' : left ? '┘' : '└';
    return left && right ? '┬' : left ? '┐' : '┌';
  };
  return Array.from({ length: WIDTH }, (_, at) => sign(at)).join('');
}

function storey(label, rooms) {
  const at = walls(rooms.length);
  const cells = rooms.map((room, index) => ` ${room}`.padEnd(at[index + 1] - at[index] - 1));
  return `${label.padStart(3)} │${cells.join('│')}│`;
}

function drawing() {
  const roof = {
    label: '',
    rooms: [`composition root: ${COMPOSITION_ROOT.map((file) => file.replace('.ts', '')).join(' ')}`],
  };
  const all = [roof, ...floors()];
  const lines = [];
  let above = [];
  for (const { label, rooms } of all) {
    lines.push(`    ${ceiling(above, walls(rooms.length))}`, storey(label, rooms));
    above = walls(rooms.length);
  }
  lines.push(`    ${ceiling(above, [])}`);
  return lines.join('\n');
}

/** The alternatives of a fence's pattern, without what only a machine needs. */
function packagesOf(pattern) {
  const plain = pattern
    .replaceAll('(/|$)', '')
    .replaceAll(/[\^$\\]/g, '')
    .replaceAll('.*', '*');
  const names = split(plain);
  const inner = names.length === 1 && /^\((.*)\)$/.exec(plain)?.[1];
  return (inner ? split(inner) : names).map((name) => name.replaceAll('|', '\\|'));
}

/** At each bar that stands in no parentheses. */
function split(alternatives) {
  const names = [''];
  let depth = 0;
  for (const sign of alternatives) {
    depth += { '(': 1, ')': -1 }[sign] ?? 0;
    if (sign === '|' && depth === 0) names.push('');
    else names.push(names.pop() + sign);
  }
  return names;
}

const code = (text) => `\`${text}\``;
const inline = (list) => (list.length === 0 ? '–' : list.map(code).join(' '));

function section() {
  const rooms = Object.keys(ROOMS).map((room) => `| ${code(room)} | ${inline(ROOMS[room])} |`);
  const fences = FENCES.map(
    ({ only, except = [], packages }) => `| ${inline([...only, ...except])} | ${inline(packagesOf(packages))} |`,
  );
  return [
    START,
    '<!-- Written by scripts/floorplan-drawing.mjs from scripts/floorplan.cjs. -->',
    '',
    '```text',
    drawing(),
    '```',
    '',
    '| room | may import |',
    '|---|---|',
    ...rooms,
    '',
    'Packages with one owner:',
    '',
    '| only in | packages |',
    '|---|---|',
    ...fences,
    '',
    END,
  ].join('\n');
}

function withSection(page) {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks the floor-plan markers`);
  return page.slice(0, from) + section() + page.slice(to + END.length);
}

const page = readFileSync(PAGE, 'utf8');
const next = withSection(page);
if (!process.argv.includes('--check')) writeFileSync(PAGE, next);
else if (page !== next) {
  process.stderr.write('docs/architecture.md: the floor plan is not current; run node scripts/floorplan-drawing.mjs\n');
  process.exitCode = 1;
}
