/** The process that speaks to a PKCS#11 module: one request in, one reply out, several under way. Ends when the node does. */
import process from 'node:process';
import { Pkcs11Fault, type Pkcs11Reply, type Pkcs11Request } from './pkcs11-messages.ts';
import { Pkcs11Token } from './pkcs11-token.ts';

let token: Pkcs11Token | undefined;

process.on('message', (request: Pkcs11Request) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => {
  token?.close();
  process.exit(0);
});
// Sent to the whole group: the node goes on signing while it answers what is in flight, and then ends this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

async function answer({ id, ...request }: Pkcs11Request): Promise<Pkcs11Reply> {
  try {
    return { id, value: await act(request as Pkcs11Request) };
  } catch (error) {
    if (error instanceof Pkcs11Fault) return { id, fault: error.kind, why: error.message };
    return { id, fault: 'failed', why: 'a fault in the process that speaks to the module' };
  }
}

async function act(request: Pkcs11Request): Promise<Uint8Array | undefined> {
  if (request.act === 'open') {
    token = await open(request.settings);
    return undefined;
  }
  if (token === undefined) throw new Pkcs11Fault('failed', 'the token is not open');
  switch (request.act) {
    case 'create':
      return token.create(request.keyId, request.tenant, request.keyType);
    case 'find':
      return token.find(request.keyId, request.keyType);
    case 'sign':
      return token.sign(request.keyId, request.keyType, request.data);
    case 'destroy':
      await token.destroy(request.keyId);
      return undefined;
  }
}

async function open(settings: Parameters<typeof Pkcs11Token.open>[1]): Promise<Pkcs11Token> {
  const { PKCS11 } = await import('pkcs11js').catch(() => {
    throw new Pkcs11Fault(
      'settings',
      'the optional package pkcs11js is not there or not built; npm install, then npm rebuild pkcs11js',
    );
  });
  return Pkcs11Token.open(new PKCS11(), settings);
}
