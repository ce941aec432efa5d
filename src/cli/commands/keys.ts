import { type Command, EXIT, UsageError } from '../command.ts';

export const keys: Command = {
  name: 'keys',
  usage: 'keys list | keys rotate SLUG',
  summary: {
    en: 'List the keys of every organisation of the node, or rotate one; never shows a secret',
    ko: '노드에 있는 조직들의 키를 보여 주거나 교체합니다. 비밀은 보여 주지 않습니다',
  },
  async run([action = 'list', slug, ...more], terminal, kit) {
    if (
      (action !== 'list' && action !== 'rotate') ||
      (action === 'rotate') !== (slug !== undefined) ||
      more.length > 0
    ) {
      throw new UsageError('list takes nothing, rotate takes the slug of an organisation');
    }
    const node = await kit.openNode();
    try {
      const organisations =
        slug === undefined ? await node.identity.listOrganisations() : [await node.identity.rotateKey(slug, 'Ed25519')];
      for (const organisation of organisations) {
        terminal.out(`${organisation.slug}  ${organisation.did}\n`);
        for (const key of organisation.keys)
          terminal.out(
            `  ${key.state.padEnd(12)} ${key.keyType.padEnd(8)} since ${key.since}  ${key.verificationMethod}${key.holder === undefined ? '' : `  in ${key.holder}`}\n`,
          );
      }
      return EXIT.accepted;
    } finally {
      await node.close();
    }
  },
};
