// `node scripts/health.mjs`: exit 0 when the node on this machine is ready, 1 when it is not. For container platforms; reads PORT and
// TLS_CERT as the node does.
import { request as plain } from 'node:http';
import { request as secured } from 'node:https';

const { PORT = '8080', TLS_CERT } = process.env;
const request = TLS_CERT ? secured : plain;
// The certificate is for the public name, and this asks the machine itself: who answers is not in question.
const options = {
  host: '127.0.0.1',
  port: PORT || '8080',
  path: '/health/ready',
  timeout: 4000,
  rejectUnauthorized: false,
};
const asked = request(options, (answer) => {
  answer.resume();
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
});
asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
asked.on('error', () => {
  process.exitCode = 1;
});
asked.end();
