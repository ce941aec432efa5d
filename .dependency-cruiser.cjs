const { ROOMS, COMPOSITION_ROOT, FENCES } = require('./scripts/floorplan.cjs');

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const inRooms = (rooms) => `^src/(${rooms.join('|')})/`;
const all = Object.keys(ROOMS);

const downward = all.map((room) => ({
  name: `floor-plan-${room}`,
  comment: `${room} may import only: ${ROOMS[room].join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: inRooms([room, ...ROOMS[room]]) },
}));

const fences = FENCES.map(({ only, packages, except = [] }) => ({
  name: `fence-${only.join('-')}`,
  comment: `${packages} belongs to ${only.join(', ')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `${inRooms([...only, ...except])}|^src/(${COMPOSITION_ROOT.map(escape).join('|')})$` },
  to: { path: packages.startsWith('^(@') || packages.startsWith('^(') ? packages.replace(/^\^/, '(^|node_modules/)') : packages },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...downward,
    ...fences,
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'services-are-strangers',
      comment: 'one service never imports another',
      severity: 'error',
      from: { path: '^src/services/([^/]+?)(\\.ts$|/)' },
      to: { path: '^src/services/', pathNot: '^src/services/$1(\\.ts$|/)' },
    },
    { name: 'no-unresolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    { name: 'src-knows-no-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|scripts)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
