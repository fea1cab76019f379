// Hyperledger Fabric's calls (bsnbase.io 5-4-3-5 to 5-4-3-18). A status is one of Fabric's validation codes: 0 is
// valid, 255 is what its contract refused.
#include <array>
#include <utility>

#include "edge/permissioned/framework.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;
using Kind = BodyField::Kind;

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr int valid = 0, invalid = 255;
constexpr int chaincode_ok = 200;

void req_chain_code(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  const json::value* data = request->body.if_contains("transientData");
  if (data && data->is_object() && !data->as_object().empty()) {
    return done(unfit("private data is not simulated: leave transientData out"), nullptr);
  }
  request->chain.call(
      request->text("chainCode"), request->text("funcName"), request->list("args"), request->once,
      [done](const h2::Outcome& outcome, const Reply& reply) {
        if (outcome.code != 0) return done(outcome, nullptr);
        done({}, json::object{
                     {"blockInfo", {{"txId", hex_or_empty(reply.transaction)}, {"blockHash", ""}, {"status", valid}}},
                     {"ccRes", {{"ccCode", chaincode_ok}, {"ccData", reply.value}}}});
      });
}

json::object transaction_in(const Block& block, std::size_t place) {
  const Transaction& transaction = *block.transactions[place];
  const std::int64_t time = unix_ns_of(block.header.time);
  return {{"txId", to_hex(transaction.id)},
          {"status", block.receipts[place].status == ReceiptStatus::ok ? valid : invalid},
          {"createName", transaction.project},
          {"timeSpanSec", time / second_ns},
          {"timeSpanNsec", time % second_ns}};
}

void get_transaction(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  find_transaction(request, "txId", done, [done](const BlockPtr& block, std::size_t place) {
    json::object made = transaction_in(*block, place);
    made.erase("txId");
    made["blockHash"] = to_hex(block->hash);
    made["blockNumber"] = block->header.height;
    done({}, std::move(made));
  });
}

void give_block(const PermissionedDone& done, const Block& block) {
  json::array transactions;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    transactions.push_back(transaction_in(block, i));
    size += block.transactions[i]->size;
  }
  done({}, json::object{{"blockHash", to_hex(block.hash)},
                        {"blockNumber", block.header.height},
                        {"preBlockHash", to_hex(block.header.parent)},
                        {"blockSize", size},
                        {"blockTxCount", block.transactions.size()},
                        {"transactions", std::move(transactions)}});
}

void get_block_info(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  if (!request->text("txId").empty()) {
    return find_transaction(request, "txId", done,
                            [done](const BlockPtr& block, std::size_t) { give_block(done, *block); });
  }
  if (!request->text("blockHash").empty()) {
    return done(unfit("blocks are found by blockNumber or txId, not by blockHash"), nullptr);
  }
  find_block(request, "blockNumber", done, [done](const BlockPtr& block) { give_block(done, *block); });
}

void get_ledger_info(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  request->chain.newest([request, done](const h2::Outcome& outcome, const Reply& reply) {
    if (outcome.code != 0) return done(outcome, nullptr);
    if (reply.height == 0) return done({}, json::object{{"blockHash", ""}, {"height", 0}, {"preBlockHash", ""}});
    request->chain.block(reply.height, [request, done](const h2::Outcome& failed, const BlockPtr& block) {
      if (!block) return done(failed, nullptr);
      done({}, json::object{{"blockHash", to_hex(block->hash)},
                            {"height", block->header.height},
                            {"preBlockHash", to_hex(block->header.parent)}});
    });
  });
}

constexpr std::array call_fields = {BodyField{"userName", Kind::text, false},
                                    BodyField{"nonce", Kind::text, false},
                                    BodyField{"chainCode"},
                                    BodyField{"funcName"},
                                    BodyField{"args", Kind::list, false},
                                    BodyField{"transientData", Kind::map, false}};
constexpr std::array transaction_fields = {BodyField{"txId"}};
constexpr std::array block_fields = {BodyField{"blockNumber", Kind::text, false},
                                     BodyField{"blockHash", Kind::text, false}, BodyField{"txId", Kind::text, false}};
constexpr std::array calls = {
    PermissionedCall{"node/reqChainCode", "Calls a contract; a write is answered before there is a block.", call_fields,
                     req_chain_code},
    PermissionedCall{"node/getTransaction", "What became of a write.", transaction_fields, get_transaction},
    PermissionedCall{"node/getBlockInfo", "A final block, by number or by a transaction in it.", block_fields,
                     get_block_info},
    PermissionedCall{"node/getLedgerInfo", "The newest final block.", {}, get_ledger_info},
};

}  // namespace

const Framework& fabric_framework() {
  static constexpr Framework framework{"fabric", "fabric", "fabric", calls};
  return framework;
}

}  // namespace bsn::edge
