// A wallet of ethers v6, as it comes from npm, on a simulated Ethereum behind a gateway.
// usage: ethers_peer.js HTTP_URL WEBSOCKET_URL
const assert = require('assert');
const { ethers } = require('ethers');

const [httpUrl, socketUrl] = process.argv.slice(2);
// The first key of the test mnemonic that everybody knows.
const devKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

function httpProvider(key) {
  const request = new ethers.FetchRequest(httpUrl);
  request.setHeader('x-api-key', key);
  return new ethers.JsonRpcProvider(request, undefined, { pollingInterval: 200 });
}

async function main() {
  const provider = httpProvider('demo-key');
  const wallet = new ethers.Wallet(devKey, provider);
  const payee = ethers.Wallet.createRandom().address;
  assert.strictEqual((await provider.getNetwork()).chainId, 1337n);
  const before = await provider.getBalance(wallet.address);
  assert.strictEqual(before, ethers.parseEther('10000'));

  const heads = new ethers.WebSocketProvider(socketUrl);
  const head = new Promise((resolve) => { heads.once('block', resolve); });

  // One transfer, from signature to receipt.
  const sent = await wallet.sendTransaction({ to: payee, value: ethers.parseEther('1.5') });
  assert.strictEqual(sent.nonce, 0);
  const receipt = await sent.wait();
  assert.strictEqual(receipt.status, 1);
  assert.strictEqual(receipt.hash, sent.hash);
  assert.strictEqual(receipt.from, wallet.address);
  assert.strictEqual(receipt.gasUsed, 21000n);

  const block = await provider.getBlock(receipt.blockNumber);
  assert.strictEqual(block.hash, receipt.blockHash);
  assert.ok(block.transactions.includes(sent.hash));
  assert.strictEqual(block.baseFeePerGas, null);
  assert.ok(Math.abs(block.timestamp - Date.now() / 1000) < 120, `block time ${block.timestamp}`);
  assert.strictEqual((await provider.getBlock(block.hash)).number, block.number);

  const mined = await provider.getTransaction(sent.hash);
  assert.strictEqual(mined.from, wallet.address);
  assert.strictEqual(mined.blockNumber, receipt.blockNumber);

  assert.strictEqual(await provider.getBalance(payee), ethers.parseEther('1.5'));
  const paid = ethers.parseEther('1.5') + receipt.fee;
  assert.strictEqual(await provider.getBalance(wallet.address), before - paid);
  assert.strictEqual(await provider.getTransactionCount(wallet.address), 1);

  // Several at once: each gets the next nonce, all are executed.
  const signer = new ethers.NonceManager(wallet);
  const many = [];
  for (let i = 0; i < 3; ++i) many.push(await signer.sendTransaction({ to: payee, value: ethers.parseEther('1') }));
  const receipts = await Promise.all(many.map((each) => each.wait()));
  receipts.forEach((each) => assert.strictEqual(each.status, 1));
  assert.strictEqual(await provider.getBalance(payee), ethers.parseEther('4.5'));
  assert.strictEqual(await provider.getTransactionCount(wallet.address, 'pending'), 4);

  assert.ok(await head > 0);
  assert.strictEqual((await heads.getNetwork()).chainId, 1337n);
  assert.strictEqual(await heads.getBalance(payee), ethers.parseEther('4.5'));

  await assert.rejects(wallet.sendTransaction({ to: payee, value: ethers.parseEther('100000') }), /insufficient funds/);
  await assert.rejects(wallet.sendTransaction({ to: payee, value: ethers.parseEther('1'), nonce: 0 }), /nonce/);
  await assert.rejects(wallet.sendTransaction({ to: payee, value: 1n }), /whole gwei/);

  // The same signed bytes, sent again and again: one hash, one execution.
  const raw = await wallet.signTransaction(await wallet.populateTransaction({ to: payee, value: ethers.parseEther('0.5') }));
  const once = await provider.broadcastTransaction(raw);
  const twice = await provider.broadcastTransaction(raw);
  assert.strictEqual(once.hash, twice.hash);
  await once.wait();
  assert.strictEqual(await provider.send('eth_sendRawTransaction', [raw]), once.hash);
  assert.strictEqual(await provider.getBalance(payee), ethers.parseEther('5'));
  assert.strictEqual(await provider.getTransactionCount(wallet.address), 5);
  await heads.destroy();
  provider.destroy();
  console.log('all well');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
