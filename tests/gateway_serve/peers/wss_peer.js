// Asks a gateway for its chain's number over a WebSocket and prints the answer, or why there is none.
//   node wss_peer.js wss://HOST:PORT/api/PROJECT/KEY/NETCODE/
"use strict";

const WebSocket = require("ws");

const socket = new WebSocket(process.argv[2]);
socket.on("open", () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] })));
socket.on("message", (text) => {
  const { result, error } = JSON.parse(text);
  console.log(result ?? error.message);
  socket.close();
});
socket.on("error", (error) => {
  console.log(error.message);
  process.exitCode = 1;
});
