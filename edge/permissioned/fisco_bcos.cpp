// FISCO BCOS's calls (bsnbase.io 5-4-3-1). There is no gas here and no account behind a call: those fields are 0 and
// "".
#include <array>
#include <utility>

#include "edge/permissioned/framework.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;
using Kind = BodyField::Kind;

void req_chain_code(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  call_by_func_param(request, done, [request, done](const Reply& reply) {
    const std::string id = hex_or_empty(reply.transaction);
    done({}, json::object{{"constant", id.empty()},
                          {"queryInfo", id.empty() ? reply.value : ""},
                          {"txId", id},
                          {"blockHash", ""},
                          {"blockNumber", reply.height},
                          {"gasUsed", 0},
                          {"status", "0x0"},
                          {"from", ""},
                          {"to", request->text("contractName")},
                          {"input", request->text("funcParam")},
                          {"output", id.empty() ? "" : reply.value},
                          {"logs", ""}});
  });
}

json::object transaction_in(const Block& block, std::size_t place) {
  const Transaction& transaction = *block.transactions[place];
  return {{"txId", to_hex(transaction.id)},     {"blockHash", to_hex(block.hash)},
          {"blockNumber", block.header.height}, {"gasUsed", 0},
          {"from", transaction.project},        {"to", transaction.contract}};
}

void get_transaction(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  find_transaction(request, "txHash", done, [done](const BlockPtr& block, std::size_t place) {
    json::object made = transaction_in(*block, place);
    made["value"] = 0;
    made["input"] = block->transactions[place]->function;
    done({}, std::move(made));
  });
}

// The contract's result, or its reason for refusing, stands where a real one has its events.
void get_receipt(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  find_transaction(request, "txHash", done, [done](const BlockPtr& block, std::size_t place) {
    json::object made = transaction_in(*block, place);
    made["contractAddress"] = "";
    made["logs"] = block->receipts[place].value;
    done({}, std::move(made));
  });
}

void get_block_info(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  if (!request->text("blockHash").empty()) return done(unfit("blocks are found by blockNumber only"), nullptr);
  find_block(request, "blockNumber", done, [done](const BlockPtr& block) {
    json::array transactions;
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < block->transactions.size(); ++i) {
      transactions.push_back(transaction_in(*block, i));
      size += block->transactions[i]->size;
    }
    done({}, json::object{{"blockHash", to_hex(block->hash)},
                          {"blockNumber", block->header.height},
                          {"parentBlockHash", to_hex(block->header.parent)},
                          {"blockSize", size},
                          {"blockTime", unix_ns_of(block->header.time) / 1'000'000},
                          {"author", std::to_string(block->header.proposer.value)},
                          {"transactions", std::move(transactions)}});
  });
}

void get_block_height(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  request->chain.newest([request, done](const h2::Outcome& outcome, const Reply& reply) {
    if (outcome.code != 0) return done(outcome, nullptr);
    done({}, json::object{{"data", std::to_string(reply.height)}});
  });
}

void get_count_in_block(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  find_block(request, "blockNumber", done, [done](const BlockPtr& block) {
    done({}, json::object{{"data", std::to_string(block->transactions.size())}});
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
    PermissionedCall{"node/getTxInfoByTxHash", "Where a write is.", transaction_fields, get_transaction},
    PermissionedCall{"node/getTxReceiptByTxHash", "What came out of a write.", transaction_fields, get_receipt},
    PermissionedCall{"node/getBlockInfo", "A final block.", block_fields, get_block_info},
    PermissionedCall{"node/getBlockHeight", "The height of the newest final block.", {}, get_block_height},
    PermissionedCall{"node/getTxCountByBlockNumber", "How many transactions a final block has.", block_fields,
                     get_count_in_block},
};

}  // namespace

const Framework& fisco_bcos_framework() {
  static constexpr Framework framework{"fiscobcos", "fisco-bcos", "fisco", calls};
  return framework;
}

}  // namespace bsn::edge
