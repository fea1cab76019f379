// Calls a gateway by grpc-js, with the .proto files of this checkout. usage: grpc_js_peer.js HOST:PORT
// The city node behind it answers every call but those with the key "never".
const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const options = { keepCase: true, longs: Number, defaults: true, includeDirs: ['.'] };
const bsn = grpc.loadPackageDefinition(loader.loadSync('proto/gateway.proto', options)).bsn.v1;
const { health } = grpc.loadPackageDefinition(loader.loadSync('proto/health.proto', options)).grpc;
const client = new bsn.Gateway(process.argv[2], grpc.credentials.createInsecure());

function withKey() {
  const metadata = new grpc.Metadata();
  metadata.set('x-api-key', 'all-key');
  return metadata;
}

const deadline = (ms) => ({ deadline: Date.now() + ms });

const request = (key) => ({
  chain: { network: 'fabric', chain: 'trade' },
  contract: 'kv', function: 'put', args: [Buffer.from('a'), Buffer.from('1')], idempotency_key: key, level: 1,
});

const submit = (key, metadata, limit) => new Promise((resolve) => {
  client.Submit(request(key), metadata, deadline(limit), (error, reply) => resolve({ error, reply }));
});

// The ids that are answered on one stream of 1,000 calls.
const streamed = () => new Promise((resolve, reject) => {
  const ids = [];
  const stream = client.Stream(withKey(), deadline(20000));
  stream.on('data', ({ replies }) => replies.forEach((reply) => ids.push(reply.id)));
  stream.on('error', reject);
  stream.on('end', () => resolve(ids.sort((a, b) => a - b)));
  for (let first = 0; first < 1000; first += 100) {
    stream.write({ calls: Array.from({ length: 100 }, (_, i) => ({ id: first + i, call: { submit: request(`${first + i}`) } })) });
  }
  stream.end();
});

async function main() {
  const plain = await submit('plain', withKey(), 20000);
  assert.ifError(plain.error);
  assert.strictEqual(plain.reply.city, 'tianjin');

  const stranger = await submit('x', new grpc.Metadata(), 20000);
  assert.strictEqual(stranger.error.code, grpc.status.UNAUTHENTICATED);
  assert.deepStrictEqual(stranger.error.metadata.get('bsn-reason'), ['UNKNOWN_KEY']);

  const late = await submit('never', withKey(), 300);
  assert.strictEqual(late.error.code, grpc.status.DEADLINE_EXCEEDED);

  const many = await Promise.all(Array.from({ length: 500 }, (_, i) => submit(`many-${i}`, withKey(), 20000)));
  many.forEach(({ error }) => assert.ifError(error));

  assert.deepStrictEqual(await streamed(), Array.from({ length: 1000 }, (_, i) => i));

  const checker = new health.v1.Health(process.argv[2], grpc.credentials.createInsecure());
  const status = await new Promise((resolve, reject) => {
    checker.Check({ service: 'bsn.v1.Gateway' }, deadline(20000), (error, answer) => (error ? reject(error) : resolve(answer.status)));
  });
  assert.strictEqual(status, 1);
  console.log('all well');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
