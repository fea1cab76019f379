// CITA's calls. A write is found again by its receipt.
#include <array>
#include <utility>

#include "edge/permissioned/framework.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;
using Kind = BodyField::Kind;

void req_chain_code(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  call_by_func_param(request, done, [done](const Reply& reply) {
    done({}, json::object{{"txId", hex_or_empty(reply.transaction)}, {"status", "OK"}, {"data", reply.value}});
  });
}

void get_receipt(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  find_transaction(request, "txHash", done, [done](const BlockPtr& block, std::size_t place) {
    const Receipt& receipt = block->receipts[place];
    const bool good = receipt.status == ReceiptStatus::ok;
    done({}, json::object{{"transactionHash", to_hex(receipt.transaction)},
                          {"transactionIndex", place},
                          {"blockHash", to_hex(block->hash)},
                          {"blockNumber", block->header.height},
                          {"status", good ? "0x1" : "0x0"},
                          {"from", block->transactions[place]->project},
                          {"to", block->transactions[place]->contract},
                          {"errorMessage", good ? "" : receipt.value},
                          {"logs", json::array()}});
  });
}

void get_block_info(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  if (!request->text("blockHash").empty()) return done(unfit("blocks are found by blockNumber only"), nullptr);
  find_block(request, "blockNumber", done, [done](const BlockPtr& block) {
    json::array transactions;
    for (const TransactionPtr& each : block->transactions) {
      transactions.push_back(json::object{{"txHash", to_hex(each->id)}});
    }
    done({}, json::object{{"blockHash", to_hex(block->hash)},
                          {"blockNumber", block->header.height},
                          {"prevBlockHash", to_hex(block->header.parent)},
                          {"blockTime", std::to_string(unix_ns_of(block->header.time) / 1'000'000)},
                          {"quotaUsed", "0"},
                          {"transactionsRoot", to_hex(block->header.transactions_root)},
                          {"stateRoot", to_hex(block->header.state_root)},
                          {"receiptsRoot", to_hex(block->header.receipts_root)},
                          {"transactions", std::move(transactions)}});
  });
}

void get_block_height(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  request->chain.newest([request, done](const h2::Outcome& outcome, const Reply& reply) {
    if (outcome.code != 0) return done(outcome, nullptr);
    done({}, json::object{{"data", std::to_string(reply.height)}});
  });
}

constexpr std::array call_fields = {BodyField{"userId", Kind::text, false}, BodyField{"contractName"},
                                    BodyField{"funcName"}, BodyField{"funcParam", Kind::text, false}};
constexpr std::array transaction_fields = {BodyField{"txHash"}};
constexpr std::array block_fields = {BodyField{"blockNumber", Kind::text, false},
                                     BodyField{"blockHash", Kind::text, false}};
constexpr std::array calls = {
    PermissionedCall{"node/reqChainCode", "Calls a contract; a write is answered before there is a block.", call_fields,
                     req_chain_code},
    PermissionedCall{"node/getTxReceiptByTxHash", "What became of a write.", transaction_fields, get_receipt},
    PermissionedCall{"node/getBlockInfo", "A final block.", block_fields, get_block_info},
    PermissionedCall{"node/getBlockHeight", "The height of the newest final block.", {}, get_block_height},
};

}  // namespace

const Framework& cita_framework() {
  static constexpr Framework framework{"cita", "cita", "cita", calls};
  return framework;
}

}  // namespace bsn::edge
